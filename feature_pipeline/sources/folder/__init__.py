"""A folder of Markdown, HTML, reStructuredText and text files, Word documents and PDF, read recursively; a .zip or
.tar of it; or one such file.

Front matter is read as Jekyll, Hugo, Hexo, Obsidian, Quarto, Pelican and Nikola write it, and addresses are those that
the site's own configuration gives. Ignored, and counted: hidden files and folders, what site generators and package
managers put beside posts, links to what is in the folder anyway, files of other kinds, what belongs to a post without
being one, and README, LICENSE and their like unless they begin with front matter. Everything else is a post, if need be
one with a problem.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path, PurePosixPath

from feature_pipeline import dates
from feature_pipeline.errors import EmptySourceError, SourceError, UnreadableItemError
from feature_pipeline.formats.post_fields import title_from_path
from feature_pipeline.formats.text_files import decode, readable_name
from feature_pipeline.source_bases.base import BaseSource, Ignored, Item
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_pipeline.sources.folder.documents import read_document
from feature_pipeline.sources.folder.fields import with_fields
from feature_pipeline.sources.folder.listing import ListedFile, Listing, list_files
from feature_pipeline.sources.folder.post_files import PostFiles, select_posts
from feature_pipeline.sources.folder.site_generators import Site
from feature_store.records import ContentType, Post

SUMMARY = "a folder (or one file, or a .zip) of Markdown, MDX, Quarto, reST, HTML, text, .docx or .pdf"
EXAMPLE = "~/blog/content/posts"
OBTAIN = (
    "The folder that your posts lie in: a site generator's (Jekyll, Hugo, Astro, Quarto, Pelican), an Obsidian vault, "
    "or any other. Each file is one post."
)

CONTENT_TYPES = {
    **dict.fromkeys((".md", ".markdown", ".mdown", ".mkd", ".qmd", ".rmd"), ContentType.MARKDOWN),
    ".mdx": ContentType.MDX,
    ".rst": ContentType.RST,
    **dict.fromkeys((".html", ".htm"), ContentType.HTML),
    ".txt": ContentType.PLAIN,
}
DOCUMENTS = {".docx": ContentType.HTML, ".pdf": ContentType.PLAIN}
ENDINGS = {**CONTENT_TYPES, **DOCUMENTS}
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")


@dataclass
class FolderSource(BaseSource):
    root: Path  # a folder, an archive, or one file

    def __post_init__(self) -> None:
        if not self._posts.files:
            ignored = ", ".join(f"{count} {kind}" for kind, count in sorted(self._listing.ignored.items()))
            raise EmptySourceError(
                f"{self.root} holds no post. Looked for files ending in {_endings()}, in its folders too"
                f"{f'; ignored: {ignored}' if ignored else ''}. Name the folder that your posts are in."
            )

    @cached_property
    def _listing(self) -> Listing:
        return list_files(self.root, ENDINGS)

    @cached_property
    def _posts(self) -> PostFiles:
        listing = self._listing
        if self.root.suffix.lower() in ENDINGS and not self.root.is_dir():
            return PostFiles(listing.files, Site())  # a file that was named explicitly is read whatever it is
        return select_posts(listing, PurePosixPath(self.root if self.root.is_dir() else ""))

    @property
    def identity(self) -> str:
        return readable_name(str(self.root))

    def count(self) -> int:
        return len(self._posts.files)

    def items(self) -> Iterator[Item]:
        """Every file that was there when the source was opened, by source_id. Raises UnsafeArchiveError."""
        yield from Ignored.each(self._listing.ignored)
        for file in sorted(self._posts.files, key=lambda file: file.name):
            yield self._post(file)

    def _post(self, file: ListedFile) -> Post:
        ending = PurePosixPath(file.name).suffix.lower()
        bare = self.post(
            file.name,
            title=title_from_path(file.name),
            created_at=dates.from_path(file.name),
            content_type=ENDINGS.get(ending, ContentType.PLAIN),
            problem=file.problem,
        )
        return bare if file.problem else self.filled(bare, partial(self._read, file, ending))

    def _read(self, file: ListedFile, ending: str, bare: Post) -> Post:
        data = file.read(self.options.max_file_bytes)
        if not data:
            raise UnreadableItemError("the file is empty (0 bytes)")
        if ending in DOCUMENTS:
            return read_document(bare, data)
        text = decode(data, html=bare.content_type is ContentType.HTML)
        return with_fields(bare, text, site=self._posts.site, base_url=self.options.base_url)


def recognises(location: Location) -> Match:
    path = location.path
    if path is None:
        return Match.NO
    if path.is_dir() or path.suffix.lower() in ENDINGS:
        return Match.FALLBACK
    names = location.tree.names() if _is_archive(path) and location.tree else []
    return Match.FALLBACK if any(name.lower().endswith(tuple(ENDINGS)) for name in names) else Match.NO


def open(location: Location, options: SourceOptions) -> FolderSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError when `location` is neither a folder, an archive nor a file of a known kind, EmptySourceError,
    UnsafeArchiveError."""
    path = location.path
    if path is None:
        raise SourceError(f"there is no folder or file {location.text}. Check the path.")
    if not path.is_dir() and not (path.is_file() and (path.suffix.lower() in ENDINGS or _is_archive(path))):
        raise SourceError(f"{location.text} is neither a folder nor a file ending in {_endings()}, .zip or .tar.")
    return FolderSource(options, path.resolve())


def _is_archive(path: Path) -> bool:
    return path.name.lower().endswith(ARCHIVES)


def _endings() -> str:
    return " ".join(ENDINGS)
