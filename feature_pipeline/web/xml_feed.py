"""RSS 0.9 to 2.0, RDF, Atom and CDF, well-formed or not, by feedparser: it parses bytes here and fetches nothing."""

import calendar
import re
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from feature_pipeline import dates
from feature_pipeline.entities import unescaped
from feature_pipeline.errors import SourceError, UnreadableItemError
from feature_pipeline.formats.xml_files import require_no_entities
from feature_pipeline.limits import within_limits
from feature_pipeline.links import joined
from feature_pipeline.web.feed_items import Feed, FeedItem, Person
from feature_pipeline.web.media_rss import GROUP_TEXT, media_set_apart
from feature_store.records import ContentType

ROOT = re.compile(rb"<(?:[\w.-]+:)?(?:rss|feed|rdf|channel)\b", re.IGNORECASE)
PROBE_BYTES = 4096
HTML_TYPES = {"text/html", "application/xhtml+xml"}
ESCAPED_TAG = re.compile(
    r"&lt;/(?:p|div|a|em|strong|b|i|ul|ol|li|h[1-6]|blockquote|span|pre)\s*&gt;|&lt;br\s*/?&gt;", re.IGNORECASE
)
REAL_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
LINKED = r"<a [^<>]*>(?:(?!</a>).){0,500}</a>"
FIRST_APPEARED = re.compile(  # what WordPress plugins add below each item, in the words of Yoast's default
    rf"(?<!\s)\s*(?:<p>)?The post {LINKED} (?:appeared first|first appeared) on {LINKED}\.?\s*(?:</p>)?\s*$", re.DOTALL
)
DECLARED_ENCODING = re.compile(rb"^\s*<\?xml[^>]*encoding\s*=")


def is_xml_feed(data: bytes) -> bool:
    """By its outermost element, in any encoding."""
    return bool(ROOT.search(data[:PROBE_BYTES].replace(b"\0", b"")))


def parse_xml_feed(data: bytes, *, url: str, charset: str = "") -> Feed:
    """`charset` as the server declared it. Raises SourceError, UnsafeMarkupError."""
    import feedparser

    require_no_entities(data, what=f"the feed {url}")
    headers = {"content-location": url, "content-type": _media_type(data, charset)}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of feedparser, on what it reads
            parse = partial(
                feedparser.parse,
                _Bytes(media_set_apart(data)),
                response_headers=headers,
                resolve_relative_uris=False,
                sanitize_html=False,
            )
            parsed = within_limits(parse, characters=len(data))
    except UnreadableItemError as error:
        raise SourceError(f"the feed {url} is too broken to be read: {error}.") from error
    if not parsed.version and not parsed.entries:
        raise SourceError(f"{url} is no feed: neither RSS nor Atom, RDF, CDF or JSON Feed.")
    about: Mapping[str, Any] = parsed.feed
    people = _people(about)
    links = {_text(link, "rel"): _text(link, "href") for link in reversed(_list(about, "links"))}
    following = links.get("next") or links.get("prev-archive") or ""
    return Feed(
        items=[_item(dict(entry), url, people) for entry in parsed.entries],
        site=joined(url, _text(about, "link")),
        next_url=joined(url, following) if following else "",
        generator=_text(about, "generator") + _text(_dict(about, "generator_detail"), "href"),
    )


class _Bytes:
    """A stream of bytes for feedparser, which would take plain bytes for a file name first."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self) -> bytes:
        return self._data


def _media_type(data: bytes, charset: str) -> str:
    """With the charset, unless the bytes are valid UTF-8: then they are that, whatever the server declares. Where
    nothing is declared, the charset is guessed."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        if not charset and b"\0" not in data[:PROBE_BYTES] and not DECLARED_ENCODING.match(data):
            from charset_normalizer import from_bytes

            guess = from_bytes(data).best()
            charset = guess.encoding if guess else ""
        return f"application/xml; charset={charset}" if charset else "application/xml"
    return "application/xml"


def _item(entry: Mapping[str, Any], url: str, people: tuple[Person, ...]) -> FeedItem:
    details = [_dict(entry, "summary_detail"), *_list(entry, "content")]
    full = [detail for detail in _list(entry, "content") if _text(detail, "value").strip()]
    best: dict[str, Any] = max(details, key=lambda detail: len(_text(detail, "value")), default={})
    content = _text(best, "value") or _text(entry, "summary")
    if not content.strip() and _text(entry, GROUP_TEXT).strip():
        best, content = {"type": "text/plain"}, _text(entry, GROUP_TEXT)
    is_html = _text(best, "type") in HTML_TYPES or not _text(best, "type")
    link = _text(entry, "feedburner_origlink") or _text(entry, "link")
    return FeedItem(
        id=_text(entry, "id"),
        url=joined(url, link) if link else "",
        title=_title(entry),
        content=_unescaped(FIRST_APPEARED.sub("", content)) if is_html else content,
        content_type=ContentType.HTML if is_html else ContentType.PLAIN,
        is_summary=best not in full,
        created_at=_date(entry),
        people=_people(entry) or people,
        tags=tuple(dict.fromkeys(filter(None, (_text(tag, "term") for tag in _list(entry, "tags"))))),
    )


def _title(entry: Mapping[str, Any]) -> str:
    title = _text(entry, "title")
    if _text(_dict(entry, "title_detail"), "type") in HTML_TYPES and re.search(r"[<&]", title):
        try:
            title = str(lxml_html.fragment_fromstring(title, create_parent="div").text_content())
        except (etree.LxmlError, ValueError):
            title = unescaped(title)
    return " ".join(title.split())


def _unescaped(content: str) -> str:
    """Unescapes markup that was escaped twice, where there is no other markup."""
    return unescaped(content) if ESCAPED_TAG.search(content) and not REAL_TAG.search(content) else content


def _date(entry: Mapping[str, Any]) -> str:
    for name in ("published", "created", "updated"):
        moment = entry.get(f"{name}_parsed")
        if dates.names_zone(_text(entry, name)) and (found := dates.to_utc(_text(entry, name))):
            return found  # feedparser takes the abbreviations that it does not know for UTC
        if moment:
            try:
                return dates.to_utc(datetime.fromtimestamp(calendar.timegm(moment), tz=UTC))
            except (ValueError, TypeError, OverflowError, OSError):
                continue
        if found := dates.to_utc(_text(entry, name)):
            return found
    return ""


def _people(value: Mapping[str, Any]) -> tuple[Person, ...]:
    named = [*_list(value, "authors"), _dict(value, "author_detail")]
    found = (Person(_text(person, "name"), _text(person, "email") or _text(person, "href")) for person in named)
    return tuple(dict.fromkeys(person for person in found if person.key))


def _text(value: Any, key: str) -> str:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def _list(value: Any, key: str) -> list[Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def _dict(value: Any, key: str) -> dict[str, Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}
