"""A whole site: the pages that its sitemap and its feed name; without a sitemap, those that links lead to."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from feature_pipeline.errors import FetchError, SourceError
from feature_pipeline.fetching import Fetched
from feature_pipeline.fetching.robots import robots_address
from feature_pipeline.source_bases.base import Ignored, Item
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_pipeline.sources.site.crawling import Frontier
from feature_pipeline.web.feed_pages import FeedPages
from feature_pipeline.web.feeds import is_feed, parse_feed
from feature_pipeline.web.links import absolute, is_below, is_page, normalised, same_site
from feature_pipeline.web.page_posts import HTML_TYPES, PageSource
from feature_pipeline.web.page_text import page_text
from feature_pipeline.web.pages import Page
from feature_pipeline.web.sitemap_walk import SitemapWalk
from feature_pipeline.web.sitemaps import is_sitemap, sitemaps_in_robots

SUMMARY = "a whole site, by its sitemap, its feed, or from link to link"
EXAMPLE = "https://example.org/blog/"
OBTAIN = "The address of the site, or of the folder on it below which the posts are."

USUAL_SITEMAPS = ("/sitemap.xml", "/sitemap_index.xml", "/wp-sitemap.xml", "/sitemap-index.xml")
USUAL_FEEDS = ("feed", "rss.xml", "atom.xml", "index.xml", "feed.xml", "feed.json", "rss")
HTML_START = (b"<!doctype html", b"<html")


@dataclass
class SiteSource(PageSource):
    """`start` is the page that was named, after redirects; of the site, what lies below `scope` is read."""

    scope: str
    start: Fetched

    def found(self) -> Iterator[Item]:
        walk = SitemapWalk(self.options.fetcher, self.scope, self.options.max_pages)
        home = Page(normalised(self.start.url), page_text(self.start))
        walk.read(self._sitemaps(home))
        yield from Ignored.each(walk.ignored)
        yield from walk.unreached
        listed = {entry.url: entry.modified for url, entry in walk.pages.items() if is_below(url, self.scope)}
        if not listed:
            yield from self._crawl([home.url, *self._in_feed(home.feeds or self._usual_feeds(), whole=True)])
            return
        for url, modified in self._with_feed(listed, home, walk):
            if (found := self.read_page(url, modified=modified)) is not None:
                yield found
        self.lists_all = walk.complete and self.is_complete

    def _with_feed(self, listed: dict[str, str], home: Page, walk: SitemapWalk) -> Iterator[tuple[str, str]]:
        """(url, when it was modified) of what the sitemap lists, then of what only the feed names."""
        yield from listed.items()
        yield from ((url, "") for url in self._in_feed(home.feeds, whole=False) if url not in walk.pages)

    def _crawl(self, seeds: list[str]) -> Iterator[Item]:
        frontier = Frontier(self.scope, self.options.max_pages)
        frontier.add(seeds)
        for url in frontier:
            found = self.read_page(url)
            if self.page is not None:
                is_post = found is not None and not isinstance(found, Ignored)
                frontier.found(self.page.url, list(self.page.links()), is_post=is_post)
            if found is not None:
                yield found
        self.lists_all = self.is_complete and not frontier.limited

    def _sitemaps(self, home: Page) -> list[str]:
        """Those named by robots.txt and the page; else one at a usual path."""
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
        """The page, or None: nothing is concluded from its absence."""
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
    return SiteSource(options, typed, typed if same_site(typed, final) else final, page)
