"""A Logseq graph: its journals, each dated by its name, and its pages, in Markdown or Org.

Ignored, and counted: what Logseq keeps in logseq/, drawings, assets, and pages of passages marked in documents.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from feature_pipeline import dates
from feature_pipeline.archives import FileTree
from feature_pipeline.errors import EmptySourceError
from feature_pipeline.formats.front_matter import Values, split_front_matter
from feature_pipeline.formats.org import org_markdown
from feature_pipeline.formats.post_fields import first, one_line, read_tags
from feature_pipeline.source_bases.base import ExportSource, Ignored, Item
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_pipeline.sources.logseq.outline import read_outline
from feature_store.records import ContentType, Post

SUMMARY = "a Logseq graph: journals and pages, in Markdown or Org"
EXAMPLE = "~/Documents/my-graph"
OBTAIN = "The folder of the graph: the one that holds `journals`, `pages` and `logseq`. Zipped it is read as well."

CONFIGURATION = "logseq/config.edn"
ENDINGS = (".md", ".markdown", ".org")
NOT_TEXT = ("logseq", "assets", "draws", "whiteboards")
HIGHLIGHTS = "hls__"
CREATED = ("date", "created", "created-at", "published", "publish-date")
PAGE_LINK = re.compile(r"#?\[\[([^\[\]]+)\]\]")


@dataclass
class LogseqSource(ExportSource):
    files: list[str]

    @property
    def identity(self) -> str:
        return self.resolved_path

    def count(self) -> int:
        return len(self.files)

    def items(self) -> Iterator[Item]:
        yield Ignored("other files", len(self.tree.names()) - len(self.files))
        for file in self.files:
            path = PurePosixPath(file)
            if path.name.startswith(HIGHLIGHTS):
                yield Ignored("highlights of documents")
                continue
            date = dates.from_path(path.name)
            title = date[:10] or unquote(path.stem.replace("___", "/"))
            bare = self.post(file, title=title, created_at=date, content_type=ContentType.MARKDOWN)
            yield self.filled(bare, partial(self._read, file))

    def _read(self, file: str, bare: Post) -> Post:
        text = self.text(file)
        values, text = org_markdown(text, as_outline=True) if file.endswith(".org") else split_front_matter(text)
        outline = read_outline(text)
        properties: Values = {**values, **outline.properties}
        tags = PAGE_LINK.sub(r"\1", one_line(properties.get("tags"))) or properties.get("tags")
        return replace(
            bare,
            content=outline.text,
            title=one_line(properties.get("title")) or bare.title,
            created_at=bare.created_at or first(dates.to_utc(_plain(properties.get(key))) for key in CREATED),
            tags=tuple(tag.strip() for tag in tags.split(",") if tag.strip())
            if isinstance(tags, str)
            else read_tags(tags),
        )


def recognises(location: Location) -> Match:
    return Match.YES if _graph(location) else Match.NO


def open(location: Location, options: SourceOptions) -> LogseqSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError."""
    tree = location.require_tree()
    files = _files(tree)
    if not files:
        raise EmptySourceError(
            f"{location.text} holds no page of a Logseq graph: name the folder with journals and pages."
        )
    return LogseqSource(options, tree, files)


def _graph(location: Location) -> bool:
    """Whether there is a graph, or a folder or a file of one, which has the graph's configuration beside it."""
    if location.tree is None:
        return False
    if location.tree.find(CONFIGURATION):
        return bool(_files(location.tree))
    path: Path = location.tree.path
    around = [path.parent] if path.is_dir() else [*path.parents][1:2] if path.suffix in ENDINGS else []
    return any((folder / CONFIGURATION).is_file() for folder in around) and bool(_files(location.tree))


def _files(tree: FileTree) -> list[str]:
    configured = tree.find(CONFIGURATION)
    root = configured[0].removesuffix(CONFIGURATION) if configured else ""
    return [
        name
        for name in tree.names()
        if name.lower().endswith(ENDINGS)
        and name.startswith(root)
        and not set(NOT_TEXT) & set(PurePosixPath(name.removeprefix(root)).parts[:-1])
    ]


def _plain(value: object) -> str:
    return PAGE_LINK.sub(r"\1", one_line(value))
