"""A Medium export: stories, drafts, and responses to others' stories.

A response is a story without a title of its own: what the export gives for one is the beginning of its text. Which
story it answers is not in the export. Ignored, and counted by folder: claps, bookmarks, highlights, lists and all
else that is no post.
"""

import html
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath

from lxml import etree

from feature_pipeline import dates
from feature_pipeline.archives import FileTree
from feature_pipeline.errors import EmptySourceError, UnreadableItemError
from feature_pipeline.formats.html_parts import by_class, drop, inner_html, parse_page, words_of
from feature_pipeline.source_bases.base import ExportSource, Ignored, Item
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_store.records import ContentType, Post, PostKind

SUMMARY = "a Medium export: stories, drafts and responses"
EXAMPLE = "~/Downloads/medium-export.zip"
OBTAIN = (
    "*Settings → Security and apps → Download your information*. Medium mails a link to `medium-export.zip`; it can be "
    "read as it is."
)

POSTS, PAGES, PROFILE = "posts/*.html", "*.html", "profile/profile.html"
SIGNS = (b'class="h-entry"', b"e-content")
PROBED, PROBE_BYTES = 3, 65_536
STORY_ID = re.compile(r"-([0-9a-f]{8,16})$")
DRAFT = "draft_"
# Cards of linked pages, in their words, and what divides sections.
BOILERPLATE = ("graf--mixtapeEmbed", "section-divider")


@dataclass
class MediumSource(ExportSource):
    files: list[str]

    @property
    def identity(self) -> str:
        """ "@maud", where the export has the profile."""
        for file in self.tree.find(PROFILE):
            with suppress(UnreadableItemError):
                page = parse_page(self.text(file, html=True))
                for link in by_class(page, "u-url") if page is not None else ():
                    return words_of(link) or super().identity
        return super().identity

    def count(self) -> int:
        return len(self.files)

    def items(self) -> Iterator[Item]:
        """Every story, named by its id at Medium, which stays when the title changes."""
        ids = Counter(_story_id(file) for file in self.files)
        for file in self.files:
            path, story_id = PurePosixPath(file), _story_id(file)
            bare = self.post(
                story_id if ids[story_id] == 1 else file,
                url=story_id,
                title=path.stem,
                created_at=dates.from_path(path.name),
                content_type=ContentType.HTML,
                visibility="draft" if path.name.startswith(DRAFT) else "public",
            )
            yield self.filled(bare, partial(self._story, file))
        for name in set(self.tree.names()) - set(self.files):
            yield Ignored(PurePosixPath(name).parent.name or "other files")

    def _story(self, file: str, bare: Post) -> Post:
        """Raises UnreadableItemError."""
        page = parse_page(self.text(file, html=True))
        body = next(by_class(page, "e-content"), None) if page is not None else None
        if page is None or body is None:
            raise UnreadableItemError("no story of Medium's: it has no body section")
        canonical = next(by_class(page, "p-canonical"), None)
        published = next(by_class(page, "dt-published"), None)
        original = next((link for footer in page.iter("footer") for link in footer.iter("a")), None)
        link = canonical if canonical is not None else original
        title = words_of(next(by_class(page, "p-name"), None))
        subtitle = words_of(next(by_class(page, "p-summary"), None))
        # Where the author wrote no subtitle, Medium takes one from the text.
        own_subtitle = bool(subtitle) and _squeezed(subtitle) not in _squeezed(words_of(body))
        response = not own_subtitle and _is_response(title, body)
        heading = next(by_class(body, "graf--title"), None)
        drop(by_class(body, *BOILERPLATE))
        if heading is not None and words_of(heading) == title:
            drop([heading])
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


def recognises(location: Location) -> Match:
    return location.holds(lambda tree: _files(tree, probed=PROBED))


def open(location: Location, options: SourceOptions) -> MediumSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError."""
    tree = location.require_tree()
    files = _files(tree)
    if not files:
        raise EmptySourceError(f"{location.text} holds no story: Medium's export has them as posts/….html.")
    return MediumSource(options, tree, files)


def _files(tree: FileTree, *, probed: int | None = None) -> list[str]:
    """All that lie in posts/, if one of the first is a story; else the stories among the pages at the top."""
    posts = tree.find(POSTS)
    if any(_is_story(tree, file) for file in posts[:PROBED]):
        return posts
    return [file for file in [name for name in tree.find(PAGES) if "/" not in name][:probed] if _is_story(tree, file)]


def _is_story(tree: FileTree, file: str) -> bool:
    head = tree.head(file, PROBE_BYTES)
    return all(sign in head for sign in SIGNS)


def _is_response(title: str, body: etree._Element) -> bool:
    """Whether the title is the beginning of the text, which may go on through several paragraphs."""
    if next(by_class(body, "graf--title"), None) is not None:
        return False
    words = _squeezed(title)
    return bool(words) and _squeezed(words_of(body)).startswith(words)


def _squeezed(text: str) -> str:
    """Without spaces, which Medium sets or not between paragraphs, and the mark where it cut."""
    return "".join(text.split()).rstrip("….")


def _story_id(file: str) -> str:
    stem = PurePosixPath(file).stem
    match = STORY_ID.search(stem)
    return match[1] if match else stem
