"""A LinkedIn export: shares, comments and articles of the author.

Passed over, and counted: shares without words of the author's own (a link or another's post passed on), messages and
all other lists of the export. What was shared with connections alone is private.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from urllib.parse import unquote

from feature_pipeline import dates
from feature_pipeline.errors import EmptySourceError, SourceError, UnreadableItemError
from feature_pipeline.formats.archives import FileTree
from feature_pipeline.formats.csv_rows import csv_rows
from feature_pipeline.formats.text_files import decode
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_pipeline.sources.linkedin.articles import read_article
from feature_store.records import ContentType, Post, PostKind, digest_of

SUMMARY = "a LinkedIn export: shares, comments and articles"
EXAMPLE = "~/Downloads/Complete_LinkedInDataExport_05-01-2024.zip"
OBTAIN = (
    "*Settings & Privacy → Data privacy → Get a copy of your data*; choose the larger archive, which has articles, "
    "comments and shares. LinkedIn mails a link within a day."
)
ADDRESS = None

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
class LinkedinSource:
    tree: FileTree
    options: SourceOptions
    _ignored: Counter[str] = field(default_factory=Counter)
    _read_ids: dict[str, str] = field(default_factory=dict)  # source_id → the content that it stands for

    def __post_init__(self) -> None:
        self._pages = self.tree.find(PAGES)
        lists = {pattern: self.tree.find(pattern) for pattern in (SHARES, COMMENTS, ARTICLES)}
        self._shares, self._comments, self._articles = lists.values()
        if not any((self._pages, *lists.values())):
            raise EmptySourceError(
                f"{self.tree.path} holds neither Shares.csv nor Comments.csv nor Articles. "
                "Ask LinkedIn for the larger archive: the quick one leaves them out."
            )

    @property
    def name(self) -> str:
        with suppress(SourceError):  # a broken profile is no reason to refuse the posts
            for file in self.tree.find(*PROFILE):
                for row in csv_rows(self.tree, file, required=("First Name", "Last Name")):
                    return f"linkedin:{row['First Name'].strip()} {row['Last Name'].strip()}"
        return f"linkedin:{self.tree.path}"

    @property
    def lists_all(self) -> bool:
        """An export may be of one list alone."""
        return bool(self._shares and self._comments and (self._pages or self._articles))

    @property
    def ignored(self) -> dict[str, int]:
        return dict(sorted(self._ignored.items()))

    def count(self) -> None:
        return None

    def read(self) -> Iterator[Post]:
        self._ignored.clear()
        self._read_ids.clear()
        name = self.name
        own: dict[str, str] = {}  # what the author's comments on the author's own shares answer
        for file in self._shares:
            for post in self._read_shares(file, name):
                own[_urn(post.url)] = post.content
                yield post
        for file in self._comments:
            yield from self._read_comments(file, name, own)
        for file in self._articles:
            yield from self._read_articles(file, name)
        for page in self._pages:
            yield self._page(page, name)
        known = {*self._pages, *self._shares, *self._comments, *self._articles}
        if others := set(self.tree.names()) - known:
            self._ignored["other files"] = len(others)

    def _read_shares(self, file: str, name: str) -> Iterator[Post]:
        for row, text in self._written(file, "ShareCommentary", "shares without words"):
            link, date = _cell(row, "ShareLink"), _cell(row, "Date")
            bare = self._post(name, _urn(link) or f"share:{digest_of(date, text)[:16]}", link, date)
            visibility = "public" if _cell(row, "Visibility").upper() in PUBLIC else "private"
            yield from self._once(replace(bare, content=text, visibility=visibility))

    def _read_comments(self, file: str, name: str, own: dict[str, str]) -> Iterator[Post]:
        for row, text in self._written(file, "Message", "comments without words", backslashes=True):
            link, date = _cell(row, "Link"), _cell(row, "Date")
            # A comment has no number of its own, and the link is that of the post.
            source_id = (
                f"comment:{_urn(link)}@{date}" if link and date else f"comment:{digest_of(link, date, text)[:16]}"
            )
            bare = self._post(name, source_id, link, date)
            context = own.get(_urn(link), "") if link else ""
            yield from self._once(replace(bare, content=text, kind=PostKind.COMMENT, context=context))

    def _read_articles(self, file: str, name: str) -> Iterator[Post]:
        for row, text in self._written(file, "Content", "articles without words"):
            title, link = _cell(row, "Title"), _cell(row, "URL", "Link", "ArticleLink")
            date = _cell(row, "Published Date", "PublishedAt", "Date", "Created Date")
            bare = self._post(name, link or f"article:{title or digest_of(text)[:16]}", link, date)
            markup = ContentType.HTML if TAG.search(text) else ContentType.PLAIN
            yield from self._once(replace(bare, title=title, content=text, content_type=markup, kind=PostKind.ARTICLE))

    def _page(self, file: str, name: str) -> Post:
        page = PurePosixPath(file)
        bare = replace(
            self._post(name, f"Articles/{page.name}", "", ""), content_type=ContentType.HTML, kind=PostKind.ARTICLE
        )
        try:
            article = read_article(decode(self.tree.read(file, max_bytes=self.options.max_file_bytes), html=True))
        except UnreadableItemError as error:
            return replace(bare, title=page.stem, problem=str(error))
        return replace(
            bare,
            url=article.url or bare.url,
            title=article.title or page.stem,
            created_at=article.created_at or dates.from_path(page.name),
            content=article.body,
            visibility="public" if article.published else "draft",
        )

    def _written(
        self, file: str, column: str, wordless: str, *, backslashes: bool = False
    ) -> Iterator[tuple[Row, str]]:
        """The rows with something in `column`, and that; the others are counted as `wordless`."""
        rows = list(csv_rows(self.tree, file, required=(column,), backslashes=backslashes))
        for row, text in zip(rows, _with_plain_breaks([row[column] for row in rows]), strict=True):
            if text.strip():
                yield row, text
            else:
                self._ignored[wordless] += 1

    def _post(self, name: str, source_id: str, link: str, date: str) -> Post:
        return Post(
            author=self.options.author,
            source=name,
            source_id=source_id,
            url=link or source_id,
            title="",
            created_at=dates.to_utc(date),
            fetched_at=self.options.fetched_at,
            content="",
            content_type=ContentType.PLAIN,
            kind=PostKind.POST,
        )

    def _once(self, post: Post) -> Iterator[Post]:
        """`post`, unless it was read before; with an id of its own where another has the same."""
        source_id = post.source_id
        if self._read_ids.get(source_id, post.content) != post.content:
            source_id += f":{digest_of(post.content)[:8]}"
        if source_id in self._read_ids:
            self._ignored["repeated"] += 1
            return
        self._read_ids[source_id] = post.content
        yield replace(post, source_id=source_id)


def recognises(location: Location) -> Match:
    tree = location.tree
    if tree is None:
        return Match.NO
    if tree.find(PAGES) and tree.find(*BESIDE):
        return Match.YES
    signs = ((SHARES, (b"ShareCommentary",)), (COMMENTS, (b"Message", b"Link")), (COMMENTS, (b"Message", b"Date")))
    found = any(
        all(sign in _start(tree, file) for sign in expected)
        for pattern, expected in signs
        for file in tree.find(pattern)
    )
    return Match.YES if found else Match.NO


def open(location: Location, options: SourceOptions) -> LinkedinSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError."""
    if location.tree is None:
        raise SourceError(f"there is no folder or file {location.text}. Check the path.")
    return LinkedinSource(location.tree, options)


def _start(tree: FileTree, name: str) -> bytes:
    with suppress(SourceError), tree.open(name) as stream:
        return b"".join(stream.read(PROBE_BYTES).splitlines(keepends=True)[:HEADER_LINES])
    return b""


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
    """The first that is there, whatever the case and the spaces of the columns' names."""
    plain = {column.replace(" ", "").casefold(): cell for column, cell in row.items()}
    return next((cell.strip() for column in columns if (cell := plain.get(column.replace(" ", "").casefold(), ""))), "")
