"""Discord: the data package that it sends on request, or single channels by DiscordChatExporter: JSON, HTML or text."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from feature_pipeline import dates
from feature_pipeline.archives import FileTree
from feature_pipeline.conversations.alone import chats_alone
from feature_pipeline.errors import EmptySourceError
from feature_pipeline.formats.authorship import Writer, choose_authors
from feature_pipeline.formats.json_values import Json, list_at, parse_json, text_at
from feature_pipeline.source_bases.base import ExportSource, Ignored, Item
from feature_pipeline.source_bases.chats import ChatSource, Conversation, Message
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_pipeline.sources.discord.package import account_of, channels_of, is_package, messages_of, names_of
from feature_pipeline.sources.discord.pages import channel_files, read_channel
from feature_pipeline.sources.discord.text import discord_text
from feature_store.records import PostKind, digest_of

SUMMARY = "Discord: the author's messages in its data package, or in DiscordChatExporter's JSON, HTML or text"
EXAMPLE = "~/Downloads/package.zip"
OBTAIN = (
    "User Settings → Data & Privacy → Request all of my data; the package comes by mail within a month. It has your "
    "messages alone. With the messages that they answer: DiscordChatExporter, best in JSON."
)

CHANNEL_EXPORT = re.compile(rb'\s*(?:\xef\xbb\xbf)?\s*\{\s*"guild"\s*:\s*\{.*?"channel"\s*:\s*\{', re.DOTALL)
PROBE_BYTES = 4096
MAX_BYTES = 4_000_000_000
WRITTEN = {
    "default",
    "reply",
    "0",
    "19",
}  # types of messages that a person wrote, in every version's spelling


@dataclass
class PackageSource(ExportSource):
    """It holds the author's messages only, so none of them has a context."""

    _account: Json

    @property
    def identity(self) -> str:
        return text_at(self._account, "id") or super().identity

    def items(self) -> Iterator[Item]:
        """Raises SourceError when a conversation's file is broken."""
        people = names_of(self._account)
        channels = channels_of(self.tree)
        named = {channel.id: channel.name for channel in channels if channel.name}
        me = people.get(text_at(self._account, "id"))
        for channel in channels:
            seen: set[str] = set()
            for item in messages_of(self.tree, channel):
                key = item.id or digest_of(item.at, item.content)[:16]
                if not item.content.strip() or key in seen:
                    yield Ignored("duplicate" if item.content.strip() else "files alone")
                    continue
                seen.add(key)
                text = discord_text(item.content, people, named)
                yield self.post(
                    f"{channel.id}/{key}",
                    url=f"https://discord.com/channels/{channel.guild or '@me'}/{channel.id}/{key}",
                    created_at=item.at,
                    content=text.plain,
                    kind=PostKind.MESSAGE,
                    people=tuple(name for name in text.mentioned if name != me),
                )


@dataclass
class ChannelsSource(ChatSource):
    _exports: list[Json]
    _author: frozenset[str]

    def __post_init__(self) -> None:
        """An export may cover a date range only, and says so."""
        ranges = [text_at(export, "dateRange", side) for export in self._exports for side in ("after", "before")]
        self.lists_all = not any(ranges)

    @property
    def identity(self) -> str:
        channels = {text_at(export, "channel", "id") for export in self._exports}
        return f"channel{channels.pop()}" if len(channels) == 1 else super().identity

    def conversations(self) -> Iterator[Conversation]:
        for export in self._exports:
            guild, channel = text_at(export, "guild", "id"), text_at(export, "channel", "id")
            place = f"https://discord.com/channels/{guild if guild.strip('0') else '@me'}/{channel}"
            yield Conversation(channel, [self._message(item, place) for item in export["messages"]])

    def content_of(self, message: Message) -> str:
        return discord_text(message.text, {}, {}).plain

    def _message(self, item: Json, place: str) -> Message:
        at, text, names = dates.to_utc(text_at(item, "timestamp")), text_at(item, "content"), _names(item)
        key = text_at(item, "id") or digest_of(at, text)[:16]
        is_own = text_at(item, "author", "id") in self._author
        return Message(
            id=key,
            at=at,
            text=text,
            is_own=is_own,
            ignored=_why_ignored(item),
            sender="" if is_own else names[0],
            names=() if is_own else names,
            mentioned=tuple(text_at(p, "nickname") or text_at(p, "name") for p in list_at(item, "mentions")),
            answers=text_at(item, "reference", "messageId"),
            url=f"{place}/{key}",
        )


def _why_ignored(item: Json) -> str:
    """What a message is in place of its sender's own words; "" when it is words."""
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
    names = (name for name in tree.names() if name.lower().endswith(".json"))
    return [name for name in names if CHANNEL_EXPORT.match(tree.head(name, PROBE_BYTES))]


def recognises(location: Location) -> Match:
    if location.holds(lambda tree: is_package(tree) or _channel_files(tree)):
        return Match.YES
    return chats_alone(location, channel_files, kind="discord")


def open(location: Location, options: SourceOptions) -> PackageSource | ChannelsSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError, WhoIsTheAuthorError."""
    tree = location.require_tree()
    if is_package(tree):
        return PackageSource(options, tree, account_of(tree))
    exports = [parse_json(tree.read(name, max_bytes=MAX_BYTES), what=name) for name in _channel_files(tree)]
    if not exports:
        exports = [read_channel(tree, name) for name in channel_files(tree)]
    for export in exports:
        export["messages"] = [item for item in list_at(export, "messages") if isinstance(item, dict)]
    counts: Counter[str] = Counter()
    names: dict[str, set[str]] = {}
    for item in (item for export in exports for item in export["messages"] if not _why_ignored(item)):
        key = text_at(item, "author", "id")
        counts[key] += 1
        tag = f"{text_at(item, 'author', 'name')}#{text_at(item, 'author', 'discriminator')}"
        names.setdefault(key, set()).update({*_names(item), tag})
    if not counts:
        raise EmptySourceError(
            f"{tree.path} holds no message of Discord: looked for folders such as messages/c123/ with messages.json or "
            "messages.csv, and for DiscordChatExporter's JSON, HTML or text."
        )
    writers = {key: Writer((*sorted(sorted(names[key]), key=len), key), count) for key, count in counts.items()}
    return ChannelsSource(options, tree, exports, choose_authors(writers, options, where=str(tree.path)))
