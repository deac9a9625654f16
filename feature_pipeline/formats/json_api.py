"""Public JSON APIs: addresses that stay the same, parsed responses, paged lists, and items that fail alone."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urljoin, urlsplit

from feature_pipeline.errors import HttpStatusError, SourceError, UnreadableItemError
from feature_pipeline.fetching import Fetcher
from feature_pipeline.formats.json_values import Json, at, parse_json, text_at

MAX_BARREN_PAGES = 5  # in a row without a new item: services filter pages after cutting them, so one or two are normal
MAX_FAILURES = 5  # of items in a row: then it is the service that fails
GONE = (404, 410, 451)
WITHOUT_ID = "without an id"
LINK = re.compile(r"<([^<>]*)>([^<]*)")
RELATION = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,]+))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Response:
    json: Json
    next_url: str  # of the Link header, on the same origin; "" when there is none


@dataclass
class JsonApi:
    """URLs depend on the request only, so that a collection that was killed finds its pages in the cache."""

    fetcher: Fetcher = field(repr=False)
    base_url: str
    max_pages: int  # of one list
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # may hold a token
    _failures: int = field(default=0, init=False)

    def url(self, path: str, **parameters: str | int) -> str:
        """`path` must consist of checked or quoted parts; parameters are quoted here, in the order given."""
        query = urlencode(parameters, quote_via=quote, safe=":@,")
        return self.base_url.rstrip("/") + path + (f"?{query}" if query else "")

    def get(self, url: str, *, modified: str = "") -> Response:
        """`modified` as in Fetcher. Raises SourceError when the response is no JSON; FetchError."""
        headers = {"Accept": "application/json", **self.headers}
        fetched = self.fetcher.get(url, headers=headers, robots=False, modified=modified)
        try:
            response = parse_json(fetched.body, what=url)
        except SourceError as error:
            raise SourceError(
                f"{url} answers with {len(fetched.body)} bytes that are no JSON. Try again later, and check that the "
                "address is that of the service's public API."
            ) from error
        return Response(response, self._on_same_origin(next_link(fetched.headers.get("link", "")), fetched.url))

    def _on_same_origin(self, link: str, base: str) -> str:
        """`link` as an address; "" when it leads elsewhere, which would give a token away."""
        with suppress(ValueError):
            url = urljoin(base, link) if link else ""
            return url if urlsplit(url)[:2] == urlsplit(self.base_url)[:2] else ""
        return ""

    @contextmanager
    def one_item(self) -> Iterator[None]:
        """An error within concerns one item: it is raised as UnreadableItemError.

        Raises the error itself when it is the fifth in a row: then the service fails, not an item.
        """
        try:
            yield
        except SourceError as error:
            gone = isinstance(error, HttpStatusError) and error.status in GONE
            self._failures += not gone
            if self._failures >= MAX_FAILURES:
                raise
            raise UnreadableItemError(str(error)) from error
        self._failures = 0


@dataclass
class Listing:
    """The account's items of a paged list, each once. `ignored` counts those of others, and those without an id."""

    api: JsonApi
    path: tuple[str, ...]  # where a page holds its items
    id_of: Callable[[Json], str]
    following: Callable[[Response, list[Json]], str]  # the address of the next page; "" after the last
    is_own: Callable[[Json], bool] = lambda _: True
    seen: set[str] = field(default_factory=set, init=False)
    ignored: Counter[str] = field(default_factory=Counter, init=False)

    @property
    def is_whole(self) -> bool:
        return not self.ignored[WITHOUT_ID]

    def read(self, url: str) -> Iterator[dict[str, Json]]:
        """Ends after the last page, and where pages form a circle or bring nothing new.

        Raises SourceError when a page holds no list; FetchError.
        """
        asked: set[str] = set()
        barren = 0
        while url and url not in asked and barren < MAX_BARREN_PAGES:
            if len(asked) >= self.api.max_pages:
                raise SourceError(
                    f"{url}: more than {len(asked):,} pages. If there are so many, raise fetching.max_pages."
                )
            asked.add(url)
            response = self.api.get(url)
            items = at(response.json, *self.path)
            if not isinstance(items, list):
                said = text_at(response.json, "message") or text_at(response.json, "error") or "something else"
                raise SourceError(f"{url} answers with {said!r:.200} instead of a list. Try again later.")
            fresh = [item for item in items if self._is_new(item)]
            barren = 0 if fresh else barren + 1
            url = self.following(response, items)
            for item in fresh:
                if self.is_own(item):
                    yield item
                else:
                    self.ignored["other people's"] += 1

    def _is_new(self, item: Json) -> bool:
        name = self.id_of(item) if isinstance(item, dict) else ""
        self.ignored[WITHOUT_ID] += not name
        if not name or name in self.seen:
            return False
        self.seen.add(name)
        return True


def next_link(header: str) -> str:
    """What a Link header (RFC 8288) names as the next page; "" when it names none."""
    for target, parameters in LINK.findall(header):
        relation = RELATION.search(parameters)
        if relation and "next" in (relation[1] or relation[2]).lower().split():
            return str(target).strip()
    return ""
