"""chat.db → its messages, oldest first.

Times count from the first of 2001: in nanoseconds since 2017, in seconds before. Since 2022 most texts stand in
`attributedBody` alone: an archive of Apple's (typedstream), in which the words follow the name of their class.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from feature_pipeline.errors import EmptySourceError, SourceError

EPOCH = datetime(2001, 1, 1, tzinfo=UTC)
NANOSECONDS = 1_000_000_000
OBJECT = "\ufffc"  # stands in a text where a picture or a file is
STRING_CLASSES = (b"NSMutableString", b"NSString")
NEEDED = {"message": {"guid", "text", "date", "is_from_me"}, "handle": {"id"}, "chat": {"guid"}}
OPTIONAL = ("attributedBody", "associated_message_type", "item_type", "thread_originator_guid", "is_system_message",
            "date_retracted", "balloon_bundle_id", "is_empty")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    guid: str
    at: str  # ISO 8601, UTC
    sender: str  # an address or a number; "" when it is the author
    is_own: bool
    text: str
    ignored: str  # what it is in place of its sender's own words; "" when it is words
    answers: str  # guid of the message that it says it answers


def read_chats(path: Path) -> dict[str, list[Row]]:
    """The messages of every conversation. Raises SourceError when it is no database of Messages, EmptySourceError."""
    try:
        # Without a log beside it, nothing is to be written to read it, not even a lock.
        mode = "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "immutable=1"
        with closing(sqlite3.connect(f"{path.as_uri()}?{mode}", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            columns = {table: _columns(connection, table) for table in NEEDED}
            if any(not needed <= columns[table] for table, needed in NEEDED.items()):
                raise SourceError(f"{path} is a database of something else: it has not the tables of Messages.")
            chats: dict[str, list[Row]] = {}
            for chat, row in _rows(connection, columns["message"]):
                chats.setdefault(chat, []).append(row)
    except (sqlite3.Error, UnicodeDecodeError) as error:  # the latter for what SQLite says
        raise SourceError(f"{path} cannot be read: {error}. Copy it again, with the files beside it.") from error
    if not chats:
        raise EmptySourceError(f"{path} holds no message.")
    return chats


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    return {row["name"] for row in connection.execute(f"PRAGMA table_info({table})")}


def _rows(connection: sqlite3.Connection, columns: set[str]) -> Iterator[tuple[str, Row]]:
    optional = ", ".join(f"m.{name} AS {name}" if name in columns else f"NULL AS {name}" for name in OPTIONAL)
    # SQLite keeps a value of any type in any column.
    found = connection.execute(
        f"""SELECT m.guid AS guid, CAST(m.text AS TEXT) AS text, CAST(m.date AS INTEGER) AS date, m.is_from_me AS own,
                   h.id AS sender, COALESCE(c.guid, h.id, '') AS chat, {optional}
            FROM message m
            LEFT JOIN handle h ON h.ROWID = m.handle_id
            LEFT JOIN chat_message_join j ON j.message_id = m.ROWID
            LEFT JOIN chat c ON c.ROWID = j.chat_id
            ORDER BY m.date, m.ROWID"""  # noqa: S608 - names of columns that are there
    )
    for row in found:
        archive = row["attributedBody"]
        text = row["text"] or _text_of(archive if isinstance(archive, bytes) else b"")
        text = text.replace(OBJECT, "").strip()
        is_own = bool(row["own"])
        yield (
            str(row["chat"]),
            Row(
                guid=str(row["guid"]),
                at=_moment(row["date"]),
                sender="" if is_own else str(row["sender"] or ""),
                is_own=is_own,
                text=text,
                ignored=_why_ignored(row, text),
                answers=str(row["thread_originator_guid"] or ""),
            ),
        )


def _why_ignored(row: sqlite3.Row, text: str) -> str:
    if row["item_type"] or row["is_system_message"]:
        return "notice of Messages"
    if row["associated_message_type"]:
        return "reaction"  # "Loved “…”" repeats the other side's words
    if row["date_retracted"]:
        return "deleted message"
    return "" if text else "media"


def _moment(date: int | None) -> str:
    seconds = (date or 0) / NANOSECONDS if abs(date or 0) > 10 * NANOSECONDS else (date or 0)
    return (EPOCH + timedelta(seconds=seconds)).isoformat(timespec="seconds") if date else ""


def _text_of(archive: bytes) -> str:
    """The words in an archived attributed string: after the class's name a "+", and the length in one byte; 0x81 says
    that two bytes follow with it, 0x82 four. "" where it is of another form."""
    for name in STRING_CLASSES:
        _, found, rest = archive.partition(name)
        start = rest.find(b"+", 0, 16) + 1
        if not found or not start or start >= len(rest):
            continue
        length, start = rest[start], start + 1
        if length in (0x81, 0x82):
            size = 2 if length == 0x81 else 4
            length, start = int.from_bytes(rest[start : start + size], "little"), start + size
        return rest[start : start + length].decode("utf-8", "replace")
    return ""
