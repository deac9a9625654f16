"""Articles of a dev.to author, and the author's comments beneath them, by the public API of Forem.

The API lists no comments by who wrote them, so those beneath other people's articles are not there to be read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from feature_pipeline import dates
from feature_pipeline.errors import EmptySourceError, UnreadableItemError
from feature_pipeline.formats.front_matter import split_front_matter
from feature_pipeline.formats.json_api import JsonApi, Listing
from feature_pipeline.formats.json_values import Json, at, list_at, text_at
from feature_pipeline.formats.plain_text import plain_text
from feature_pipeline.links import joined
from feature_pipeline.source_bases.api import ApiSource, account_name
from feature_pipeline.source_bases.base import Ignored, Item
from feature_pipeline.source_contract import Location, SourceOptions, Unreached
from feature_store.records import ContentType, Post, PostKind

SUMMARY = "articles of a dev.to author, and the author's comments beneath them (public API)"
EXAMPLE = "https://dev.to/maud"
OBTAIN = "Nothing to get: what is published is read from dev.to. Drafts are not."
NAME = re.compile(r"@?(?P<name>[A-Za-z0-9_]{1,60})")
ADDRESS = re.compile(rf"https?://(?:www\.)?dev\.to/{NAME.pattern}/?(?:[?#].*)?", re.IGNORECASE)

NUMBER = re.compile(r"[0-9]+")
PER_PAGE = 1000  # the most that the API gives at once: https://developers.forem.com/api/v1#tag/articles


@dataclass
class DevToSource(ApiSource):
    username: str
    articles: list[dict[str, Json]] = field(repr=False)
    listing: Listing  # that the articles are from

    def items(self) -> Iterator[Item]:
        """Every article, each followed by the author's comments beneath it."""
        yield from Ignored.each(self.listing.ignored)
        whole = self.listing.is_whole
        for listed in self.articles:
            number = text_at(listed, "id")
            try:
                with self.api.one_item():
                    article = self.api.get(self.api.url(f"/articles/{number}")).json
                yield self._article(number, {**listed, **article} if isinstance(article, dict) else listed)
            except UnreadableItemError as error:
                yield Unreached(number, str(error))
            if not at(listed, "comments_count"):
                continue
            try:
                with self.api.one_item():
                    trees = self.api.get(self.api.url("/comments", a_id=number)).json
                yield from self._comments(trees, text_at(listed, "url"))
            except UnreadableItemError as error:
                whole = False  # which of them are the author's is not known
                yield Unreached(f"comments of {number}", str(error))
        self.lists_all = whole

    def _article(self, number: str, article: dict[str, Json]) -> Post:
        markdown, html = text_at(article, "body_markdown"), text_at(article, "body_html")
        content, problem = markdown or html, ""
        try:
            if markdown.startswith("---"):
                content = split_front_matter(markdown)[1]
        except UnreadableItemError as error:
            problem = str(error)
        tags = list_at(article, "tag_list") or list_at(article, "tags")  # each is a list in one of the two answers
        return self.post(
            number,
            url=text_at(article, "url"),
            title=text_at(article, "title"),
            created_at=dates.to_utc(text_at(article, "published_at") or text_at(article, "published_timestamp")),
            content=content,
            content_type=ContentType.MARKDOWN if markdown else ContentType.HTML,
            tags=tuple(name for tag in tags if (name := text_at([tag], 0))),
            problem=problem or ("" if content else "the article has no text in the API's answer"),
        )

    def _comments(self, trees: Json, article_url: str) -> Iterator[Post]:
        """Raises UnreadableItemError when `trees` is no list."""
        if not isinstance(trees, list):
            raise UnreadableItemError("the API answers with something else than a list of comments")
        below = [(comment, "") for comment in reversed(trees)]
        while below:
            comment, answered = below.pop()
            html = text_at(comment, "body_html")
            below += [(child, html) for child in reversed(list_at(comment, "children"))]
            code = text_at(comment, "id_code")
            if code and _username(comment) == self.username.casefold():
                yield self.post(
                    f"comment {code}",
                    url=joined(article_url, f"/{self.username}/comment/{code}"),
                    created_at=dates.to_utc(text_at(comment, "created_at")),
                    content=html,
                    content_type=ContentType.HTML,
                    kind=PostKind.COMMENT,
                    context=plain_text(answered, ContentType.HTML),
                    problem="" if html else "the comment has no text in the API's answer",
                )


def _number(item: Json) -> str:
    number = text_at(item, "id")
    return number if NUMBER.fullmatch(number) else ""


def _username(item: Json) -> str:
    return text_at(item, "user", "username").casefold()


def open(location: Location, options: SourceOptions) -> DevToSource:  # noqa: A001 - the name that sources are opened by
    """Raises EmptySourceError, SourceError, FetchError."""
    username = account_name(location.text, ADDRESS, NAME, examples=f"{EXAMPLE} or devto:maud")
    api = JsonApi(options.fetcher, options.services.devto_url, options.max_pages)

    def page(number: int) -> str:
        return api.url("/articles", username=username, per_page=PER_PAGE, page=number)

    pages = 1

    def following(_answer: object, items: list[Json]) -> str:
        nonlocal pages
        pages += 1
        return page(pages) if items else ""

    def is_own(article: Json) -> bool:  # an organization has a name there too
        return _username(article) in ("", username.casefold())

    listing = Listing(api, (), _number, following, is_own)
    articles = list(listing.read(page(1)))
    if not articles:
        raise EmptySourceError(
            f"dev.to lists no published article of {username!r}. Check the name: it is the one in the address "
            f"https://dev.to/{username}."
        )
    identity = text_at(articles[0], "user", "user_id") or username.lower()
    return DevToSource(options, identity, api, username, articles, listing)
