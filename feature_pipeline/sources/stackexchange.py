"""A user's questions and answers on a site of Stack Exchange, by its API (version 2.3).

Comments and edits of other people's posts are not read. An answer has the question for its context. The API allows 300
requests a day from one address, of 100 items each, and says in an answer how long to wait for the next.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from feature_pipeline import dates
from feature_pipeline.errors import EmptySourceError, HttpStatusError, SourceError
from feature_pipeline.formats.json_api import JsonApi, Listing, Response
from feature_pipeline.formats.json_values import Json, at, list_at, text_at
from feature_pipeline.source_bases.api import ApiSource
from feature_pipeline.source_bases.base import Ignored, Item
from feature_pipeline.source_bases.stack_posts import ANSWER, QUESTION, SITES, StackPost, as_post, unescaped_title
from feature_pipeline.source_contract import Location, SourceOptions

SUMMARY = "questions and answers of a user of Stack Overflow or another site of Stack Exchange (public API)"
EXAMPLE = "https://stackoverflow.com/users/1234/maud"
OBTAIN = (
    "Nothing to get: the address is that of your profile, on each site of its own. What you deleted is not in it, nor "
    "are comments."
)
PROFILE = re.compile(rf"https?://(?:www\.)?(?P<site>{SITES})/users/(?P<user>\d+)(?:[/?#].*)?", re.IGNORECASE)
OF_API = re.compile(
    r"https?://api\.stackexchange\.com/2\.\d/users/(?P<user>\d+)(?:/\w+)?\?(?:[^#]*&)?site=(?P<site>[\w.-]+)(?:&.*)?",
    re.IGNORECASE,
)
ADDRESS = re.compile(
    rf"{PROFILE.pattern.replace('?P<site>', '').replace('?P<user>', '')}|"
    f"{OF_API.pattern.replace('?P<site>', '').replace('?P<user>', '')}",
    re.IGNORECASE,
)

NUMBER = re.compile(r"[0-9]{1,18}")
PER_PAGE = 100  # the most that the API gives, of items and of ids: https://api.stackexchange.com/docs/paging
FILTER = "withbody"  # named by the API: the usual fields, and the text as HTML


@dataclass
class StackExchangeSource(ApiSource):
    site: str  # a host, or the API's short name of one
    user: str
    _listings: list[Listing] = field(default_factory=list, init=False)

    def items(self) -> Iterator[Item]:
        """Questions, then answers, oldest first. Raises EmptySourceError, SourceError, FetchError."""
        self._listings.clear()
        questions = {question.id: question for question in self._read("questions", QUESTION)}
        answers = list(self._read("answers", ANSWER))
        if not questions and not answers:
            raise EmptySourceError(
                f"{self.site} has no question and no answer of user {self.user}. Check the number in the address of "
                "your profile there; each site has its own."
            )
        host = self.site if "." in self.site else ""
        for question in questions.values():
            yield as_post(self, question, site=host)
        asked = {**self._asked({answer.question for answer in answers} - set(questions)), **questions}
        for answer in answers:
            yield as_post(self, answer, site=host, asked=asked.get(answer.question))
        for listing in self._listings:
            yield from Ignored.each(listing.ignored)
        self.lists_all = all(listing.is_whole for listing in self._listings)

    def _read(self, path: str, kind: str) -> Iterator[StackPost]:
        pages = 1

        def page(number: int) -> str:
            return self.api.url(
                f"/users/{self.user}/{path}",
                site=self.site, filter=FILTER, pagesize=PER_PAGE, order="asc", sort="creation", page=number,
            )  # fmt: skip

        def following(response: Response, _items: list[Json]) -> str:
            nonlocal pages
            pages += 1
            return page(pages) if at(response.json, "has_more") is True else ""

        listing = Listing(self.api, ("items",), lambda item: text_at(item, f"{kind}_id"), following, self._is_own)
        self._listings.append(listing)
        try:
            for item in listing.read(page(1)):
                yield _read(item, kind)
        except HttpStatusError as error:
            raise _refused(error, self.site) from error

    def _is_own(self, item: Json) -> bool:
        return text_at(item, "owner", "user_id") in ("", self.user)

    def _asked(self, ids: set[str]) -> dict[str, StackPost]:
        """The questions that were answered, by id; those that are gone are not in it."""
        found: dict[str, StackPost] = {}
        ordered = sorted(filter(NUMBER.fullmatch, ids), key=int)
        for start in range(0, len(ordered), PER_PAGE):
            part = ";".join(ordered[start : start + PER_PAGE])
            url = self.api.url(f"/questions/{part}", site=self.site, filter=FILTER, pagesize=PER_PAGE)
            for item in list_at(self.api.get(url).json, "items"):
                found[text_at(item, "question_id")] = _read(item, QUESTION)
        return found


def _read(item: Json, kind: str) -> StackPost:
    return StackPost(
        id=text_at(item, f"{kind}_id"),
        kind=kind,
        body=text_at(item, "body"),
        created_at=dates.to_utc(at(item, "creation_date")),
        title=unescaped_title(text_at(item, "title")),
        tags=tuple(text_at([tag], 0) for tag in list_at(item, "tags")),
        question=text_at(item, "question_id") if kind == ANSWER else "",
    )


def _refused(error: HttpStatusError, site: str) -> SourceError:
    """The API answers 400 to whatever it does not do."""
    if error.status != 400:
        return error
    return SourceError(
        f"Stack Exchange does not answer for {site!r}: it has no site of that name, or this network's 300 requests of "
        "today are spent. Check the address, or try again tomorrow."
    )


def open(location: Location, options: SourceOptions) -> StackExchangeSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError."""
    match = PROFILE.fullmatch(location.text.strip()) or OF_API.fullmatch(location.text.strip())
    if match is None:
        raise SourceError(
            f"{location.text!r} is no address of a profile. Write it like {EXAMPLE}: the number in it is the user."
        )
    site, user = match["site"].lower(), match["user"]
    api = JsonApi(options.fetcher, options.services.stackexchange_url, options.max_pages)
    return StackExchangeSource(options, f"{site}/{user}", api, site, user)
