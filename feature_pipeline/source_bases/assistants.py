"""Data exports of chats with an assistant: what the person typed, with the turn before it as the context."""

from dataclasses import dataclass
from typing import ClassVar

from feature_pipeline.archives import FileTree
from feature_pipeline.formats.json_values import Json, parse_json
from feature_pipeline.source_bases.chats import ChatSource

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


def read_conversations(tree: FileTree, files: list[str]) -> list[dict[str, Json]]:
    """Raises SourceError when a file is broken."""
    found = [parse_json(tree.read(name, max_bytes=MAX_BYTES), what=name) for name in files]
    return [
        item for value in found for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)
    ]
