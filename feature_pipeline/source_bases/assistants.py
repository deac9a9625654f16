"""Data exports of chats with an assistant: what the person typed, with the turn before it as the context."""

from dataclasses import dataclass
from typing import ClassVar

from feature_pipeline.archives import FileTree
from feature_pipeline.formats.json_values import Json
from feature_pipeline.source_bases.chats import ChatSource
from feature_pipeline.source_bases.unread import UnreadFiles

PATTERNS = ("conversations.json", "conversations-*.json", "conversations (*).json", "conversations_*.json")
PROBE_BYTES = 65536
MAX_BYTES = 4_000_000_000


@dataclass
class AssistantSource(ChatSource):
    takes_me: ClassVar[bool] = False  # who typed is the one who owns the account


def conversation_files(tree: FileTree, *marks: bytes) -> list[str]:
    """The files that exports call so, or the only one there is: such as begin with all of `marks` in them."""
    names = tree.names()
    called = tree.find(*PATTERNS) or (names if len(names) == 1 and names[0].lower().endswith(".json") else [])
    heads = {name: tree.head(name, PROBE_BYTES) for name in called}
    return [name for name, head in heads.items() if all(mark in head for mark in marks)]


def read_conversations(tree: FileTree, files: list[str], unread: UnreadFiles) -> list[dict[str, Json]]:
    """Raises SourceError when no file can be read."""
    found = [unread.json(name, max_bytes=MAX_BYTES) for name in files]
    if files:
        unread.look_at_json((name for name in tree.find(*PATTERNS) if name not in files), max_bytes=MAX_BYTES)
    if all(name in unread for name in files):
        unread.require_others()
    return [
        item for value in found for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)
    ]
