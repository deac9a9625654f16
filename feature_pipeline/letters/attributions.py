"""Where a mail begins to quote another one: a line that says who wrote it and when, or a block of its headers."""

import re
from collections.abc import Sequence

from feature_pipeline.formats.authorship import INVISIBLE
from feature_pipeline.letters.phrases import (
    FROM_FIELD,
    OTHER_FIELD,
    SENT_FIELD,
    SEPARATOR,
    STARTS,
    SUBJECT_FIELD,
    WROTE,
)

QUOTED = re.compile(r" {0,3}[A-Z]{0,3}>(?![_.:;=-]+[<()\[\]])")
BRACKET_WRAPPED = re.compile(r"\s*>\s?[:：]\s*$")  # the end of an address that was too long for the line before
ATTRIBUTION_LINES = 3  # that an attribution is wrapped over, at most
LONGEST_ATTRIBUTION = 400
LONGEST_LINE = 120
ADDRESS = re.compile(r"\S@\S")
IN_BRACKETS = re.compile(r"<\s?\S+@\S+\s?>|[\[(]mailto:")
TIMED = re.compile(r"\d{1,2}\s?[:.h]\s?\d{2}(?!\d)")
DATED = re.compile(r"\b(?:19|20)\d\d\b|(?:19|20)\d\d\s?[年년.]|\d{1,2}[:.]\d{2}\b|\b\d{1,2}/\d{1,2}/\d{2}\b")
COLON_END = re.compile(r"[:：]\W*$")
WROTE_END = re.compile(rf"(?:{WROTE.pattern})(?:\([^()]{{1,3}}\))?\W*$", re.IGNORECASE)  # "napisał(a)"
BETWEEN_DASHES = re.compile(r"-{3,}.{3,100}[^-]-{3,}$")
SENTENCE_END = re.compile(r"[^\W\d]{3,}[.!?…。]\W*$")
RULE = re.compile(r"[-_=*]{5,}\s*$")
LONGEST_HEADER_BLOCK = 14  # lines
ANY_FIELD = re.compile(r"\W*([^\W\d_][^\d_:：<>@]{0,24}?)\s?[*_]*\s?[:：]\s*(\S.*)")
FEWEST_IN_ANY_LANGUAGE = 3


def quotation_head(lines: Sequence[str], index: int) -> int:
    """How many lines from `index` on stand above the mail that is quoted behind them; 0 for none."""
    return _header_block(lines, index) or _attribution(lines, index)


def is_of_mail(head: Sequence[str]) -> bool:
    """Whether what stands above a quotation shows that a mail is quoted, and no book or page."""
    text = " ".join(head)
    separated = len(head) > ATTRIBUTION_LINES or bool(SEPARATOR.match(head[0]))
    return separated or bool(ADDRESS.search(text) or (DATED.search(text) and TIMED.search(text)))


def _header_block(lines: Sequence[str], index: int) -> int:
    """How many lines from `index` on head a whole mail that follows; 0 for none."""
    first = index
    separated = bool(SEPARATOR.match(lines[index]))
    if separated or RULE.match(lines[index]):
        first = next((i for i in range(index + 1, min(index + 4, len(lines))) if lines[i].strip()), index)
    end = headers_end(lines, first, fewest=2 if separated else 3)
    return end - index if end else 1 if separated else 0


def headers_end(lines: Sequence[str], first: int, *, fewest: int) -> int:
    """The line behind the headers that begin at line `first`, in whatever order and language; 0 for none."""
    found: list[str] = []
    named = False  # an address, a subject or "Sent" shows that it is mail: trains go From and To as well
    end = first
    for position in range(first, min(first + LONGEST_HEADER_BLOCK, len(lines))):
        line = INVISIBLE.sub("", lines[position])
        if field := _field(line):
            found.append(field)
            named |= field == "subject" or bool(SENT_FIELD.match(line))
            named |= field == "from" and bool(ADDRESS.search(line))
            end = position + 1
        elif not found:
            return _headers_in_any_language(lines, first)
        elif not line.strip():
            following = next_filled(lines, position)
            if not _field(INVISIBLE.sub("", following)):
                break
        elif found[0] != "from" and not (line[0].isspace() or ADDRESS.search(line)):
            break  # many a note begins with a date and whom it is to, and goes on in words
    if "from" in found and named and len(found) >= fewest:
        return end
    return _headers_in_any_language(lines, first)


def _headers_in_any_language(lines: Sequence[str], first: int) -> int:
    """The same by what stands in the fields, one a line: who, as "Name <address>", and a date with a time."""
    labels: list[str] = []
    values = ""
    end = first
    for position in range(first, min(first + LONGEST_HEADER_BLOCK, len(lines))):
        line = INVISIBLE.sub("", lines[position])
        field = ANY_FIELD.match(line)
        if field is None and line.strip():
            break
        if field:
            labels.append(field[1].strip().casefold())
            values += f"{field[2]}\n"
            end = position + 1
    if len(labels) < FEWEST_IN_ANY_LANGUAGE or len(set(labels)) < len(labels) or not IN_BRACKETS.search(values):
        return 0
    return end if any(TIMED.search(value) and DATED.search(value) for value in values.split("\n")) else 0


def _field(line: str) -> str:
    if SUBJECT_FIELD.match(line):
        return "subject"
    if FROM_FIELD.match(line):
        return "from"
    return "other" if OTHER_FIELD.match(line) else ""


def _attribution(lines: Sequence[str], index: int) -> int:
    """How many lines from `index` on say who wrote what follows, as in "On … wrote:"; 0 for none."""
    taken = _attribution_from(lines, index)
    # A sentence right above an attribution is no part of it, though the two together look like one.
    for later in range(1, taken):
        line = lines[index + later]
        if (STARTS.match(line) or DATED.search(line)) and _attribution_from(lines, index + later) == taken - later:
            return 0
    return taken


def _attribution_from(lines: Sequence[str], index: int) -> int:
    part: list[str] = []
    for count in range(1, min(ATTRIBUTION_LINES, len(lines) - index) + 1):
        line = INVISIBLE.sub("", lines[index + count - 1])
        wrapped = bool(part) and BRACKET_WRAPPED.match(line)
        if not line.strip() or (QUOTED.match(line) and not wrapped) or (part and SENTENCE_END.search(part[-1])):
            return 0
        part.append(line.strip())
        if len(" ".join(part)) > LONGEST_ATTRIBUTION:
            return 0
        if _is_attribution(part, lines, index + count):
            return count
    return 0


def next_filled(lines: Sequence[str], start: int) -> str:
    """The first line from `start` on that is not blank; "" for none. No copy is made of what may be a million lines."""
    return next((lines[number] for number in range(start, len(lines)) if lines[number].strip()), "")


def _is_attribution(part: Sequence[str], lines: Sequence[str], below: int) -> bool:
    """`below`: the number of the line behind `part`."""
    text = " ".join(part)
    above_marked = bool(QUOTED.match(next_filled(lines, below)))
    says, begins, dated = bool(WROTE.search(text)), bool(STARTS.match(text)), bool(DATED.search(text))
    bracketed = bool(IN_BRACKETS.search(text))
    if above_marked and bracketed and dated and text.endswith(">"):  # "2011/7/7 Ann Lee <ann@example.org>"
        return True
    if len(part) == 1 and says and BETWEEN_DASHES.match(text):
        return True
    if not COLON_END.search(text):
        alone = above_marked or not "".join(lines[below : below + 1]).strip()
        return alone and dated and bracketed and begins and bool(WROTE_END.search(text))
    if bracketed and dated and (begins or len(part) == 1 or IN_BRACKETS.search(part[0])):
        return True
    if says and ((begins and dated and TIMED.search(text)) or (bracketed and len(part) == 1)):
        return True
    if says and dated and len(part) == 1 and TIMED.search(text) and len(text) < LONGEST_LINE:  # "Ann wrote on … at …:"
        return True
    # Right above marked lines, less is enough to know it by.
    return above_marked and ((says and begins and dated) or (len(part) == 1 and (says or bool(ADDRESS.search(text)))))
