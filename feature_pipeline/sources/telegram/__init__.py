"""Telegram: result.json of Telegram Desktop, of the whole account or of one chat."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from feature_pipeline.archives import FileTree
from feature_pipeline.errors import EmptySourceError, UnreadableItemError
from feature_pipeline.formats.conversations import (
    Dialogue,
    Participant,
    People,
    find_author,
    message,
    same_name,
    shortened,
)
from feature_pipeline.formats.json_values import Json, parse_json, text_at
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_pipeline.sources.telegram.messages import (
    CHANNELS,
    Chat,
    account_names,
    account_of,
    chats_of,
    instead_of_words,
    sender_of,
    senders,
    sent_at,
    text_of,
)
from feature_store.records import Post, PostKind, digest_of

SUMMARY = "Telegram: the author's messages and channel posts in Telegram Desktop's JSON (result.json)"
EXAMPLE = '"~/Downloads/Telegram Desktop/DataExport_2024-05-01"'
OBTAIN = (
    "Telegram Desktop: Settings → Advanced → Export Telegram data, or ⋮ → Export chat history in one chat; choose "
    "“Machine-readable JSON”. For one group, say what you are called in it with `--me`."
)
ADDRESS = None

PROBE_BYTES = 65536
MAX_BYTES = 4_000_000_000
CHAT_TYPE = re.compile(
    rb'"type"\s*:\s*"(?:personal_chat|bot_chat|saved_messages|replies|verify_codes|(?:private|public)_(?:group|supergroup|channel)'
    rb'|personal_channel)"'
)
ACCOUNT = re.compile(rb'"personal_information"\s*:\s*\{\s*"user_id"|"chats"\s*:\s*\{\s*"about"')


@dataclass
class TelegramSource:
    path: Path
    options: SourceOptions
    _account: str
    _chats: list[Chat]
    _author: frozenset[str]
    _names: frozenset[str]  # of the author, compared as by `same_name`: for posts of channels that are signed
    _ignored: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        if self._account:
            return f"telegram:{self._account}"
        ids = sorted({chat.id for chat in self._chats})
        return f"telegram:chat{ids[0]}" if len(ids) == 1 and ids[0] else f"telegram:{self.path}"

    @property
    def lists_all(self) -> bool:
        return True

    @property
    def ignored(self) -> dict[str, int]:
        return dict(sorted(self._ignored.items()))

    def count(self) -> int:
        return sum(not instead_of_words(item) and self._is_own(item) for chat in self._chats for item in chat.messages)

    def read(self) -> Iterator[Post]:
        self._ignored.clear()
        seen: set[str] = set()
        for chat in self._chats:
            for post in self._posts(chat):
                if post.source_id in seen:  # folders of several exports overlap
                    self._ignored["duplicate"] += 1
                    continue
                seen.add(post.source_id)
                yield post

    def _posts(self, chat: Chat) -> Iterator[Post]:
        texts = {text_at(item, "id"): (text_of(item).plain, text_at(item, "from")) for item in chat.messages}
        others = (text_at(item, "from") for item in chat.messages if not self._is_own(item))
        people = People(name for name in others if name)
        dialogue = Dialogue()
        for item in chat.messages:
            reason = instead_of_words(item)
            text, at = text_of(item), sent_at(item)
            if reason:
                self._ignored[reason] += 1
            elif not self._is_own(item):
                self._ignored["written by others"] += 1
                dialogue.hear(text.plain, speaker=text_at(item, "from"), at=at)
            else:
                context = ""
                speakers: tuple[str, ...] = ()
                if chat.kind not in CHANNELS:
                    context, speakers = dialogue.answer(at)
                answered, speaker = texts.get(text_at(item, "reply_to_message_id"), ("", ""))
                if answered.strip():
                    context, speakers = shortened(answered), (speaker,)
                mine = self._names
                yield message(
                    self.options,
                    source=self.name,
                    source_id=f"{chat.id}/{text_at(item, 'id') or digest_of(at, text.plain)[:16]}",
                    created_at=at,
                    content=text.plain,
                    context=context,
                    people=tuple(
                        name
                        for name in people.named_in(text.plain, context, also=(*speakers, *text.mentioned))
                        if same_name(name) not in mine
                    ),
                    kind=PostKind.POST if chat.kind in CHANNELS else PostKind.MESSAGE,
                )

    def _is_own(self, item: Json) -> bool:
        """Posts of a channel are by the channel; where it lets them be signed, by who signs."""
        return sender_of(item) in self._author or same_name(text_at(item, "author")) in self._names


def _files(tree: FileTree) -> list[str]:
    names = tree.names()
    found = names if len(names) == 1 else tree.find("result.json", "result_*.json", "result (*).json")
    return [name for name in found if name.lower().endswith(".json") and _begins_as_export(tree, name)]


def _begins_as_export(tree: FileTree, name: str) -> bool:
    try:
        with tree.open(name) as stream:
            head = stream.read(PROBE_BYTES)
    except UnreadableItemError:
        return False
    return bool(ACCOUNT.search(head)) or (bool(CHAT_TYPE.search(head)) and b'"messages"' in head)


def recognises(location: Location) -> Match:
    tree = location.tree
    return Match.YES if tree is not None and _files(tree) else Match.NO


def open(location: Location, options: SourceOptions) -> TelegramSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError, WhoIsTheAuthorError."""
    tree = location.require_tree()
    names = _files(tree) or [name for name in tree.names() if name.endswith(".json")][:1]
    if not names:
        raise EmptySourceError(f"{tree.path} holds no result.json: export it again as “Machine-readable JSON”.")
    exports = [parse_json(tree.read(name, max_bytes=MAX_BYTES), what=name) for name in names]
    chats = [chat for export in exports for chat in chats_of(export)]
    said = Counter(senders(chats))
    if not said:
        raise EmptySourceError(f"{tree.path} holds no message.")
    accounts = {account_of(export) for export in exports}
    account = accounts.pop() if len(accounts) == 1 else ""
    named: dict[str, Participant] = {}
    names_of: defaultdict[str, list[str]] = defaultdict(list)
    for (sender, name), count in said.items():
        names_of[sender].append(name)
        before = named[sender].messages if sender in named else 0
        named[sender] = Participant((*names_of[sender], sender, sender.removeprefix("user")), before + count)
    own = account or _other_side(chats, set(named))
    author = find_author(named, options, own=own, where=str(tree.path))
    known = [name for export in exports for name in account_names(export)] if account in author else []
    mine = [*known, *options.me, options.author_name, *(name for key in author for name in names_of[key])]
    return TelegramSource(
        tree.path, options, account, chats, author, frozenset(map(same_name, filter(None, mine))) - {""}
    )


def _other_side(chats: list[Chat], wrote: set[str]) -> str:
    """Of a chat of two, exported alone: the chat has the other person's number, so who else writes is the author."""
    if len(chats) != 1 or chats[0].kind not in ("personal_chat", "bot_chat", "saved_messages"):
        return ""
    others = wrote - {f"user{chats[0].id}"} if chats[0].kind != "saved_messages" else wrote
    return others.pop() if len(others) == 1 else ""
