"""Google Takeout: the notes of Keep, and the author's comments on YouTube.

Takeout names folders, files and columns in the account's language, so all is known by its content. Its overview pages
are nobody's writing. Ignored, and counted: notes in the trash or of other people, and the files of other products.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from feature_pipeline.archives import FileTree, with_inner_zips
from feature_pipeline.errors import EmptySourceError, UnreadableItemError
from feature_pipeline.formats.authorship import Writer, choose_authors
from feature_pipeline.source_bases.base import ExportSource, Ignored, Item
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_pipeline.sources.google_takeout.keep import HTML_SIGNS, JSON_SIGNS, Note, read_note
from feature_pipeline.sources.google_takeout.youtube import is_comment_page, is_comments, read_comments
from feature_store.records import Post, PostKind
from text.words import count_words

SUMMARY = "Google Takeout: notes of Keep, and the author's comments on YouTube"
EXAMPLE = "~/Downloads/takeout-20240501T120000Z-001.zip"
OBTAIN = (
    "At [Google Takeout](https://takeout.google.com) choose *Keep*, *YouTube* (with *comments*), or both. Several "
    "parts are read together from the folder that they lie in. Takeout's Mail and Blogger are kinds of their own."
)

PARTS = re.compile(r"takeout-\d{8}t\d{6}z(?:-\d+)*\.zip", re.IGNORECASE)
PROBE_BYTES = 8_000
PROBED = 3  # files of a folder: its files are all of one product
SHORT_WORDS = 100  # a note without a title and with fewer words is a short post


@dataclass
class GoogleTakeoutSource(ExportSource):
    takes_me: ClassVar[bool] = True

    notes: list[str]
    comments: list[str]

    @property
    def identity(self) -> str:
        return self.resolved_path

    def items(self) -> Iterator[Item]:
        """Notes by when they were made, comments by their id at YouTube."""
        yield Ignored("other files", len(self.tree.names()) - len(self.notes) - len(self.comments))
        read = [self._read(file) for file in self.notes]
        owners = Counter(note.owner for note in read if isinstance(note, Note) and note.owner)
        writers = {owner: Writer((owner,), count) for owner, count in owners.items()}
        chosen = choose_authors(writers, self.options, where=str(self.tree.path), sole=True)
        seen: Counter[str] = Counter()
        for file, note in zip(self.notes, read, strict=True):
            if isinstance(note, Note) and (note.is_trashed or (note.owner and note.owner not in chosen)):
                yield Ignored("notes in the trash" if note.is_trashed else "by other authors")
                continue
            name = (note.created_at if isinstance(note, Note) else "") or PurePosixPath(file).stem
            seen[name] += 1
            yield self._note(name if seen[name] == 1 else f"{name}#{seen[name]}", file, note)
        yield from self._comments()

    def _read(self, file: str) -> Note | UnreadableItemError:
        try:
            return read_note(self.tree.read(file, max_bytes=self.options.max_file_bytes), html=file.endswith(".html"))
        except UnreadableItemError as error:
            return error

    def _note(self, source_id: str, file: str, note: Note | UnreadableItemError) -> Post:
        if isinstance(note, UnreadableItemError):
            return self.post(source_id, url=file, title=PurePosixPath(file).stem, problem=str(note))
        is_short = not note.title and count_words(note.text) < SHORT_WORDS
        return self.post(
            source_id,
            url=file,
            title=note.title,
            created_at=note.created_at,
            content=note.text,
            kind=PostKind.POST if is_short else PostKind.ARTICLE,
            tags=note.labels,
        )

    def _comments(self) -> Iterator[Item]:
        seen: set[str] = set()
        for file in self.comments:
            for comment in read_comments(self.tree, file):
                if comment.id in seen:
                    yield Ignored("repeated")
                    continue
                seen.add(comment.id)
                yield self.post(
                    comment.id,
                    url=comment.url,
                    created_at=comment.at,
                    content=comment.text,
                    kind=PostKind.COMMENT,
                    problem="" if comment.text else "the comment has no text",
                )


def recognises(location: Location) -> Match:
    return location.holds(lambda tree: any(_files(with_inner_zips(tree, PARTS))))


def open(location: Location, options: SourceOptions) -> GoogleTakeoutSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError, WhoIsTheAuthorError (while reading)."""
    tree = with_inner_zips(location.require_tree(), PARTS)
    notes, comments = _files(tree)
    if not notes and not comments:
        raise EmptySourceError(
            f"{location.text} holds no note of Keep and no comment on YouTube. Name the .zip that Takeout made, or the "
            "folder of its parts."
        )
    return GoogleTakeoutSource(options, tree, notes, comments)


def _files(tree: FileTree) -> tuple[list[str], list[str]]:
    """Notes, and tables and pages of comments. A note's page counts where its JSON is not there."""
    by_folder: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for name in tree.find("*.json", "*.html", "*.csv"):
        by_folder[str(PurePosixPath(name).parent), PurePosixPath(name).suffix].append(name)
    notes: list[str] = []
    for (_, ending), names in by_folder.items():
        signs = {".json": JSON_SIGNS, ".html": HTML_SIGNS}.get(ending, ())
        if signs and any(all(sign in tree.head(name, PROBE_BYTES * 3) for sign in signs) for name in names[:PROBED]):
            notes += names
    with_json = {name.removesuffix(".json") for name in notes if name.endswith(".json")}
    notes = [name for name in notes if name.endswith(".json") or name.removesuffix(".html") not in with_json]
    tables = [name for (_, ending), names in by_folder.items() if ending == ".csv" for name in names]
    pages = [name for (_, ending), names in by_folder.items() if ending == ".html" for name in names[:PROBED]]
    comments = [name for name in tables if is_comments(tree.head(name, PROBE_BYTES))]
    comments += [name for name in pages if name not in notes and is_comment_page(tree.head(name, PROBE_BYTES))]
    return sorted(notes), comments
