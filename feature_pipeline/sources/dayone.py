"""Day One's JSON export: the entries of one journal or several, zipped or not.

The text is Markdown, with pictures as marks that go. Ignored, and counted: entries in the trash, and the media.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath

from feature_pipeline import dates
from feature_pipeline.archives import FileTree
from feature_pipeline.errors import EmptySourceError, SourceError, UnreadableItemError
from feature_pipeline.formats.json_values import Json, at, list_at, parse_json, text_at
from feature_pipeline.source_bases.base import ExportSource, Ignored, Item
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_store.records import ContentType, Post

SUMMARY = "Day One's JSON export: the entries of a journal"
EXAMPLE = "~/Downloads/Export-Journal.zip"
OBTAIN = "In the app: *File → Export → JSON* (Mac), or *Settings → Import/Export → Export JSON* (phone). Read as it is."

MAX_JSON_BYTES = 2_000_000_000
PROBE_BYTES = 4_000
SIGNS = (b'"metadata"', b'"entries"')
ENTRY_SIGNS = (b'"creationDate"', b'"creationDeviceType"', b'"richText"', b'"timeZone"')
HEADING = re.compile(r"\s*#{1,3}[ \t]+(\S[^\n]*?)[ \t#]*(?:\n|$)")
MOMENT = re.compile(r"!?\[[^\[\]\n]*\]\(dayone-moment:[^()\s]*\)|\[\{(?:photo|attachment)\}\]")
ESCAPED = re.compile(r"\\([.!()\[\]{}#+\-_*`>~|&$\"'])")


@dataclass
class DayOneSource(ExportSource):
    files: list[str]

    @property
    def identity(self) -> str:
        return self.resolved_path

    def items(self) -> Iterator[Item]:
        """Entries by their UUID, which stays. Raises SourceError when a journal is broken."""
        yield Ignored("other files", len(self.tree.names()) - len(self.files))
        seen: set[str] = set()
        for file in self.files:
            data = parse_json(self.tree.read(file, max_bytes=MAX_JSON_BYTES), what=file)
            entries = list_at(data, "entries")
            for number, entry in enumerate(entries):
                source_id = text_at(entry, "uuid") or f"{file}#{number}"
                if at(entry, "isTrashed") is True:
                    yield Ignored("entries in the trash")
                elif source_id in seen:
                    yield Ignored("repeated")
                else:
                    seen.add(source_id)
                    journal = PurePosixPath(file).stem
                    bare = self.post(source_id, url=f"dayone://view?entryId={source_id}", title=journal)
                    yield self.filled(bare, partial(_read, entry))


def _read(entry: Json, bare: Post) -> Post:
    """Raises UnreadableItemError."""
    if not isinstance(entry, dict):
        raise UnreadableItemError("no entry: it is not an object")
    text = text_at(entry, "text") or _of_rich_text(text_at(entry, "richText"))
    text = ESCAPED.sub(r"\1", MOMENT.sub("", text)).strip()
    heading = HEADING.match(text)
    created = dates.to_utc(text_at(entry, "creationDate"))
    return replace(
        bare,
        title=heading[1].strip() if heading else created[:10],
        created_at=created,
        content=text,
        content_type=ContentType.MARKDOWN,
        tags=tuple(tag for tag in list_at(entry, "tags") if isinstance(tag, str)),
    )


def _of_rich_text(text: str) -> str:
    """What the newer editor stores: JSON of pieces in order, each with its text."""
    try:
        contents = list_at(parse_json(text, what="richText"), "contents") if text else []
    except SourceError as error:
        raise UnreadableItemError(str(error)) from error
    return "".join(text_at(piece, "text") for piece in contents)


def recognises(location: Location) -> Match:
    return location.holds(_journals)


def open(location: Location, options: SourceOptions) -> DayOneSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError."""
    tree = location.require_tree()
    files = _journals(tree)
    if not files:
        raise EmptySourceError(
            f"{location.text} holds no journal of Day One: a .json with its entries. Export as JSON."
        )
    return DayOneSource(options, tree, files)


def _journals(tree: FileTree) -> list[str]:
    heads = {name: tree.head(name, PROBE_BYTES) for name in tree.find("*.json")}
    return [
        name
        for name, head in heads.items()
        if all(sign in head for sign in SIGNS) and sum(sign in head for sign in ENTRY_SIGNS) > 0
    ]
