"""A Blogger export: posts and pages, and the author's own comments with what they answer.

Passed over, and counted: settings, templates, the trash, other authors' posts, others' comments.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin

from feature_pipeline.errors import EmptySourceError, SourceError
from feature_pipeline.formats.archives import FileTree, begins_with
from feature_pipeline.formats.authorship import choose_authors
from feature_pipeline.formats.plain_text import plain_text
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_pipeline.sources.blogger.export import BloggerBlog, BloggerEntry, read_export
from feature_store.records import ContentType, Post, PostKind, digest_of

SUMMARY = "a Blogger export or Google Takeout of Blogger: posts, pages, own comments"
EXAMPLE = "~/Downloads/takeout-20240501.zip"
OBTAIN = (
    "In Blogger under *Settings → Manage blog → Back up content*, or at [Google Takeout](https://takeout.google.com) "
    "with *Blogger* chosen. Give the blog's address with `--base-url`: Takeout does not hold it."
)
ADDRESS = None

PATTERNS = ("*.atom", "*.xml")
PROBE_BYTES = 65_536
SIGNS = (b"schemas.google.com/blogger/2008/kind#", b"schemas.google.com/blogger/2018")
ARTICLES = {"post", "page"}


@dataclass
class BloggerSource:
    tree: FileTree
    files: list[str]
    options: SourceOptions
    _ignored: Counter[str] = field(default_factory=Counter)
    _blogs: set[str] = field(default_factory=set)
    _asked: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # id → what comments answer, author, name
    _broken: bool = False

    def __post_init__(self) -> None:
        """Reads all of it once: who has written how much stands nowhere else, and answers may come before questions."""
        counts: Counter[str] = Counter()
        names: dict[str, tuple[str, ...]] = {}
        for _, _, entry in self._entries():
            self._broken = self._broken or bool(entry.problem)
            if entry.kind in ARTICLES or entry.kind == "comment":
                asked = entry.title if entry.kind in ARTICLES else entry.content
                self._asked.setdefault(entry.id, (asked, entry.author, next(iter(entry.author_names), "")))
            if entry.kind in ARTICLES and not entry.trashed:
                counts[entry.author] += 1
                names[entry.author] = entry.author_names
        if not counts:
            raise EmptySourceError(f"{self.tree.path} holds no post and no page. Is it the export of the right blog?")
        anonymous = counts.pop("", 0)
        self._chosen = choose_authors(counts, names, self.options)
        self._only_one = len(counts) <= 1
        self._chosen |= {""} if anonymous and self._only_one else set()

    @property
    def name(self) -> str:
        return f"blogger:{'+'.join(sorted(self._blogs - {''})) or self.tree.path}"

    @property
    def lists_all(self) -> bool:
        return not self._broken

    @property
    def ignored(self) -> dict[str, int]:
        return dict(sorted(self._ignored.items()))

    def count(self) -> None:
        return None

    def read(self) -> Iterator[Post]:
        self._ignored.clear()
        seen: dict[str, str] = {}  # source_id → the file that it is from
        read: set[str] = set()
        for number, (file, blog, entry) in enumerate(self._entries()):
            source_id, digest = entry.id or entry.url or f"entry-{number}", digest_of(entry)
            if digest in read or seen.get(source_id, file) != file:
                self._ignored["repeated"] += 1
            elif self._is_own(entry):
                while source_id in seen:  # another text under the same number
                    source_id += "#2"
                seen[source_id] = file
                read.add(digest)
                yield self._post(source_id, blog, entry)

    def _entries(self) -> Iterator[tuple[str, BloggerBlog, BloggerEntry]]:
        for file in self.files:
            blog = BloggerBlog("", "")
            for found in read_export(self.tree, file):
                if isinstance(found, BloggerEntry):
                    yield file, blog, found
                else:
                    blog = found
                    self._blogs.add(blog.id)

    def _is_own(self, entry: BloggerEntry) -> bool:
        """Counts what it passes over."""
        own = self._only_one or entry.author in self._chosen
        if entry.kind == "comment":
            if entry.author not in self._chosen - {""}:
                self._ignored["comments by others"] += 1
                return False
        elif entry.kind not in ARTICLES:
            self._ignored[entry.kind] += 1
            return False
        elif not own:
            self._ignored["by other authors" if entry.author else "without an author"] += 1
            return False
        if entry.trashed:
            self._ignored["trash"] += 1
        return not entry.trashed

    def _post(self, source_id: str, blog: BloggerBlog, entry: BloggerEntry) -> Post:
        comment = entry.kind == "comment"
        title, _, _ = self._asked.get(entry.post, ("", "", ""))
        answered, author, name = self._asked.get(entry.answers, ("", "", "")) if comment else ("", "", "")
        return Post(
            author=self.options.author,
            source=self.name,
            source_id=source_id,
            url=_joined(self.options.base_url or blog.url, entry.url) or source_id,
            title="" if comment else entry.title,  # Blogger makes a comment's title of its beginning
            created_at=entry.created_at,
            fetched_at=self.options.fetched_at,
            content="" if entry.problem else entry.content,
            content_type=ContentType.HTML,
            kind=PostKind.COMMENT if comment else PostKind.ARTICLE,
            visibility=entry.visibility,
            tags=() if comment else entry.labels,
            context=(plain_text(answered, ContentType.HTML) or title) if comment else "",
            people=(name,) if name and author not in self._chosen else (),
            problem=entry.problem,
        )


def recognises(location: Location) -> Match:
    tree = location.tree
    return Match.YES if tree is not None and any(_is_export(tree, name) for name in tree.find(*PATTERNS)) else Match.NO


def open(location: Location, options: SourceOptions) -> BloggerSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError, WhoIsTheAuthorError, UnsafeMarkupError."""
    tree = location.require_tree()
    files = [name for name in tree.find(*PATTERNS) if _is_export(tree, name)]
    if not files:
        raise SourceError(f"{location.text} holds no export of Blogger's: neither feed.atom nor blog-….xml.")
    return BloggerSource(tree, files, options)


def _is_export(tree: FileTree, name: str) -> bool:
    return begins_with(tree, name, SIGNS, bytes_read=PROBE_BYTES)


def _joined(base: str, url: str) -> str:
    try:
        return urljoin(base, url)
    except ValueError:  # e.g. "http://[" as a host
        return url
