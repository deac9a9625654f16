"""Questions that one English sentence answers, asked as people ask: "Can you tell me how many steps there are?"

A question inside a sentence keeps the order of the statement ("how many minutes it loses a day"), so that no verb need
be known in its other forms: what is asked for is taken out of its clause and put in front. What cannot be told apart
by rules is left out.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from text.words import folded_words
from training_pipeline.evaluation.answering.natures import Nature


@dataclass(frozen=True, slots=True)
class ClauseQuestion:
    """A question that a clause answers: "how many minutes it loses a day", or "who held the ladder"."""

    text: str
    facts: tuple[tuple[str, ...], ...]  # groups of patterns: what must stand in the answer
    is_direct: bool  # a question as it stands; else it stands inside another sentence
    is_clear: bool  # it can be asked without saying what it is about


YOURS = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "we": "you", "us": "you",
    "our": "your", "ours": "yours", "i'm": "you're", "i've": "you've", "i'd": "you'd", "i'll": "you'll",
    "we're": "you're", "we've": "you've", "we'd": "you'd", "we'll": "you'll",
}  # fmt: skip
OWN = "|".join(sorted(YOURS, key=len, reverse=True)).replace("'", "['’]")
FIRST_PERSON = re.compile(rf"(?<![\w'’])(?:{OWN})(?![\w'’])", re.IGNORECASE)
BE_AFTER_YOU = re.compile(r"\b(?:you (?:am|was)|(?:am|was) you)\b")
INVERTIBLE = re.compile(r" (is|are|was|were|am|can|could|will|would|should|must)\b")
ARTICLED = re.compile(r"(?:The|My|Our|An?|Every|Each|Both|It|He|She|They|There|That|This)\b")
DETERMINED = re.compile(
    r"\b(?:the|my|our|your|his|her|its|their|these|those|all|every|first|last|next|other)\s\Z", re.IGNORECASE
)
PAST_HOUR = re.compile(
    r"\S+ (?:minutes )?(?:past|to) (?:the|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d)"
)
APPROXIMATE = re.compile(r"\s(?:about|exactly|nearly|almost|only|just|some|over|around|roughly)\s*\Z")
POINTING = "it he she they him her them his hers its their theirs this that these those here one"
UNCLEAR = frozenset(POINTING.split())
BOUNDARY = re.compile(
    r"[,;:–—]\s|\s[–—-]+\s|\s(?:and|but|or|so|which|who|whom|that|because|when|while|if|as|after|before|until|since|"
    r"where|than|though|although)\s",
    re.IGNORECASE,
)
NOT_A_CLAUSE = re.compile(r"[\"“”„«»()\[\]{}`*_|<>/\\\n#@=]|https?:|\d-\d")
WORDS_FOR_NUMBERS = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty thirty forty fifty sixty seventy eighty ninety"
)
NUMBER_WORDS = WORDS_FOR_NUMBERS.split()
VALUES = dict(zip(NUMBER_WORDS, [*range(2, 21), *range(30, 100, 10)], strict=True))
WORDED = {value: word for word, value in VALUES.items()}
TENS, UNITS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety", "one|two|three|four|five|six|seven|eight|nine"
NUMBER = rf"(?:\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?|(?:{TENS})-(?:{UNITS})|{'|'.join(NUMBER_WORDS)})"
MONEY = re.compile(
    rf"(?P<whole>(?:[£$€]\s?(?P<sign>\d[\d,]*(?:\.\d+)?)|(?P<said>{NUMBER}) "
    r"(?:pounds|dollars|euros|crowns|pence|cents|francs|marks|shillings))(?: each)?)\b"
    r"(?! of\b|-|\s?(?:million|billion))",
    re.IGNORECASE,
)
YEAR = re.compile(r"\s(?:in|since) (?P<year>1[5-9]\d\d|20\d\d)\b(?!\s(?:pounds|crowns|dollars|people))")
COUNTED = re.compile(
    rf"(?<![\w.,£$€-])(?P<number>{NUMBER}) (?P<noun>(?:[a-z][a-z-]+ ){{0,2}}?(?:[a-z]{{2,}}(?<!s)s|people|men|women|"
    r"children|feet|teeth))(?![\w'’-])(?! ago\b)",
    re.IGNORECASE,
)
IN_S = "is was has does as its this us yes always across less times sometimes"  # and no plural
NO_COUNT = frozenset(IN_S.split())
NAME = r"(?:(?:Mr|Mrs|Ms|Dr|Miss|Sir|St)\.? )?[A-Z][\w’'-]*\w(?: [A-Z][\w’'-]*\w){0,2}"
DONE = re.compile(r"(?:\w{2,}ed|born|built|made|bought|sold|found|lives?|went|came|goes|comes|stands?|stood)\Z")
AFTER_PREPOSITION = re.compile(rf"\s(?P<preposition>in|at|near|from|by|with|for|to|of) (?P<name>{NAME})(?![\w’'-])")
TIMES = re.compile(
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July|August|September|"
    r"October|November|December|Christmas|Easter|I|I'\w+|English|French|German)s?\Z"
)
IRREGULAR = """
is are was were am be has have had do does did can could will would should must may might became become began bought
broke brought built came caught chose cost costs cut drew drove ate fell felt fetched found gave gets got goes went
grew held heard keeps kept knew knows laid led left lent lets lies lost made makes means meant met paid put ran read
rose said says sat saw sees sells sold sent set shows showed shut sings slept sleeps spent spoke stands stood stuck
swam takes took taught tells told thinks thought threw understood wears wore wins won wrote writes charge charges need
needs want wants use uses like likes run runs work works live lives take make get keep sell know think eat eats drink
drinks come comes
"""
FINITE = frozenset(IRREGULAR.split())
VERB = rf"(?:{'|'.join(sorted(FINITE))}|[a-z]{{3,}}ed)"
SUBJECT = re.compile(
    rf"(?:(?:[Ii]|[Ww]e)(?P<short>['’](?:ve|d|ll|m|re))?|(?P<unclear>(?:[Ii]t|[Hh]e|[Ss]he|[Tt]hey|[Tt]here|[Tt]hat|"
    rf"[Tt]his)(?:['’]s|['’]ve|['’]d)?)|(?:[Tt]he|[Mm]y|[Oo]ur|[Aa]n?|[Ee]very|[Ee]ach|[Bb]oth) (?:[\w’'-]+ ){{0,4}}?"
    rf"[\w’'-]+|(?P<name>{NAME}))(?(short)|(?P<verb> (?:(?:now|also|still|only|never|always|just|really) )?{VERB}))"
    rf"(?![\w’'-])"
)
LONGEST = 12  # words of a question's clause
FEWEST = 3
PREPOSITION = re.compile(
    r"\s(?:in|at|near|from|by|with|for|to|on|over|under|of|into|through|across|behind|about)(?=\s)"
)


def clause_questions(sentence: str, natures: Mapping[str, Nature | None]) -> Iterator[ClauseQuestion]:
    """What can be asked of `sentence`. `natures` are of the names that the posts use, by folded word."""
    for clause in _clauses(sentence, natures):
        yield from _of_clause(clause, natures)


def number_patterns(number: str) -> tuple[str, ...]:
    """A number as it may be written: in digits, without commas, and in words up to twenty and for round tens."""
    folded = number.casefold().replace(",", "")
    tens, _, units = folded.partition("-")
    if tens in VALUES and units:
        value = VALUES[tens] + (1 if units == "one" else VALUES[units])
        return rf"(?<![\d.]){value}(?![\d]|\.\d)", rf"\b{tens}[- ]{units}\b"
    if folded in VALUES:
        return rf"(?<![\d.]){VALUES[folded]}(?![\d]|\.\d)", rf"\b{folded}\b(?!-)"
    digits = rf"(?<![\d.]){re.escape(folded)}(?![\d]|\.\d)"
    worded = WORDED.get(int(folded)) if folded.isdigit() else None
    return (digits, rf"\b{worded}\b(?!-)") if worded else (digits,)


def _clauses(sentence: str, natures: Mapping[str, Nature | None]) -> Iterator[str]:
    """Pieces of a sentence that have a subject and a verb of their own."""
    start = 0
    ends = [*((m.start(), m.end()) for m in BOUNDARY.finditer(sentence)), (len(sentence), len(sentence))]
    for end, following in ends:
        piece = sentence[start:end].strip(" .!?…")
        subject = None if NOT_A_CLAUSE.search(piece) else SUBJECT.match(piece)
        if subject and (not subject["name"] or natures.keys() & set(folded_words(subject["name"]))):
            yield piece
        start = following


def _of_clause(clause: str, natures: Mapping[str, Nature | None]) -> Iterator[ClauseQuestion]:
    subject = SUBJECT.match(clause)
    assert subject is not None
    verb_at = subject.end() if subject["short"] else subject.start("verb")
    head, rest = clause[:verb_at], clause[verb_at:]
    if money := MONEY.search(rest):
        facts = (number_patterns(money["sign"] or money["said"]),)
        yield from _asked("how much", head, _without(rest, money), facts)
    elif year := YEAR.search(rest):
        yield from _asked("in which year", head, _without(rest, year), (number_patterns(year["year"]),))
    elif (counted := COUNTED.search(rest)) and counted["noun"].split()[-1].casefold() not in NO_COUNT:
        facts = (number_patterns(counted["number"]),)
        yield from _asked(f"how many {counted['noun']}", head, _without(rest, counted), facts)
    if subject["name"] and _nature(subject["name"], natures) is Nature.PERSON:
        yield from _asked("who", "", rest, (name_patterns(subject["name"]),))
    elif found := AFTER_PREPOSITION.search(rest):
        yield from _of_name(found, head, rest, natures)


def _of_name(
    found: re.Match[str], head: str, rest: str, natures: Mapping[str, Nature | None]
) -> Iterator[ClauseQuestion]:
    nature, preposition = _nature(found["name"], natures), found["preposition"]
    if TIMES.match(found["name"].split()[-1]):
        return
    facts = (name_patterns(found["name"]),)
    if (
        nature is Nature.PLACE
        and DONE.search(rest[: found.start()])
        and preposition in ("in", "at", "near", "from", "to")
    ):
        stranded = " from" if preposition == "from" else ""
        yield from _asked("where", head, f"{rest[: found.start()]}{stranded}{rest[found.end() :]}", facts)
    elif nature is Nature.PERSON and preposition in ("by", "with", "for", "from", "to"):
        yield from _asked("who", head, f"{rest[: found.start()]} {preposition}{rest[found.end() :]}", facts)


def name_patterns(name: str) -> tuple[str, ...]:
    """Any of its words will do: people are called by first and by last names."""
    said = [word for word in folded_words(name) if word not in ("mr", "mrs", "ms", "dr", "miss", "sir", "st", "the")]
    return tuple(rf"\b{re.escape(word.removesuffix(chr(39) + 's'))}\b" for word in said)


def _nature(name: str, natures: Mapping[str, Nature | None]) -> Nature | None:
    if re.match(r"(?:Mr|Mrs|Ms|Dr|Miss)\b", name):
        return Nature.PERSON
    return next((nature for word in folded_words(name) if (nature := natures.get(word))), None)


def _without(rest: str, match: re.Match[str]) -> str:
    """`rest` with what is asked for taken out; a preposition before it stays, at the end of its verb. "" where more of
    a measure is left over ("three metres sixty", "ten minutes past"), or it is known which ("the three")."""
    after = rest[match.end() :].lstrip()
    if (
        re.match(rf"(?:{NUMBER}|old\b|of\b)", after)
        or PAST_HOUR.match(rest, match.start())
        or DETERMINED.search(rest[: match.start()])
    ):
        return ""
    return f"{APPROXIMATE.sub('', rest[: match.start()]).rstrip()} {after}".rstrip()


def _asked(wh: str, head: str, rest: str, facts: tuple[tuple[str, ...], ...]) -> Iterator[ClauseQuestion]:
    """Of the subject `head` ("" where it is asked for) and the `rest` of its clause, without what is asked for."""
    whole = f"{head} {rest.strip()}".strip()
    said = folded_words(whole)
    if not rest.strip() or len(said) < FEWEST - (not head):
        return
    clause = _shortened(whole)
    inverted = INVERTIBLE.match(clause[len(head) :]) if head and clause.startswith(head) else None
    if ARTICLED.match(head):
        clause = clause[:1].lower() + clause[1:]
    if inverted:
        clause = f"{inverted[1]} {clause[: len(head)]}{clause[len(head) + inverted.end() :]}"
    clause = BE_AFTER_YOU.sub(_plural, FIRST_PERSON.sub(_yours, clause))
    yield ClauseQuestion(
        text=re.sub(r"\s+", " ", f"{wh} {clause}"),
        facts=facts,
        is_direct=not head or inverted is not None,
        is_clear=not UNCLEAR.intersection(said),
    )


def _shortened(clause: str) -> str:
    """Without its last prepositional phrases where it is long."""
    while len(clause.split()) > LONGEST and (places := [m.start() for m in PREPOSITION.finditer(clause)]):
        shorter = clause[: places[-1]].rstrip()
        if len(shorter.split()) < FEWEST + 1:
            break
        clause = shorter
    return clause


def _yours(match: re.Match[str]) -> str:
    return YOURS[match[0].casefold().replace("’", "'")]


def _plural(match: re.Match[str]) -> str:
    return match[0].replace("am", "are").replace("was", "were")
