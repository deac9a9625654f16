"""A folder of Markdown, HTML, reStructuredText and text files, Word documents and PDF, read recursively; a .zip or
.tar of it; or one such file.

Front matter is read as Jekyll, Hugo, Hexo, Obsidian, Quarto, Pelican and Nikola write it, and addresses are those that
the site's own configuration gives. Ignored, and counted: hidden files and folders, what site generators and package
managers put beside posts, links to what is in the folder anyway, files of other kinds, what belongs to a post without
being one, README, LICENSE and their like unless they begin with front matter, what other people signed or mailed, and
what a web clipper took from others' pages. Everything else is a post, if need be one with a problem: what cannot be
read, and conversations and mailboxes, which are not one author's text. Of a mail that was saved as a page or a text,
the post is what its sender wrote, with the mail that it answers as its context.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path, PurePosixPath
from typing import ClassVar

from feature_pipeline import dates
from feature_pipeline.advice import COLLECT_IT, made_whole
from feature_pipeline.conversations import why_conversation
from feature_pipeline.errors import ConversationError, EmptySourceError, SourceError, UnreadableItemError
from feature_pipeline.formats.authorship import called_by
from feature_pipeline.formats.bylines import is_same_person, may_be_same_person
from feature_pipeline.formats.post_fields import title_from_path
from feature_pipeline.formats.text_files import decode, readable_name
from feature_pipeline.limits import within_limits
from feature_pipeline.source_bases.base import BaseSource, Ignored, Item
from feature_pipeline.source_bases.signed import SignedPosts
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_pipeline.sources.folder.documents import read_document
from feature_pipeline.sources.folder.fields import Fields, read_fields
from feature_pipeline.sources.folder.listing import ListedFile, Listing, list_files
from feature_pipeline.sources.folder.post_files import PostFiles, select_posts
from feature_pipeline.sources.folder.signatures import SitePeople, find_people
from feature_pipeline.sources.folder.site_generators import Site
from feature_pipeline.sources.folder.site_titles import own_titles
from feature_store.records import ContentType, Post

SUMMARY = "a folder (or one file, or a .zip) of Markdown, MDX, Quarto, reST, Org, HTML, text, .docx or .pdf"
EXAMPLE = "~/blog/content/posts"
OBTAIN = (
    "The folder that your posts lie in: a site generator's (Jekyll, Hugo, Astro, Quarto, Pelican), an Obsidian vault, "
    "or any other. Each file is one post."
)

CONTENT_TYPES = {
    **dict.fromkeys((".md", ".markdown", ".mdown", ".mkd", ".qmd", ".rmd", ".org"), ContentType.MARKDOWN),
    ".mdx": ContentType.MDX,
    ".rst": ContentType.RST,
    **dict.fromkeys((".html", ".htm"), ContentType.HTML),
    ".txt": ContentType.PLAIN,
}
DOCUMENTS = {".docx": ContentType.HTML, ".pdf": ContentType.PLAIN}
ENDINGS = {**CONTENT_TYPES, **DOCUMENTS}
MAILS = (".eml", ".emlx", ".mbox", ".mbx")
A_MAIL = (
    "mail, so other people's words may be in it too. It was not read as an article: collect it by itself, with "
    f"{COLLECT_IT} --as mbox --me you@example.org"
)
MAILED = "mails by others"
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")


@dataclass
class FolderSource(BaseSource):
    takes_me: ClassVar[bool] = True

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
        return list_files(self.root, ENDINGS if self._is_file else (*ENDINGS, *MAILS))

    @property
    def _is_file(self) -> bool:
        return self.root.suffix.lower() in ENDINGS and not self.root.is_dir()

    @cached_property
    def _posts(self) -> PostFiles:
        listing = self._listing
        if self._is_file:
            return PostFiles(listing.files, Site())  # a file that was named explicitly is read whatever it is
        return select_posts(listing, PurePosixPath(self.root if self.root.is_dir() else ""))

    @cached_property
    def _people(self) -> SitePeople:
        return find_people(self._listing.beside, self._posts.site)

    @property
    def identity(self) -> str:
        return readable_name(str(self.root))

    def count(self) -> int:
        return len(self._posts.files)

    def items(self) -> Iterator[Item]:
        """Every file that was there when the source was opened, by source_id.

        Raises UnsafeArchiveError, EmptySourceError where all are mails by others.
        """
        yield from Ignored.each(self._listing.ignored)
        signed = SignedPosts(self.options, self.identity, self._people.owners)
        posts, mails = 0, 0
        for item in signed.own(self._all(signed)):
            posts += isinstance(item, Post)
            mails += item == Ignored(MAILED)
            yield item
        if mails and not posts:
            raise EmptySourceError(
                f"none of the {mails} mails in {self.root} is from {' or '.join(called_by(self.options))}. Say which "
                "addresses are yours: --me you@example.org."
            )

    def _all(self, signed: SignedPosts) -> Iterator[Item]:
        """Whoever signed them. Titles of pages and clippings can be told only when all were read."""
        waiting: list[Fields] = []
        for file in sorted(self._posts.files, key=lambda file: file.name):
            fields = self._post(file)
            signed.sign(fields.post.source_id, fields.authors)
            if waiting or fields.headings is not None or fields.clipped_from:
                waiting.append(fields)
            else:
                yield self._told(fields)
        pages = [fields for fields in waiting if fields.headings is not None]
        titles = dict(zip([page.post.source_id for page in pages], own_titles(pages), strict=True))
        hosts = Counter(fields.clipped_from for fields in waiting if not fields.is_clipping)
        own = {host for host, count in hosts.items() if 2 * count > len(self._posts.files)}  # the author's site, saved
        for fields in waiting:
            title = titles.get(fields.post.source_id, fields.post.title)
            yield self._told(replace(fields, post=replace(fields.post, title=title)), own)

    def _told(self, fields: Fields, own_hosts: Collection[str] = ()) -> Item:
        called = called_by(self.options)
        if fields.mailed_by and not (
            is_same_person(fields.mailed_by, called) or may_be_same_person(fields.mailed_by, called)
        ):
            return Ignored(MAILED)
        is_own = any(is_same_person(names, called) for names in fields.authors)
        if fields.clipped_from and not is_own and (fields.is_clipping or fields.clipped_from not in own_hosts):
            return Ignored("clippings of others' pages")
        return Ignored(fields.ignored) if fields.ignored and not self._is_file else fields.post

    def require_articles(self) -> None:
        """Raises SourceError when a file is a conversation: of one that was named alone, nothing else is to be read."""
        for file in self._posts.files:
            try:
                self._read(file, PurePosixPath(file.name).suffix.lower(), self._bare(file))
            except ConversationError as error:
                location, name = str(self.root), self.options.author_name
                reason = made_whole(str(error), location=location, source_id=file.name, author_name=name)
                raise SourceError(f"{self.root} is {reason}.") from error
            except UnreadableItemError:
                continue  # reading it as a post reports the problem

    def _post(self, file: ListedFile) -> Fields:
        bare, ending = self._bare(file), PurePosixPath(file.name).suffix.lower()
        if file.problem or ending in MAILS:
            return Fields(replace(bare, problem=file.problem or A_MAIL))
        try:
            return self._read(file, ending, bare)
        except UnreadableItemError as error:
            return Fields(replace(bare, problem=str(error)))

    def _bare(self, file: ListedFile) -> Post:
        ending = PurePosixPath(file.name).suffix.lower()
        return self.post(
            file.name,
            title=title_from_path(file.name),
            created_at=dates.from_path(file.name),
            content_type=ENDINGS.get(ending, ContentType.PLAIN),
            problem=file.problem,
        )

    def _read(self, file: ListedFile, ending: str, bare: Post) -> Fields:
        data = file.read(self.options.max_file_bytes)
        return within_limits(partial(self._parsed, data, ending, bare), characters=len(data))

    def _parsed(self, data: bytes, ending: str, bare: Post) -> Fields:
        if not data:
            raise UnreadableItemError("the file is empty (0 bytes)")
        if ending in DOCUMENTS:
            document = read_document(bare, data)
            _require_article(document, document.content, called_by(self.options))
            return Fields(document)
        text = decode(data, html=bare.content_type is ContentType.HTML)
        _require_article(bare, text, called_by(self.options))
        return read_fields(bare, text, site=self._posts.site, people=self._people, base_url=self.options.base_url)


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
    source = FolderSource(options, path.resolve())
    if path.suffix.lower() in ENDINGS and not path.is_dir():
        source.require_articles()
    return source


def _require_article(post: Post, text: str, called: Collection[str]) -> None:
    """Raises ConversationError."""
    html = post.content_type is ContentType.HTML
    if reason := why_conversation(text, name=post.source_id, html=html, called=called):
        raise ConversationError(reason)


def _is_archive(path: Path) -> bool:
    return path.name.lower().endswith(ARCHIVES)


def _endings() -> str:
    return " ".join(ENDINGS)
