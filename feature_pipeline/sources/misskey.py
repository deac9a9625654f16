"""Misskey's export of notes (notes-….json), and that of its forks: Sharkey, Firefish, CherryPick, Iceshrimp.

The export names no other person's note but by its id: a reply has for context what the author wrote themselves, and a
renote without words is no post. The content warning before a note is its title. Notes to followers or to single people
are private.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from feature_pipeline import dates
from feature_pipeline.archives import FileTree
from feature_pipeline.errors import EmptySourceError
from feature_pipeline.formats.json_values import Json, parse_json, text_at
from feature_pipeline.source_bases.base import ExportSource, Ignored, Item
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_store.records import PostKind

SUMMARY = "Misskey and its forks: the notes of an account, as exported (notes-….json)"
EXAMPLE = "~/Downloads/notes-2024-05-01-10-30-00.json"
OBTAIN = "*Settings → Import / Export → All notes → Export*. The file appears in the account's *Drive*: download it."

PROBE_BYTES = 4_000
MAX_BYTES = 2_000_000_000
SIGNS = (b'"renoteId"', b'"replyId"', b'"visibility"', b'"cw"')
PUBLIC = ("public", "home", "")
EFFECT = re.compile(r"\$\[[\w.]+(?:[.,=\w-]*)\s([^\[\]]*)\]")  # $[tada words]
TAGS = re.compile(r"</?(?:center|small|plain|b|i|s)>")


@dataclass
class MisskeySource(ExportSource):
    files: list[str]

    @property
    def identity(self) -> str:
        return self.resolved_path

    def items(self) -> Iterator[Item]:
        """Notes by their id. Raises SourceError when a file is broken."""
        notes: dict[str, Json] = {}
        for file in self.files:
            for note in parse_json(self.tree.read(file, max_bytes=MAX_BYTES), what=file):
                if not isinstance(note, dict) or not (key := text_at(note, "id")):
                    yield Ignored("without an id")
                elif key in notes:
                    yield Ignored("repeated")
                else:
                    notes[key] = note
        for key, note in notes.items():
            text = _words(note)
            if not text:
                yield Ignored("renotes" if text_at(note, "renoteId") else "files alone")
                continue
            answers = text_at(note, "replyId")
            yield self.post(
                key,
                title=text_at(note, "cw").strip(),
                created_at=dates.to_utc(text_at(note, "createdAt")),
                content=text,
                kind=PostKind.REPLY if answers else PostKind.POST,
                visibility="public" if text_at(note, "visibility") in PUBLIC else "private",
                context=_words(notes.get(answers)),
            )


def _words(note: Json) -> str:
    """The text without the marks of Misskey's own Markdown (MFM) for how words move and stand."""
    text = TAGS.sub("", text_at(note, "text"))
    while (plain := EFFECT.sub(r"\1", text)) != text:
        text = plain
    return text.strip()


def recognises(location: Location) -> Match:
    return location.holds(_exports)


def open(location: Location, options: SourceOptions) -> MisskeySource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError."""
    tree = location.require_tree()
    files = _exports(tree)
    if not files:
        raise EmptySourceError(f"{location.text} holds no notes of Misskey: a .json in which notes have a renoteId.")
    return MisskeySource(options, tree, files)


def _exports(tree: FileTree) -> list[str]:
    heads = {name: tree.head(name, PROBE_BYTES) for name in tree.find("*.json")}
    return [n for n, head in heads.items() if head.lstrip()[:1] == b"[" and all(sign in head for sign in SIGNS)]
