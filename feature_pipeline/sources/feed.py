"""A feed: RSS, Atom, RDF, CDF or JSON Feed, at an address or in a file.

Where an item is a teaser, the page behind its link becomes the content; cleaning takes the article out of it.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from feature_pipeline.errors import (
    EmptySourceError,
    FetchError,
    UnreachableError,
    WhoIsTheAuthorError,
)
from feature_pipeline.formats.authorship import Writer, choose_authors
from feature_pipeline.formats.plain_text import plain_text
from feature_pipeline.source_bases.base import Ignored, Item, RemoteSource
from feature_pipeline.source_contract import Location, Match, SourceOptions, Unreached
from feature_pipeline.web.feed_items import FeedItem
from feature_pipeline.web.feed_pages import FeedPages
from feature_pipeline.web.feeds import is_feed, parse_feed
from feature_pipeline.web.links import normalised, same_site
from feature_pipeline.web.page_text import page_text
from feature_pipeline.web.pages import Page
from feature_store.records import ContentType, Post, PostKind
from text.words import count_words

SUMMARY = "a feed (RSS, Atom, RDF, JSON Feed); where it has teasers only, the pages behind them"
EXAMPLE = "https://example.org/feed.xml"
OBTAIN = "Blogs link to it, often at `/feed`, `/rss.xml`, `/atom.xml` or `/index.xml`. It shows the newest posts."

ENDINGS = (".xml", ".rss", ".atom", ".rdf", ".json", ".cdf")
# Marks of exports in a feed's format: their own kinds read more out of them.
EXPORTS = (b"wordpress.org/export/", b"schemas.google.com/blogger/2008/kind#", b"schemas.google.com/blogger/2018")
MAX_FILE_BYTES = 200_000_000
SHORT_WORDS = 100  # an item without a title and with fewer words is a short post


@dataclass
class FeedSource(RemoteSource):
    takes_me: ClassVar[bool] = True

    pages: FeedPages

    def items(self) -> Iterator[Item]:
        """Raises WhoIsTheAuthorError when `options.me` names none of several authors."""
        items = list(self.pages.items())
        yield Ignored("repeated", self.pages.repeated)
        chosen = self._chosen(items)
        names: set[str] = set()
        for item in items:
            if chosen and item.people and not chosen.intersection(person.key for person in item.people):
                yield Ignored("by other people")
            elif not (item.content.strip() or item.title or item.url or item.id):
                yield Ignored("empty")
            else:
                name = _unique(item, names)
                yield self.alone(self.post(name, url=item.url, title=item.title), partial(self._read, item, name))
        yield from self.pages.unreached

    def _chosen(self, items: list[FeedItem]) -> frozenset[str]:
        """The keys of the people who are the author; empty for all."""
        people = {person.key: person for item in items for person in item.people}
        counts = Counter(person.key for item in items for person in item.people)
        writers = {key: Writer((person.name, person.contact), counts[key]) for key, person in people.items()}
        try:
            return choose_authors(writers, self.options, where=self.place) if len(writers) > 1 else frozenset()
        except WhoIsTheAuthorError:
            if self.options.me:
                raise
            return frozenset()

    def _read(self, item: FeedItem, name: str) -> Post | Unreached:
        problem = "" if item.content.strip() else "the item has no text, and no page of its own"
        if not self._has_more_behind(item):
            return self._post(item, name, problem=problem)
        try:
            fetched = self.options.fetcher.get(item.url)
        except UnreachableError as error:
            return Unreached(name, str(error))
        except FetchError as error:
            return self._post(item, name, problem=problem and str(error))
        page = Page(fetched.url, page_text(fetched))
        in_page = count_words(plain_text(page.text, ContentType.HTML))
        if in_page > count_words(plain_text(item.content, item.content_type)):
            return self._post(item, name, page)
        return self._post(item, name, problem=problem)

    def _has_more_behind(self, item: FeedItem) -> bool:
        """A link to another site is not followed: it leads to other people's words."""
        sites = (self.pages.first.site, self.pages.url)
        may_be_cut = item.is_teaser and bool(item.title or not item.content.strip())
        return may_be_cut and bool(item.url) and any(same_site(item.url, site) for site in sites)

    def _post(self, item: FeedItem, name: str, page: Page | None = None, *, problem: str = "") -> Post:
        content = page.text if page else item.content
        title = item.title or (page.title if page else "")
        return self.post(
            name,
            url=normalised(item.url) or item.url,
            title=title,
            created_at=item.created_at or (page.date if page else ""),
            content=content,
            content_type=ContentType.HTML if page else item.content_type,
            kind=PostKind.ARTICLE if title or count_words(content) >= SHORT_WORDS else PostKind.POST,
            tags=item.tags,
            problem=problem,
        )


def recognises(location: Location) -> Match:
    start = location.beginning(ENDINGS)
    if not is_feed(start):
        return Match.NO
    return Match.FALLBACK if location.page is None and any(mark in start for mark in EXPORTS) else Match.YES


def open(location: Location, options: SourceOptions) -> FeedSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError when it is no feed, EmptySourceError when it has no item."""
    found = location.page_or_file(max_bytes=MAX_FILE_BYTES, what="a feed")
    place, url = normalised(location.url) or str(location.path), found.url or options.base_url
    feed = parse_feed(found.body, url=url or f"feed:{place}", charset=found.charset)
    if not feed.items:
        raise EmptySourceError(f"the feed {location.text} has no item.")
    max_pages = options.max_pages if location.page is not None else 1  # a file has no further pages
    return FeedSource(options, place, FeedPages(options.fetcher, url or feed.site, feed, max_pages))


def _unique(item: FeedItem, names: set[str]) -> str:
    """Some feeds give all items one id: then the link is the name, or a hash of the content."""
    content_name = FeedItem("", "", item.title, item.content, item.content_type, False, item.created_at).name
    name = next((name for name in (item.name, item.url, content_name) if name and name not in names), "")
    number = 2
    while not name or name in names:
        name, number = f"{content_name}-{number}", number + 1
    names.add(name)
    return name
