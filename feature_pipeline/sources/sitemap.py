"""The pages that a sitemap lists, fetched one by one; those that are lists of posts are ignored."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from feature_pipeline.errors import EmptySourceError
from feature_pipeline.source_bases.base import Ignored, Item
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_pipeline.web.links import normalised
from feature_pipeline.web.page_posts import PageSource
from feature_pipeline.web.sitemap_walk import SitemapWalk
from feature_pipeline.web.sitemaps import MAX_BYTES, is_sitemap, parse_sitemap

SUMMARY = "the pages that a sitemap lists (XML, gzipped or text; an index of sitemaps too)"
EXAMPLE = "https://example.org/sitemap.xml"
OBTAIN = "Most sites have one at `/sitemap.xml`, or name it in `/robots.txt`."

ENDINGS = (".xml", ".xml.gz", ".txt", ".gz")
TEXT_NAMES = ("sitemap.txt", "robots.txt")


@dataclass
class SitemapSource(PageSource):
    walk: SitemapWalk

    def count(self) -> int:
        return len(self.walk.pages)

    def found(self) -> Iterator[Item]:
        yield from Ignored.each(self.walk.ignored)
        yield from self.walk.unreached
        for entry in self.walk.pages.values():
            if (found := self.read_page(entry.url, modified=entry.modified)) is not None:
                yield found
        self.lists_all = self.walk.complete and self.is_complete


def recognises(location: Location) -> Match:
    is_plain = location.page is not None and location.page.content_type == "text/plain"
    is_text = is_plain and urlsplit(location.url).path.endswith(TEXT_NAMES)
    return Match.YES if is_text or is_sitemap(location.beginning(ENDINGS)) else Match.NO


def open(location: Location, options: SourceOptions) -> SitemapSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError when it is no sitemap, EmptySourceError when it lists no page of its site."""
    walk = SitemapWalk(options.fetcher, location.url or options.base_url, options.max_pages)
    found = location.page_or_file(max_bytes=MAX_BYTES + 1, what="a sitemap")
    place = normalised(location.url) or str(location.path)
    walk.add(parse_sitemap(found.body, url=found.url or place), found.url or place)
    if not walk.pages and not walk.unreached:
        ignored = ", ".join(f"{count} {kind}" for kind, count in walk.ignored.items())
        raise EmptySourceError(f"{location.text} lists no page of its site. Ignored: {ignored or 'nothing'}.")
    return SitemapSource(options, place, walk)
