"""Posts and comments of a Lemmy account, by the API (v3) of a server that knows it.

A comment has for context the comment that it answers, else the post. The file that an account's settings are exported
to holds no text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from feature_pipeline import dates
from feature_pipeline.errors import EmptySourceError, HttpStatusError, SourceError, UnreadableItemError
from feature_pipeline.formats.conversations import shortened
from feature_pipeline.formats.json_api import JsonApi, Listing, Response
from feature_pipeline.formats.json_values import Json, at, text_at
from feature_pipeline.formats.plain_text import plain_text
from feature_pipeline.source_bases.api import ApiSource, unknown_account
from feature_pipeline.source_bases.base import Ignored, Item
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_store.records import ContentType, PostKind
from text.words import count_words

SUMMARY = "posts and comments of a Lemmy account (public API of its server)"
EXAMPLE = "https://lemmy.world/u/maud"
OBTAIN = (
    "Nothing to get: they are read from the server. What *Settings → Export* gives are settings, without posts or "
    "comments."
)
PROFILE = re.compile(
    r"(?P<server>https?://[\w.-]+(?::\d+)?)/u/(?P<name>[\w-]{1,60}(?:@[\w.-]+)?)/?(?:[?#].*)?", re.IGNORECASE
)
HANDLE = re.compile(r"@?(?P<name>[\w-]{1,60})@(?P<host>[\w-]+(?:\.[\w-]+)+(?::\d+)?)")
OF_SERVER = (b"window.isodata", b"lemmyconfig", b"join-lemmy.org")  # in its pages, in lower case
SETTINGS = (b'"followed_communities"', b'"saved_posts"', b'"blocked_communities"')

PER_PAGE = 50  # the most that the API gives
LONG_FORM_WORDS = 200
NOBODYS = "removed by moderators, or deleted"


@dataclass
class LemmySource(ApiSource):
    account: str  # as the server calls it: "maud", or "maud@lemmy.world" for one of another server

    _texts: dict[str, str] = field(default_factory=dict, init=False, repr=False)  # of comments, by id

    def items(self) -> Iterator[Item]:
        """Posts, then comments, newest first. Raises EmptySourceError, SourceError, FetchError."""
        posts, comments = self._listing("posts", "post"), self._listing("comments", "comment")
        found = list(self._read(posts))
        said = list(self._read(comments))
        if not found and not said:
            raise EmptySourceError(f"{self.place} has no post and no comment, as far as {self.api.base_url} knows.")
        self._texts = {text_at(item, "comment", "id"): text_at(item, "comment", "content") for item in said}
        for item in found:
            yield self._post(item)
        for item in said:
            yield self._comment(item)
        yield from Ignored.each(posts.ignored)
        yield from Ignored.each(comments.ignored)
        self.lists_all = posts.is_whole and comments.is_whole

    def _listing(self, path: str, name: str) -> Listing:
        """Both lists come in one answer, and are asked for page by page until theirs is at its end."""
        pages = 1

        def following(_response: Response, items: list[Json]) -> str:
            nonlocal pages
            pages += 1
            return self._url(pages) if items else ""

        return Listing(self.api, (path,), lambda item: text_at(item, name, "id"), following, self._is_own)

    def _is_own(self, item: Json) -> bool:
        return text_at(item, "creator", "name").casefold() == self.account.partition("@")[0].casefold()

    def _url(self, page: int) -> str:
        return self.api.url("/api/v3/user", username=self.account, sort="New", page=page, limit=PER_PAGE)

    def _read(self, listing: Listing) -> Iterator[dict[str, Json]]:
        try:
            yield from listing.read(self._url(1))
        except HttpStatusError as error:
            message = (
                f"{self.api.base_url} knows no account {self.account!r}. Check the name, upper and lower case too."
            )
            raise unknown_account(error, message) from error

    def _post(self, item: Json) -> Item:
        post = at(item, "post")
        if _is_gone(post):
            return Ignored(NOBODYS)
        title, body = text_at(post, "name").strip(), text_at(post, "body").strip()
        long = count_words(body) >= LONG_FORM_WORDS
        return self.post(
            f"post {text_at(post, 'id')}",
            url=text_at(post, "ap_id"),
            title=title if body else "",
            created_at=dates.to_utc(text_at(post, "published")),
            content=body or title,
            content_type=ContentType.MARKDOWN if body else ContentType.PLAIN,
            kind=PostKind.ARTICLE if long else PostKind.POST,
            tags=_community(item),
        )

    def _comment(self, item: Json) -> Item:
        comment = at(item, "comment")
        if _is_gone(comment):
            return Ignored(NOBODYS)
        return self.post(
            f"comment {text_at(comment, 'id')}",
            url=text_at(comment, "ap_id"),
            created_at=dates.to_utc(text_at(comment, "published")),
            content=text_at(comment, "content"),
            content_type=ContentType.MARKDOWN,
            kind=PostKind.COMMENT,
            tags=_community(item),
            context=self._answered(item),
            problem="" if text_at(comment, "content").strip() else "the comment has no text in the API's answer",
        )

    def _answered(self, item: Json) -> str:
        """A path is the ids from the post's root to the comment: "0.12.345" answers comment 12."""
        ids = text_at(item, "comment", "path").split(".")
        parent = ids[-2] if len(ids) > 2 else ""
        if not parent or parent == "0":
            post = at(item, "post")
            body = "" if _is_gone(post) else plain_text(text_at(post, "body"), ContentType.MARKDOWN)
            return shortened("\n\n".join(filter(None, ("" if _is_gone(post) else text_at(post, "name"), body))))
        if parent not in self._texts:
            self._texts[parent] = self._fetched(parent)
        return shortened(plain_text(self._texts[parent], ContentType.MARKDOWN))

    def _fetched(self, comment: str) -> str:
        """Another person's comment; "" when it cannot be had."""
        try:
            with self.api.one_item():
                answer = self.api.get(self.api.url("/api/v3/comment", id=comment)).json
        except UnreadableItemError:
            return ""
        found = at(answer, "comment_view", "comment")
        return "" if _is_gone(found) else text_at(found, "content")


def _is_gone(thing: Json) -> bool:
    return at(thing, "removed") is True or at(thing, "deleted") is True


def _community(item: Json) -> tuple[str, ...]:
    name = text_at(item, "community", "name")
    return (name,) if name else ()


def recognises(location: Location) -> Match:
    """An address /u/NAME is one of other services too, so the page has to say that it is Lemmy's."""
    if PROFILE.fullmatch(location.text.strip()):
        page = location.page
        return Match.YES if page and any(sign in page.body.lower() for sign in OF_SERVER) else Match.NO
    head = location.beginning((".json",)) if not location.url else b""
    return Match.YES if all(sign in head for sign in SETTINGS) else Match.NO


def open(location: Location, options: SourceOptions) -> LemmySource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError."""
    text = location.text.strip()
    if location.path is not None:
        raise EmptySourceError(
            f"{text} holds the settings of a Lemmy account, no post and no comment. Collect the account itself, by its "
            f"address: {EXAMPLE}"
        )
    if match := PROFILE.fullmatch(text):
        server, account = match["server"].lower(), match["name"]
    elif match := HANDLE.fullmatch(text):
        server, account = f"https://{match['host'].lower()}", match["name"]
    else:
        raise SourceError(f"{text!r} is no Lemmy account. Write it like {EXAMPLE} or lemmy:maud@lemmy.world.")
    host = urlsplit(server).netloc
    name, _, home = account.partition("@")
    api = JsonApi(options.fetcher, server, options.max_pages)
    return LemmySource(options, f"{name}@{home or host}", api, account)
