"""Mailbox files → the bytes of each message, streamed.

An mbox (https://www.rfc-editor.org/rfc/rfc4155, Appendix A) puts a line "From SENDER DATE" before every message.
Writers differ in all else: the date's form, whether a blank line goes before it, and whether a line of a body that
begins with "From " is escaped (mboxo, mboxrd), counted by Content-Length (mboxcl2), or left as it is.
"""

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import BinaryIO

BLOCK_BYTES = 1 << 20
HEAD_BYTES = 1 << 18  # within which the head of a message ends
NEWLINE = 10
LONGEST_LINE = 2000  # of a From_ line and the header after it
BEFORE_ALL = b"\r\n\xef\xbb\xbf"  # blank lines and a byte order mark

START = re.compile(rb"From ")  # an anchor in the pattern would make the search ten times slower
TIME = re.compile(rb"\d{1,2}:\d{2}")
DATE = re.compile(rb"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w*\b.*\b(?:19|20)\d{2}\b")
NAMELESS = re.compile(rb"From \S*\s*")
HEADER = re.compile(rb"(?:>?From |[!-9;-~]{1,76}:(?:[ \t]|\r?\n|$))")
KNOWN_HEADER = re.compile(
    rb"(?:Return-Path|Received|Delivered-To|Date|From|To|Subject|Message-ID|MIME-Version|Content-Type|Status|Envelope-To"
    rb"|Reply-To|Sender|X-[A-Za-z0-9-]+):",
    re.IGNORECASE,
)
CONTENT_LENGTH = re.compile(rb"^Content-Length:[ \t]*(\d{1,12})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
HEAD_END = re.compile(rb"\r?\n\r?\n")
ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class RawMessage:
    envelope: str  # the From_ line, "" where there is none
    data: bytes  # at most the limit
    complete: bool  # False: the message is longer


def is_mbox(head: bytes) -> bool:
    """Whether a file that begins so is an mbox."""
    return _is_separator(head.lstrip(BEFORE_ALL), 0, blank_before=True)


def mbox_messages(stream: BinaryIO, *, max_bytes: int) -> Iterator[RawMessage]:
    """The messages of an mbox. Of each, no more than `max_bytes` are held in memory."""
    current = _Growing(max_bytes)
    rest = b""
    while block := stream.read(BLOCK_BYTES):
        rest = (rest + block).lstrip(BEFORE_ALL) if current.untouched else rest + block
        # A separator is known by the line after it, so the end of what is here waits for what follows.
        rest, current = yield from _taken(rest, max(0, len(rest) - 2 * LONGEST_LINE), current, at_end=False)
    _, current = yield from _taken(rest, len(rest), current, at_end=True)
    if found := current.finish():
        yield found


def _taken(
    rest: bytes, end: int, current: "_Growing", *, at_end: bool
) -> Generator[RawMessage, None, tuple[bytes, "_Growing"]]:
    """Yields the messages that end in `rest[:end]`; what is left of `rest`, and the message that goes on."""
    position = 0
    for match in START.finditer(rest):
        start = match.start()
        if start >= end:
            break
        if not (rest[start - 1] == NEWLINE if start else current.at_line_start):
            continue
        before = (current.tail + rest[max(position, start - 4) : start])[-4:].replace(b"\r", b"")
        first = current.untouched and start == position
        if not _is_separator(rest, start, blank_before=first or before.endswith(b"\n\n")):
            continue
        if current.ends_past(start, rest, position, at_end=at_end):
            continue
        current.add(rest[position:start])
        if found := current.finish():
            yield found
        current = _Growing(current.limit)
        position = start
    end = max(position, end)
    current.add(rest[position:end])
    return rest[end:], current


def _is_separator(data: bytes, position: int, *, blank_before: bool) -> bool:
    line, _, after = data[position : position + 2 * LONGEST_LINE].partition(b"\n")
    if not line.startswith(b"From ") or not HEADER.match(after):
        return False
    known = bool(KNOWN_HEADER.match(after))
    if TIME.search(line) and DATE.search(line):
        return blank_before or known
    return blank_before and known and bool(TIME.search(line) or NAMELESS.fullmatch(line))


class _Growing:
    """A message while its bytes come in."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.tail = b""  # its last bytes so far
        self._parts: list[bytes] = []
        self._held = 0
        self._size = 0

    @property
    def untouched(self) -> bool:
        return self._size == 0

    @property
    def at_line_start(self) -> bool:
        return self.untouched or self.tail.endswith(b"\n")

    def add(self, data: bytes) -> None:
        self._size += len(data)
        self.tail = (self.tail + data[-4:])[-4:]
        kept = data[: max(0, self.limit + LONGEST_LINE - self._held)]
        self._parts.append(kept)
        self._held += len(kept)

    def ends_past(self, separator: int, coming: bytes, position: int, *, at_end: bool) -> bool:
        """Whether it says by Content-Length that it goes on past `coming[separator]`; it continues at `position`.

        Writers count wrong, so it is believed only when a message, or nothing, begins where it would end.
        """
        head = b"".join(self._parts)[:HEAD_BYTES] or coming[position : position + HEAD_BYTES]
        head_end = HEAD_END.search(head)
        length = CONTENT_LENGTH.search(head, 0, head_end.end()) if head_end else None
        if head_end is None or length is None:
            return False
        end = position - self._size + head_end.end() + int(length[1])
        if end <= separator or end > len(coming):
            return False
        following = coming[end : end + LONGEST_LINE].lstrip(b"\r\n")
        return following.startswith(b"From ") or (at_end and not following)

    def finish(self) -> RawMessage | None:
        data = b"".join(self._parts)
        if not data.strip():
            return None
        envelope, _, data = data.partition(b"\n") if data.startswith(b"From ") else (b"", b"", data)
        complete = self._size <= self.limit + len(envelope) + 1
        data = data[: self.limit]
        return RawMessage(
            envelope=envelope.decode("utf-8", "replace").strip(),
            data=ESCAPED.sub(rb"\1", data) if b">From " in data else data,
            complete=complete,
        )
