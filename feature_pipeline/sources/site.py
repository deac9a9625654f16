"""A whole site: the pages that its sitemap and its feed name; without a sitemap, those that links lead to."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from feature_pipeline.errors import FetchError, SourceError
from feature_pipeline.fetching import Fetched
from feature_pipeline.fetching.robots import robots_address
from feature_pipeline.source_contract import Location, Match, SourceOptions, Unreached
from feature_pipeline.web.crawling import Frontier
from feature_pipeline.web.feed_pages import FeedPages
from feature_pipeline.web.feeds import is_feed, parse_feed
from feature_pipeline.web.links import absolute, is_below, is_page, normalised, same_site
from feature_pipeline.web.page_posts import HTML_TYPES, PagePosts
from feature_pipeline.web.page_text import page_text
from feature_pipeline.web.pages import Page
from feature_pipeline.web.sitemap_walk import SitemapWalk
from feature_pipeline.web.sitemaps import is_sitemap, sitemaps_in_robots
from feature_store.records import Post

SUMMARY = "a whole site, by its sitemap, its feed, or from link to link"
EXAMPLE = "https://example.org/blog/"
OBTAIN = "The address of the site, or of the folder on it below which the posts are."
ADDRESS = None

USUAL_SITEMAPS = ("/sitemap.xml", "/sitemap_index.xml", "/wp-sitemap.xml", "/sitemap-index.xml")
USUAL_FEEDS = ("feed", "rss.xml", "atom.xml", "index.xml", "feed.xml", "feed.json", "rss")
HTML_START = (b"<!doctype html", b"<html")


@dataclass
class SiteSource:
    """`start` is the page that was named, after redirects; of the site, what lies below `scope` is read."""

    name: str
    scope: str
    start: Fetched
    options: SourceOptions
    lists_all: bool = field(default=False, init=False)  # settled once `read` has ended
    _posts: PagePosts = field(init=False)
    _walk: SitemapWalk = field(init=False)

    def __post_init__(self) -> None:
        self._begin()

    @property
    def ignored(self) -> dict[str, int]:
        return dict(sorted((self._walk.ignored + self._posts.ignored).items()))

    def count(self) -> None:
        return None

    def read(self) -> Iterator[Post | Unreached]:
        self._begin()
        home = Page(normalised(self.start.url), page_text(self.start))
        self._walk.read(self._sitemaps(home))
        yield from self._walk.unreached
        listed = [entry for url, entry in self._walk.pages.items() if is_below(url, self.scope)]
        for entry in listed:
            yield from self._page(entry.url, entry.modified)
        if not listed:
            yield from self._crawl([home.url, *self._in_feed(home.feeds or self._usual_feeds(), whole=True)])
            return
        for url in self._in_feed(home.feeds, whole=False):
            if url not in self._walk.pages:
                yield from self._page(url)
        self.lists_all = self._walk.complete and self._posts.complete

    def _begin(self) -> None:
        self.lists_all = False
        self._posts = PagePosts(self.name, self.options)
        self._walk = SitemapWalk(self.options.fetcher, self.scope, self.options.max_pages, Counter())

    def _page(self, url: str, modified: str = "") -> Iterator[Post | Unreached]:
        if (found := self._posts.read(url, modified=modified)) is not None:
            yield found

    def _crawl(self, seeds: list[str]) -> Iterator[Post | Unreached]:
        frontier = Frontier(self.scope, self.options.max_pages)
        frontier.add(seeds)
        for url in frontier:
            found = self._posts.read(url)
            page = self._posts.page
            if page is not None:
                frontier.found(page.url, list(page.links()), is_post=found is not None)
            if found is not None:
                yield found
        self.lists_all = self._posts.complete and not frontier.limited

    def _sitemaps(self, home: Page) -> list[str]:
        """Those that robots.txt and the page name; else one at a usual place."""
        robots = self._get(robots_address(home.url), robots=False)
        named = sitemaps_in_robots(page_text(robots), url=robots.url) if robots else []
        if named := list(dict.fromkeys([*named, *home.sitemaps])):
            return named
        for path in USUAL_SITEMAPS:
            page = self._get(absolute(home.url, path))
            if page and is_sitemap(page.body):
                return [page.url]
        return []

    def _usual_feeds(self) -> list[str]:
        folder = self.scope.rpartition("/")[0] + "/"
        return [absolute(folder, path) for path in USUAL_FEEDS]

    def _in_feed(self, feeds: list[str], *, whole: bool) -> list[str]:
        """Pages of the site that the first of `feeds` that is one names; of the `whole`, or of its first page."""
        for url in feeds:
            page = self._get(url)
            if page is None or not is_feed(page.body):
                continue
            try:
                feed = parse_feed(page.body, url=page.url, charset=page.charset)
            except SourceError:
                continue
            pages = FeedPages(self.options.fetcher, page.url, feed, self.options.max_pages if whole else 1)
            links = dict.fromkeys(normalised(item.url) for item in pages.items())
            return [link for link in links if link and is_below(link, self.scope) and is_page(link)]
        return []

    def _get(self, url: str, *, robots: bool = True) -> Fetched | None:
        """What may be there or not: nothing is concluded from its absence."""
        try:
            return self.options.fetcher.get(url, robots=robots)
        except FetchError:
            return None


def recognises(location: Location) -> Match:
    page = location.page
    if page is None:
        return Match.NO
    is_html = page.content_type in HTML_TYPES - {""} or page.body.lstrip()[:15].lower().startswith(HTML_START)
    return Match.FALLBACK if is_html else Match.NO


def open(location: Location, options: SourceOptions) -> SiteSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError when the address answers with no page."""
    page = location.page
    if page is None:
        raise SourceError(f"{location.text!r} is no web address. Write it with http:// or https://.")
    if not urlsplit(page.url).netloc or not page.body.strip():
        raise SourceError(f"{location.text} answers with nothing. Give the address of the site's first page.")
    typed, final = normalised(location.url), normalised(page.url)
    return SiteSource(f"site:{typed}", typed if same_site(typed, final) else final, page, options)
