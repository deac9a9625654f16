"""The body of a mail → what its sender wrote, and the mail that it quotes.

Programs quote in three ways: lines marked with ">", a line such as "On … wrote:" above them, and a block of headers
("From: … Sent: …") above the whole other mail. Each does it in the language of its user.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from feature_pipeline.formats.authorship import INVISIBLE
from feature_pipeline.letters.attributions import QUOTED, is_of_mail, next_filled, quotation_head
from feature_pipeline.letters.phrases import (
    DEVICE,
    DEVICE_OF_MINE,
    FORWARD,
    LIST_WORDS,
    NEXT_PART,
    NOTICE,
    SCRUBBED_ADDRESS,
    SCRUBBED_RULE,
)

QUOTE_MARK = re.compile(r" {0,3}[A-Z]{0,3}> ?")
SIGNATURE = re.compile(r"--\s*$")
SIGNATURE_LINES = 15
MOST_SIGNATURES = 20  # one below the other: programs, firms and lists
LIST_RULE = re.compile(r"_{20,}\s*$")
LONGEST_SCRUBBED = 10  # lines that Mailman leaves in place of an attachment


@dataclass(frozen=True, slots=True)
class MailText:
    body: str  # what the sender wrote, without signature
    quoted: str  # the mail that is quoted, one level of it; "" for none
    headed: bool = False  # what stands above another mail is there, and of a mail for sure: an address, a time of day


def split_mail(text: str) -> MailText:
    """`text` has "\\n" line ends. Forwarded mail is in neither part: it is not answered."""
    return _split(_without_scrubbed(text.split("\n")), depth=0)


def _split(lines: Sequence[str], *, depth: int) -> MailText:
    body: list[str] = []
    quoted: list[str] = []
    rest: Sequence[str] = ()
    index = 0
    gap = headed = False  # something was taken out right before; as in MailText
    while index < len(lines):
        line = lines[index]
        if QUOTED.match(line):
            quoted.append(QUOTE_MARK.sub("", line, count=1))
            index += 1
            gap = True
        elif FORWARD.match(line):
            headed = True
            break
        elif _is_device(line) and (below := _first_words(lines, index + 1)) is not None:
            # A phone puts its line above the letter that is answered, and often nothing else between the two.
            index += 1
            if any(line.strip() for line in body) and not _begins_something(lines, below):
                rest = lines[index:] if not NOTICE.search(_paragraph(lines, below)) else ()
                headed = True
                break
        elif taken := quotation_head(lines, index):
            headed |= is_of_mail(lines[index : index + taken])
            index += taken
            following = next_filled(lines, index)
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
        return MailText(_unsigned("\n".join(body)), "", headed)
    return MailText(_unsigned("\n".join(body)), _split(_without_head(quoted or rest), depth=1).body, headed)


def _without_head(lines: Sequence[str]) -> Sequence[str]:
    """Without the line that says who wrote them, which Apple Mail puts inside the quotation."""
    first = next((index for index, line in enumerate(lines) if line.strip()), None)
    return lines if first is None else lines[first + quotation_head(lines, first) :]


def _is_device(line: str) -> bool:
    line = INVISIBLE.sub("", line).strip()
    return bool(DEVICE.match(line) or DEVICE_OF_MINE.match(line))


def _first_words(lines: Sequence[str], start: int) -> int | None:
    """The next line that is not blank, where a blank one or none comes first."""
    if start < len(lines) and lines[start].strip():
        return start if _begins_something(lines, start) else None
    return next((index for index in range(start, len(lines)) if lines[index].strip()), None)


def _begins_something(lines: Sequence[str], index: int) -> bool:
    """Whether a quotation or a signature begins here."""
    line = lines[index]
    marked = QUOTED.match(line) or FORWARD.match(line) or SIGNATURE.match(line) or LIST_RULE.match(line)
    return bool(marked) or bool(quotation_head(lines, index))


def _paragraph(lines: Sequence[str], start: int) -> str:
    end = next((index for index in range(start, len(lines)) if not lines[index].strip()), len(lines))
    return " ".join(line.strip() for line in lines[start:end])


def _without_scrubbed(lines: list[str]) -> list[str]:
    """Without what Mailman's archives put between a mail's parts and in place of its attachments."""
    kept: list[str] = []
    index = 0
    while index < len(lines):
        rule = SCRUBBED_RULE.match(lines[index])
        if rule is None:
            kept.append(lines[index])
            index += 1
            continue
        below = lines[index + 1 : index + 1 + LONGEST_SCRUBBED]
        notice = list(takewhile(lambda line: not SCRUBBED_RULE.match(line), below))
        address = next((place for place, line in enumerate(notice) if SCRUBBED_ADDRESS.match(line)), None)
        if address is None and rule[1].strip().lower() != NEXT_PART:
            kept.append(lines[index])
        index += 1 if address is None else address + 2
    return kept


def _unsigned(text: str) -> str:
    """Without what a program, a firm or a list put below, and without a signature under its "-- "."""
    lines = text.strip("\n").split("\n")
    for _ in range(MOST_SIGNATURES):
        while lines and (not lines[-1].strip() or _is_device(lines[-1])):
            lines.pop()
        last = max((index + 1 for index, line in enumerate(lines) if not line.strip()), default=0)
        if 0 < last < len(lines) and NOTICE.search(_paragraph(lines, last)):
            lines = lines[:last]
            continue
        start = max((i for i, line in enumerate(lines) if SIGNATURE.match(line) or LIST_RULE.match(line)), default=-1)
        below = lines[start + 1 :]
        listed = LIST_RULE.match(lines[start]) if start >= 0 else None
        if start < 0 or len(below) > SIGNATURE_LINES or (listed and not LIST_WORDS.search("\n".join(below))):
            break
        lines = lines[:start]
    while lines and not lines[0].strip():
        lines.pop(0)
    return "\n".join(lines)
