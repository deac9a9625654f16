"""A question that one English sentence answers, made of the sentence's own words.

Only patterns whose question comes out grammatical without parsing (the over-generation of Heilman and Smith 2010 is
not ranked here, but left out): subjects that are a name, "I", or an article and a noun; verbs of a closed list.
What is said of "he" or "this" is not asked: nobody could know who is meant.
"""

import re
from collections.abc import Collection, Iterator

from feature_pipeline.labels.english_verbs import BASE_OF_PAST, TRANSITIVE_OF_PAST
from text.stop_words import STOP_WORDS_OF
from text.words import folded_words, words

FEWEST_WORDS, MOST_WORDS = 5, 32  # of a sentence
MOST_WORDS_ASKED = 14
MOST_WORDS_OF_REST = 7  # of what follows the verb

YOURS = {"i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "we": "you", "us": "you",
         "our": "your", "ours": "yours", "ourselves": "yourselves"}  # fmt: skip
FIRST_PERSON = ("I", "We")
POINTING = "he she it they him her them his its their theirs this that these those you your one here"
UNKNOWN = frozenset(POINTING.split())
BOUNDARY = re.compile(
    r"\s*(?:[,;:–—]|\s-\s|\s(?:and|but|or|so|which|who|whom|that|because|when|while|if|as|after|before|until|since|"
    r"where|than|though|although|to)\s)"
)
NUMBER = (
    r"(?:\d{1,3}(?:,\d{3})*|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-\w+)?|two|three|four|five|six|"
    r"seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"
)
MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
TIME = re.compile(
    rf"\s(?:in (?:early |late )?(?:(?:{MONTH})(?: \d{{4}})?|(?:1[5-9]|20)\d\d)|on (?:{DAY}|the \w+ of (?:{MONTH})|"
    rf"(?:{MONTH}) \d{{1,2}}(?:, \d{{4}})?))(?=[\s,.]|$)"
)
AUXILIARY = r"is|are|was|were|can|could|will|would|should|must"
PAST = "|".join(sorted(map(re.escape, BASE_OF_PAST), key=lambda verb: (-len(verb), verb)))
NAME = r"(?:(?:Mr|Mrs|Ms|Dr|St|Sir|Miss)\.? )?[A-Z][\w’'-]*[\w](?: [A-Z][\w’'-]*[\w]){0,2}"
NOUN = r"(?:The|My|Our) (?:[a-z][a-z-]+ ){0,2}?[a-z][a-z-]+"
SUBJECT = rf"(?P<subject>I|We|{NOUN}|{NAME})"
STATEMENT = re.compile(rf"{SUBJECT} (?P<verb>{AUXILIARY}|{PAST}) (?P<rest>.+)$")
OBJECT = r"(?:me |us )?(?:an?|the|my|our|some|" + NUMBER + r")\s"
ADVERB = re.compile(r"^(?:also|just|then|finally|now|still|even|really|only|already)\s")
SPECIFIC = re.compile(r"\s(?:from|to|for|at) (?:the |my |our |[A-Z])[\w’' -]+$")
COUNTED = re.compile(rf"(?P<before>(?:me |us )?){NUMBER} (?P<noun>(?:[a-z][a-z-]+ )?[a-z][a-z-]+s)\b(?P<after>.*)$")
ACRONYM = re.compile(r"[A-Z]{2,}s?$|\w*[a-z][A-Z]\w*$")
THERE = re.compile(rf"There (?P<verb>are|were) {NUMBER} (?P<noun>(?:[a-z][a-z-]+ )?[a-z][a-z-]+s)\b(?P<after>.*)$")
MONEY = re.compile(r"(?:about |only |now )?(?:[£$€]\d|\d[\d.,]* (?:pounds?|dollars?|euros?|pence|cents)\b)")
NO_PLACES = frozenset({"process", "end", "moment", "time", "middle", "past", "case", "way", "same", "first", "works"})
OWN_CLAUSE = re.compile(r"\b(?:I|[Ww]e)\b")
TOO_PLAIN = ("spent", "had", "got", "found", "gave")  # "What did you have at …?" asks nothing
OF = re.compile(r" of (?:[a-z][a-z-]+ )?[a-z][a-z-]+s\b")
PLACE = re.compile(r"(?:in|at|under|behind|above|below|near) (?:the (?P<noun>[a-z]+)|[A-Z])")


def questions_about(sentence: str, *, names: Collection[str]) -> Iterator[str]:
    """Questions that `sentence` answers. `names` are words that the document writes with a capital inside sentences:
    a word that begins a sentence is a name only if it is one of them."""
    text = sentence.strip().rstrip(".")
    if not sentence.rstrip().endswith(".") or not FEWEST_WORDS <= len(words(text)) <= MOST_WORDS:
        return
    if re.search(r"[\"“”„«»()\[\]{}`*_|<>:/\\\n]|\w[@#]", text):
        return
    for question in _questions(text, names):
        if len(words(question)) <= MOST_WORDS_ASKED:
            yield question


def _questions(text: str, names: Collection[str]) -> Iterator[str]:
    if (counted := THERE.match(text)) and _rest(counted["after"]).strip() and _is_clear(_rest(counted["after"])):
        noun, after = _noun_of(counted)
        yield f"How many {noun} {counted['verb']} there{_you(_rest(after))}?"
    match = STATEMENT.match(text)
    if not match or not _is_subject(match["subject"], names):
        return
    subject, verb, whole = match["subject"], match["verb"], match["rest"]
    rest = ADVERB.sub("", _rest(f" {whole}").strip())
    if not rest or len(words(rest)) > MOST_WORDS_OF_REST or not _is_clear(rest):
        return
    reason = re.search(r" because ", whole)
    if reason and verb != "had" and rest == whole[: reason.start()].strip(" ,"):
        yield f"Why {_inverted(subject, verb, rest)}?"
    if verb in TRANSITIVE_OF_PAST and (counted := COUNTED.match(rest)):
        noun, after = _noun_of(counted)
        yield f"How many {noun} {_inverted(subject, verb, counted['before'] + after.strip())}?"
    if verb != "had" and (time := TIME.search(f" {rest}")) and time.end() == len(rest) + 1:
        done = f" {rest}"[: time.start()].strip()
        if done or subject not in FIRST_PERSON:
            yield f"When {_inverted(subject, verb, done)}?"
    if verb in TRANSITIVE_OF_PAST and re.match(OBJECT, rest):
        if subject not in FIRST_PERSON and not _is_noun(subject) and verb != "had":
            yield f"Who {verb} {_you(rest)}?"
        if (specific := SPECIFIC.search(rest)) and verb not in TOO_PLAIN:
            yield f"What {_inverted(subject, verb, specific[0].strip())}?"
    if verb in ("is", "was", "are", "were") and subject not in FIRST_PERSON:
        place = PLACE.match(rest)
        if MONEY.match(rest):
            yield f"How much {_inverted(subject, verb, '')}?"
        elif place and (place["noun"] or "") not in NO_PLACES:
            yield f"Where {_inverted(subject, verb, '')}?"
        elif not _is_noun(subject) and re.match(r"(?:an?|the) [a-z]", rest):
            if ACRONYM.match(subject) or verb in ("are", "were"):
                yield f"What {_inverted(subject, verb, '')}?"
            else:
                yield f"Tell me about {subject}."  # it may be a person


def _is_clear(text: str) -> bool:
    """Whether it can be asked without what stands around it. Another "I" begins a clause of its own."""
    return not UNKNOWN.intersection(folded_words(text)) and not OWN_CLAUSE.search(text)


def _noun_of(counted: re.Match[str]) -> tuple[str, str]:
    """What is counted, with what it is of, and what follows it."""
    kind = OF.match(counted["after"])
    return (counted["noun"] + kind[0], counted["after"][kind.end() :]) if kind else (counted["noun"], counted["after"])


def _is_noun(subject: str) -> bool:
    return subject.startswith(("The ", "My ", "Our ")) and subject.split()[1][0].islower()


def _is_subject(subject: str, names: Collection[str]) -> bool:
    if subject in FIRST_PERSON:
        return True
    first, *others = subject.split()
    if _is_noun(subject):
        return not set(others) & STOP_WORDS_OF["en"]
    return first.rstrip(".") in names and first.casefold() not in STOP_WORDS_OF["en"]


def _rest(text: str) -> str:
    """What follows a verb, to the end of its clause."""
    boundary = BOUNDARY.search(text)
    return text[: boundary.start()] if boundary else text


def _inverted(subject: str, verb: str, rest: str) -> str:
    """The verb before its subject, as questions have it, and what is the author's as "your"."""
    asked = "you" if subject in FIRST_PERSON else _you(_lowered(subject))
    if verb in BASE_OF_PAST:
        return f"did {asked} {BASE_OF_PAST[verb]} {_you(rest)}".rstrip()
    if asked == "you":
        verb = {"was": "were", "is": "are"}.get(verb, verb)
    return f"{verb} {asked} {_you(rest)}".rstrip()


def _lowered(subject: str) -> str:
    return subject[0].lower() + subject[1:] if _is_noun(subject) else subject


def _you(text: str) -> str:
    return re.sub(r"\b(?:[Ii]|[Mm]e|[Mm]y|[Mm]ine|[Mm]yself|[Ww]e|us|[Oo]urs?|ourselves)\b(?!['’])", _yours, text)


def _yours(match: re.Match[str]) -> str:
    return YOURS[match[0].casefold()]
