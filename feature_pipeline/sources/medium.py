"""A Medium export: stories, drafts, and responses to others' stories.

A response is a story without a title of its own: what the export gives for one is the beginning of its text. Which
story it answers is not in the export. Passed over, and counted by folder: claps, bookmarks, highlights, lists and all
else that is no post.
"""

import html
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from lxml import etree

from feature_pipeline import dates
from feature_pipeline.errors import EmptySourceError, SourceError, UnreadableItemError
from feature_pipeline.formats.archives import FileTree
from feature_pipeline.formats.html_parts import by_class, drop, inner_html, parse_page, words_of
from feature_pipeline.formats.text_files import decode
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_store.records import ContentType, Post, PostKind

SUMMARY = "a Medium export: stories, drafts and responses"
EXAMPLE = "~/Downloads/medium-export.zip"
OBTAIN = (
    "*Settings → Security and apps → Download your information*. Medium mails a link to `medium-export.zip`; it can be "
    "read as it is."
)
ADDRESS = None

POSTS, PAGES, PROFILE = "posts/*.html", "*.html", "profile/profile.html"
SIGNS = (b'class="h-entry"', b"e-content")
PROBED, PROBE_BYTES = 3, 65_536
STORY_ID = re.compile(r"-([0-9a-f]{8,16})$")
DRAFT = "draft_"
# Cards of linked pages, in their words, and what divides sections.
FURNITURE = ("graf--mixtapeEmbed", "section-divider")


@dataclass
class MediumSource:
    tree: FileTree
    files: list[str]
    options: SourceOptions

    @property
    def name(self) -> str:
        return f"medium:{self._account() or self.tree.path}"

    @property
    def lists_all(self) -> bool:
        return True

    @property
    def ignored(self) -> dict[str, int]:
        others = Counter(
            PurePosixPath(name).parent.name or "other files"
            for name in self.tree.names()
            if name not in set(self.files)
        )
        return dict(sorted(others.items()))

    def count(self) -> int:
        return len(self.files)

    def read(self) -> Iterator[Post]:
        """Every story, one after the other; by the id that it has at Medium, which outlives a change of its title."""
        name = self.name
        ids = Counter(_story_id(file) for file in self.files)
        for file in self.files:
            story_id = _story_id(file)
            bare = Post(
                author=self.options.author,
                source=name,
                source_id=story_id if ids[story_id] == 1 else file,
                url=story_id,
                title=PurePosixPath(file).stem,
                created_at=dates.from_path(PurePosixPath(file).name),
                fetched_at=self.options.fetched_at,
                content="",
                content_type=ContentType.HTML,
                visibility="draft" if PurePosixPath(file).name.startswith(DRAFT) else "public",
            )
            try:
                page = parse_page(decode(self.tree.read(file, max_bytes=self.options.max_file_bytes), html=True))
                yield _story(bare, page)
            except UnreadableItemError as error:
                yield replace(bare, problem=str(error))

    def _account(self) -> str:
        """ "@maud"; "" when the export has no profile."""
        for file in self.tree.find(PROFILE):
            with suppress(UnreadableItemError):
                page = parse_page(decode(self.tree.read(file, max_bytes=self.options.max_file_bytes), html=True))
                for link in by_class(page, "u-url") if page is not None else ():
                    return words_of(link)
        return ""


def recognises(location: Location) -> Match:
    return Match.YES if location.tree is not None and _files(location.tree, probed=PROBED) else Match.NO


def open(location: Location, options: SourceOptions) -> MediumSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError."""
    if location.tree is None:
        raise SourceError(f"there is no folder or file {location.text}. Check the path.")
    files = _files(location.tree)
    if not files:
        raise EmptySourceError(f"{location.text} holds no story: Medium's export has them as posts/….html.")
    return MediumSource(location.tree, files, options)


def _files(tree: FileTree, *, probed: int | None = None) -> list[str]:
    """All that lie in posts/, if one of the first is a story; else the stories among the pages at the top."""
    posts = tree.find(POSTS)
    if any(_is_story(tree, file) for file in posts[:PROBED]):
        return posts
    return [file for file in [name for name in tree.find(PAGES) if "/" not in name][:probed] if _is_story(tree, file)]


def _is_story(tree: FileTree, file: str) -> bool:
    start = b""
    with suppress(SourceError), tree.open(file) as stream:
        start = stream.read(PROBE_BYTES)
    return all(sign in start for sign in SIGNS)


def _story(bare: Post, page: etree._Element | None) -> Post:
    """Raises UnreadableItemError."""
    body = next(by_class(page, "e-content"), None) if page is not None else None
    if page is None or body is None:
        raise UnreadableItemError("no story of Medium's: it has no body section")
    canonical = next(by_class(page, "p-canonical"), None)
    published = next(by_class(page, "dt-published"), None)
    original = next((link for footer in page.iter("footer") for link in footer.iter("a")), None)
    link = canonical if canonical is not None else original
    title = words_of(next(by_class(page, "p-name"), None))
    subtitle = words_of(next(by_class(page, "p-summary"), None))
    response = not subtitle and _is_response(title, body)
    heading = next(by_class(body, "graf--title"), None)
    drop(by_class(body, *FURNITURE))
    if heading is not None and words_of(heading) == title:
        drop([heading])
    # Where the author wrote none, Medium takes the subtitle from the text.
    own_subtitle = subtitle and subtitle.rstrip("… ") not in words_of(body)
    return replace(
        bare,
        url=str(link.get("href") or bare.url) if link is not None else bare.url,
        title="" if response else title,
        created_at=dates.to_utc(published.get("datetime") or words_of(published)) or bare.created_at
        if published is not None
        else bare.created_at,
        content=(f"<p>{html.escape(subtitle)}</p>" if own_subtitle else "") + inner_html(body).strip(),
        kind=PostKind.COMMENT if response else PostKind.ARTICLE,
        visibility="draft" if canonical is None and published is None else bare.visibility,
        tags=tuple(dict.fromkeys(filter(None, map(words_of, by_class(page, "p-tag"))))),
    )


def _is_response(title: str, body: etree._Element) -> bool:
    if next(by_class(body, "graf--title"), None) is not None:
        return False
    first = words_of(next(by_class(body, "graf"), None))
    return bool(first) and first.startswith(title.rstrip("… "))


def _story_id(file: str) -> str:
    stem = PurePosixPath(file).stem
    match = STORY_ID.search(stem)
    return match[1] if match else stem
