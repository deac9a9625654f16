"""The pages that a sitemap lists, fetched one by one; those that are lists of posts are ignored."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from feature_pipeline.errors import EmptySourceError, SourceError
from feature_pipeline.source_bases.base import Ignored, Item
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_pipeline.web.links import normalised
from feature_pipeline.web.page_posts import PageSource
from feature_pipeline.web.sitemap_walk import SitemapWalk
from feature_pipeline.web.sitemaps import MAX_BYTES, is_sitemap, parse_sitemap

SUMMARY = "the pages that a sitemap lists (XML, gzipped or text; an index of sitemaps too)"
EXAMPLE = "https://example.org/sitemap.xml"
OBTAIN = "Most sites have one at `/sitemap.xml`, or name it in `/robots.txt`."
ADDRESS = None

ENDINGS = (".xml", ".xml.gz", ".txt", ".gz")
TEXT_NAMES = ("sitemap.txt", "robots.txt")
PROBE_BYTES = 100_000


@dataclass
class SitemapSource(PageSource):
    walk: SitemapWalk

    def count(self) -> int:
        return len(self.walk.pages)

    def items(self) -> Iterator[Item]:
        yield from Ignored.each(self.walk.ignored)
        yield from self.walk.unreached
        for entry in self.walk.pages.values():
            if (found := self.read_page(entry.url, modified=entry.modified)) is not None:
                yield found
        self.lists_all = self.walk.complete and self.is_complete


def recognises(location: Location) -> Match:
    if location.page is not None:
        is_text = location.page.content_type == "text/plain" and urlsplit(location.url).path.endswith(TEXT_NAMES)
        return Match.YES if is_text or is_sitemap(location.page.body) else Match.NO
    path = location.path
    if path is None or not path.is_file() or not path.name.lower().endswith(ENDINGS):
        return Match.NO
    with path.open("rb") as file:
        return Match.YES if is_sitemap(file.read(PROBE_BYTES)) else Match.NO


def open(location: Location, options: SourceOptions) -> SitemapSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError when it is no sitemap, EmptySourceError when it lists no page of its site."""
    walk = SitemapWalk(options.fetcher, location.url or options.base_url, options.max_pages)
    if location.page is not None:
        place = normalised(location.url)
        walk.add(parse_sitemap(location.page.body, url=location.page.url), location.page.url)
    elif location.path is not None and location.path.is_file():
        place = str(location.path)
        try:
            with location.path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise SourceError(f"{location.path} cannot be read: {error.strerror}.") from error
        walk.add(parse_sitemap(data, url=str(location.path)), str(location.path))
    else:
        raise SourceError(f"{location.text} is neither a web address nor a file. Give the address of a sitemap.")
    if not walk.pages and not walk.unreached:
        ignored = ", ".join(f"{count} {kind}" for kind, count in walk.ignored.items())
        raise EmptySourceError(f"{location.text} lists no page of its site. Ignored: {ignored or 'nothing'}.")
    return SitemapSource(options, place, walk)
