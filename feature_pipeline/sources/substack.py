"""A Substack export: newsletters, podcasts' notes, threads and pages.

posts.csv says what each post is, posts/ID.SLUG.html holds its text. What only paying readers got is public too: the
author wrote it for readers. Left out of the text: buttons, subscription forms, embedded posts and other people's words
that cards show.
"""

import html
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath

from feature_pipeline import dates
from feature_pipeline.archives import FileTree
from feature_pipeline.entities import unescaped
from feature_pipeline.errors import EmptySourceError, UnreadableItemError
from feature_pipeline.formats.csv_rows import csv_rows
from feature_pipeline.formats.html_parts import break_lines, by_class, drop, inner_html, parse_page
from feature_pipeline.source_bases.base import ExportSource, Ignored, Item
from feature_pipeline.source_contract import Location, Match
from feature_store.records import ContentType, Post

SUMMARY = "a Substack export: posts.csv with posts/*.html"
EXAMPLE = "~/Downloads/export-2024-05-01.zip"
OBTAIN = (
    "*Dashboard → Settings → Import/Export → New export*, then download the `.zip`. Add `--base-url "
    "https://maud.substack.com` if the addresses of posts matter and no post has a subscribe button to tell it."
)

LIST, PAGES = "posts.csv", "posts/*.html"
PAGE_NAME = re.compile(r"(\d{4,})\.([^/]*)\.html")
PROBE_BYTES = 4_096
YES = {"true", "1", "yes", "t"}
OWN_LINK = re.compile(r"https?://([\w.-]+\.[a-z]{2,})/(?:subscribe\b|p/[\w-]+(?:/comments\b|\?[^\"'\s]*action=share))")
PLATFORM = {"substack.com", "www.substack.com", "open.substack.com"}
BOILERPLATE = (
    *("button-wrapper", "captioned-button-wrap", "button", "subscription-widget-wrap", "subscription-widget"),
    *("subscription-widget-wrap-editor", "paywall-jump", "poll-embed", "community-chat", "install-substack-app-embed"),
    *("embedded-post-wrap", "embedded-publication-wrap", "digest-post-embed", "sponsorship-campaign-embed"),
    *("tweet", "twitter-embed", "instagram", "instagram-embed-wrap", "tiktok-wrap", "bluesky-wrap", "comment"),
    *("file-embed-wrapper", "apple-podcast-container", "spotify-wrap", "native-video-embed", "native-audio-embed"),
    *("image-link-expand", "header-anchor-parent", "hide-text", "footnote-anchor", "footnote-number", "cta-caption"),
)


@dataclass
class SubstackSource(ExportSource):
    def __post_init__(self) -> None:
        self._lists = [name for name in self.tree.find(LIST) if _is_list(self.tree, name)]
        pages = self.tree.find(PAGES) if self._lists else _pages(self.tree)  # beside a list, whatever they are called
        self._pages = {PurePosixPath(name).name: name for name in pages}
        if not self._lists and not self._pages:
            raise EmptySourceError(
                f"{self.tree.path} holds neither posts.csv nor posts/…html, as Substack's export does."
            )
        self._host = next(filter(None, map(self._host_in, sorted(self._pages.values()))), "")

    @property
    def identity(self) -> str:
        return self._host or super().identity

    def items(self) -> Iterator[Item]:
        """The list's posts in its order, then the pages that it does not name."""
        rows: dict[str, dict[str, str]] = {}
        for file in self._lists:
            for row in csv_rows(self.tree, file, required=("post_id",)):
                post_id = row["post_id"].strip()
                if not post_id or post_id in rows:
                    yield Ignored("repeated" if post_id else "rows without a post")
                    continue
                rows[post_id] = row
        pages = self._pages_of(rows)
        for post_id, row in rows.items():
            yield self._post(post_id, row, self._pages.get(pages.get(post_id, "")))
        for name in sorted(self._pages.keys() - set(pages.values())):
            yield self._post(name.removesuffix(".html"), {}, self._pages[name])
        yield Ignored("other files", len(set(self.tree.names()) - {*self._lists, *self._pages.values()}))

    def _pages_of(self, post_ids: Iterable[str]) -> dict[str, str]:
        """post_id → its page's name: NUMBER.SLUG, the number alone, or, where the number differs, the slug alone."""
        numbers = {name.partition(".")[0]: name for name in self._pages}
        found = {
            post_id: page
            for post_id in post_ids
            if (page := f"{post_id}.html" if f"{post_id}.html" in self._pages else numbers.get(post_id, ""))
        }
        slugs: dict[str, list[str]] = {}
        for name in self._pages.keys() - set(found.values()):
            slugs.setdefault(name.partition(".")[2], []).append(name)
        for post_id in post_ids:
            alike = slugs.pop(f"{post_id.partition('.')[2]}.html", []) if post_id not in found else []
            if len(alike) == 1:
                found[post_id] = alike[0]
        return found

    def _post(self, post_id: str, row: dict[str, str], page: str | None) -> Post:
        slug = (PurePosixPath(page).stem if page else post_id).partition(".")[2]
        base = self.options.base_url.rstrip("/") or (f"https://{self._host}" if self._host else "")
        bare = self.post(
            post_id,
            url=f"{base}/p/{slug}" if base and slug else "",
            title=_plain(row.get("title", "")) or slug.replace("-", " ") or post_id,
            created_at=dates.to_utc(row.get("post_date")) or dates.to_utc(row.get("email_sent_at")),
            content_type=ContentType.HTML,
            visibility="public" if row.get("is_published", "true").strip().lower() in YES else "draft",
        )
        if page is None:
            return replace(bare, problem=f"posts.csv names it, and posts/{post_id}.html is not there: export it again")
        return self.filled(bare, partial(self._read, page, _plain(row.get("subtitle", ""))))

    def _read(self, page: str, subtitle: str, bare: Post) -> Post:
        body = _body(self.text(page))
        return replace(bare, content=f"<p>{html.escape(subtitle)}</p>\n{body}" if subtitle and body else body)

    def _host_in(self, page: str) -> str:
        """The publication's own address, as its buttons give it."""
        with suppress(UnreadableItemError):
            text = unescaped(self.text(page))
            return next((host for host in OWN_LINK.findall(text) if host not in PLATFORM), "")
        return ""


def recognises(location: Location) -> Match:
    return location.holds(lambda tree: any(_is_list(tree, name) for name in tree.find(LIST)) or _pages(tree))


open = SubstackSource.opened  # noqa: A001 - the name that sources are opened by


def _pages(tree: FileTree) -> list[str]:
    return [name for name in tree.find(PAGES) if PAGE_NAME.fullmatch(PurePosixPath(name).name)]


def _is_list(tree: FileTree, name: str) -> bool:
    return b"post_id" in tree.head(name, PROBE_BYTES).partition(b"\n")[0]


def _plain(text: str) -> str:
    """Titles in posts.csv are written with character references."""
    return " ".join(unescaped(text).split())


def _body(text: str) -> str:
    page = parse_page(text)
    body = page.find("body") if page is not None else None
    if body is None:
        return ""
    drop(by_class(body, *BOILERPLATE))
    for element in by_class(body, "pullquote"):
        element.tag = "blockquote"
        del element.attrib["class"]  # a pull quote of a built page repeats its text, and cleaning leaves it out
    for block in by_class(body, "preformatted-block"):  # verse, for the most part, and never code
        for pre in list(block.iter("pre")):
            break_lines(pre)
    return inner_html(body).strip()
