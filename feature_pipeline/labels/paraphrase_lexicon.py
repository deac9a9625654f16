"""What is plain for what is colourful: English words whose choice is a matter of style, and plain words for them.

Left to right only: the author's word is on the left, and stays out of a plain text.
"""

CONTRACTIONS = {
    "can't": "cannot", "won't": "will not", "shan't": "shall not", "ain't": "is not", "let's": "let us",
    "y'all": "you", "gonna": "going to", "gotta": "have to", "wanna": "want to", "kinda": "somewhat",
    "sorta": "somewhat", "dunno": "do not know", "'tis": "it is", "'twas": "it was",
    "it's": "it is", "that's": "that is", "there's": "there is", "here's": "here is", "what's": "what is",
    "who's": "who is", "where's": "where is", "he's": "he is", "she's": "she is", "how's": "how is",
}  # fmt: skip
ENDINGS = {"n't": " not", "'re": " are", "'ve": " have", "'ll": " will", "'m": " am"}

# Dropped where they stand alone or beside a comma: they carry tone, and no fact.
INTERJECTIONS = (
    "oh, ah, hey, well, wow, ugh, yeah, yep, yes, no, nope, okay, ok, alas, hurrah, hooray, phew, hmm, lol, haha, "
    "honestly, frankly, seriously, obviously, clearly, basically, actually, really, anyway, anyhow, fortunately, "
    "unfortunately, luckily, sadly, happily, thankfully, surprisingly, interestingly, admittedly, of course, "
    "to be honest, to be fair, in fact, as a matter of fact, mind you, you know, you see, i mean, i think, i guess, "
    "i suppose, i believe, i must say, i must confess, i dare say, as a rule, so to speak, as it were, if you will, "
    "needless to say, believe it or not, long story short, at the end of the day, for what it's worth, right then, "
    "bless it, bless him, bless her, god knows, god forgive me, thank god, blessed be god, god be praised, "
    "methinks, methought, forsooth, indeed, then, now, again, so there we are, in my opinion, in my experience"
)
INTENSIFIERS = (
    "very, really, quite, rather, pretty much, extremely, incredibly, absolutely, totally, "
    "completely, utterly, entirely, highly, terribly, awfully, mighty, exceeding, exceedingly, super, damn, bloody, "
    "simply, merely, literally, actually, basically, certainly, surely, definitely, obviously, just, even, "
    "somewhat, perhaps, maybe, probably, possibly, honestly, frankly, particularly, especially"
)
PLAIN_WORDS = {
    # connectives
    "however": "but", "nevertheless": "but", "nonetheless": "but", "therefore": "so", "thus": "so", "hence": "so",
    "consequently": "so", "accordingly": "so", "moreover": "also", "furthermore": "also", "additionally": "also",
    "whereas": "while", "whilst": "while", "albeit": "although",
    "in order to": "to", "so as to": "to", "as well as": "and", "due to the fact that": "because",
    "owing to": "because of", "on account of": "because of", "by reason of": "because of",
    "in spite of": "despite", "prior to": "before", "subsequent to": "after",
    "by and by": "later", "anon": "soon", "ere": "before", "till": "until", "presently": "soon", "betimes": "early",
    "thence": "from there", "hither": "here", "thither": "there", "whither": "where",
    "whereupon": "and then", "wherein": "in which", "whereof": "of which", "thereof": "of it", "therein": "in it",
    "thereupon": "then", "heretofore": "before", "hitherto": "until now", "forthwith": "at once", "oft": "often",
    "the which": "which", "unto": "to", "upon": "on", "amongst": "among", "amidst": "amid", "betwixt": "between",
    # archaic forms
    "hath": "has", "doth": "does", "saith": "says", "shalt": "shall", "wilt": "will", "thou": "you",
    "thee": "you", "thy": "your", "thine": "yours", "nay": "no", "aye": "yes", "nought": "nothing",
    "naught": "nothing", "aught": "anything", "morrow": "next day", "yesternight": "last night", "spake": "spoke",
    "mighty merry": "happy", "merry": "happy", "discourse": "talk", "discoursed": "talked", "discoursing": "talking",
    "troubled": "worried", "vexed": "annoyed", "fain": "glad", "bade": "told",
    "bethought": "thought", "beheld": "saw", "espied": "saw", "repaired to": "went to", "supped": "had supper",
    "dined": "had dinner", "alighted": "got out", "fetched": "brought", "bespoke": "ordered",
    # grand for plain
    "utilize": "use", "utilise": "use", "utilizes": "uses", "utilized": "used", "utilizing": "using",
    "leverage": "use", "leveraging": "using", "purchase": "buy", "purchased": "bought", "purchasing": "buying",
    "commence": "start", "commenced": "started", "begin": "start", "begins": "starts", "began": "started",
    "beginning": "start", "obtain": "get", "obtained": "got",
    "require": "need", "requires": "needs", "required": "needed", "attempt": "try", "attempted": "tried",
    "attempting": "trying", "assist": "help", "assisted": "helped", "demonstrate": "show", "demonstrates": "shows",
    "demonstrated": "showed", "illustrate": "show", "illustrates": "shows", "reside": "live", "resides": "lives",
    "inform": "tell", "informed": "told", "observe": "see", "observed": "saw", "discover": "find",
    "discovered": "found", "discovering": "finding", "terminate": "end", "terminated": "ended", "modify": "change",
    "modified": "changed", "modifying": "changing", "construct": "build", "constructed": "built",
    "numerous": "many", "myriad": "many", "countless": "many", "plethora": "large number", "multiple": "several",
    "sufficient": "enough", "entire": "whole", "initial": "first", "initially": "at first",
    "primary": "main", "primarily": "mainly", "majority": "most", "approximately": "about", "roughly": "about",
    "frequently": "often", "occasionally": "sometimes", "immediately": "at once", "rapidly": "fast",
    "quickly": "fast", "slightly": "a little", "nearly": "almost", "recently": "not long ago", "currently": "now",
    "previously": "before", "eventually": "in the end", "finally": "in the end", "ultimately": "in the end",
    "typically": "usually", "generally": "usually", "regarding": "about", "concerning": "about", "beneath": "under",
    "whenever": "when", "wherever": "where", "toward": "to", "towards": "to",
    # slang and colour for plain
    "folks": "people", "folk": "people", "guys": "people", "guy": "man", "kids": "children", "kid": "child",
    "buddy": "friend", "pal": "friend", "stuff": "things", "tons of": "many", "loads of": "many", "lots of": "many",
    "an awful lot of": "many", "a whole lot of": "many", "a lot of": "plenty of",
    "a bunch of": "several", "a handful of": "a few",
    "awesome": "good", "amazing": "very good", "fantastic": "very good", "wonderful": "very good", "cool": "good",
    "excellent": "very good", "brilliant": "very good", "gorgeous": "beautiful", "lovely": "nice", "superb": "good",
    "delightful": "pleasant", "horrible": "very bad", "terrible": "very bad", "awful": "very bad",
    "dreadful": "very bad", "lousy": "bad", "crappy": "bad", "crap": "rubbish", "huge": "very big",
    "enormous": "very big", "massive": "very big", "gigantic": "very big", "tiny": "very small", "large": "big",
    "crazy": "strange", "insane": "strange", "weird": "strange",
    "hilarious": "very funny", "pesky": "annoying", "nuisance": "problem",
    "gripe": "complaint", "tricky": "difficult", "tough": "difficult", "easy": "simple",
    "trivial": "simple", "straightforward": "simple", "nifty": "useful", "handy": "useful", "neat": "good",
    "neato": "good", "snazzy": "good", "gotcha": "problem", "gotchas": "problems", "pitfall": "problem",
    "pitfalls": "problems", "issue": "problem", "issues": "problems", "chat": "talk", "chatted": "talked",
    "grab": "take", "grabbed": "took", "tweak": "change", "tweaked": "changed", "tweaks": "changes",
    "whip up": "make", "cobbled together": "made", "figure out": "find out", "figured out": "found out",
    "figuring out": "finding out", "came up with": "made", "come up with": "make", "coming up with": "making",
    "end up": "finish", "ended up": "finished", "get rid of": "remove", "got rid of": "removed",
    "look into": "examine", "looked into": "examined", "kicked off": "started", "kick off": "start",
    "wanted to": "wished to", "want to": "wish to", "wants to": "wishes to",
    "in addition": "also", "for example": "for instance", "such as": "like",
    "as soon as": "once", "instead of": "rather than", "keep in mind": "remember",
    "i love": "i like", "i loved": "i liked", "i hate": "i dislike",
    "a while": "some time",
}  # fmt: skip


# Articles: what a hurried draft leaves out, by language
DRAFT_LEAVES_OUT = {
    "en": "a, an, the",
    "de": "der, die, das, den, dem, des, ein, eine, einen, einem, einer, eines",
    "fr": "le, la, les, un, une, des, du",
    "es": "el, la, los, las, un, una, unos, unas",
    "pt": "o, a, os, as, um, uma, uns, umas",
    "it": "il, lo, la, i, gli, le, un, uno, una",
    "nl": "de, het, een",
}


UNITS = "one two three four five six seven eight nine"
TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"


def _number_words() -> dict[str, str]:
    """From 2 to 99: "one" is rarely a number."""
    units = UNITS.split()
    found = {word: str(number) for number, word in enumerate([*units[1:], *TEENS.split()], start=2)}
    for ten, word in zip(range(20, 100, 10), TENS.split(), strict=True):
        found[word] = str(ten)
        found |= {f"{word}-{unit}": str(ten + number) for number, unit in enumerate(units, start=1)}
    return found


NUMBER_WORDS = _number_words()
