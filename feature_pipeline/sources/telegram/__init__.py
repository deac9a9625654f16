"""Telegram Desktop's exports of the whole account or of one chat: result.json, or pages."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from feature_pipeline.archives import FileTree
from feature_pipeline.conversations.alone import chats_alone
from feature_pipeline.errors import EmptySourceError
from feature_pipeline.formats.authorship import Writer, choose_authors, same_name
from feature_pipeline.formats.json_values import Json, text_at
from feature_pipeline.source_bases.chats import ChatSource, Conversation, Message
from feature_pipeline.source_bases.unread import UnreadFiles
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_pipeline.sources.telegram.messages import (
    CHANNELS,
    Chat,
    account_names,
    account_of,
    chats_of,
    sender_of,
    senders,
    sent_at,
    text_of,
    why_ignored,
)
from feature_pipeline.sources.telegram.pages import called_pages, chat_pages, read_chats
from feature_store.records import digest_of

SUMMARY = "Telegram: the author's messages and channel posts in Telegram Desktop's export, JSON (result.json) or HTML"
EXAMPLE = '"~/Downloads/Telegram Desktop/DataExport_2024-05-01"'
OBTAIN = (
    "Telegram Desktop: Settings → Advanced → Export Telegram data, or ⋮ → Export chat history in one chat; choose "
    "“Machine-readable JSON”; the HTML is read too. For one group, say what you are called in it with `--me`."
)

NAMES = ("result.json", "result_*.json", "result (*).json")
PERSONAL = {"personal_chat", "bot_chat", "saved_messages"}
PROBE_BYTES = 65536
MAX_BYTES = 4_000_000_000
CHAT_TYPE = re.compile(
    rb'"type"\s*:\s*"(?:personal_chat|bot_chat|saved_messages|replies|verify_codes|(?:private|public)_(?:group|supergroup|channel)'
    rb'|personal_channel)"'
)
ACCOUNT = re.compile(rb'"personal_information"\s*:\s*\{\s*"user_id"|"chats"\s*:\s*\{\s*"about"')


@dataclass
class TelegramSource(ChatSource):
    _account: str
    _chats: list[Chat]
    _author: frozenset[str]

    @property
    def identity(self) -> str:
        ids = sorted({chat.id for chat in self._chats})
        return self._account or (f"chat{ids[0]}" if len(ids) == 1 and ids[0] else super().identity)

    @property
    def is_settled(self) -> bool:
        """Whose export it is stands in the JSON; how many chats it has, the folders of pages show."""
        return not self.unread.doubtful and not any(name.endswith(".json") for name in self.unread)

    def count(self) -> int:
        return sum(not why_ignored(item) and self._is_own(item) for chat in self._chats for item in chat.messages)

    def conversations(self) -> Iterator[Conversation]:
        for chat in self._chats:
            yield Conversation(chat.id, [self._message(item) for item in chat.messages], chat.kind in CHANNELS)

    def _message(self, item: dict[str, Json]) -> Message:
        text, at, sender, is_own = text_of(item), sent_at(item), text_at(item, "from"), self._is_own(item)
        return Message(
            id=text_at(item, "id") or digest_of(at, text.plain)[:16],
            at=at,
            text=text.plain,
            is_own=is_own,
            ignored=why_ignored(item),
            sender=sender,
            names=() if is_own else (sender,),
            mentioned=text.mentioned,
            answers=text_at(item, "reply_to_message_id"),
        )

    def _is_own(self, item: Json) -> bool:
        """The sender of a channel's post is the channel; where posts are signed, it is who signed."""
        return sender_of(item) in self._author or same_name(text_at(item, "author")) in self.own_names


def _files(tree: FileTree) -> list[str]:
    names = tree.names()
    found = names if len(names) == 1 else tree.find(*NAMES)
    return [name for name in found if name.lower().endswith(".json") and _begins_as_export(tree, name)]


def _begins_as_export(tree: FileTree, name: str) -> bool:
    head = tree.head(name, PROBE_BYTES)
    return bool(ACCOUNT.search(head)) or (bool(CHAT_TYPE.search(head)) and b'"messages"' in head)


def recognises(location: Location) -> Match:
    if location.holds(_files):
        return Match.YES
    return chats_alone(
        location, lambda tree: [*chain(*chat_pages(tree).values())], kind="telegram", called=called_pages
    )


def open(location: Location, options: SourceOptions) -> TelegramSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError, WhoIsTheAuthorError."""
    tree = location.require_tree()
    names, pages, unread = _files(tree), chat_pages(tree), UnreadFiles(tree)
    if not names and not pages:
        names = [name for name in tree.names() if name.endswith(".json")][:1]
    if not names and not pages:
        raise EmptySourceError(f"{tree.path} holds neither result.json nor messages.html of Telegram Desktop.")
    exports = [export for name in names if (export := unread.json(name, max_bytes=MAX_BYTES)) is not None]
    unread.look_at_json((name for name in tree.find(*NAMES) if name not in names), max_bytes=MAX_BYTES)
    chats = [chat for export in exports for chat in chats_of(export)]
    if not chats and not unread:  # else its pages would be read as other chats than the JSON has
        chats = read_chats(tree, pages, unread)
    said = Counter(senders(chats))
    if not said:
        unread.require_others()
        raise EmptySourceError(f"{tree.path} holds no message.")
    accounts = {account_of(export) for export in exports}
    account = accounts.pop() if len(accounts) == 1 else ""
    counts: Counter[str] = Counter()
    names_of: defaultdict[str, list[str]] = defaultdict(list)
    for (sender, name), count in said.items():
        names_of[sender].append(name)
        counts[sender] += count
    writers = {key: Writer((*names_of[key], key, key.removeprefix("user")), count) for key, count in counts.items()}
    author = choose_authors(writers, options, account=account or _other_side(chats), where=unread.where)
    known = [name for export in exports for name in account_names(export)] if account in author else []
    mine = [*known, *options.me, options.author_name, *(name for key in author for name in names_of[key])]
    source = TelegramSource(options, tree, account, chats, author)
    source.own_names = frozenset(map(same_name, filter(None, mine))) - {""}
    source.unread = unread
    return source


def _other_side(chats: list[Chat]) -> str:
    """The author in exported chats of two: each has the other person's id or name, so the author is who else writes."""
    sides = []
    for chat in chats:
        if chat.kind in PERSONAL:
            wrote = {sender for sender, _ in senders([chat])}
            sides.append(wrote if chat.kind == "saved_messages" else wrote - {f"user{chat.id}", chat.name})
    others = set.intersection(*filter(None, sides)) if any(sides) else set()
    return others.pop() if len(others) == 1 else ""
