"""Which links of a site to follow, and which are crawler traps."""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from feature_pipeline.web.links import is_below, is_page

MAX_LENGTH = 400  # of a URL; longer ones carry a program's state
MAX_PARAMETERS = 3
MAX_BARREN = 25  # pages of one shape without a post and without a link of another shape: a calendar, a sorted table
NO_READING = re.compile(
    r"/(?:wp-(?:admin|login|json|content|includes)|xmlrpc\.php|cgi-bin|login|signin|sign-in|logout|register|signup|"
    r"cart|checkout|account|admin|calendar|print|amp|trackback|cdn-cgi|feeds?|rss|atom)(?:[/.]|$)|mailto:|javascript:",
    re.IGNORECASE,
)
NO_READING_QUERY = {
    *("action", "replytocom", "print", "format", "output", "sort", "order", "orderby", "view", "redirect", "return"),
    *("returnto", "login", "oldid", "diff", "add-to-cart", "do", "ical", "outlook-ical", "tribe-bar-date", "preview"),
}
YEAR = re.compile(r"(?<!\d)(\d{4})(?:[-/]\d{1,2})?(?!\d)")
FIRST_YEAR = 1969


@dataclass
class Frontier:
    """URLs still to be read, breadth first, each once; only those below `start`."""

    start: str
    max_pages: int
    limited: bool = False  # whether addresses were left out for max_pages
    _queue: deque[str] = field(default_factory=deque)
    _known: set[str] = field(default_factory=set)
    _barren: Counter[str] = field(default_factory=Counter)

    def add(self, urls: Iterable[str]) -> bool:
        """Whether one of them was new."""
        added = False
        for url in urls:
            if url in self._known or not self._is_wanted(url):
                continue
            if len(self._known) >= self.max_pages:
                self.limited = True
                return added
            self._known.add(url)
            self._queue.append(url)
            added = True
        return added

    def found(self, url: str, links: Iterable[str], *, is_post: bool) -> None:
        """The page at `url` was read. URL shapes that lead only to more of the same shape are given up."""
        shape = _shape(url)
        others = [link for link in links if _shape(link) != shape]
        fresh = self.add(others)
        if is_post or fresh:
            self._barren[shape] = 0
        else:
            self._barren[shape] += 1
        self.add(link for link in links if _shape(link) == shape)

    def __iter__(self) -> Iterator[str]:
        while self._queue:
            url = self._queue.popleft()
            if self._barren[_shape(url)] <= MAX_BARREN:
                yield url

    def _is_wanted(self, url: str) -> bool:
        return is_below(url, self.start) and is_page(url) and not is_trap(url)


def is_trap(url: str) -> bool:
    """Whether it is one of endlessly many generated URLs, or not a page to read."""
    parts = urlsplit(url)
    if len(url) > MAX_LENGTH or NO_READING.search(parts.path):
        return True
    query = parse_qsl(parts.query, True)
    if len(query) > MAX_PARAMETERS or NO_READING_QUERY.intersection(key.lower() for key, _ in query):
        return True
    segments = Counter(segment for segment in parts.path.split("/") if segment)
    if any(count > 2 for count in segments.values()):
        return True  # /a/b/a/b/a: a relative link on a server that serves the same page at every URL
    years = [int(year) for year in YEAR.findall(parts.query)]
    return any(not FIRST_YEAR <= year <= datetime.now(UTC).year for year in years)


def _shape(url: str) -> str:
    parts = urlsplit(url)
    keys = sorted(key for key, _ in parse_qsl(parts.query, True))
    return re.sub(r"\d+", "0", parts.path) + "?" + "&".join(keys)
