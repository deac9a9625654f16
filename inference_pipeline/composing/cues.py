"""What a question's wording asks a sentence for: an answer of a type, a name, a reason, an introduction. English alone
so far."""

import re
from functools import lru_cache

from inference_pipeline.composing.answer_types import AnswerType, answer_type
from text.facts import names
from text.words import folded_words

ASKS_NAME = re.compile(r"(?:and |so |but )?(?:who\b|what(?:'s| is| was) the name\b|what is \w+ called\b)")
ASKS_REASON = re.compile(r"(?:and |so |but )?(?:why\b|how come\b|what for\b)")
REASON = re.compile(
    r"\b(?:because|since|so that|reason|which is why|that is why|as it|for it|therefore)\b", re.IGNORECASE
)
ASKS_WHAT_IT_IS = re.compile(
    r"(?:and |so |but )?(?:(?:who|what)(?:'s| is| was| are| were) (?:the name of )?(?:the |a |an |(?P<own>your ))?"
    r"((?!you|this|that|it).{2,60}?)(?:['’]s name)?"
    r"|what (?:does|do|did) (?:the |a |an )?(.{2,60}) (?:mean|stand for))"
)
# What "X is a …" goes on with where it says what somebody thinks of X, and not what it is
JUDGED = (
    r"(?:(?:bit|little|lot|big|bigger|huge|better|worse|pretty|very|really|real|such|joy|pain|must|mess|shame|beast"
    r"|matter|key|major|victim|fun)\b|(?:good|great|bad|nice|fine|perfect|excellent) (?:example|way|idea|thing|place"
    r"|start|time|reason|fit|choice|case|point|deal|question)\b)"
)
KIND = rf"(?:the|an?|my|our)\b(?! {JUDGED})"
ASKS_NOW = re.compile(
    r"\b(?:now|nowadays|these days|still|currently|today|at the moment|any ?more|latest|last|by now)\b"
)
NAME, WHY = 0.04, 0.03
OF_TYPE, OF_NONE = 0.05, -0.03  # what has an answer of the type that is asked for, and what has none
NEWEST = 0.1  # what the newest post gains where it is asked how things are now; the oldest nothing
INTRODUCED = 0.2  # more than the sentences gain that say something else of whom is asked for


def cue(question: str, sentence: str) -> float:
    """What `sentence` gains for having what `question` asks for, and loses for lacking it."""
    asked = _asked(question)
    gain = 0.0
    if type_ := _type(question):
        gain += OF_TYPE if type_.found.search(sentence) else OF_NONE
    if ASKS_NAME.match(asked) and names(sentence, "en"):
        gain += NAME
    if ASKS_REASON.match(asked) and REASON.search(sentence):
        gain += WHY
    if (introduces := _introduction(asked)) and introduces.search(sentence):
        gain += INTRODUCED
    return gain


def asks_now(question: str) -> bool:
    """Whether of two posts that tell different things the newer one is right."""
    return ASKS_NOW.search(_asked(question)) is not None


def introduction(question: str) -> re.Pattern[str] | None:
    """What a sentence matches that says who or what it is that is asked for; None where that is not asked."""
    return _introduction(_asked(question))


@lru_cache(maxsize=64)
def _type(question: str) -> AnswerType | None:
    return answer_type(question)


@lru_cache(maxsize=64)
def _asked(question: str) -> str:
    return " ".join(folded_words(question))


@lru_cache(maxsize=64)
def _introduction(asked: str) -> re.Pattern[str] | None:
    """Matches "X, who is …", "X is a …", "X stands for …" and the like, where X is asked for; "my sister, Ann" where it
    is "your sister"."""
    match = ASKS_WHAT_IT_IS.fullmatch(asked)
    if match is None:
        return None
    whom = r"\W+".join(map(re.escape, (match[2] or match[3]).split()))
    if match["own"]:
        called = r"(?:,? |['’]s name | is | was |, who is )(?:called |named )?(?-i:[A-Z][a-z])"
        name = r"(?-i:\b(?!It|He|She|They|This|That|There|Here|Who|And|But)[A-Z][\w-]+)"
        return re.compile(
            rf"\b(?:my|our) (?:[\w-]+ )?{whom}{called}|{name},? (?:(?:who )?is |was )?(?:my|our) {whom}\b",
            re.IGNORECASE,
        )
    is_person = re.match(r"(?:\w+ )?who\b", asked) is not None
    more = r"[^.!?,]{0,12}" if is_person else r"\W{0,3}"  # a surname; not "GitHub Flow"
    role = (
        rf"{more}\b(?:is|was|are|were) {KIND}|{more}, {KIND}[^.!?,;]{{2,60}}[.,;—–]"
        rf"|{more}(?:, who (?:is|was|keeps|runs|has|owns)\b|\b(?:stands for|means|is short for)\b)"
        r"|\W{0,3}[—–(]\W?(?:the|an?|my|our|who|which|or|short for)\b"
    )
    named = rf"\b(?:known as|called|named) (?:the |an? )?\W{{0,3}}{whom}\b(?-i:(?!-| [A-Z]))"
    if is_person:  # "my neighbour on plot 42, Tomasz", "our skipper Tom"
        named += rf"|\b(?:my|our) (?-i:[a-z])[^.!?,;]{{2,30}},? {whom}\b"
    spelt_out = rf"|\({whom}\)" if match[3] else ""
    return re.compile(rf"\b{whom}\b(?:{role})|{named}{spelt_out}", re.IGNORECASE)
