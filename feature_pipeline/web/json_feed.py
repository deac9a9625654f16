"""JSON Feed 1 and 1.1: https://www.jsonfeed.org/version/1.1/"""

import re

from feature_pipeline import dates
from feature_pipeline.errors import SourceError
from feature_pipeline.formats.json_values import Json, at, list_at, parse_json, text_at
from feature_pipeline.links import joined
from feature_pipeline.web.feed_items import Feed, FeedItem, Person
from feature_store.records import ContentType

VERSION = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/.*|1(?:\.\d)?", re.IGNORECASE)


def is_json_feed(data: bytes) -> bool:
    """By its version, or by the keys that no other format has together."""
    has_keys = b'"items"' in data and (b'"feed_url"' in data or b'"home_page_url"' in data)
    named = b"jsonfeed.org/version" in data or has_keys
    return named and data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def parse_json_feed(data: bytes, *, url: str) -> Feed:
    """Raises SourceError."""
    feed = parse_json(data, what=f"the feed {url}")
    if not VERSION.fullmatch(text_at(feed, "version")) or not isinstance(at(feed, "items"), list):
        raise SourceError(f"{url} is no JSON Feed: it has no version of one, or no items.")
    people = _people(feed)
    items = [_item(item, url, people) for item in list_at(feed, "items") if isinstance(item, dict)]
    return Feed(
        items=items,
        site=joined(url, text_at(feed, "home_page_url")),
        next_url=joined(url, text_at(feed, "next_url")) if text_at(feed, "next_url") else "",
    )


def _item(item: Json, url: str, people: tuple[Person, ...]) -> FeedItem:
    link = text_at(item, "url")
    html, plain = text_at(item, "content_html"), text_at(item, "content_text")
    summary = text_at(item, "summary")
    return FeedItem(
        id=text_at(item, "id"),
        url=joined(url, link) if link else "",
        title=" ".join(text_at(item, "title").split()),
        content=html or plain or summary,
        content_type=ContentType.HTML if html.strip() else ContentType.PLAIN,
        is_summary=not (html or plain).strip(),
        created_at=dates.to_utc(text_at(item, "date_published")) or dates.to_utc(text_at(item, "date_modified")),
        people=_people(item) or people,
        tags=tuple(dict.fromkeys(tag for tag in list_at(item, "tags") if isinstance(tag, str) and tag)),
    )


def _people(value: Json) -> tuple[Person, ...]:
    """1.1 has a list, 1 a single author."""
    named = [*list_at(value, "authors"), at(value, "author")]
    found = (Person(text_at(person, "name"), text_at(person, "url")) for person in named)
    return tuple(dict.fromkeys(person for person in found if person.name or person.contact))
