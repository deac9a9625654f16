"""What a request to write asks for: the topic, how long the text is to be, and where it is to appear.

English is read closely; of the other languages of text/request_wording.py, a number before words or sentences.
"""

import re
from dataclasses import dataclass, replace

from inference_pipeline.platforms import PLATFORMS, Limits, Platform, end_within

SENTENCE_WORDS = 20
LINE_WORDS = 12
PARAGRAPH_WORDS = 80
CHARACTERS_PER_WORD = 5.5
COUNTED = {
    "a": 1, "an": 1, "one": 1, "single": 1, "two": 2, "couple": 2, "three": 3, "few": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "hundred": 100, "ein": 1, "einem": 1, "zwei": 2, "drei": 3, "une": 1, "deux": 2, "trois": 3, "un": 1,
    "una": 1, "dos": 2, "tres": 3, "uma": 1, "dois": 2, "duas": 2, "due": 2, "tre": 3, "een": 1, "twee": 2, "drie": 3,
}  # fmt: skip
UNITS = {
    "sentences": "sentences?|phrases?|s[äa]tze?n?|frases?|fras[ei]|zinn?en|zin",
    "lines": "lines?|zeilen?|lignes?|l[íi]neas?|linhas?|righe?|regels?",
    "words": "words?|w[öo]rtern?|worte|mots?|palabras?|palavras?|parol[ae]|woord(?:en)?",
    "characters": "characters?|chars|zeichen|caract[èe]res?|car[aá]cter(?:es)?|caratteri|tekens?",
    "paragraphs": "paragraphs?|abs[äa]tze?n?|paragraphes?|p[áa]rrafos?|par[áa]grafos?|paragrafi?|alinea's?",
}
SIZE = (
    rf"\b(?:a |the )?(?P<amount>\d{{1,4}}|{'|'.join(COUNTED)})(?: of)?[ -](?:short |brief |single |long )?"
    rf"(?:{'|'.join(f'(?P<{unit}>{forms})' for unit, forms in UNITS.items())})\b"
)
ABOUT = re.compile(
    r"\b(?:about|on the (?:topic|subject) of|on|regarding|titled|called|entitled|named|over|zu(?:m| den)?"
    r"|über|sur|au sujet de"
    r"|intitulé|sobre|titulad[oa]|intitolato|su|met de titel|mit dem titel)\b[\s:]*",
    re.IGNORECASE,
)
QUOTED = re.compile(r"[“„«\"]([^”“»\"]+)[”“»\"]")
SIZED = re.compile(SIZE, re.IGNORECASE)
SIZED_AT_END = re.compile(
    rf"[,;]?\s*\(?(?:(?:in|of|with|using|within|under|below|at most|no more than|not more than|up to|max(?:imum)?|about"
    rf"|around|less than|fewer than|keep it (?:to|under)|exactly|just|only|mit|auf|en|em|con|com|met|avec)\s+){{1,4}}"
    rf"{SIZE}(?: or (?:less|fewer)| long| at most| max(?:imum)?| please)?\)?\s*[.!?]*\s*$",
    re.IGNORECASE,
)
SIZED_BEFORE = re.compile(
    r"^(?P<asks>(?:(?:please|so|and|(?:can|could|would) you)\s+)*(?:summari[sz]e|sum up|explain|describe|tell (?:me|us)"
    r"|say|answer|fass[et]?(?: zusammen)?|erklär[et]?|résume|explique|resume|explica|riassumi|spiega)?)"
    rf"\s*\b(?:in|with|using|within|mit|auf|en|em|con|com|met|avec)\s+{SIZE}(?: or (?:less|fewer))?[,:]?\s+(?!of\b)",
    re.IGNORECASE,
)
WITHOUT_MUCH = r"(?:briefly|in (?:short|brief|a nutshell)|tl;?dr|(?:short|brief|quick) (?:answer|version))"
BRIEFLY = re.compile(
    rf"^{WITHOUT_MUCH}\b[,:]?\s*|[,;]?\s*\b(?:{WITHOUT_MUCH}|keep it (?:short|brief))(?:,? please)?\s*[.!?]*\s*$",
    re.IGNORECASE,
)
BRIEF_SENTENCES = 2
# A platform is named by its kind of text before the topic, by "post on …", or by "for …" at the end.
TEXTS: dict[Platform, str] = {
    "x": r"tweet|(?:x|twitter) post",
    "mastodon": r"toot|mastodon post",
    "bluesky": r"skeet|bluesky post",
    "linkedin": r"linked ?in (?:post|update)",
    "mail": r"e-?mail|newsletter",
}
NAMES: dict[Platform, str] = {"x": "x|twitter", "mastodon": "mastodon", "bluesky": "bluesky", "linkedin": "linked ?in"}
TEXT_FOR = {place: re.compile(rf"\b(?:{forms})\b", re.IGNORECASE) for place, forms in TEXTS.items()}
PLACED = {
    place: re.compile(
        rf"(?<=\b(?:post|text)) (?:on|for|auf|für|sur|pour|en|para|em|su|per|op|voor) (?:{forms})\b"
        rf"|[,;]? (?:for|für|pour|para|per|voor) (?:{forms})\s*[.!?]*\s*$",
        re.IGNORECASE,
    )
    for place, forms in NAMES.items()
}


@dataclass(frozen=True, slots=True)
class Length:
    """How long a text is to be at most."""

    words: int
    sentences: int | None = None
    limits: Limits = PLATFORMS["blog"]

    @property
    def about(self) -> int:
        """How many words such a text has."""
        return min(self.words, self.sentences * SENTENCE_WORDS) if self.sentences else self.words

    def cut(self, text: str) -> str:
        """The longest beginning of whole sentences that is no longer; at least the first sentence, as `end_within`."""
        return end_within(text, self.limits, words=self.words, sentences=self.sentences, complete=True)


@dataclass(frozen=True, slots=True)
class WritingTask:
    topic: str  # what is quoted in it, or what stands after "about"; else all of it
    length: Length | None  # None: it says nothing of it


def read_request(request: str) -> WritingTask:
    """What stands of length and place after the topic is none of it."""
    request = _on_one_line(request)
    rest, sized = request, None
    place: Platform | None = None
    for _ in range(2):  # "… for Mastodon, in two sentences", and the other way round
        for name, form in PLACED.items():
            if (found := form.search(rest)) and _has_topic(without := rest[: found.start()] + rest[found.end() :]):
                place, rest = name, without
        if (found := SIZED_AT_END.search(rest)) and not sized:
            sized, rest = found, rest[: found.start()]
    about = ABOUT.search(rest)
    what = QUOTED.sub("", rest[: about.start()] if about else rest)
    place = place or next((name for name, form in TEXT_FOR.items() if form.search(what)), None)
    sized = sized or SIZED.search(what)
    usual = Length(PLATFORMS[place].words, limits=PLATFORMS[place]) if place else None
    return WritingTask(_topic(rest, about), _sized(sized, usual) if sized else usual)


def read_question(question: str) -> tuple[str, Length | None]:
    """What is asked, and how long the answer is to be where that is said at its end or before what is asked, or a brief
    one is wanted."""
    question = _on_one_line(question)
    if found := SIZED_BEFORE.search(question):
        return f"{found['asks']} {question[found.end() :]}".strip() or question, _sized(found, None)
    for form in (SIZED_AT_END, BRIEFLY):
        if found := form.search(question):
            brief = Length(PLATFORMS["blog"].words, sentences=BRIEF_SENTENCES)
            rest = (question[: found.start()] + question[found.end() :]).strip()
            return rest or question, _sized(found, None) if form is SIZED_AT_END else brief
    return question, None


def _on_one_line(text: str) -> str:
    """With single blanks: the patterns here take a time that grows with the square of a run of white space."""
    return " ".join(text.split())


def _has_topic(request: str) -> bool:
    """Else "a post on Mastodon" is about it."""
    return ABOUT.search(request) is not None or QUOTED.search(request) is not None


def _topic(request: str, about: re.Match[str] | None) -> str:
    if (quoted := QUOTED.search(request)) and quoted[1].strip():
        return quoted[1].strip()
    if about:
        return re.sub(r",? (?:please|thanks)$", "", request[about.end() :].strip(" .?!…")) or request
    return request


def _sized(match: re.Match[str], usual: Length | None) -> Length:
    said = match["amount"].lower()
    count = max(1, int(said) if said.isdigit() else COUNTED[said])
    limits = usual.limits if usual else PLATFORMS["blog"]
    if match["sentences"]:
        return Length(limits.words, sentences=count, limits=limits)
    if match["characters"]:
        allowed = min(count, limits.characters or count)
        return Length(max(1, round(count / CHARACTERS_PER_WORD)), limits=replace(limits, characters=allowed))
    if match["words"] and count <= COUNTED["few"] and not said.isdigit():
        return Length(count * LINE_WORDS, limits=limits)  # "a few words about": a way of speaking
    each = {"lines": LINE_WORDS, "paragraphs": PARAGRAPH_WORDS, "words": 1}
    return Length(count * next(words for unit, words in each.items() if match[unit]), limits=limits)
