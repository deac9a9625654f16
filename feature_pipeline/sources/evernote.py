"""Evernote's export (.enex): the notes of notebooks, one file a notebook.

Ignored, and counted: what was clipped from the web or from mail, which is others' text, and notes that others wrote in
a shared notebook.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import ClassVar

from lxml import etree

from feature_pipeline import dates
from feature_pipeline.archives import FileTree
from feature_pipeline.errors import EmptySourceError
from feature_pipeline.formats.bylines import written_by
from feature_pipeline.formats.html_parts import drop, inner_html, parse_page
from feature_pipeline.formats.xml_files import files_with
from feature_pipeline.formats.xml_items import xml_items
from feature_pipeline.source_bases.base import ExportSource, Ignored, Item
from feature_pipeline.source_bases.signed import SignedPosts
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_store.records import ContentType, digest_of

SUMMARY = "Evernote's export (.enex): the notes of a notebook"
EXAMPLE = "~/Documents/Notebook.enex"
OBTAIN = (
    "In the app for Mac or Windows: right-click a notebook → *Export notebook…* → ENEX. Several files are read "
    "together from the folder that they lie in."
)

PATTERNS = ("*.enex",)
PROBE_BYTES = 2_000
SIGNS = (b"<en-export",)
CLIPPED = re.compile(r"web\.clip|clearly|mail\.clip|mail\.smtp|webclipper|ifttt|feedly|pocket", re.IGNORECASE)
PROLOGUE = re.compile(r"^\s*(?:<\?xml[^>]*\?>|<!DOCTYPE[^>]*>|\s)*", re.IGNORECASE)
CODE = re.compile(r"--?en-codeblock\s*:\s*true", re.IGNORECASE)
NOT_TEXT = ("en-media", "en-crypt", "en-todo")


@dataclass
class EvernoteSource(ExportSource):
    takes_me: ClassVar[bool] = True

    files: list[str]

    @property
    def identity(self) -> str:
        return self.resolved_path

    def items(self) -> Iterator[Item]:
        """Notes by when they were made: the export has no ids. Raises SourceError when a file is no export, and as
        `SignedPosts.own` does."""
        signed = SignedPosts(self.options, str(self.tree.path))
        yield from signed.own(self._notes(signed))

    def _notes(self, signed: SignedPosts) -> Iterator[Item]:
        seen: set[str] = set()
        for file in self.files:
            with self.tree.open(file) as stream:
                _, notes = xml_items(stream, "note", what=file)
                for number, item in enumerate(notes):
                    note = item.element if item.element is not None else etree.Element("note")
                    source_id = note.findtext("created") or f"{file}#{number}"
                    if source_id in seen:
                        source_id += f"-{digest_of(note.findtext('title'), note.findtext('content'))[:8]}"
                    if source_id in seen:
                        yield Ignored("repeated")
                        continue
                    seen.add(source_id)
                    if _is_clipped(note):
                        yield Ignored("clippings of others' pages")
                        continue
                    signed.sign(source_id, written_by(note.findtext("note-attributes/author")))
                    yield self.alone(self.post(source_id), partial(self._post, source_id, file, note, item.problem))

    def _post(self, source_id: str, file: str, note: etree._Element, problem: str) -> Item:
        content = note_html(note.findtext("content") or "")
        return self.post(
            source_id,
            url=f"{file}#{source_id}",
            title=" ".join((note.findtext("title") or PurePosixPath(file).stem).split()),
            created_at=dates.to_utc(note.findtext("created")) or dates.to_utc(note.findtext("updated")),
            content=content,
            content_type=ContentType.HTML,
            tags=tuple(dict.fromkeys(filter(None, ((tag.text or "").strip() for tag in note.iterfind("tag"))))),
            problem=problem or self.too_large(len(content.encode("utf-8", "replace"))),
        )


def note_html(markup: str) -> str:
    """Evernote's markup (ENML) as HTML: without media, tick boxes and what is encrypted; code is code."""
    page = parse_page(PROLOGUE.sub("", markup))
    if page is None:
        return ""
    note = next(page.iter("en-note"), page)
    drop(element for name in NOT_TEXT for element in note.iter(name))
    for block in list(note.iter("div")):
        if CODE.search(block.get("style") or "") and block.getparent() is not None:
            lines = ["".join(map(str, line.itertext())) for line in block] or ["".join(map(str, block.itertext()))]
            code = etree.Element("pre")
            etree.SubElement(code, "code").text = "\n".join(lines)
            code.tail = block.tail
            block.getparent().replace(block, code)  # type: ignore[union-attr]
    return inner_html(note).strip()


def _is_clipped(note: etree._Element) -> bool:
    about = note.find("note-attributes")
    if about is None:
        return False
    told = " ".join(about.findtext(name) or "" for name in ("source", "source-application"))
    return bool(CLIPPED.search(told)) or (about.findtext("source-url") or "").startswith(("http://", "https://"))


def recognises(location: Location) -> Match:
    return location.holds(_exports)


def open(location: Location, options: SourceOptions) -> EvernoteSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError."""
    tree = location.require_tree()
    files = _exports(tree)
    if not files:
        raise EmptySourceError(f"{location.text} holds no .enex file of Evernote's. Export the notebook as ENEX.")
    return EvernoteSource(options, tree, files)


def _exports(tree: FileTree) -> list[str]:
    return files_with(tree, PATTERNS, SIGNS, probe=PROBE_BYTES)
