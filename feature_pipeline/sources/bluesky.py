"""Posts, replies and reposts of a Bluesky account, by the public API of the network's view of it.

The author's feed is read, not the records of the account's own server: it has every post that the network shows, and
beside each reply and quotation the post that it is about. How many posts the profile counts tells whether the feed
was whole. Ids are at:// addresses, which stay when a handle changes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from feature_pipeline import dates
from feature_pipeline.errors import EmptySourceError, HttpStatusError, SourceError
from feature_pipeline.formats.bluesky_records import hashtags, mentioned, post_text, web_address
from feature_pipeline.formats.json_api import JsonApi, Listing, Response
from feature_pipeline.formats.json_values import Json, at, dict_at, text_at
from feature_pipeline.source_bases.api import ApiSource, account_name, unknown_account
from feature_pipeline.source_bases.base import Ignored, Item
from feature_pipeline.source_contract import Location, SourceOptions
from feature_store.records import Post, PostKind

SUMMARY = "posts, replies and reposts of a Bluesky account (public API)"
EXAMPLE = "https://bsky.app/profile/maud.bsky.social"
OBTAIN = "Nothing to get: posts are public. A handle or a did will do: `bluesky:maud.bsky.social`."
NAME = re.compile(r"@?(?P<name>did:[a-z]+:[A-Za-z0-9._:-]+|(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]+)")
ADDRESS = re.compile(rf"https?://(?:www\.)?bsky\.app/profile/{NAME.pattern}/?(?:[?#].*)?", re.IGNORECASE)

PER_PAGE = 100  # the most that the API gives: https://docs.bsky.app/docs/api/app-bsky-feed-get-author-feed
REPOST_REASON = "app.bsky.feed.defs#reasonRepost"


@dataclass
class BlueskySource(ApiSource):
    profile: dict[str, Json]

    def items(self) -> Iterator[Item]:
        """Newest first. Raises EmptySourceError, SourceError, FetchError."""
        written = 0
        listing = Listing(self.api, ("feed",), _source_id, self._following, self._is_own)
        for item in listing.read(self._url()):
            reposted = _is_repost(item)
            written += not reposted
            yield self._repost(item) if reposted else self._post(item)
        expected = at(self.profile, "postsCount")  # without reposts
        if not listing.seen and expected:
            raise SourceError(f"{self.name} has {expected} posts, and its feed is empty. Try again later.")
        if not listing.seen:
            raise EmptySourceError(f"{self.name} ({text_at(self.profile, 'handle')}) has no posts.")
        yield from Ignored.each(listing.ignored)
        self.lists_all = listing.is_whole and isinstance(expected, int) and written >= expected

    def _url(self, **cursor: str) -> str:
        path = "/xrpc/app.bsky.feed.getAuthorFeed"
        return self.api.url(path, actor=self.place, filter="posts_with_replies", limit=PER_PAGE, **cursor)

    def _is_own(self, item: Json) -> bool:
        return text_at(item, *(("reason", "by") if _is_repost(item) else ("post", "author")), "did") == self.place

    def _following(self, response: Response, _items: list[Json]) -> str:
        cursor = text_at(response.json, "cursor")  # also behind a page that was filtered until it was empty
        return self._url(cursor=cursor) if cursor else ""

    def _post(self, item: Json) -> Post:
        record = at(item, "post", "record")
        parent, quoted = dict_at(item, "reply", "parent"), _quoted(at(item, "post", "embed"))
        answers = bool(dict_at(record, "reply"))
        context = post_text(at(parent, "record")) if answers else ""
        others = [author for post in (parent, quoted) if at(author := dict_at(post, "author"), "did") != self.place]
        names = [*mentioned(record), *(text_at(other, key) for other in others for key in ("handle", "displayName"))]
        return self.post(
            _source_id(item),
            url=web_address(_source_id(item)),
            created_at=dates.to_utc(text_at(record, "createdAt")) or dates.to_utc(text_at(item, "post", "indexedAt")),
            content=post_text(record),
            kind=PostKind.REPLY if answers else PostKind.POST,
            tags=hashtags(record),
            context=context or post_text(at(quoted, "value")),
            people=tuple(dict.fromkeys(name for name in names if name and name != text_at(self.profile, "handle"))),
            problem="" if isinstance(at(record, "text"), str) else "the feed gives no text for it",
        )

    def _repost(self, item: Json) -> Post:
        """Of another person's text, only the address is kept."""
        address = web_address(text_at(item, "post", "uri"))
        return self.post(
            _source_id(item),
            url=address,
            created_at=dates.to_utc(text_at(item, "reason", "indexedAt")),
            content=address,
            kind=PostKind.REPOST,
        )


def _is_repost(item: Json) -> bool:
    return text_at(item, "reason", "$type") == REPOST_REASON


def _source_id(item: Json) -> str:
    """The at:// address; of a repost its own, which older servers do not tell."""
    uri = text_at(item, "post", "uri")
    if not uri or not _is_repost(item):
        return uri
    return text_at(item, "reason", "uri") or f"repost of {uri}"


def _quoted(embed: Json) -> dict[str, Json]:
    """The post that is quoted, alone or beside pictures; {} for none, and for one that is deleted or blocked."""
    record = dict_at(embed, "record")
    return dict_at(record, "record") or record


def open(location: Location, options: SourceOptions) -> BlueskySource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, FetchError."""
    account = account_name(location.text, ADDRESS, NAME, examples=f"{EXAMPLE} or bluesky:maud.bsky.social")
    api = JsonApi(options.fetcher, options.services.bluesky_url, options.max_pages)
    try:
        profile = api.get(api.url("/xrpc/app.bsky.actor.getProfile", actor=account)).json
    except HttpStatusError as error:
        raise unknown_account(
            error,
            f"Bluesky shows no account {account!r}: there is none of that handle, or it is deactivated. A handle is a "
            "domain, such as maud.bsky.social.",
        ) from error
    did = text_at(profile, "did")
    if not did:
        raise SourceError(f"Bluesky answers with no did for {account!r}. Try again later.")
    return BlueskySource(options, did, api, profile)
