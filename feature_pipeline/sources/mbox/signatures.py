"""Signatures and notices without a "-- " above, known by coming back: last lines that several mails share.

What an author types again and again above the own name is the author's: a greeting, a wish. What is cut has an
address, a number or a link in it, is three lines of no sentence, stands below the name, or is as long as no greeting.
"""

import re
from collections import Counter
from collections.abc import Iterable

from text.words import folded_words, size, words

REPEATS = 3  # mails that end alike, from which on it is a signature
LONGEST_SIGNATURE = 30  # lines; notices of firms are that long
NOTICE_WORDS = 20
NAME_WORDS = 4  # of the line that an author signs with, at most
CONTACT = re.compile(r"https?://|www\.|\S@\S|\||(?:\d[\s().+/-]*){7}")
ENDS_SENTENCE = re.compile(r"[.!?…,;:。！？]$")
POSTSCRIPT = re.compile(r"p\.? ?s\b", re.IGNORECASE)

Lines = list[str]


class Signatures:
    def __init__(self, texts: Iterable[str], names: Iterable[str] = ()) -> None:
        """`names`: those of the author, and their parts."""
        whole = {name.strip().casefold() for name in names} - {""}
        self._names = whole | {word for name in whole for word in folded_words(name) if len(word) > 1}
        self._repeated: set[tuple[str, ...]] = set()
        alive = list(set(texts))
        for count in range(1, LONGEST_SIGNATURE + 1):  # an ending is shared only if all shorter ones are
            endings = Counter(filter(None, (_ending(text, count) for text in alive)))
            repeated = {ending for ending, mails in endings.items() if mails >= REPEATS}
            if not repeated:
                break
            self._repeated |= repeated
            alive = [text for text in alive if _ending(text, count) in repeated]

    def cut(self, text: str) -> str:
        count = 0
        while count < LONGEST_SIGNATURE and _ending(text, count + 1) in self._repeated:
            count += 1
        lines = text.split("\n")
        first = len(lines)
        while count:
            first -= 1
            count -= bool(lines[first].strip())
        return "\n".join(lines[: self._begin(lines, first)]).rstrip("\n ")

    def _begin(self, lines: Lines, first: int) -> int:
        """The line that the signature begins with, among the repeated lines from `first` on."""
        signed = max((i for i in range(len(lines)) if self._is_name(lines[i])), default=-1)
        for start, end in _paragraphs(lines, first):
            block = lines[start:end]
            if any(CONTACT.search(line) for line in block):
                return start
            if signed >= end - 1:
                continue  # above the name, and the name itself
            below = max(start, signed + 1) if signed >= 0 else None
            if below is not None and not POSTSCRIPT.match(lines[below].strip()):
                return below
            if len(block) >= 3 and not any(ENDS_SENTENCE.search(line.strip()) for line in block[1:]):
                return start
            if below is None and sum(map(size, words(" ".join(block)))) >= NOTICE_WORDS:
                return start
        return len(lines)

    def _is_name(self, line: str) -> bool:
        found = folded_words(line)
        return 0 < len(found) <= NAME_WORDS and not self._names.isdisjoint({line.strip().casefold(), *found})


def _ending(text: str, count: int) -> tuple[str, ...]:
    """The last `count` lines that are not blank; () where these would be all."""
    lines = [stripped for line in text.rsplit("\n", 3 * count + 8) if (stripped := line.strip())]
    return tuple(lines[-count:]) if len(lines) > count else ()


def _paragraphs(lines: Lines, first: int) -> Iterable[tuple[int, int]]:
    """Of the lines from `first` on: [start, end) of each."""
    start = None
    for index in range(first, len(lines) + 1):
        filled = index < len(lines) and bool(lines[index].strip())
        if filled and start is None:
            start = index
        elif not filled and start is not None:
            yield start, index
            start = None
