"""A Blogger export: posts and pages, and the author's own comments with what they answer.

Ignored, and counted: settings, templates, the trash, other authors' posts, others' comments.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar

from feature_pipeline.archives import FileTree
from feature_pipeline.errors import EmptySourceError, SourceError
from feature_pipeline.formats.authorship import Writer, choose_authors
from feature_pipeline.formats.plain_text import plain_text
from feature_pipeline.formats.xml_files import files_with
from feature_pipeline.source_bases.base import ExportSource, Ignored, Item
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_pipeline.sources.blogger.export import BloggerBlog, BloggerEntry, read_export
from feature_store.records import ContentType, Post, PostKind, digest_of

SUMMARY = "a Blogger export or Google Takeout of Blogger: posts, pages, own comments"
EXAMPLE = "~/Downloads/takeout-20240501.zip"
OBTAIN = (
    "In Blogger under *Settings → Manage blog → Back up content*, or at [Google Takeout](https://takeout.google.com) "
    "with *Blogger* chosen. Give the blog's address with `--base-url`: Takeout does not hold it."
)

PATTERNS = ("*.atom", "*.xml")
PROBE_BYTES = 65_536
SIGNS = (b"schemas.google.com/blogger/2008/kind#", b"schemas.google.com/blogger/2018")
ARTICLES = {"post", "page"}


@dataclass
class BloggerSource(ExportSource):
    takes_me: ClassVar[bool] = True

    files: list[str]
    _blogs: set[str] = field(default_factory=set, init=False)
    # Id → what comments answer, its author, the author's name.
    _asked: dict[str, tuple[str, str, str]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Reads everything once: how much each author wrote is stated nowhere, and replies may come first."""
        counts: Counter[str] = Counter()
        names: dict[str, tuple[str, ...]] = {}
        for _, _, entry in self._entries():
            self.lists_all = self.lists_all and not entry.problem
            if entry.kind in ARTICLES or entry.kind == "comment":
                asked = entry.title if entry.kind in ARTICLES else entry.content
                self._asked.setdefault(entry.id, (asked, entry.author, next(iter(entry.author_names), "")))
            if entry.kind in ARTICLES and not entry.trashed:
                counts[entry.author] += 1
                names[entry.author] = entry.author_names
        if not counts:
            raise EmptySourceError(f"{self.tree.path} holds no post and no page. Is it the export of the right blog?")
        anonymous = counts.pop("", 0)
        writers = {key: Writer(names[key], count) for key, count in counts.items()}
        self._chosen = choose_authors(writers, self.options, where=str(self.tree.path), sole=True)
        self._only_one = len(counts) <= 1
        self._chosen |= {""} if anonymous and self._only_one else set()

    @property
    def identity(self) -> str:
        return "+".join(sorted(self._blogs - {""})) or super().identity

    def items(self) -> Iterator[Item]:
        seen: dict[str, str] = {}  # source_id → the file that it is from
        read: set[str] = set()
        for number, (file, blog, entry) in enumerate(self._entries()):
            source_id, digest = entry.id or entry.url or f"entry-{number}", digest_of(entry)
            if digest in read or seen.get(source_id, file) != file:
                yield Ignored("repeated")
            elif reason := self._why_ignored(entry):
                yield Ignored(reason)
            else:
                while source_id in seen:  # another text under the same number
                    source_id += "#2"
                seen[source_id] = file
                read.add(digest)
                filled = partial(self._post, source_id, blog, entry)
                yield self.alone(self.post(source_id), filled, size=len(entry.content))

    def _entries(self) -> Iterator[tuple[str, BloggerBlog, BloggerEntry]]:
        for file in self.files:
            blog = BloggerBlog("", "")
            for found in read_export(self.tree, file):
                if isinstance(found, BloggerEntry):
                    yield file, blog, found
                else:
                    blog = found
                    self._blogs.add(blog.id)

    def _why_ignored(self, entry: BloggerEntry) -> str:
        """ "" for what the author wrote."""
        if entry.kind == "comment":
            if entry.author not in self._chosen - {""}:
                return "comments by others"
        elif entry.kind not in ARTICLES:
            return entry.kind
        elif not self._only_one and entry.author not in self._chosen:
            return "by other authors" if entry.author else "without an author"
        return "trash" if entry.trashed else ""

    def _post(self, source_id: str, blog: BloggerBlog, entry: BloggerEntry) -> Post:
        comment = entry.kind == "comment"
        title, _, _ = self._asked.get(entry.post, ("", "", ""))
        answered, author, name = self._asked.get(entry.answers, ("", "", "")) if comment else ("", "", "")
        return self.post(
            source_id,
            url=self.absolute(entry.url, blog.url),
            title="" if comment else entry.title,  # Blogger makes a comment's title of its beginning
            created_at=entry.created_at,
            content=entry.content,
            content_type=ContentType.HTML,
            kind=PostKind.COMMENT if comment else PostKind.ARTICLE,
            visibility=entry.visibility,
            tags=() if comment else entry.labels,
            context=(plain_text(answered, ContentType.HTML) or title) if comment else "",
            people=(name,) if name and author not in self._chosen else (),
            problem=entry.problem,
        )


def recognises(location: Location) -> Match:
    return location.holds(_exports)


def open(location: Location, options: SourceOptions) -> BloggerSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError, WhoIsTheAuthorError, UnsafeMarkupError."""
    tree = location.require_tree()
    files = _exports(tree)
    if not files:
        raise SourceError(f"{location.text} holds no export of Blogger's: neither feed.atom nor blog-….xml.")
    return BloggerSource(options, tree, files)


def _exports(tree: FileTree) -> list[str]:
    return files_with(tree, PATTERNS, SIGNS, probe=PROBE_BYTES)
