"""Google Chat, by Takeout: the author's messages in conversations and spaces.

Takeout says whose it is. A thread of a space answers its first message; a conversation of two has no threads.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import ClassVar

from feature_pipeline import dates
from feature_pipeline.archives import FileTree
from feature_pipeline.errors import EmptySourceError
from feature_pipeline.formats.authorship import Writer, choose_authors
from feature_pipeline.formats.json_values import Json, dict_at, list_at, text_at
from feature_pipeline.source_bases.chats import ChatSource, Conversation, Message
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_store.records import digest_of

SUMMARY = "Google Chat, by Google Takeout: the author's messages in conversations and spaces"
EXAMPLE = "~/Downloads/takeout-20240501T120000Z-001.zip"
OBTAIN = (
    "At [Google Takeout](https://takeout.google.com) choose *Google Chat*; name the `.zip`, or its folder of that name."
)

MESSAGES, USER = "messages.json", "user_info.json"
SIGNS = (b'"messages"', b'"creator"', b'"topic_id"')
PROBE_BYTES = 20_000
MAX_BYTES = 2_000_000_000
PRIVATE = "DM "  # begins the folder of a conversation of two


@dataclass
class GoogleChatSource(ChatSource):
    takes_me: ClassVar[bool] = True

    files: list[str]

    def __post_init__(self) -> None:
        """Raises SourceError, WhoIsTheAuthorError."""
        self.unread.look_at_json(
            (name for name in self.tree.find(MESSAGES) if name not in self.files), max_bytes=MAX_BYTES
        )
        if not any(map(self._items, self.files)):
            self.unread.require_others()
        self._author = choose_authors(self._writers(), self.options, account=self._account, where=self.unread.where)

    @property
    def identity(self) -> str:
        return self._account or super().identity

    @property
    def is_settled(self) -> bool:
        return bool(self._account) or not self.unread

    @cached_property
    def _account(self) -> str:
        users = [self.unread.json(name, max_bytes=MAX_BYTES) for name in self.tree.find(USER)]
        return next(filter(None, (text_at(user, "user", "email") for user in users)), "")

    def _writers(self) -> dict[str, Writer]:
        counts: Counter[str] = Counter()
        names: dict[str, str] = {}
        for file in self.files:
            for item in self._items(file):
                if (key := _sender(item)) and text_at(item, "text").strip():
                    counts[key] += 1
                    names[key] = text_at(item, "creator", "name")
        return {key: Writer((names[key], key), count) for key, count in counts.items()}

    def _items(self, file: str) -> list[Json]:
        return [] if file in self.unread else list_at(self.unread.json(file, max_bytes=MAX_BYTES), "messages")

    def conversations(self) -> Iterator[Conversation]:
        for file in self.files:
            folder = PurePosixPath(file).parent.name
            items = self._items(file)
            first: dict[str, str] = {}
            if not folder.startswith(PRIVATE):
                for item in items:
                    first.setdefault(text_at(item, "topic_id"), _id(item))
            yield Conversation(folder or file, [self._message(item, first) for item in items])

    def _message(self, item: Json, first: dict[str, str]) -> Message:
        key, text = _id(item), text_at(item, "text")
        answers = first.get(text_at(item, "topic_id"), key)
        sender, name = _sender(item), text_at(item, "creator", "name")
        is_own = sender in self._author
        return Message(
            id=key,
            at=dates.to_utc(text_at(item, "created_date").replace("\u202f", " ")),
            text=text,
            is_own=is_own,
            ignored=_why_ignored(item),
            sender="" if is_own else name or sender,
            names=() if is_own else (name,),
            answers=answers if answers != key else "",
            in_thread=answers != key,
        )


def _why_ignored(item: Json) -> str:
    if text_at(item, "creator", "user_type") == "Bot":
        return "written by bots"
    if text_at(item, "message_state") == "DELETED" or dict_at(item, "deletion_metadata"):
        return "deleted messages"
    return "" if text_at(item, "text").strip() else "files"


def _sender(item: Json) -> str:
    return text_at(item, "creator", "email") or text_at(item, "creator", "name")


def _id(item: Json) -> str:
    return text_at(item, "message_id") or digest_of(text_at(item, "created_date"), text_at(item, "text"))[:20]


def recognises(location: Location) -> Match:
    return location.holds(_files)


def open(location: Location, options: SourceOptions) -> GoogleChatSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError, WhoIsTheAuthorError."""
    tree = location.require_tree()
    files = _files(tree)
    if not files:
        raise EmptySourceError(f"{location.text} holds no conversation of Google Chat: looked for {MESSAGES}.")
    return GoogleChatSource(options, tree, files)


def _files(tree: FileTree) -> list[str]:
    return [name for name in tree.find(MESSAGES) if all(sign in tree.head(name, PROBE_BYTES) for sign in SIGNS)]
