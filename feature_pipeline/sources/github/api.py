"""GitHub's lists and searches, read to their end."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from feature_pipeline.errors import HttpStatusError
from feature_pipeline.formats.json_api import JsonApi, Listing, Response
from feature_pipeline.formats.json_values import Json, at, dict_at, text_at

PER_PAGE = 100  # the most that GitHub gives: https://docs.github.com/en/rest/search/search
NOT_FOUND = 404


@dataclass
class GitHubApi(JsonApi):
    """`whole`: nothing is known to be missing. `total`: the hits that the current search reports."""

    whole: bool = field(default=True, init=False)
    total: int = field(default=0, init=False)

    def listed(self, url: str) -> Iterator[dict[str, Json]]:
        """Raises SourceError, FetchError."""
        listing = Listing(self, (), _id, lambda response, _: response.next_url)
        yield from listing.read(url)
        self.whole = self.whole and listing.is_whole

    def search(self, query: str) -> Iterator[dict[str, Json]]:
        """Issues or pull requests, newest first: public ones alone, since a token may see more than is published.

        GitHub shows 1,000 of what it finds; older ones are asked for by the date at which those end.
        Raises SourceError, FetchError.
        """
        self.total, until = 0, ""
        listing = Listing(self, ("items",), _id, self._following)
        while True:
            known, oldest = len(listing.seen), ""
            q = f"{query} is:public{until}"
            for item in listing.read(self.url("/search/issues", q=q, sort="created", order="desc", per_page=PER_PAGE)):
                oldest = text_at(item, "created_at")
                yield item
            if len(listing.seen) >= self.total or len(listing.seen) == known or not oldest:
                break
            until = f" created:<={oldest}"
        self.whole = self.whole and len(listing.seen) >= self.total and listing.is_whole

    def readme(self, place: str, *, modified: str) -> dict[str, Json]:
        """{} when the repository has none. Raises SourceError, FetchError."""
        try:
            return dict_at(self.get(self.url(f"/repos/{place}/readme"), modified=modified).json)
        except HttpStatusError as error:
            if error.status != NOT_FOUND:
                raise
            return {}

    def _following(self, response: Response, _items: list[Json]) -> str:
        total = at(response.json, "total_count")
        self.total = max(self.total, total if isinstance(total, int) else 0)
        self.whole = self.whole and at(response.json, "incomplete_results") is not True
        return response.next_url


def _id(item: Json) -> str:
    return text_at(item, "id")
