"""Slack: a workspace's export, the .zip or its folder: users.json and a folder of days for each conversation."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from feature_pipeline import dates
from feature_pipeline.archives import FileTree
from feature_pipeline.errors import EmptySourceError, SourceError
from feature_pipeline.formats.authorship import Writer, choose_authors
from feature_pipeline.formats.json_values import Json, list_at, parse_json, text_at
from feature_pipeline.source_bases.chats import ChatSource, Conversation, Message
from feature_pipeline.source_bases.unread import UnreadFiles
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_pipeline.sources.slack.text import SlackText, own_part, slack_text
from feature_store.records import digest_of

SUMMARY = "Slack: the author's messages in a workspace's export"
EXAMPLE = '"~/Downloads/Harbour Slack export May 1 2024 - May 31 2024.zip"'
OBTAIN = (
    "An owner of the workspace: Workspace settings → Import/Export Data → Export. Say which member is you with `--me`, "
    "by name, handle or address."
)

DAY = re.compile(r"\d{4}-\d{2}-\d{2}\.json")
CONVERSATIONS = ("channels.json", "groups.json", "mpims.json", "dms.json")
OF_TWO = "dms.json"  # whose folders are called by their ids
OWN_SUBTYPES = {"", "thread_broadcast", "reply_broadcast", "me_message", "file_share", "file_comment"}
MAX_BYTES = 500_000_000


@dataclass
class SlackSource(ChatSource):
    _team: str
    _days: dict[str, list[str]]  # files by conversation
    _names: dict[str, str]  # of people and channels, by id
    _author: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.lists_all = not self._team  # an export covers the dates that were chosen for it

    @property
    def identity(self) -> str:
        return f"{self._team}/{min(self._author)}" if self._team else super().identity

    def conversations(self) -> Iterator[Conversation]:
        for key in self._days:
            yield Conversation(key, [self._message(item) for item in self._messages(key)])

    def _message(self, item: Json) -> Message:
        stamp, thread = text_at(item, "ts"), text_at(item, "thread_ts")
        sender, name = self._sender(item)
        text = self._text(item)
        is_own, in_thread = sender in self._author, bool(thread) and thread != stamp
        return Message(
            id=stamp or digest_of(text.plain)[:16],
            at=dates.to_utc(stamp),
            text=text.plain,
            is_own=is_own,
            ignored=self.why_ignored(item),
            sender="" if is_own else name,
            names=() if is_own else (name,),
            mentioned=text.mentioned,
            answers=thread if in_thread else "",
            in_thread=in_thread,
        )

    def _messages(self, conversation: str) -> list[dict[str, Json]]:
        """Oldest first."""
        items: list[dict[str, Json]] = []
        for name in self._days[conversation]:
            day = None if name in self.unread else self.unread.json(name, max_bytes=MAX_BYTES)
            items += [item for item in (day if isinstance(day, list) else []) if isinstance(item, dict)]
        return sorted(items, key=lambda item: text_at(item, "ts").zfill(20))

    def writers(self) -> dict[str, Writer]:
        counts: Counter[str] = Counter()
        seen: dict[str, str] = {}
        for conversation in self._days:
            for item in self._messages(conversation):
                key, name = self._sender(item)
                if key and not self.why_ignored(item):
                    counts[key] += 1
                    seen[key] = name
        return {key: Writer((seen[key] or key,), count) for key, count in counts.items()}

    def why_ignored(self, item: Json) -> str:
        """What a message is in place of its sender's own words; "" when it is words."""
        subtype = text_at(item, "subtype")
        if text_at(item, "type") not in ("message", "") or subtype not in OWN_SUBTYPES:
            return "written by bots" if subtype == "bot_message" else "notice of Slack"
        if text_at(item, "bot_id"):
            return "written by bots"
        if not self._text(item).plain.strip():
            return "files" if list_at(item, "files") or subtype == "file_share" or item.get("upload") else "empty"
        return ""

    def _text(self, item: Json) -> SlackText:
        return slack_text(text_at(item, "comment", "comment") or own_part(text_at(item, "text")), self._names)

    def _sender(self, item: Json) -> tuple[str, str]:
        """Id and name. People of other workspaces are not in users.json; their messages say who they are."""
        key = text_at(item, "user") or text_at(item, "comment", "user")
        profile = ("real_name", "display_name", "name")
        return key, self._names.get(key) or next(
            filter(None, (text_at(item, "user_profile", name) for name in profile)), ""
        )


def _root(tree: FileTree) -> PurePosixPath | None:
    """The folder with users.json, beside which conversations have folders of days."""
    for name in sorted(tree.find("users.json"), key=len):
        folder = PurePosixPath(name).parent
        if any(
            DAY.fullmatch(PurePosixPath(day).name) and PurePosixPath(day).parts[:-2] == folder.parts
            for day in tree.names()
        ):
            return folder
    return None


def recognises(location: Location) -> Match:
    return location.holds(_root)


def open(location: Location, options: SourceOptions) -> SlackSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError, WhoIsTheAuthorError."""
    tree = location.require_tree()
    root = _root(tree)
    if root is None:
        raise SourceError(f"{tree.path} is no export of Slack: there is no users.json with folders of days beside it.")
    try:
        users = _list(tree, str(root / "users.json"))
    except SourceError as error:
        raise SourceError(f"{error} It says who is who: without it nothing of the export is read.") from error
    aliases = {text_at(user, "id"): _aliases(user) for user in users if text_at(user, "id")}
    names = {key: found[0] for key, found in aliases.items() if found}
    unread = UnreadFiles(tree)
    keys: dict[str, str] = {}  # of conversations, by the name of their folder
    for file in CONVERSATIONS:
        if str(root / file) in tree.names():
            for conversation in list_at({"list": unread.json(str(root / file), max_bytes=MAX_BYTES)}, "list"):
                key, name = text_at(conversation, "id"), text_at(conversation, "name")
                keys[name or key] = key
                names.update({key: name} if name else {})
    days: dict[str, list[str]] = {}
    lost = next((name for name in unread if PurePosixPath(name).name != OF_TWO), "")
    for path in map(PurePosixPath, tree.names()):
        if DAY.fullmatch(path.name) and path.parts[:-2] == root.parts:
            if lost and path.parent.name not in keys:
                unread.add(str(path), f"the id of its conversation stands in {lost}, which cannot be read.")
                continue
            days.setdefault(keys.get(path.parent.name) or path.parent.name, []).append(str(path))
    team = next(filter(None, (text_at(user, "team_id") for user in users)), "")
    source = SlackSource(options, tree, team, days, names)
    source.unread = unread
    writers = {
        key: Writer((*writer.names, *aliases.get(key, ())), writer.items) for key, writer in source.writers().items()
    }
    if not writers:
        unread.require_others()
        raise EmptySourceError(f"{tree.path} holds no message that a person wrote.")
    source._author = choose_authors(writers, options, where=unread.where)
    return source


def _aliases(user: Json) -> tuple[str, ...]:
    found = [
        text_at(user, "real_name"),
        text_at(user, "profile", "real_name"),
        text_at(user, "profile", "display_name"),
    ]
    return tuple(filter(None, dict.fromkeys([*found, text_at(user, "name"), text_at(user, "profile", "email")])))


def _list(tree: FileTree, name: str) -> list[Json]:
    return list_at({"list": parse_json(tree.read(name, max_bytes=MAX_BYTES), what=name)}, "list")
