"""A Notion export in Markdown or HTML, of a workspace or a page, in one archive or in several parts inside another.

A row of a table is a page whose columns are its properties: they are kept as what they say of it, not as text. Ids in
names and links to pages below go. Ignored, and counted: tables, attachments, the list of contents, pages that others
made.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import PurePosixPath
from typing import ClassVar

from feature_pipeline import dates
from feature_pipeline.archives import FileTree, with_inner_zips
from feature_pipeline.errors import EmptySourceError, SourceError, UnreadableItemError
from feature_pipeline.formats.bylines import Names, written_by
from feature_pipeline.formats.csv_rows import csv_rows
from feature_pipeline.formats.post_fields import first, one_line
from feature_pipeline.limits import within_limits
from feature_pipeline.source_bases.base import ExportSource, Ignored, Item
from feature_pipeline.source_bases.signed import SignedPosts
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_pipeline.sources.notion.pages import NotionPage, html_page, markdown_page, split_id
from feature_store.records import ContentType, Post

SUMMARY = "a Notion export (Markdown or HTML): pages, with the columns of tables as what is known of them"
EXAMPLE = "~/Downloads/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f_Export.zip"
OBTAIN = (
    "*Settings → General → Export all workspace content*, or ⋯ → *Export* on a page, as *Markdown & CSV* with "
    "subpages. The `.zip` is read as it is, with the archives in it; several go into one folder."
)

ARCHIVES = re.compile(r"(?:[\w-]*_)?export.*\.zip|.*-part-\d+\.zip", re.IGNORECASE)
ENDINGS = (".md", ".html")
FEWEST_WITH_ID = 0.5  # of the pages, for an export of Notion's
# Names of columns by which a page's own date, tags and author are known.
MADE = (
    *("created", "created time", "created at", "date created", "creation date", "erstellt", "erstellt am"),
    *("erstellungsdatum", "créé", "créé le", "date de création", "creado", "fecha de creación", "criado", "criado em"),
    *(
        "作成日時",
        "创建时间",
        "建立時間",
        "생성 일시",
        "생성일",
        "published",
        "publish date",
        "date",
        "datum",
        "fecha",
        "data",
    ),
    *("日付", "日期", "날짜"),
)
TAGS = (
    "tags",
    "tag",
    "labels",
    "label",
    "topics",
    "schlagwörter",
    "étiquettes",
    "etiquetas",
    "タグ",
    "标签",
    "標籤",
    "태그",
)
MAKERS = ("created by", "erstellt von", "créé par", "creado por", "criado por", "作成者", "创建者", "建立者", "생성자")


@dataclass
class NotionSource(ExportSource):
    takes_me: ClassVar[bool] = True

    files: list[str]
    _columns: dict[str, frozenset[str]] = field(default_factory=dict, init=False)

    @property
    def identity(self) -> str:
        return self.resolved_path

    def count(self) -> int:
        return len(self.files)

    def items(self) -> Iterator[Item]:
        """Every page, named by its id at Notion. Raises WhoIsTheAuthorError as `SignedPosts.own` does."""
        tables = [name for name in self.tree.names() if name.lower().endswith(".csv")]
        self._columns = {key: columns for name in tables for key, columns in [_table(self.tree, name)]}
        yield Ignored("tables", len(tables))
        yield Ignored("attachments", len(self.tree.names()) - len(self.files) - len(tables))
        signed = SignedPosts(self.options, str(self.tree.path))
        yield from signed.own(self._pages(signed))

    def _pages(self, signed: SignedPosts) -> Iterator[Item]:
        seen: set[str] = set()
        for file in self.files:
            name, page_id = split_id(PurePosixPath(file).stem)
            source_id = page_id if page_id and page_id not in seen else file
            seen.add(source_id)
            bare = self.post(source_id, url=f"https://www.notion.so/{page_id}" if page_id else file, title=name)
            try:
                page = within_limits(partial(self._page, file), characters=self.options.max_file_bytes)
            except UnreadableItemError as error:
                yield replace(bare, problem=str(error))
                continue
            if page is None:
                yield Ignored("lists of contents")
                continue
            signed.sign(source_id, _makers(page))
            yield self._post(bare, page, is_html=file.endswith(".html"))

    def _page(self, file: str) -> NotionPage | None:
        if file.endswith(".html"):
            return html_page(self.text(file, html=True))
        return markdown_page(self.text(file), self._columns.get(_key(str(PurePosixPath(file).parent)), frozenset()))

    def _post(self, bare: Post, page: NotionPage, *, is_html: bool) -> Post:
        tags = first(page.properties.get(key, "") for key in TAGS)
        return replace(
            bare,
            title=one_line(page.title) or bare.title,
            created_at=first(
                dates.to_utc(page.properties.get(key, "").partition(" → ")[0].lstrip("@")) for key in MADE
            ),
            content=page.text,
            content_type=ContentType.HTML if is_html else ContentType.MARKDOWN,
            tags=tuple(dict.fromkeys(filter(None, (tag.strip() for tag in tags.split(","))))),
        )


def recognises(location: Location) -> Match:
    return location.holds(lambda tree: _pages_of(with_inner_zips(tree, ARCHIVES)))


def open(location: Location, options: SourceOptions) -> NotionSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError."""
    tree = with_inner_zips(location.require_tree(), ARCHIVES)
    files = _pages_of(tree)
    if not files:
        raise EmptySourceError(
            f"{location.text} holds no page of Notion: their names end in an id of 32 digits. Export again as "
            "Markdown & CSV, or read the folder with --as folder."
        )
    return NotionSource(options, tree, files)


def _pages_of(tree: FileTree) -> list[str]:
    """None where fewer than half of the pages have ids, or where all names are nothing else: Joplin names its so. The
    list of contents is none of them."""
    pages = [name for name in tree.names() if name.lower().endswith(ENDINGS) and not name.endswith("index.html")]
    split = [split_id(PurePosixPath(name).stem) for name in pages]
    with_id = [title for title, page_id in split if page_id]
    return pages if any(with_id) and len(with_id) >= FEWEST_WITH_ID * len(pages) else []


def _table(tree: FileTree, name: str) -> tuple[str, frozenset[str]]:
    """Where the pages of a table lie, and its columns in lower case; none where it cannot be read."""
    try:
        row = next(csv_rows(tree, name, required=()), {})
    except SourceError:  # the table is no text of its own: what it says of its pages stays in them
        row = {}
    return _key(name.removesuffix(".csv").removesuffix("_all")), frozenset(
        column.lower().lstrip("\ufeff") for column in row
    )


def _key(folder: str) -> str:
    """A folder's path without ids: Notion leaves them out of the names of folders, or does not."""
    return "/".join(split_id(part)[0] for part in folder.split("/"))


def _makers(page: NotionPage) -> tuple[Names, ...]:
    return written_by(first(page.properties.get(key, "") for key in MAKERS))
