"""Discord: the data package that it sends on request, or JSON of single channels by DiscordChatExporter."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from feature_pipeline import dates
from feature_pipeline.archives import FileTree
from feature_pipeline.errors import EmptySourceError, UnreadableItemError
from feature_pipeline.formats.conversations import Dialogue, Participant, People, find_author, message, shortened
from feature_pipeline.formats.json_values import Json, list_at, parse_json, text_at
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_pipeline.sources.discord.package import account_of, channels_of, is_package, messages_of, names_of
from feature_pipeline.sources.discord.text import discord_text
from feature_store.records import Post, digest_of

SUMMARY = "Discord: the author's messages in Discord's data package, or in DiscordChatExporter's JSON"
EXAMPLE = "~/Downloads/package.zip"
OBTAIN = (
    "User Settings → Data & Privacy → Request all of my data; the package comes by mail within a month. It has your "
    "messages alone. With the messages that they answer: DiscordChatExporter, format JSON."
)
ADDRESS = None

CHANNEL_EXPORT = re.compile(rb'\s*(?:\xef\xbb\xbf)?\s*\{\s*"guild"\s*:\s*\{.*?"channel"\s*:\s*\{', re.DOTALL)
PROBE_BYTES = 4096
MAX_BYTES = 4_000_000_000
WRITTEN = {"default", "reply", "0", "19"}  # types of messages that a person wrote, as every version spells them


@dataclass
class PackageSource:
    tree: FileTree
    options: SourceOptions
    _ignored: Counter[str] = field(default_factory=Counter)
    _account: Json = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"discord:{text_at(self._account, 'id') or self.tree.path}"

    @property
    def lists_all(self) -> bool:
        return True

    @property
    def ignored(self) -> dict[str, int]:
        return dict(sorted(self._ignored.items()))

    def count(self) -> None:
        return None

    def read(self) -> Iterator[Post]:
        """Raises SourceError when a conversation's file is broken."""
        self._ignored.clear()
        people = names_of(self._account)
        channels = channels_of(self.tree)
        named = {channel.id: channel.name for channel in channels if channel.name}
        me = text_at(self._account, "id")
        for channel in channels:
            seen: set[str] = set()
            for item in messages_of(self.tree, channel):
                key = item.id or digest_of(item.at, item.content)[:16]
                if not item.content.strip():
                    self._ignored["files alone"] += 1
                elif key in seen:
                    self._ignored["duplicate"] += 1
                else:
                    seen.add(key)
                    text = discord_text(item.content, people, named)
                    yield message(
                        self.options,
                        source=self.name,
                        source_id=f"{channel.id}/{key}",
                        url=f"https://discord.com/channels/{channel.guild or '@me'}/{channel.id}/{key}",
                        created_at=item.at,
                        content=text.plain,
                        people=tuple(name for name in text.mentioned if name != people.get(me)),
                    )


@dataclass
class ChannelsSource:
    tree: FileTree
    options: SourceOptions
    _exports: list[Json]
    _author: frozenset[str]
    _ignored: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        channels = {text_at(export, "channel", "id") for export in self._exports}
        return f"discord:channel{channels.pop()}" if len(channels) == 1 else f"discord:{self.tree.path}"

    @property
    def lists_all(self) -> bool:
        """One export may cover chosen dates only, and says so."""
        return not any(text_at(export, "dateRange", side) for export in self._exports for side in ("after", "before"))

    @property
    def ignored(self) -> dict[str, int]:
        return dict(sorted(self._ignored.items()))

    def count(self) -> None:
        return None

    def read(self) -> Iterator[Post]:
        self._ignored.clear()
        seen: set[str] = set()  # an export in parts, or made twice, has messages twice
        for export in self._exports:
            for post in self._posts(export):
                if post.source_id in seen:
                    self._ignored["duplicate"] += 1
                else:
                    seen.add(post.source_id)
                    yield post

    def _posts(self, export: Json) -> Iterator[Post]:
        guild, channel = text_at(export, "guild", "id"), text_at(export, "channel", "id")
        items = list_at(export, "messages")
        texts = {text_at(item, "id"): item for item in items}
        people = People(name for item in items if not self._is_own(item) for name in _names(item) if name)
        dialogue = Dialogue()
        for item in items:
            at, text = dates.to_utc(text_at(item, "timestamp")), text_at(item, "content")
            if reason := _instead_of_words(item):
                self._ignored[reason] += 1
            elif not self._is_own(item):
                self._ignored["written by others"] += 1
                dialogue.hear(text, speaker=_names(item)[0], at=at)
            else:
                context, speakers = dialogue.answer(at)
                answered = texts.get(text_at(item, "reference", "messageId"))
                if answered is not None and text_at(answered, "content").strip():
                    context = shortened(text_at(answered, "content"))
                    speakers = () if self._is_own(answered) else _names(answered)[:1]
                mentioned = [text_at(p, "nickname") or text_at(p, "name") for p in list_at(item, "mentions")]
                key = text_at(item, "id") or digest_of(at, text)[:16]
                yield message(
                    self.options,
                    source=self.name,
                    source_id=f"{channel}/{key}",
                    url=f"https://discord.com/channels/{guild if guild.strip('0') else '@me'}/{channel}/{key}",
                    created_at=at,
                    content=discord_text(text, {}, {}).plain,
                    context=context,
                    people=people.named_in(text, context, also=(*speakers, *mentioned)),
                )

    def _is_own(self, item: Json) -> bool:
        return text_at(item, "author", "id") in self._author


def _instead_of_words(item: Json) -> str:
    """What a message is that is not in its sender's own words; "" when it is."""
    if text_at(item, "type").lower() not in WRITTEN:
        return "notice of Discord"
    if item["author"].get("isBot") if isinstance(item.get("author"), dict) else False:
        return "written by bots"
    if text_at(item, "content").strip():
        return ""
    return "forwarded" if item.get("forwardedMessage") else "files alone"


def _names(item: Json) -> tuple[str, ...]:
    author = ("nickname", "name")
    found = tuple(dict.fromkeys(filter(None, (text_at(item, "author", key) for key in author))))
    return found or ("",)


def _channel_files(tree: FileTree) -> list[str]:
    found = []
    for name in tree.names():
        if name.lower().endswith(".json"):
            try:
                with tree.open(name) as stream:
                    if CHANNEL_EXPORT.match(stream.read(PROBE_BYTES)):
                        found.append(name)
            except UnreadableItemError:
                continue
    return found


def recognises(location: Location) -> Match:
    tree = location.tree
    return Match.YES if tree is not None and (is_package(tree) or _channel_files(tree)) else Match.NO


def open(location: Location, options: SourceOptions) -> PackageSource | ChannelsSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError, WhoIsTheAuthorError."""
    tree = location.require_tree()
    if is_package(tree):
        return PackageSource(tree, options, _account=account_of(tree))
    exports = [parse_json(tree.read(name, max_bytes=MAX_BYTES), what=name) for name in _channel_files(tree)]
    for export in exports:
        export["messages"] = [item for item in list_at(export, "messages") if isinstance(item, dict)]
    counts: Counter[str] = Counter()
    names: dict[str, set[str]] = {}
    for item in (item for export in exports for item in export["messages"] if not _instead_of_words(item)):
        key = text_at(item, "author", "id")
        counts[key] += 1
        tag = f"{text_at(item, 'author', 'name')}#{text_at(item, 'author', 'discriminator')}"
        names.setdefault(key, set()).update({*_names(item), tag})
    if not counts:
        raise EmptySourceError(
            f"{tree.path} holds no message of Discord: looked for folders such as messages/c123/ with messages.json or "
            "messages.csv, and for DiscordChatExporter's JSON."
        )
    participants = {key: Participant((*sorted(names[key], key=len), key), count) for key, count in counts.items()}
    return ChannelsSource(tree, options, exports, find_author(participants, options, where=str(tree.path)))
