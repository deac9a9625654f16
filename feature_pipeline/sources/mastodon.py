"""Posts of a Mastodon account, and of other servers that speak Mastodon's API, from the account's own server.

Without a token a server shows what is public. A token (services.mastodon_tokens) is sent to its own host alone.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from feature_pipeline import dates
from feature_pipeline.errors import EmptySourceError, HttpStatusError, SourceError, UnreachableError
from feature_pipeline.formats.json_api import JsonApi, Listing, Response
from feature_pipeline.formats.json_values import Json, at, dict_at, list_at, text_at
from feature_pipeline.formats.plain_text import plain_text
from feature_pipeline.source_bases.api import ApiSource, account_name, unknown_account
from feature_pipeline.source_bases.base import Ignored, Item
from feature_pipeline.source_contract import Location, SourceOptions
from feature_store.records import ContentType, Post, PostKind

SUMMARY = "posts, replies and boosts of a Mastodon account (public API of its server)"
EXAMPLE = "@maud@mastodon.social"
OBTAIN = (
    "Nothing to get: public posts are read from your server. For posts to followers, ask for your archive under "
    "*Preferences → Import and export* instead."
)
# Where https://HOST/@NAME is an account of something else.
OTHER_SERVICES = (
    *("medium.com", "youtube.com", "tiktok.com", "threads.net", "threads.com", "substack.com", "hashnode.com"),
    *("steemit.com", "hive.blog", "peakd.com", "ecency.com", "odysee.com", "rumble.com", "unsplash.com", "listed.to"),
    *("producthunt.com", "replit.com", "observablehq.com", "glitch.com", "paragraph.xyz", "paragraph.com", "t.me"),
    *("flipboard.com", "warpcast.com", "farcaster.xyz", "zora.co", "pinterest.com", "buttondown.com"),
)
HOST = r"(?:[\w-]+\.)+[\w-]+(?::\d{1,5})?"
NAME = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?"
NOT_OTHER_SERVICE = rf"(?!(?:[\w-]+\.)*(?:{'|'.join(map(re.escape, OTHER_SERVICES))})(?:[:/]|$))"
HANDLE = rf"@{NAME}@{NOT_OTHER_SERVICE}{HOST}"
NOT_A_FEED = r"(?!@[^/]*\.(?:rss|atom|json)$)"
ADDRESS = re.compile(
    rf"{HANDLE}|https?://{NOT_OTHER_SERVICE}{HOST}/{NOT_A_FEED}(?:@{NAME}|{HANDLE})/?(?:[?#].*)?", re.IGNORECASE
)

PER_PAGE = 40  # the most that Mastodon gives: https://docs.joinmastodon.org/methods/accounts/#statuses
PUBLIC = ("public", "unlisted")
QUOTE_FALLBACK = re.compile(r"<(p|span) class=\"quote-inline\">.*?</\1>", re.DOTALL)  # a link for old apps
MEMBERS_ONLY = (401, 403, 422)


@dataclass
class MastodonSource(ApiSource):
    account: dict[str, Json]

    def items(self) -> Iterator[Item]:
        """Newest first; replies to the author's own posts last, since these are older than their answers.

        Raises EmptySourceError, SourceError, FetchError.
        """
        texts: dict[str, str] = {}
        continued: list[Json] = []
        listing = Listing(self.api, (), _id, self._following, self._is_own)
        for status in listing.read(self._url()):
            texts[_id(status)] = text_at(status, "content")
            if text_at(status, "in_reply_to_account_id") == _id(self.account):
                continued.append(status)
            else:
                yield self._post(status, "")
        for status in continued:
            yield self._post(status, texts.get(text_at(status, "in_reply_to_id"), ""))
        self._require_some(found=len(texts))
        yield from Ignored.each(listing.ignored)
        expected = at(self.account, "statuses_count")  # those to followers are counted too, and not always shown
        self.lists_all = listing.is_whole and isinstance(expected, int) and len(texts) >= expected

    def _is_own(self, status: Json) -> bool:
        return text_at(status, "account", "id") == _id(self.account)

    def _require_some(self, *, found: int) -> None:
        if found:
            return
        name, expected = text_at(self.account, "url") or self.name, at(self.account, "statuses_count")
        if expected:
            raise SourceError(
                f"{name} has {expected} posts, and the server lists none of them: it shows them to members "
                "only, or is out of order. Try again later, or ask for the account's archive and collect that."
            )
        raise EmptySourceError(f"{name} has no posts.")

    def _url(self, **older: str) -> str:
        return self.api.url(f"/api/v1/accounts/{quote(_id(self.account), safe='')}/statuses", limit=PER_PAGE, **older)

    def _following(self, _response: Response, statuses: list[Json]) -> str:
        """By the id of the last status: the Link header is left out after a page that was filtered to be short."""
        last = next(filter(None, map(_id, reversed(statuses))), "")
        return self._url(max_id=last) if last else ""

    def _post(self, status: Json, answered: str) -> Post:
        boosted = dict_at(status, "reblog")
        if boosted:
            return self._boost(status, boosted)
        quoted = dict_at(status, "quote", "quoted_status") or dict_at(status, "quote")
        return self.post(
            _id(status),
            url=text_at(status, "url") or text_at(status, "uri"),
            title=text_at(status, "spoiler_text"),
            created_at=dates.to_utc(text_at(status, "created_at")),
            content=_content(status),
            content_type=ContentType.HTML,
            kind=PostKind.REPLY if text_at(status, "in_reply_to_id") else PostKind.POST,
            visibility=_visibility(status),
            tags=tuple(text_at(tag, "name") for tag in list_at(status, "tags") if text_at(tag, "name")),
            context=plain_text(answered or text_at(quoted, "content"), ContentType.HTML),
            people=self._people(list_at(status, "mentions")),
            problem="" if isinstance(at(status, "content"), str) else "the server gives no content for it",
        )

    def _boost(self, status: Json, boosted: Json) -> Post:
        """Of another person's text, only the address is kept."""
        address = text_at(boosted, "url") or text_at(boosted, "uri")
        return self.post(
            _id(status),
            url=address,
            created_at=dates.to_utc(text_at(status, "created_at")),
            content=address,
            kind=PostKind.REPOST,
            visibility=_visibility(status),
        )

    def _people(self, mentions: list[Json]) -> tuple[str, ...]:
        others = [mention for mention in mentions if _id(mention) != _id(self.account)]
        names = [text_at(mention, key) for mention in others for key in ("acct", "username")]
        return tuple(dict.fromkeys(filter(None, names)))


def _id(item: Json) -> str:
    return text_at(item, "id")


def _content(status: Json) -> str:
    """With the choices of a poll, which the author wrote too, and without the link that stands for a quoted post."""
    choices = [html.escape(text_at(option, "title")) for option in list_at(status, "poll", "options")]
    poll = f"<ul>{''.join(f'<li>{choice}</li>' for choice in choices)}</ul>" if choices else ""
    return QUOTE_FALLBACK.sub("", text_at(status, "content")) + poll


def _visibility(status: Json) -> str:
    return "public" if text_at(status, "visibility") in PUBLIC else "private"


def open(location: Location, options: SourceOptions) -> MastodonSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, FetchError."""
    name, base_url = _name_and_server(location.text)
    api = _api(base_url, options)
    try:
        account = _look_up(api, name)
    except UnreachableError:
        raise
    except SourceError:
        elsewhere = _served_from(api, name)
        if elsewhere in ("", base_url):
            raise
        api = _api(elsewhere, options)
        account = _look_up(api, name)
    identity = f"{text_at(account, 'username') or name}@{_host(text_at(account, 'url')) or _host(api.base_url)}"
    return MastodonSource(options, identity, api, account)


def _name_and_server(text: str) -> tuple[str, str]:
    """ "@maud@mastodon.social", with or without the first @, or an address of the account → name and base address."""
    text = text.strip()
    spelled = account_name(
        text if "://" in text else f"@{text.removeprefix('@')}",
        re.compile(f"(?P<name>{ADDRESS.pattern})", re.IGNORECASE),
        examples=f"{EXAMPLE} or https://mastodon.social/@maud",
    )
    server, _, handle = spelled.partition("/@") if "://" in spelled else ("", "", spelled.removeprefix("@"))
    name, _, host = re.split(r"[/?#]", handle, maxsplit=1)[0].partition("@")
    return name, (f"https://{host}" if host else server).lower()


def _api(base_url: str, options: SourceOptions) -> JsonApi:
    token = options.services.mastodon_tokens.get(_host(base_url)) if base_url.lower().startswith("https:") else None
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return JsonApi(options.fetcher, base_url, options.max_pages, headers)


def _look_up(api: JsonApi, name: str) -> dict[str, Json]:
    host = _host(api.base_url)
    try:
        account = api.get(api.url("/api/v1/accounts/lookup", acct=name)).json
    except HttpStatusError as error:
        if error.status in MEMBERS_ONLY:
            raise SourceError(
                f"{host} shows accounts to its members only (it answers {error.status}). Make an application with the "
                f"scope read in its preferences, and set services.mastodon_tokens to {{{host}: TOKEN}}."
            ) from error
        raise unknown_account(error, f"{host} knows no account {name!r}, or is no Mastodon server.") from error
    if not _id(account):
        raise SourceError(f"{host} answers with no account for {name!r}. Try again later.")
    return dict_at(account)


def _served_from(api: JsonApi, name: str) -> str:
    """The server of an account whose handle names a website: what its WebFinger (RFC 7033) says; "" when nothing."""
    try:
        answer = api.get(api.url("/.well-known/webfinger", resource=f"acct:{name}@{_host(api.base_url)}")).json
    except SourceError:
        return ""
    actor = next((text_at(link, "href") for link in list_at(answer, "links") if text_at(link, "rel") == "self"), "")
    return f"https://{_host(actor)}" if _host(actor) else ""


def _host(url: str) -> str:
    """With its port, in lower case; "" when `url` is no web address."""
    found = re.match(rf"https?://({HOST})(?:/|$)", url, re.IGNORECASE)
    return found[1].lower() if found else ""
