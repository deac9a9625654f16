"""The body of a mail → what its sender wrote, and the mail that it quotes.

Programs quote in three ways: lines marked with ">", a line such as "On … wrote:" above them, and a block of headers
("From: … Sent: …") above the whole other mail. Each does it in the language of its user.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from feature_pipeline.formats.authorship import INVISIBLE
from feature_pipeline.sources.mbox.phrases import (
    DEVICE,
    FORWARD,
    FROM_FIELD,
    LIST_WORDS,
    OTHER_FIELD,
    SEPARATOR,
    STARTS,
    SUBJECT_FIELD,
    WROTE,
)

QUOTED = re.compile(r" {0,3}[A-Z]{0,3}>(?![_.:;=-]+[<()\[\]])")
QUOTE_MARK = re.compile(r" {0,3}[A-Z]{0,3}> ?")
ATTRIBUTION_LINES = 3  # that an attribution is wrapped over, at most
LONGEST_ATTRIBUTION = 400
ADDRESS = re.compile(r"\S@\S")
IN_BRACKETS = re.compile(r"<\s?\S+@\S+\s?>|[\[(]mailto:")
TIMED = re.compile(r"\d{1,2}\s?[:.h]\s?\d{2}\b")
DATED = re.compile(r"\b(?:19|20)\d\d\b|(?:19|20)\d\d\s?[年년.]|\d{1,2}[:.]\d{2}\b|\b\d{1,2}/\d{1,2}/\d{2}\b")
COLON_END = re.compile(r"[:：]\W*$")
RULE = re.compile(r"[-_=*]{5,}\s*$")
LONGEST_HEADER_BLOCK = 14  # lines
SIGNATURE = re.compile(r"--\s*$")
SIGNATURE_LINES = 15
LIST_RULE = re.compile(r"_{20,}\s*$")

REPEATS = 3  # mails that end alike, from which on it is a signature
LONGEST_SIGNATURE = 8  # lines
CONTACT = re.compile(r"https?://|www\.|\S@\S|\||(?:\d[\s().+/-]*){7}")
ENDS_SENTENCE = re.compile(r"[.!?…,;:。！？]$")


@dataclass(frozen=True, slots=True)
class MailText:
    body: str  # what the sender wrote, without signature
    quoted: str  # the mail that is quoted, one level of it; "" for none


def split_mail(text: str) -> MailText:
    """`text` has "\\n" line ends. Forwarded mail is in neither part: it is not answered."""
    body, quoted = _split(text.split("\n"), depth=0)
    return MailText(body=body, quoted=quoted)


def _split(lines: Sequence[str], *, depth: int) -> tuple[str, str]:
    body: list[str] = []
    quoted: list[str] = []
    rest: Sequence[str] = ()
    index = 0
    gap = False  # something was taken out right before
    while index < len(lines):
        line = lines[index]
        if QUOTED.match(line):
            quoted.append(QUOTE_MARK.sub("", line, count=1))
            index += 1
            gap = True
        elif FORWARD.match(line):
            break
        elif taken := _header_block(lines, index) or _attribution(lines, index):
            index += taken
            following = next((later for later in lines[index:] if later.strip()), "")
            if following and not QUOTED.match(following):
                rest = lines[index:]
                break
            gap = True
        else:
            if gap and line.strip():
                while body and not body[-1].strip():
                    body.pop()
                body.extend([""] if body else [])
                gap = False
            if not gap:
                body.append(line)
            index += 1
    if depth:  # of what a quotation quotes, nothing is wanted
        return _unsigned("\n".join(body)), ""
    return _unsigned("\n".join(body)), _split(quoted or rest, depth=1)[0]


def _header_block(lines: Sequence[str], index: int) -> int:
    """How many lines from `index` on head a whole mail that follows; 0 for none."""
    first = index
    separated = bool(SEPARATOR.match(lines[index]))
    if separated or RULE.match(lines[index]):
        first = next((i for i in range(index + 1, min(index + 4, len(lines))) if lines[i].strip()), index)
    if not FROM_FIELD.match(lines[first]):
        return 1 if separated else 0
    fields = 0
    named = bool(
        ADDRESS.search(lines[first])
    )  # else a subject must show that it is mail: trains go From and To as well
    end = first + 1
    for position in range(first + 1, min(first + LONGEST_HEADER_BLOCK, len(lines))):
        subject = bool(SUBJECT_FIELD.match(lines[position]))
        if subject or OTHER_FIELD.match(lines[position]):
            fields += 1
            named |= subject
            end = position + 1
        elif not lines[position].strip() and fields >= 2:
            following = next((line for line in lines[position:] if line.strip()), "")
            if not SUBJECT_FIELD.match(following) and not OTHER_FIELD.match(following):
                break
    return end - index if fields >= 2 and named else 1 if separated else 0


def _attribution(lines: Sequence[str], index: int) -> int:
    """How many lines from `index` on say who wrote what follows, as in "On … wrote:"; 0 for none."""
    taken = _attribution_from(lines, index)
    # A sentence right above an attribution is no part of it, though the two together look like one.
    for later in range(1, taken):
        if STARTS.match(lines[index + later]) and _attribution_from(lines, index + later) == taken - later:
            return 0
    return taken


def _attribution_from(lines: Sequence[str], index: int) -> int:
    for count in range(1, ATTRIBUTION_LINES + 1):
        part = [INVISIBLE.sub("", line).strip() for line in lines[index : index + count]]
        if len(part) < count or not part[-1] or QUOTED.match(part[-1]):
            return 0
        text = " ".join(part)
        if len(text) > LONGEST_ATTRIBUTION:
            return 0
        if not COLON_END.search(text):
            continue
        says, begins = bool(WROTE.search(text)), bool(STARTS.match(text))
        if DATED.search(text) and IN_BRACKETS.search(text) and (begins or count == 1 or IN_BRACKETS.search(part[0])):
            return count
        if says and begins and DATED.search(text) and TIMED.search(text):
            return count
        # Right above marked lines, less is enough to know it by.
        following = next((line for line in lines[index + count :] if line.strip()), "")
        above = bool(QUOTED.match(following))
        if above and ((says and begins and DATED.search(text)) or (count == 1 and (says or ADDRESS.search(text)))):
            return count
    return 0


def _unsigned(text: str) -> str:
    """Without what a program or a list put below, and without a signature under its "-- "."""
    lines = text.strip("\n").split("\n")
    while True:
        while lines and (not lines[-1].strip() or DEVICE.match(INVISIBLE.sub("", lines[-1]).strip())):
            lines.pop()
        start = max((i for i, line in enumerate(lines) if SIGNATURE.match(line) or LIST_RULE.match(line)), default=-1)
        below = lines[start + 1 :]
        listed = LIST_RULE.match(lines[start]) if start >= 0 else None
        if start < 0 or len(below) > SIGNATURE_LINES or (listed and not LIST_WORDS.search("\n".join(below))):
            break
        lines = lines[:start]
    while lines and not lines[0].strip():
        lines.pop(0)
    return "\n".join(lines)


class Signatures:
    """Signatures without a "-- " above, known by coming back: last lines that several mails share.

    A greeting that one types again and again is one's own; what is cut has an address, a number or a link in it, or
    is three lines of no sentence.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._counts = Counter(ending for text in set(texts) for ending in _endings(text))

    def cut(self, text: str) -> str:
        for ending in sorted(_endings(text), key=len, reverse=True):
            if self._counts[ending] >= REPEATS and _is_signature(ending):
                lines = text.split("\n")
                left = len(ending)
                while left:
                    left -= bool(lines.pop().strip())
                return "\n".join(lines).rstrip("\n ")
        return text


def _endings(text: str) -> list[tuple[str, ...]]:
    """The last line, the last two, …, never all of them."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return [tuple(lines[-count:]) for count in range(1, min(LONGEST_SIGNATURE, len(lines) - 1) + 1)]


def _is_signature(ending: tuple[str, ...]) -> bool:
    if any(CONTACT.search(line) for line in ending):
        return True
    return len(ending) >= 3 and not any(ENDS_SENTENCE.search(line) for line in ending[1:])
