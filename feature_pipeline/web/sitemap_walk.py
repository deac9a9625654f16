"""A sitemap and those that it names → the pages of one site."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from feature_pipeline.errors import SourceError
from feature_pipeline.fetching import Fetcher
from feature_pipeline.source_contract import Unreached
from feature_pipeline.web.links import is_page, normalised, same_site
from feature_pipeline.web.sitemaps import Entry, Sitemap, parse_sitemap

MAX_SITEMAPS = 1000
MAX_DEPTH = 5


@dataclass
class SitemapWalk:
    """`site` is an address on the site whose pages are wanted; "" for that of the first page. `complete` turns False
    when a part is missing, so that pages it does not name may still exist."""

    fetcher: Fetcher
    site: str
    max_pages: int
    ignored: Counter[str] = field(default_factory=Counter)
    complete: bool = True
    pages: dict[str, Entry] = field(default_factory=dict)  # by normalised address, in order
    unreached: list[Unreached] = field(default_factory=list)
    _translations: set[str] = field(default_factory=set)

    def read(self, sitemaps: list[str]) -> None:
        """Follow `sitemaps` (addresses) to all pages; a part that cannot be read is noted in `unreached`."""
        self._follow(deque((url, 1) for url in sitemaps), set())

    def add(self, sitemap: Sitemap, url: str) -> None:
        """The same for one that was read already, at `url`."""
        self._follow(deque(self._named_by(sitemap, 1)), {url})

    def _follow(self, queue: deque[tuple[str, int]], seen: set[str]) -> None:
        while queue:
            url, depth = queue.popleft()
            if url in seen:
                continue
            if len(seen) >= MAX_SITEMAPS or depth > MAX_DEPTH:
                self.ignored["sitemaps beyond the limit"] += 1
                self.complete = False
                continue
            seen.add(url)
            try:
                fetched = self.fetcher.get(url)
                sitemap = parse_sitemap(fetched.body, url=fetched.url)
            except SourceError as error:
                self.unreached.append(Unreached(url, str(error)))
                self.complete = False
                continue
            queue.extend(self._named_by(sitemap, depth))

    def _named_by(self, sitemap: Sitemap, depth: int) -> Iterator[tuple[str, int]]:
        self.complete &= not sitemap.is_broken
        for entry in sitemap.pages:
            self._add(entry)
        for entry in sitemap.sitemaps:
            if self.site and not same_site(entry.url, self.site):
                self.ignored["on other sites"] += 1
            else:
                yield entry.url, depth + 1

    def _add(self, entry: Entry) -> None:
        url = normalised(entry.url)
        self.site = self.site or url
        if url in self.pages:
            return
        if not url:
            self.ignored["no web address"] += 1
        elif not same_site(url, self.site):
            self.ignored["on other sites"] += 1
        elif url in self._translations:
            self.ignored["in another language"] += 1
        elif not is_page(url):
            self.ignored["files"] += 1
        elif len(self.pages) >= self.max_pages:
            self.ignored["beyond fetching.max_pages"] += 1
            self.complete = False
        else:
            self.pages[url] = Entry(url, entry.modified)
            self._translations.update(alternate for alternate in entry.alternates if alternate != url)
