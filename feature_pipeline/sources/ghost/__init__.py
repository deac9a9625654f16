"""A Ghost export: posts and pages of its one JSON file.

The text is the HTML that Ghost rendered; where there is none, what the editor stored, else the plain text. What only
members or paying readers got is public too: the author wrote it for readers. Of several authors' posts, those count
that the author signed, alone or with others.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from feature_pipeline import dates
from feature_pipeline.archives import FileTree
from feature_pipeline.errors import EmptySourceError, SourceError, UnreadableItemError
from feature_pipeline.formats.authorship import Writer, choose_authors
from feature_pipeline.formats.html_parts import by_class, drop, inner_html, parse_page
from feature_pipeline.formats.json_values import Json, at, dict_at, list_at, parse_json, text_at
from feature_pipeline.source_bases.base import ExportSource, Ignored, Item
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_pipeline.sources.ghost.markup import lexical_html, mobiledoc_html
from feature_store.records import ContentType, Post

SUMMARY = "a Ghost export: posts and pages"
EXAMPLE = "~/Downloads/maud.ghost.2024-05-01-10-30-00.json"
OBTAIN = (
    "In Ghost's admin under *Settings → Import/Export → Export*, download the `.json`. Give the site's address with "
    "`--base-url`: the export does not hold it."
)

PATTERN = "*.json"
MAX_JSON_BYTES = 2_000_000_000
PROBE_BYTES = 65_536
SIGNS = (b'"data"', b'"db"', b'"meta"', b'"exported_on"')
PUBLISHED = {"published", "sent"}
SITE = "__GHOST_URL__"
BOILERPLATE = (
    *("kg-bookmark-card", "kg-button-card", "kg-signup-card", "kg-audio-card", "kg-file-card", "kg-email-cta-card"),
    *("kg-video-player-container", "kg-cta-card", "kg-header-card-button", "kg-product-card-button"),
)


@dataclass
class GhostSource(ExportSource):
    takes_me: ClassVar[bool] = True

    file: str

    def __post_init__(self) -> None:
        self._data = _data(parse_json(self.tree.read(self.file, max_bytes=MAX_JSON_BYTES), what=self.file))
        posts = [post for post in list_at(self._data, "posts") if isinstance(post, dict)]
        if not posts:
            raise EmptySourceError(f"{self.file} holds no post. Is it the export of the right site?")
        self._posts = posts
        self._users = _by_id(list_at(self._data, "users"))
        self._tags = _by_id(list_at(self._data, "tags"))
        self._authors_of = _links(list_at(self._data, "posts_authors"), "author_id")
        self._tags_of = _links(list_at(self._data, "posts_tags"), "tag_id")
        counts = Counter(login for post in posts for login in self._signed(post))
        names = {
            self._login(key): tuple(text_at(user, name) for name in ("name", "email", "slug"))
            for key, user in self._users.items()
        }
        writers = {login: Writer(names.get(login, ()), count) for login, count in counts.items()}
        self._chosen = choose_authors(writers, self.options, where=str(self.tree.path), sole=True)
        self._only_one = len(counts) <= 1

    @property
    def identity(self) -> str:
        settings = {text_at(s, "key"): text_at(s, "value") for s in list_at(self._data, "settings")}
        return settings.get("title") or super().identity

    def count(self) -> int:
        return len([post for post in self._posts if self._is_own(post)])

    def items(self) -> Iterator[Item]:
        yield Ignored("entries that are no posts", len(list_at(self._data, "posts")) - len(self._posts))
        seen = Counter[str]()
        for number, post in enumerate(self._posts):
            if not self._is_own(post):
                yield Ignored("by other authors")
                continue
            source_id = text_at(post, "uuid") or text_at(post, "id") or text_at(post, "slug") or f"post-{number}"
            seen[source_id] += 1
            bare = self._bare(post, source_id if seen[source_id] == 1 else f"{source_id}#{seen[source_id]}")
            yield self.filled(bare, partial(self._read, post))

    def _bare(self, post: Json, source_id: str) -> Post:
        base = self.options.base_url.rstrip("/")
        slug = text_at(post, "slug")
        return self.post(
            source_id,
            url=text_at(post, "canonical_url") or (f"{base}/{slug}/" if base and slug else slug),
            title=text_at(post, "title").strip(),
            created_at=next(filter(None, (dates.to_utc(at(post, key)) for key in ("published_at", "created_at"))), ""),
            content_type=ContentType.HTML,
            visibility="public" if text_at(post, "status") in PUBLISHED else "draft",
            tags=self._tag_names(post),
        )

    def _read(self, post: Json, bare: Post) -> Post:
        content, markup = _content(post)
        return replace(bare, content=content.replace(SITE, self.options.base_url.rstrip("/")), content_type=markup)

    def _signed(self, post: Json) -> list[str]:
        ids = self._authors_of.get(text_at(post, "id")) or [
            text_at(author, "id") for author in list_at(post, "authors")
        ]
        ids = ids or [text_at(post, "author_id") or text_at(post, "author")]
        return list(dict.fromkeys(self._login(user) for user in ids if user))

    def _login(self, user_id: str) -> str:
        user = self._users.get(user_id, {})
        return text_at(user, "slug") or text_at(user, "email") or text_at(user, "name") or user_id

    def _is_own(self, post: Json) -> bool:
        return self._only_one or not self._chosen.isdisjoint(self._signed(post))

    def _tag_names(self, post: Json) -> tuple[str, ...]:
        tags = [self._tags.get(tag, {}) for tag in self._tags_of.get(text_at(post, "id"), [])]
        names = [text_at(tag, "name").strip() for tag in (*tags, *list_at(post, "tags"))]
        return tuple(
            dict.fromkeys(name for name in names if name and not name.startswith("#"))
        )  # # marks internal ones


def recognises(location: Location) -> Match:
    return location.holds(_exports)


def open(location: Location, options: SourceOptions) -> GhostSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError, WhoIsTheAuthorError."""
    tree = location.require_tree()
    files = _exports(tree)
    if len(files) != 1:
        found = ", ".join(files) or "none"
        raise SourceError(
            f"{location.text} should hold one export of Ghost's as .json, and holds {found}. Name the file."
        )
    return GhostSource(options, tree, files[0])


def _exports(tree: FileTree) -> list[str]:
    """A single file, or those at the top: what lies deeper belongs to a theme or to another export."""
    return [name for name in tree.find(PATTERN) if name.count("/") <= 1 and _is_export(tree, name)]


def _is_export(tree: FileTree, name: str) -> bool:
    start = tree.head(name, PROBE_BYTES).lstrip(b"\xef\xbb\xbf \r\n\t")
    if not start.startswith(b"{") or b'"data"' not in start:
        return False
    return start[1:].lstrip().startswith(SIGNS) and (b'"posts"' in start or b'"exported_on"' in start)


def _data(document: Json) -> dict[str, Json]:
    """Raises SourceError."""
    for path in (("db", 0, "data"), ("data",)):
        if isinstance(at(document, *path), dict):
            return dict_at(document, *path)
    raise SourceError("this JSON is no export of Ghost's: it has neither db[0].data nor data.")


def _content(post: Json) -> tuple[str, ContentType]:
    """Raises UnreadableItemError when what there is cannot be read."""
    if markup := text_at(post, "html").strip():
        return _without_cards(markup), ContentType.HTML
    for key, convert in (("lexical", lexical_html), ("mobiledoc", mobiledoc_html)):
        stored = at(post, key)
        if not stored:
            continue
        try:
            document = parse_json(stored, what=key) if isinstance(stored, str) else stored
            markup = convert(document)
        except SourceError as error:
            if not text_at(post, "plaintext"):
                raise UnreadableItemError(str(error)) from error
            continue
        if markup.strip():
            return _without_cards(markup), ContentType.HTML
    if markdown := text_at(post, "markdown"):
        return markdown, ContentType.MARKDOWN
    return text_at(post, "plaintext"), ContentType.PLAIN


def _without_cards(markup: str) -> str:
    page = parse_page(markup)
    body = page.find("body") if page is not None else None
    if body is None:
        return ""
    drop(by_class(body, *BOILERPLATE))
    return inner_html(body).strip()


def _by_id(rows: list[Json]) -> dict[str, Json]:
    return {text_at(row, "id"): row for row in rows if text_at(row, "id")}


def _links(rows: list[Json], key: str) -> dict[str, list[str]]:
    """Post's id → the other ids, in their order."""
    linked: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
    for row in rows:
        order = at(row, "sort_order")
        linked[text_at(row, "post_id")].append((order if isinstance(order, int | float) else 0, text_at(row, key)))
    return {post: [other for _, other in sorted(others, key=lambda pair: pair[0])] for post, others in linked.items()}
