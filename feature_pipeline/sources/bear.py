"""Bear's backup (.bear2bk, .bearbk) or its notes as TextBundles: the notes, in Markdown with tags in the text.

Ignored, and counted: notes in the trash, and what was clipped from the web.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath

from feature_pipeline import dates
from feature_pipeline.archives import MEGABYTE, FileTree
from feature_pipeline.errors import EmptySourceError, SourceError, UnreadableItemError
from feature_pipeline.formats.json_values import Json, dict_at, parse_json, text_at
from feature_pipeline.source_bases.base import ExportSource, Ignored, Item
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_store.records import ContentType, Post

SUMMARY = "Bear's backup (.bear2bk), or notes exported as TextBundles"
EXAMPLE = '"~/Documents/Bear Notes.bear2bk"'
OBTAIN = "In the app for Mac: *File → Backup Notes…*, or *File → Export Notes… → TextBundle*."

INFO = "*.textbundle/info.json"
TEXTS = ("text.md", "text.markdown", "text.txt")
KEY = "net.shinyfrog.bear"
PROBED = 3  # bundles
HEADING = re.compile(r"\s*#{1,6}[ \t]+(\S[^\n]*?)[ \t#]*(?:\n|$)")
# "#tide", "#tide/high", "#high tide#"; a heading has a space behind its mark
TAG = re.compile(r"(?<!\S)#(?:([^\s#][^\n#]*[^\s#])#|([^\s#,.;:!?()]+))")
TAG_LINE = re.compile(rf"^[ \t]*(?:{TAG.pattern}[ \t]*)+$\n?", re.MULTILINE)


@dataclass
class BearSource(ExportSource):
    bundles: list[str]

    @property
    def identity(self) -> str:
        return self.resolved_path

    def items(self) -> Iterator[Item]:
        """Notes by the id that Bear gave them, else by their bundle's name."""
        names = set(self.tree.names())
        seen: set[str] = set()
        for bundle in self.bundles:
            file = next((f"{bundle}/{text}" for text in TEXTS if f"{bundle}/{text}" in names), "")
            info = self._info(bundle)
            about = dict_at(info, KEY)
            source_id = text_at(about, "uniqueIdentifier") or text_at(about, "bear-note-unique-identifier") or bundle
            if _is_set(about, "trashed"):
                yield Ignored("notes in the trash")
            elif text_at(info, "sourceURL").startswith(("http://", "https://")):
                yield Ignored("clippings of others' pages")
            elif source_id in seen:
                yield Ignored("repeated")
            else:
                seen.add(source_id)
                bare = self.post(
                    source_id,
                    url=f"bear://x-callback-url/open-note?id={source_id}",
                    title=PurePosixPath(bundle).stem,
                    created_at=dates.to_utc(text_at(about, "creationDate")),
                    content_type=ContentType.MARKDOWN,
                )
                yield self.filled(bare, partial(self._read, file))

    def _info(self, bundle: str) -> Json:
        try:
            return parse_json(self.tree.read(f"{bundle}/info.json", max_bytes=MEGABYTE), what=bundle)
        except (SourceError, UnreadableItemError):
            return {}  # the note itself can be read

    def _read(self, file: str, bare: Post) -> Post:
        """Raises UnreadableItemError."""
        if not file:
            raise UnreadableItemError("no text in it: an encrypted note, which Bear exports without")
        text = self.text(file).replace("\r\n", "\n")
        tags = [" ".join((match[1] or match[2]).split()) for match in TAG.finditer(text)]
        heading = HEADING.match(text)
        return replace(
            bare,
            title=heading[1].strip() if heading else bare.title,
            content=TAG_LINE.sub("", text).strip(),
            tags=tuple(dict.fromkeys(tags)),
        )


def _is_set(about: Json, name: str) -> bool:
    return text_at(about, name) not in ("", "0") or dict_at(about).get(name) is True


def recognises(location: Location) -> Match:
    return location.holds(_bundles)


def open(location: Location, options: SourceOptions) -> BearSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError."""
    tree = location.require_tree()
    bundles = _bundles(tree)
    if not bundles:
        raise EmptySourceError(f"{location.text} holds no note of Bear's: folders whose names end in .textbundle.")
    return BearSource(options, tree, bundles)


def _bundles(tree: FileTree) -> list[str]:
    found = tree.find(INFO)
    is_bears = any(KEY.encode() in tree.head(name, MEGABYTE) for name in found[:PROBED])
    return [str(PurePosixPath(name).parent) for name in found] if is_bears else []
