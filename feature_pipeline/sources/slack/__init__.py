"""Slack: a workspace's export, the .zip or its folder: users.json and a folder of days for each conversation."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import PurePosixPath

from feature_pipeline import dates
from feature_pipeline.archives import FileTree
from feature_pipeline.errors import EmptySourceError, SourceError
from feature_pipeline.formats.conversations import Dialogue, Participant, People, find_author, message, shortened
from feature_pipeline.formats.json_values import Json, list_at, parse_json, text_at
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_pipeline.sources.slack.text import SlackText, own_part, slack_text
from feature_store.records import Post, digest_of

SUMMARY = "Slack: the author's messages in a workspace's export"
EXAMPLE = '"~/Downloads/Harbour Slack export May 1 2024 - May 31 2024.zip"'
OBTAIN = (
    "An owner of the workspace: Workspace settings → Import/Export Data → Export. Say which member is you with `--me`, "
    "by name, handle or address."
)
ADDRESS = None

DAY = re.compile(r"\d{4}-\d{2}-\d{2}\.json")
CONVERSATIONS = ("channels.json", "groups.json", "mpims.json", "dms.json")
OWN_SUBTYPES = {"", "thread_broadcast", "reply_broadcast", "me_message", "file_share", "file_comment"}
MAX_BYTES = 500_000_000


@dataclass
class SlackSource:
    tree: FileTree
    options: SourceOptions
    _team: str
    _days: dict[str, list[str]]  # files by conversation
    _names: dict[str, str]  # of people and channels, by id
    _author: frozenset[str] = frozenset()
    _ignored: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        return f"slack:{self._team}/{min(self._author)}" if self._team else f"slack:{self.tree.path}"

    @property
    def lists_all(self) -> bool:
        """An export covers the dates that were chosen for it."""
        return not self._team

    @property
    def ignored(self) -> dict[str, int]:
        return dict(sorted(self._ignored.items()))

    def count(self) -> None:
        return None

    def read(self) -> Iterator[Post]:
        """Raises SourceError when a day is broken."""
        self._ignored.clear()
        for conversation in self._days:
            yield from self._posts(conversation)

    def _posts(self, conversation: str) -> Iterator[Post]:
        items = self.messages(conversation)
        people = People(name for item in items if (name := self._sender(item)[1]) and not self._is_own(item))
        roots = {text_at(item, "ts"): item for item in items}
        dialogue = Dialogue()
        seen: set[str] = set()
        for item in items:
            text, at = self._text(item), dates.to_utc(text_at(item, "ts"))
            thread = text_at(item, "thread_ts")
            inside = bool(thread) and thread != text_at(item, "ts")
            stamp = text_at(item, "ts") or digest_of(text.plain)[:16]
            if reason := self.instead_of_words(item):
                self._ignored[reason] += 1
            elif not self._is_own(item):
                self._ignored["written by others"] += 1
                if not inside:
                    dialogue.hear(text.plain, speaker=self._sender(item)[1], at=at)
            elif stamp in seen:
                self._ignored["duplicate"] += 1
            else:
                seen.add(stamp)
                context, speakers = ("", ()) if inside else dialogue.answer(at)
                root = roots.get(thread) if inside else None
                if root is not None:
                    context = shortened(self._text(root).plain)
                    speakers = () if self._is_own(root) else (self._sender(root)[1],)
                yield message(
                    self.options,
                    source=self.name,
                    source_id=f"{conversation}/{stamp}",
                    created_at=at,
                    content=text.plain,
                    context=context,
                    people=people.named_in(text.plain, context, also=(*speakers, *text.mentioned)),
                )

    def messages(self, conversation: str) -> list[dict[str, Json]]:
        """Oldest first. Raises SourceError."""
        items: list[dict[str, Json]] = []
        for name in self._days[conversation]:
            day = parse_json(self.tree.read(name, max_bytes=MAX_BYTES), what=name)
            items += [item for item in (day if isinstance(day, list) else []) if isinstance(item, dict)]
        return [item for _, item in sorted(((text_at(i, "ts").zfill(20), i) for i in items), key=itemgetter(0))]

    def participants(self) -> dict[str, Participant]:
        counts: Counter[str] = Counter()
        seen: dict[str, str] = {}
        for conversation in self._days:
            for item in self.messages(conversation):
                key, name = self._sender(item)
                if key and not self.instead_of_words(item):
                    counts[key] += 1
                    seen[key] = name
        return {key: Participant((seen[key] or key,), count) for key, count in counts.items()}

    def instead_of_words(self, item: Json) -> str:
        """What a message is that is not in its sender's own words; "" when it is."""
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

    def _is_own(self, item: Json) -> bool:
        return self._sender(item)[0] in self._author


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
    tree = location.tree
    return Match.YES if tree is not None and _root(tree) is not None else Match.NO


def open(location: Location, options: SourceOptions) -> SlackSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError, WhoIsTheAuthorError."""
    tree = location.require_tree()
    root = _root(tree)
    if root is None:
        raise SourceError(f"{tree.path} is no export of Slack: there is no users.json with folders of days beside it.")
    users = _list(tree, str(root / "users.json"))
    aliases = {text_at(user, "id"): _aliases(user) for user in users if text_at(user, "id")}
    names = {key: found[0] for key, found in aliases.items() if found}
    keys: dict[str, str] = {}  # of conversations, by the name of their folder
    for file in CONVERSATIONS:
        if str(root / file) in tree.names():
            for conversation in _list(tree, str(root / file)):
                key, name = text_at(conversation, "id"), text_at(conversation, "name")
                keys[name or key] = key
                names.update({key: name} if name else {})
    days: dict[str, list[str]] = {}
    for path in map(PurePosixPath, tree.names()):
        if DAY.fullmatch(path.name) and path.parts[:-2] == root.parts:
            days.setdefault(keys.get(path.parent.name) or path.parent.name, []).append(str(path))
    team = next(filter(None, (text_at(user, "team_id") for user in users)), "")
    source = SlackSource(tree, options, team, days, names)
    participants = {
        key: Participant(tuple(dict.fromkeys((*person.names, *aliases.get(key, ())))), person.messages)
        for key, person in source.participants().items()
    }
    if not participants:
        raise EmptySourceError(f"{tree.path} holds no message that a person wrote.")
    source._author = find_author(participants, options, where=str(tree.path))
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
