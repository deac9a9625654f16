"""Names and handles of the people that a source knows of, wherever the text uses them.

A person is masked by every word of the name, so that "Anna", "Schmidt" and "Anna Schmidt" stay one person. Words that
are also ordinary ones (Will, May, Rose) only count where the sentence uses them as a name.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from unicodedata import normalize

from feature_pipeline.privacy.detection import Detected
from feature_pipeline.privacy.ordinary_words import CALENDAR_AND_PLACES, NOT_PERSONAL, ORDINARY, PARTICLES, TITLES
from text.words import UNSPACED

LETTER = rf"[^\W\d_{UNSPACED}]"
LETTERS = rf"(?:{LETTER}[\u0300-\u036f]*+)++"
BESIDE = rf"[^\W_{UNSPACED}]"  # Chinese and Japanese stand beside a name without a space, _italics_ with a line
WORD = re.compile(rf"(?<!{BESIDE})(?<!\w_){LETTERS}(?:['’-]{LETTERS})*+(?!{BESIDE}|_\w)")
ACCENT = re.compile(r"[\u0300-\u036f]")
HANDLE = re.compile(r"(?<![\w@.])(@|/?u/)?(\w[\w-]*(?:\.[\w-]+)*)(?:@(?:[\w-]+\.)+[a-zA-Z]{2,24})?", re.IGNORECASE)
DISTINCTIVE = re.compile(r"(?=.*[a-z])(?=.*[\d_])", re.IGNORECASE)  # a handle that no text holds by chance
NUMBER = re.compile(r"\+?[\d\s().-]{7,24}")
NOT_DIGIT = re.compile(r"\D")
UNSPACED_NAME = re.compile(rf"[{UNSPACED}]+")
HANGUL = re.compile(r"[\uac00-\ud7a3]{3,}")
SENTENCE_START = re.compile(r"(?:^|[.!?…:;»”\"'“‘(*>\n\r\t]|[-–—•] ?|\d[.)])[ ]*\Z")
GREETING = re.compile(
    r"\b(?:hi|hey|hello|dear|thanks|thank you|thx|cheers|bye|morning|yo|ciao|hallo|lieber?|danke|hola|gracias|salut"
    r"|merci|cher|chère|bonjour|and|with|mr|mrs|ms|miss|dr|prof|herr|frau|señora?|m|mme|sir|aunt|auntie|uncle|tante"
    r"|onkel),?\.? \Z",
    re.IGNORECASE,
)
ADDRESSED = re.compile(
    r", (?:can|could|did|do|are|have|will|would|you|please|what|when|where|how|why|look|thanks|i|we|let|come|kannst"
    r"|hast|bist)\b",
    re.IGNORECASE,
)
ACTS = re.compile(  # what a person does, and a rose or a month does not
    r" (?:said|says|told|tells|asked|asks|called|calls|rang|wrote|writes|texted|replied|answered|thinks|thought|knows"
    r"|knew|wants|wanted|likes|liked|loves|came|comes|went|goes|left|sent|gave|bought|brought|laughed|lives|moved|works"
    r"|worked|met|and I|just|hat|ist|kommt|sagt|meint|a dit|dice|(?:is|was|isn['’]t|wasn['’]t) (?:late|early|here|there"
    r"|back|away|home|ill|sick|right|wrong|asleep|coming|going|with))\b"
)
POSSESSIVE = re.compile(r"['’]s\b")
PLACE_OR_TIME = re.compile(
    r"\b(?:in|on|of|by|since|until|till|last|next|this|early|late|mid|during|from|to|through|every|each|near|around|at"
    r"|before|after|im|ab|bis|am|en|à|au|\d{1,4}(?:st|nd|rd|th)?)[ -]\Z",
    re.IGNORECASE,
)
NUMBER_AFTER = re.compile(r",? \d")
GENITIVE_LANGUAGES = {"de", "nl", "sv", "da", "no"}  # "Annas Boot"
SHORTEST, SHORTEST_IN_SMALL_LETTERS = 3, 4
TRIMMED = re.compile(r"^[^\w@+]+|[^\w.]+$")


@dataclass(frozen=True, slots=True)
class People:
    """Who is to be masked. All keys are folded: without case and accents."""

    words: dict[str, bool] = field(default_factory=dict)  # a word of a name → whether it may be written "anna"
    phrases: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)  # first word → whole names, longest first
    handles: set[str] = field(default_factory=set)
    unspaced: re.Pattern[str] | None = None  # names in scripts without spaces
    keys: frozenset[str] = frozenset()  # a text without any of these names nobody


@lru_cache(maxsize=256)
def people_of(people: tuple[str, ...], allow: tuple[str, ...]) -> People:
    """`allow` holds the author's own names among others: their words mask nothing."""
    own = {_fold(word) for entry in allow for word in WORD.findall(entry)}
    own |= {_fold(entry).lstrip("@") for entry in allow}
    words: dict[str, bool] = {}
    phrases: dict[str, set[tuple[str, ...]]] = {}
    handles: set[str] = set()
    unspaced: set[str] = set()
    for person in people:
        name = TRIMMED.sub("", person).removeprefix("~")
        if not name or _fold(name) in own:
            continue
        if NUMBER.fullmatch(name):
            handles.add(NOT_DIGIT.sub("", name))  # as WhatsApp names who is no contact: "@447911123456"
            continue
        if handle := _handle(name):
            handles |= {_fold(handle)} - own
            continue
        last, comma, first = name.partition(", ")
        name = f"{first} {last}" if comma else name
        unspaced |= {part for part in UNSPACED_NAME.findall(name) if len(part) > 1}
        unspaced |= set(HANGUL.findall(name))
        folded = tuple(part for part in map(_fold, WORD.findall(name)) if part not in TITLES)
        if len(folded) > 1 and not set(folded) <= own:
            phrases.setdefault(folded[0], set()).add(folded)
        if not NOT_PERSONAL.intersection(folded):
            for part in folded:
                for piece in {part, *re.split("[-’']", part)}:
                    if len(piece) >= SHORTEST and piece not in own and piece not in PARTICLES:
                        words[piece] = words.get(piece, False) or part == folded[0]
    pattern = "|".join(re.escape(name) for name in sorted(unspaced, key=len, reverse=True))
    return People(
        words=words,
        phrases={first: sorted(names, key=len, reverse=True) for first, names in phrases.items()},
        handles=handles,
        unspaced=re.compile(pattern) if pattern else None,
        keys=frozenset({*words, *phrases, *handles, *(_fold(name) for name in unspaced)}),
    )


def names_to_avoid(people: Sequence[str], allow: Sequence[str]) -> frozenset[str]:
    """The words of everybody's names: no pseudonym may be one of them, or it would be taken for that person."""
    return frozenset(_fold(word) for name in (*people, *allow) for word in WORD.findall(name))


def detect(text: str, people: People, *, language: str = "") -> Iterator[Detected]:
    folded = _fold(text)
    if not any(key in folded for key in people.keys):
        return
    if people.handles:
        for match in HANDLE.finditer(text):
            name = _fold(match[2])
            written = name if name in people.handles else name.rstrip(".-")
            if written in people.handles and (match[1] or _stands_alone(written)):
                full = match.end() if written == name else match.start(2) + len(written)
                yield Detected(match.start(), full, "handle", written, "the handle of somebody in this conversation")
    if people.unspaced:
        for match in people.unspaced.finditer(text):
            yield Detected(match.start(), match.end(), "name", _fold(match[0]), "somebody in this conversation")
    if people.words or people.phrases:
        yield from _words(text, people, language)


def _words(text: str, people: People, language: str) -> Iterator[Detected]:
    tokens = list(WORD.finditer(text))
    reason = "somebody in this conversation"
    index = 0
    while index < len(tokens):
        token = tokens[index]
        start, word = token.start(), _fold(token[0])
        if phrase := _phrase(text, tokens, index, people):
            names, end = phrase
            ends = [name for name in (names[0], names[-1]) if len(name) > 1]
            yield Detected(start, end, "name", " ".join(ends), reason)
            index += len(names)
            continue
        for known, end in _spellings(word, token.end(), people, language):
            if _is_name(text, start, end, known, people, language):
                yield Detected(start, end, "name", known, reason)
                break
        else:
            yield from _pieces(token, people, reason)
        index += 1


def _phrase(
    text: str, tokens: Sequence[re.Match[str]], index: int, people: People
) -> tuple[tuple[str, ...], int] | None:
    """The whole name that begins with a token, and where it ends."""
    for names in people.phrases.get(_fold(tokens[index][0]), ()):
        found = tokens[index : index + len(names)]
        last = found[-1][0].removesuffix("'s").removesuffix("’s")
        if tuple(_fold(word) for word in (*(t[0] for t in found[:-1]), last)) != names:
            continue
        gaps = (text[a.end() : b.start()] for a, b in pairwise(found))
        capitals = all(word[0].isupper() or not word[0].islower() for word in (found[0][0], last))
        if all(gap in (" ", ". ", "\u00a0") for gap in gaps) and (capitals or not ORDINARY.issuperset(names)):
            return names, found[-1].start() + len(last)
    return None


def _spellings(word: str, end: int, people: People, language: str) -> Iterator[tuple[str, int]]:
    """The word as it stands, without a possessive's "'s", and without a genitive's "s"."""
    if word in people.words:
        yield word, end
    if word.endswith(("'s", "’s")) and word[:-2] in people.words:
        yield word[:-2], end - 2
    elif language in GENITIVE_LANGUAGES and word.endswith("s") and word[:-1] in people.words:
        yield word[:-1], end - 1


def _pieces(token: re.Match[str], people: People, reason: str) -> Iterator[Detected]:
    """Names inside of a compound: "d'Anaïs", "Anna-Lena", "Schmidt-Haus"."""
    for piece in re.finditer(r"[^'’-]+", token[0]):
        start, end = token.start() + piece.start(), token.start() + piece.end()
        known = _fold(piece[0])
        if piece[0] != token[0] and known in people.words and piece[0][0].isupper() and known not in ORDINARY:
            yield Detected(start, end, "name", known, reason)


def _is_name(text: str, start: int, end: int, word: str, people: People, language: str) -> bool:
    written = text[start:end]
    before, after = text[max(0, start - 24) : start], text[end : end + 24]
    ordinary = word in ORDINARY
    if before.endswith("@"):
        return True
    if written.islower():
        known = len(word) >= SHORTEST_IN_SMALL_LETTERS or GREETING.search(before) is not None
        return known and not ordinary and people.words[word]
    if not ordinary and word not in CALENDAR_AND_PLACES:
        return True
    if written.isupper():
        return False
    if GREETING.search(before) or ADDRESSED.match(after) or ACTS.match(after):
        return True
    if word in CALENDAR_AND_PLACES and (PLACE_OR_TIME.search(before) or NUMBER_AFTER.match(after)):
        return False
    # German writes every noun with a capital, and any language the first word of a sentence.
    started = SENTENCE_START.search(before) is not None
    return (not started and language != "de") or (POSSESSIVE.match(after) is not None and not started)


def _fold(text: str) -> str:
    """Without case and accents, which people leave out of names as they like."""
    if text.isascii():
        return text.lower()
    return normalize("NFC", ACCENT.sub("", normalize("NFD", text.casefold())))


def _handle(name: str) -> str:
    """The handle that an entry is: "@anna@fog.social" → "anna"; "" for a name."""
    if name.startswith("@") or name[:2].lower() == "u/" or name[:3].lower() == "/u/":
        return name.removeprefix("/")[1:].removeprefix("/").partition("@")[0]
    local, at, host = name.partition("@")
    if at and "." in host and " " not in name:
        return local
    single = " " not in name and name.isascii()
    return name if single and (name == name.lower() or DISTINCTIVE.match(name) or "." in name[:-1]) else ""


def _stands_alone(handle: str) -> bool:
    """Whether a handle is masked without its "@" too: "@microsoft" must not take "Microsoft" out of a text."""
    return len(handle) > SHORTEST and DISTINCTIVE.match(handle) is not None
