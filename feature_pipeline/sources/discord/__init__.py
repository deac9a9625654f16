"""Discord: the data package that it sends on request, or single channels by DiscordChatExporter: JSON, HTML or text."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

from feature_pipeline import dates
from feature_pipeline.archives import FileTree
from feature_pipeline.conversations.alone import chats_alone
from feature_pipeline.errors import EmptySourceError
from feature_pipeline.formats.authorship import Writer, choose_authors
from feature_pipeline.formats.json_values import Json, list_at, text_at
from feature_pipeline.source_bases.base import ExportSource, Ignored, Item
from feature_pipeline.source_bases.chats import ChatSource, Conversation, Message
from feature_pipeline.source_bases.unread import UnreadFiles
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_pipeline.sources.discord.package import account_of, channels_of, is_package, messages_of, names_of
from feature_pipeline.sources.discord.pages import called_channels, channel_files, channel_key, ended_text, read_channel
from feature_pipeline.sources.discord.text import discord_text
from feature_store.records import PostKind, digest_of

SUMMARY = "Discord: the author's messages in its data package, or in DiscordChatExporter's JSON, HTML or text"
EXAMPLE = "~/Downloads/package.zip"
OBTAIN = (
    "User Settings → Data & Privacy → Request all of my data; the package comes by mail within a month. It has your "
    "messages alone. With the messages that they answer: DiscordChatExporter, best in JSON."
)

CHANNEL_EXPORT = re.compile(rb'\s*(?:\xef\xbb\xbf)?\s*\{\s*"guild"\s*:\s*\{.*?"channel"\s*:\s*\{', re.DOTALL)
CHANNEL_KEY = re.compile(rb'"channel"\s*:\s*\{\s*"id"\s*:\s*"(\d+)"')
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

    @property
    def is_settled(self) -> bool:
        return bool(text_at(self._account, "id")) or not self.unread

    def items(self) -> Iterator[Item]:
        """Raises SourceError when no conversation's file can be read."""
        people = names_of(self._account)
        channels = channels_of(self.tree, self.unread)
        named = {channel.id: channel.name for channel in channels if channel.name}
        me = people.get(text_at(self._account, "id"))
        for channel in channels:
            seen: set[str] = set()
            for item in self.unread.alone(channel.file, partial(messages_of, self.tree)) or ():
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
        if all(channel.file in self.unread for channel in channels):
            self.unread.require_others()


@dataclass
class ChannelsSource(ChatSource):
    _exports: list[Json]
    _author: frozenset[str]
    _unread_channels: frozenset[str]  # "" of one whose id is not known

    def __post_init__(self) -> None:
        """An export may cover a date range only, and says so."""
        ranges = [text_at(export, "dateRange", side) for export in self._exports for side in ("after", "before")]
        self.lists_all = not any(ranges)

    @property
    def identity(self) -> str:
        channels = {*self._unread_channels, *(text_at(export, "channel", "id") for export in self._exports)} - {""}
        return f"channel{channels.pop()}" if len(channels) == 1 else super().identity

    @property
    def is_settled(self) -> bool:
        return "" not in self._unread_channels

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


def _beside(tree: FileTree, files: list[str]) -> list[str]:
    """Other JSON that is called as the exporter calls it, or lies where it has put `files`."""
    folders = {PurePosixPath(name).parent for name in files}
    there = {name for name in tree.names() if PurePosixPath(name).parent in folders} | {*called_channels(tree)}
    return sorted(name for name in there - {*files} if name.lower().endswith(".json"))


def _channel_key(tree: FileTree, name: str) -> str:
    """The id of a channel whose file is broken further on; "" where it is not known."""
    found = CHANNEL_KEY.search(tree.head(name, PROBE_BYTES))
    return found[1].decode() if found else channel_key(name) if not name.lower().endswith(".json") else ""


def recognises(location: Location) -> Match:
    if location.holds(lambda tree: is_package(tree) or _channel_files(tree)):
        return Match.YES
    return chats_alone(location, channel_files, kind="discord", called=called_channels)


def open(location: Location, options: SourceOptions) -> PackageSource | ChannelsSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError, WhoIsTheAuthorError."""
    tree = location.require_tree()
    unread = UnreadFiles(tree)
    if is_package(tree):
        package = PackageSource(options, tree, account_of(tree, unread))
        package.unread = unread
        return package
    files = _channel_files(tree)
    unread.look_at_json(_beside(tree, files), max_bytes=MAX_BYTES)
    exports = [export for name in files if (export := unread.json(name, max_bytes=MAX_BYTES)) is not None]
    if not files and not unread:
        pages = channel_files(tree)
        read = [unread.alone(name, partial(read_channel, tree)) for name in pages]
        exports = [export for export in read if export is not None]
        unread.look_at((n for n in called_channels(tree) if n not in pages), partial(ended_text, tree))
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
        unread.require_others()
        raise EmptySourceError(
            f"{tree.path} holds no message of Discord: looked for folders such as messages/c123/ with messages.json or "
            "messages.csv, and for DiscordChatExporter's JSON, HTML or text."
        )
    writers = {key: Writer((*sorted(sorted(names[key]), key=len), key), count) for key, count in counts.items()}
    author = choose_authors(writers, options, where=unread.where)
    known = {name: _channel_key(tree, name) for name in unread if name not in unread.doubtful}
    source = ChannelsSource(options, tree, exports, author, frozenset(known.get(name, "") for name in unread))
    source.unread = unread
    return source
