"""What a person wrote on Hacker News: comments, stories, polls; by the search API that Algolia runs for it.

A search shows its first 1,000 hits, so older ones are asked for by the time at which those end.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from feature_pipeline import dates
from feature_pipeline.entities import unescaped
from feature_pipeline.errors import EmptySourceError
from feature_pipeline.formats.json_api import JsonApi, Listing, Response
from feature_pipeline.formats.json_values import Json, at, list_at, number_at, text_at
from feature_pipeline.formats.plain_text import plain_text
from feature_pipeline.source_bases.api import ApiSource, account_name
from feature_pipeline.source_bases.base import Ignored, Item
from feature_pipeline.source_contract import Location, SourceOptions
from feature_store.records import ContentType, Post, PostKind

SUMMARY = "comments and stories of a Hacker News user (public API)"
EXAMPLE = "https://news.ycombinator.com/user?id=maud"
OBTAIN = "Nothing to get: all of it is public. Upper and lower case in the name matter."
NAME = re.compile(r"(?P<name>[A-Za-z0-9_-]{1,40})")
ADDRESS = re.compile(
    rf"https?://news\.ycombinator\.com/(?:user|submitted|threads)\?id={NAME.pattern}(?:[&#].*)?", re.IGNORECASE
)

MAX_HITS = 1000  # of one search, over all of its pages
PARAGRAPH = re.compile(r"<p>", re.IGNORECASE)
QUOTED = re.compile(r"\s*(?:<i>\s*)?(?:&gt;|>)")
SHORTENED = re.compile(r'(<a href="([^"]*)"[^>]*>)([^<]*)\.\.\.(?=</a>)')


@dataclass
class HackerNewsSource(ApiSource):
    _total: int = field(default=0, init=False)
    _until: int = field(default=0, init=False)  # Unix time up to which hits are searched for; 0 for now

    def items(self) -> Iterator[Item]:
        """Newest first. Raises EmptySourceError, SourceError, FetchError."""
        listing = Listing(self.api, ("hits",), lambda hit: text_at(hit, "objectID"), self._following, self._is_own)
        hits = list(listing.read(self._url()))
        if not hits:
            raise EmptySourceError(
                f"Hacker News has nothing by {self.place!r}. Upper and lower case in a name matter: "
                f"see https://news.ycombinator.com/user?id={self.place}"
            )
        texts = {text_at(hit, "objectID"): _text(hit) for hit in hits}
        for hit in hits:
            yield self._post(hit, texts)
        yield from Ignored.each(listing.ignored)
        self.lists_all = listing.is_whole and 0 < self._total <= len(listing.seen)

    def _url(self, page: int = 0) -> str:
        window: dict[str, str | int] = {"numericFilters": f"created_at_i<={self._until}"} if self._until else {}
        if page:
            window["page"] = page
        return self.api.url("/search_by_date", tags=f"author_{self.place}", hitsPerPage=MAX_HITS, **window)

    def _following(self, response: Response, hits: list[Json]) -> str:
        found, page, pages = (number_at(response.json, key) for key in ("nbHits", "page", "nbPages"))
        self._total = max(self._total, found)
        if page + 1 < pages:
            return self._url(page + 1)
        oldest = min(filter(None, (number_at(hit, "created_at_i") for hit in hits)), default=0)
        if found <= MAX_HITS or not oldest:
            return ""
        self._until = oldest  # that second included: it may hold more
        return self._url()

    def _is_own(self, hit: Json) -> bool:
        return text_at(hit, "author") == self.place

    def _post(self, hit: Json, texts: dict[str, str]) -> Post:
        number, text, title = text_at(hit, "objectID"), _text(hit), text_at(hit, "title").strip()
        comment = "comment" in list_at(hit, "_tags") or (not title and bool(text_at(hit, "comment_text")))
        parent, story = text_at(hit, "parent_id"), text_at(hit, "story_id")
        answered = texts.get(parent, "")
        if parent == story and not answered:
            answered = html.escape(text_at(hit, "story_title"))
        alone = bool(title) and not text  # a link, or a question without more: its title is what was written
        return self.post(
            number,
            url=f"https://news.ycombinator.com/item?id={number}",
            title="" if alone else title,
            created_at=dates.to_utc(text_at(hit, "created_at")) or dates.to_utc(at(hit, "created_at_i")),
            content=title if alone else _as_html(text),
            content_type=ContentType.PLAIN if alone else ContentType.HTML,
            kind=PostKind.COMMENT if comment else PostKind.POST,
            context=plain_text(_as_html(answered), ContentType.HTML) if comment else "",
            problem="" if text or title else "it has no text in the API's answer: deleted, or hidden by moderators",
        )


def _text(hit: Json) -> str:
    return text_at(hit, "comment_text") or text_at(hit, "story_text") or text_at(hit, "text")


def _as_html(text: str) -> str:
    """Links at full length, and paragraphs that begin with ">" as quotations, which they are by convention."""
    whole = SHORTENED.sub(_lengthened, text)
    first, *rest = PARAGRAPH.split(whole)
    paragraphs = [
        f"<blockquote>{QUOTED.sub('', paragraph, count=1).strip()}</blockquote>"
        if QUOTED.match(paragraph)
        else paragraph
        for paragraph in (first, *rest)
    ]
    return "<p>".join(paragraphs)


def _lengthened(match: re.Match[str]) -> str:
    opening, target, shown = match.groups()
    return opening + (target if unescaped(target).startswith(unescaped(shown)) else f"{shown}...")


def open(location: Location, options: SourceOptions) -> HackerNewsSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError."""
    account = account_name(location.text, ADDRESS, NAME, examples=f"{EXAMPLE} or hackernews:maud")
    api = JsonApi(options.fetcher, options.services.hackernews_url, options.max_pages)
    return HackerNewsSource(options, account, api)
