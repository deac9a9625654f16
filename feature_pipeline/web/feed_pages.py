"""A feed and its further pages → all available items."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from feature_pipeline.errors import SourceError, UnreachableError
from feature_pipeline.fetching import Fetcher
from feature_pipeline.source_contract import Unreached
from feature_pipeline.web.feed_items import Feed, FeedItem
from feature_pipeline.web.feeds import parse_feed
from feature_pipeline.web.links import same_site


@dataclass
class FeedPages:
    """Follows rel=next and prev-archive (RFC 5005), JSON Feed's next_url, and WordPress's ?paged=2, on the same site,
    until a page brings nothing new."""

    fetcher: Fetcher
    url: str  # of the first page
    first: Feed
    max_pages: int
    unreached: list[Unreached] = field(default_factory=list)  # once `items` has ended: the page that could not be read
    repeated: int = 0

    def items(self) -> Iterator[FeedItem]:
        """Each once: of what two pages share, or one page has twice, the first."""
        self.unreached.clear()
        self.repeated = 0
        known: set[tuple[str, ...]] = set()
        feed = self.first
        for number in range(1, self.max_pages + 1):
            before = len(known)
            for item in feed.items:
                if item.identity in known:
                    self.repeated += number == 1  # pages may overlap
                    continue
                known.add(item.identity)
                yield item
            following = feed.next_url or self._paged(number + 1)
            if len(known) == before or number == self.max_pages or not same_site(following, self.url):
                return
            try:
                fetched = self.fetcher.get(following)
                feed = parse_feed(fetched.body, url=fetched.url, charset=fetched.charset)
            except UnreachableError as error:
                self.unreached.append(Unreached(following, str(error)))
                return
            except SourceError:
                return  # the end: WordPress returns 404, or the page is not a feed

    def _paged(self, number: int) -> str:
        """How WordPress names a page; "" for others."""
        if "wordpress" not in self.first.generator.lower():
            return ""
        parts = urlsplit(self.url)
        query = [(key, value) for key, value in parse_qsl(parts.query, True) if key != "paged"]
        return urlunsplit((*parts[:3], urlencode([*query, ("paged", str(number))]), ""))
