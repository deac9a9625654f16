"""A Tumblr blog, by the first version of its API, which every public blog answers at its own address.

Version 2 wants a key, this one does not. What can be seen by members only is not in it; the export of one's own blog is
read by the kind tumblr_export.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar

from feature_pipeline.errors import EmptySourceError, FetchError, HttpStatusError, SourceError
from feature_pipeline.formats.json_api import JsonApi, Listing, Response
from feature_pipeline.formats.json_values import Json, number_at, text_at
from feature_pipeline.source_bases.api import ApiSource, account_name, unknown_account
from feature_pipeline.source_bases.base import Ignored, Item
from feature_pipeline.source_bases.tumblr_posts import read_post, tags_of
from feature_pipeline.source_contract import Location, SourceOptions

SUMMARY = "posts of a Tumblr blog, and what its author added to reblogs (public API)"
EXAMPLE = "https://maud.tumblr.com"
OBTAIN = (
    "Nothing to get for a blog that everybody may see. Of one that only members see, and for drafts, export the blog "
    "and collect that."
)
NOT_A_BLOG = r"(?!(?:www|api|assets|static|media|embed|safe|engineering|staff-only)\.)"  # hosts of the service itself
NOT_A_NAME = (
    r"(?!(?:explore|tagged|dashboard|settings|search|login|register|about|policy|docs|help|likes|following|communities"
    r"|inbox|new|blog|live|apps|jobs|developers|press|support)(?:[/?#]|$))"
)
NAME = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,60}[A-Za-z0-9])?"
HOST = re.compile(rf"https?://{NOT_A_BLOG}(?P<name>{NAME})\.tumblr\.com/?(?:archive/?)?(?:[?#].*)?", re.IGNORECASE)
PATH = re.compile(
    rf"https?://(?:www\.)?tumblr\.com/(?:blog/(?:view/)?)?@?{NOT_A_NAME}(?P<name>{NAME})/?(?:[?#].*)?", re.IGNORECASE
)
BARE = re.compile(rf"@?(?P<name>{NAME})(?:\.tumblr\.com)?")
ADDRESS = re.compile("|".join(spelling.pattern.replace("?P<name>", "") for spelling in (HOST, PATH)), re.IGNORECASE)

PER_PAGE = 50  # the most that the API gives


@dataclass
class TumblrSource(ApiSource):
    LIMITED: ClassVar[bool] = True

    _total: int = field(default=0, init=False)

    def items(self) -> Iterator[Item]:
        """Newest first. Raises EmptySourceError, SourceError, FetchError."""
        listing = Listing(self.api, ("posts",), lambda post: text_at(post, "id"), self._following)
        for post in self._read(listing):
            bare = self.post(text_at(post, "id"))
            yield self.alone(bare, partial(read_post, self, post, tags_of(post)))
        yield from Ignored.each(listing.ignored)
        if not listing.seen:
            raise EmptySourceError(f"{self.place}.tumblr.com shows no post to everybody.")
        self.lists_all = listing.is_whole and len(listing.seen) >= self._total

    def _read(self, listing: Listing) -> Iterator[dict[str, Json]]:
        try:
            yield from listing.read(self._url(0))
        except HttpStatusError as error:
            message = f"there is no blog {self.place}.tumblr.com that everybody may see. Check its name."
            raise unknown_account(error, message) from error
        except FetchError:
            raise
        except SourceError as error:  # a page to log in, where JSON was asked for
            raise SourceError(
                f"{self.place}.tumblr.com does not show its posts to everybody. Export the blog, under *Settings → "
                f"the blog → Export*, and collect that. ({error})"
            ) from error

    def _url(self, start: int) -> str:
        return self.api.url("/api/read/json", debug=1, num=PER_PAGE, start=start)  # debug: JSON without JavaScript

    def _following(self, response: Response, posts: list[Json]) -> str:
        begun, total = number_at(response.json, "posts-start"), number_at(response.json, "posts-total")
        self._total = max(self._total, total)
        return self._url(begun + len(posts)) if posts and begun + len(posts) < total else ""


def open(location: Location, options: SourceOptions) -> TumblrSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError."""
    name = account_name(location.text, HOST, PATH, BARE, examples=f"{EXAMPLE} or tumblr:maud").lower()
    api = JsonApi(options.fetcher, f"https://{name}.tumblr.com", options.max_pages)
    return TumblrSource(options, name, api)
