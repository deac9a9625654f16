"""A LinkedIn export: shares, comments and articles of the author.

Ignored, and counted: shares without words of the author's own (a link, or another's post shared as it is), messages and
all other lists of the export. What was shared with connections alone is private.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import PurePosixPath
from urllib.parse import unquote

from feature_pipeline import dates
from feature_pipeline.archives import FileTree
from feature_pipeline.errors import EmptySourceError, SourceError
from feature_pipeline.formats.csv_rows import csv_rows
from feature_pipeline.source_bases.base import ExportSource, Ignored, Item
from feature_pipeline.source_contract import Location, Match
from feature_pipeline.sources.linkedin.articles import read_article
from feature_store.records import ContentType, Post, PostKind, digest_of

SUMMARY = "a LinkedIn export: shares, comments and articles"
EXAMPLE = "~/Downloads/Complete_LinkedInDataExport_05-01-2024.zip"
OBTAIN = (
    "*Settings & Privacy → Data privacy → Get a copy of your data*; choose the larger archive, which has articles, "
    "comments and shares. LinkedIn mails a link within a day."
)

# A complete export puts the member's number behind the name: Shares_17529409.csv.
SHARES, COMMENTS, ARTICLES, PAGES = "Shares*.csv", "Comments*.csv", "Articles*.csv", "Articles/*.html"
PROFILE = ("Profile.csv", "Profile_*.csv")
BESIDE = (*PROFILE, "Connections.csv", "Positions.csv", "Email Addresses.csv")
PROBE_BYTES = 4_096
HEADER_LINES = 20
# Newer exports write each line break inside a share as "⏎": the marks are closed before it and opened behind it.
MARKED_BREAK = re.compile(r'"(\r?\n)"')
URN = re.compile(r"urn:li:\w+:[\w-]+")
PUBLIC = {"", "PUBLIC", "MEMBER_NETWORK", "LOGGED_IN", "ANYONE"}
TAG = re.compile(r"</?(?:p|div|br|h[1-6]|ul|ol|li|strong|em|a)\b[^<>]*>", re.IGNORECASE)

Row = dict[str, str]


@dataclass
class LinkedinSource(ExportSource):
    """It `lists_all` when all three lists are there: an export may be of one alone."""

    _read_ids: dict[str, str] = field(default_factory=dict, init=False)  # source_id → the content that it stands for

    def __post_init__(self) -> None:
        self._pages = self.tree.find(PAGES)
        lists = {pattern: self.tree.find(pattern) for pattern in (SHARES, COMMENTS, ARTICLES)}
        self._shares, self._comments, self._articles = lists.values()
        if not any((self._pages, *lists.values())):
            raise EmptySourceError(
                f"{self.tree.path} holds neither Shares.csv nor Comments.csv nor Articles. "
                "Ask LinkedIn for the larger archive: the quick one leaves them out."
            )
        self.lists_all = bool(self._shares and self._comments and (self._pages or self._articles))

    @property
    def identity(self) -> str:
        with suppress(SourceError):  # a broken profile is no reason to refuse the posts
            for file in self.tree.find(*PROFILE):
                for row in csv_rows(self.tree, file, required=("First Name", "Last Name")):
                    return f"{row['First Name'].strip()} {row['Last Name'].strip()}"
        return super().identity

    def items(self) -> Iterator[Item]:
        self._read_ids.clear()
        shared: dict[str, str] = {}  # what the author's comments on the author's own shares answer
        for file in self._shares:
            for item in self._read_shares(file):
                if isinstance(item, Post):
                    shared[_urn(item.url)] = item.content
                yield item
        for file in self._comments:
            yield from self._read_comments(file, shared)
        for file in self._articles:
            yield from self._read_articles(file)
        for page in self._pages:
            yield self._page(PurePosixPath(page))
        known = {*self._pages, *self._shares, *self._comments, *self._articles}
        yield Ignored("other files", len(set(self.tree.names()) - known))

    def _read_shares(self, file: str) -> Iterator[Item]:
        for row, text in self._rows(file, "ShareCommentary"):
            link, date = _cell(row, "ShareLink"), _cell(row, "Date")
            yield self._once(
                "shares",
                self.post(
                    _urn(link) or f"share:{digest_of(date, text)[:16]}",
                    url=link,
                    created_at=dates.to_utc(date),
                    content=text,
                    kind=PostKind.POST,
                    visibility="public" if _cell(row, "Visibility").upper() in PUBLIC else "private",
                ),
            )

    def _read_comments(self, file: str, shared: dict[str, str]) -> Iterator[Item]:
        for row, text in self._rows(file, "Message", backslashes=True):
            link, date = _cell(row, "Link"), _cell(row, "Date")
            # A comment has no number of its own, and the link is that of the post.
            place = f"{_urn(link)}@{date}" if link and date else digest_of(link, date, text)[:16]
            yield self._once(
                "comments",
                self.post(
                    f"comment:{place}",
                    url=link,
                    created_at=dates.to_utc(date),
                    content=text,
                    kind=PostKind.COMMENT,
                    context=shared.get(_urn(link), "") if link else "",
                ),
            )

    def _read_articles(self, file: str) -> Iterator[Item]:
        for row, text in self._rows(file, "Content"):
            title, link = _cell(row, "Title"), _cell(row, "URL", "Link", "ArticleLink")
            date = _cell(row, "Published Date", "PublishedAt", "Date", "Created Date")
            yield self._once(
                "articles",
                self.post(
                    link or f"article:{title or digest_of(text)[:16]}",
                    title=title,
                    created_at=dates.to_utc(date),
                    content=text,
                    content_type=ContentType.HTML if TAG.search(text) else ContentType.PLAIN,
                ),
            )

    def _page(self, path: PurePosixPath) -> Post:
        bare = self.post(f"Articles/{path.name}", title=path.stem, content_type=ContentType.HTML)
        return self.filled(bare, partial(self._read_page, path))

    def _read_page(self, path: PurePosixPath, bare: Post) -> Post:
        article = read_article(self.text(str(path), html=True))
        return replace(
            bare,
            url=article.url or bare.url,
            title=article.title or bare.title,
            created_at=article.created_at or dates.from_path(path.name),
            content=article.body,
            visibility="public" if article.published else "draft",
        )

    def _rows(self, file: str, column: str, *, backslashes: bool = False) -> Iterator[tuple[Row, str]]:
        """Each row, and what stands in `column`."""
        rows = list(csv_rows(self.tree, file, required=(column,), backslashes=backslashes))
        return zip(rows, _with_plain_breaks([row[column] for row in rows]), strict=True)

    def _once(self, kind: str, post: Post) -> Post | Ignored:
        """`post`, unless it is empty or was read before; with an id of its own where another has the same."""
        if not post.content.strip():
            return Ignored(f"{kind} without words")
        source_id = post.source_id
        if self._read_ids.get(source_id, post.content) != post.content:
            source_id += f":{digest_of(post.content)[:8]}"
        if source_id in self._read_ids:
            return Ignored("repeated")
        self._read_ids[source_id] = post.content
        return replace(post, source_id=source_id)


def recognises(location: Location) -> Match:
    return location.holds(_is_export)


open = LinkedinSource.opened  # noqa: A001 - the name that sources are opened by


def _is_export(tree: FileTree) -> bool:
    if tree.find(PAGES) and tree.find(*BESIDE):
        return True
    signs = ((SHARES, (b"ShareCommentary",)), (COMMENTS, (b"Message", b"Link")), (COMMENTS, (b"Message", b"Date")))
    return any(
        all(sign in _start(tree, file) for sign in expected)
        for pattern, expected in signs
        for file in tree.find(pattern)
    )


def _start(tree: FileTree, name: str) -> bytes:
    return b"".join(tree.head(name, PROBE_BYTES).splitlines(keepends=True)[:HEADER_LINES])


def _with_plain_breaks(texts: Sequence[str]) -> list[str]:
    """Line breaks as the author made them. One list writes all of its breaks in one way: the mark is taken off where
    most have it, and quotation marks around a break are the author's where most have none."""
    breaks = sum(text.count("\n") for text in texts)
    marked = sum(len(MARKED_BREAK.findall(text)) for text in texts)
    return [MARKED_BREAK.sub(r"\1", text) if marked * 2 > breaks else text for text in texts]


def _urn(link: str) -> str:
    """ "urn:li:share:7061917580558544896" of a link, which may be percent-encoded; the link where it has none."""
    match = URN.search(unquote(link))
    return match[0] if match else link


def _cell(row: Row, *columns: str) -> str:
    """The first column that is there; case and spaces in column names do not matter."""
    plain = {column.replace(" ", "").casefold(): cell for column, cell in row.items()}
    return next((cell.strip() for column in columns if (cell := plain.get(column.replace(" ", "").casefold(), ""))), "")
