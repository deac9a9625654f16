"""iMessage and SMS by the database that macOS keeps of them: chat.db, which is opened read-only.

What an iPhone's backup holds is the same database, called sms.db.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from feature_pipeline.archives import FileTree
from feature_pipeline.errors import EmptySourceError
from feature_pipeline.source_bases.chats import ChatSource, Conversation, Message
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_pipeline.sources.imessage.database import Row, read_chats

SUMMARY = "iMessage and SMS: the author's messages in the database that macOS keeps (chat.db), read-only"
EXAMPLE = "~/Library/Messages/chat.db"
OBTAIN = (
    "On a Mac it lies in `~/Library/Messages`, with Messages in iCloud switched on. Copy `chat.db` out of it, together "
    "with `chat.db-wal`, or allow the terminal *Full Disk Access*."
)

NAMES = ("chat.db", "sms.db", "3d0d7e5fb2ce288813306e4d4636395e047a3d28")  # the last: in a backup
COPIED = re.compile(r"chat|sms|message", re.IGNORECASE)
MAGIC = b"SQLite format 3\x00"


@dataclass
class IMessageSource(ChatSource):
    takes_me: ClassVar[bool] = False  # the database says which messages are its owner's

    _chats: dict[str, list[Row]]

    def conversations(self) -> Iterator[Conversation]:
        for key, rows in self._chats.items():
            yield Conversation(key, [_message(row) for row in rows])


def _message(row: Row) -> Message:
    return Message(
        id=row.guid,
        at=row.at,
        text=row.text,
        is_own=row.is_own,
        ignored=row.ignored,
        sender="" if row.is_own else row.sender,
        names=() if row.is_own else (row.sender,),
        answers=row.answers,
    )


def _database(tree: FileTree) -> Path | None:
    """An archive holds none that could be opened."""
    if tree.path.is_dir():
        found = [tree.path / name for name in tree.names() if name in NAMES]
    else:
        called = tree.path.name in NAMES or (tree.path.suffix == ".db" and COPIED.search(tree.path.name))
        found = [tree.path] if called else []
    return next((path for path in found if _is_database(path)), None)


def _is_database(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(len(MAGIC))
    except OSError:
        return False
    return head == MAGIC


def recognises(location: Location) -> Match:
    return location.holds(_database)


def open(location: Location, options: SourceOptions) -> IMessageSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError."""
    tree = location.require_tree()
    path = _database(tree)
    if path is None:
        raise EmptySourceError(f"{tree.path} holds no chat.db that can be read. Copy it out of ~/Library/Messages.")
    return IMessageSource(options, tree, read_chats(path))
