"""Joplin's export (.jex, or the folder that "RAW" makes): the notes of all notebooks.

Every item is a file: its title, its text, and lines of what is known of it, the last of which is its type. Ignored, and
counted: what the web clipper took from others' pages, notes of other people, conflicts, the trash and all that is no
note.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from feature_pipeline import dates
from feature_pipeline.archives import FileTree
from feature_pipeline.errors import EmptySourceError, UnreadableItemError
from feature_pipeline.formats.bylines import written_by
from feature_pipeline.source_bases.base import ExportSource, Ignored, Item
from feature_pipeline.source_bases.signed import SignedPosts
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_store.records import ContentType

SUMMARY = "Joplin's export (.jex, or a RAW folder): the notes of all notebooks"
EXAMPLE = "~/Documents/notes.jex"
OBTAIN = "In the app: *File → Export all → JEX*. What is exported as Markdown with front matter is read as a folder."

NAME = re.compile(r"[0-9a-f]{32}\.md")
FIELD = re.compile(r"([a-z_]+):(?: (.*))?")
TYPE = re.compile(rb"(?:^|\n)type_: \d+\s*$")
PROBED = 3  # files
PROBE_BYTES = 1_000_000  # whole, as the type is at the end
NOTE, TAG, TAG_OF_NOTE = "1", "5", "6"
HTML = "2"


@dataclass(frozen=True, slots=True)
class _Entry:
    title: str
    text: str
    fields: dict[str, str]

    def is_set(self, name: str) -> bool:
        return self.fields.get(name, "0") not in ("0", "")


@dataclass
class JoplinSource(ExportSource):
    takes_me: ClassVar[bool] = True

    files: list[str]

    @property
    def identity(self) -> str:
        return self.resolved_path

    def items(self) -> Iterator[Item]:
        """Notes by their id. Raises what `SignedPosts.own` does."""
        signed = SignedPosts(self.options, str(self.tree.path))
        yield from signed.own(self._notes(signed))

    def _notes(self, signed: SignedPosts) -> Iterator[Item]:
        entries: dict[str, _Entry] = {}
        for file in self.files:
            try:
                entries[PurePosixPath(file).stem] = _entry(self.text(file))
            except UnreadableItemError as error:
                yield self.post(PurePosixPath(file).stem, url=file, problem=str(error))
        tags = _tags(entries)
        for key, entry in entries.items():
            if entry.fields.get("type_") != NOTE:
                yield Ignored("no notes")
            elif reason := _why_ignored(entry):
                yield Ignored(reason)
            else:
                signed.sign(key, written_by(entry.fields.get("author")))
                yield self.post(
                    key,
                    url=f"joplin://x-callback-url/openNote?id={key}",
                    title=entry.title,
                    created_at=dates.to_utc(entry.fields.get("user_created_time") or entry.fields.get("created_time")),
                    content=entry.text,
                    content_type=ContentType.HTML
                    if entry.fields.get("markup_language") == HTML
                    else ContentType.MARKDOWN,
                    tags=tuple(tags[key]),
                    problem="encrypted: decrypt it in the app, and export again"
                    if entry.is_set("encryption_applied")
                    else "",
                )


def _why_ignored(note: _Entry) -> str:
    if note.is_set("is_conflict"):
        return "conflicts"
    if note.is_set("deleted_time"):
        return "notes in the trash"
    clipped = note.fields.get("source_url", "").startswith(("http://", "https://"))
    return "clippings of others' pages" if clipped else ""


def _entry(text: str) -> _Entry:
    """Raises UnreadableItemError."""
    whole = text.replace("\r\n", "\n").rstrip("\n")
    body, gap, told = whole.rpartition("\n\n")
    fields = {match[1]: match[2] or "" for line in told.split("\n") if (match := FIELD.fullmatch(line))}
    if "type_" not in fields:
        raise UnreadableItemError("no item of Joplin's: its last line is not its type")
    title, _, rest = (body if gap else "").partition("\n")
    return _Entry(title.strip(), rest.strip("\n"), fields)


def _tags(entries: dict[str, _Entry]) -> defaultdict[str, list[str]]:
    """Names by the note's id."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for entry in entries.values():
        tag = entries.get(entry.fields.get("tag_id", ""))
        if entry.fields.get("type_") == TAG_OF_NOTE and tag and tag.fields.get("type_") == TAG and tag.title:
            found[entry.fields.get("note_id", "")].append(tag.title)
    return found


def recognises(location: Location) -> Match:
    return location.holds(_items)


def open(location: Location, options: SourceOptions) -> JoplinSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError, WhoIsTheAuthorError (while reading)."""
    tree = location.require_tree()
    files = _items(tree)
    if not files:
        raise EmptySourceError(f"{location.text} holds no note of Joplin's. Export all as JEX.")
    return JoplinSource(options, tree, files)


def _items(tree: FileTree) -> list[str]:
    named = [name for name in tree.names() if NAME.fullmatch(PurePosixPath(name).name)]
    return named if any(TYPE.search(tree.head(name, PROBE_BYTES)) for name in named[:PROBED]) else []
