"""A feed of any kind → its items, page by page."""

from feature_pipeline.errors import SourceError
from feature_pipeline.web.feed_items import Feed
from feature_pipeline.web.json_feed import is_json_feed, parse_json_feed
from feature_pipeline.web.xml_feed import is_xml_feed, parse_xml_feed


def is_feed(data: bytes) -> bool:
    return is_json_feed(data) or is_xml_feed(data)


def parse_feed(data: bytes, *, url: str, charset: str = "") -> Feed:
    """Raises SourceError, UnsafeMarkupError."""
    if not data.strip():
        raise SourceError(f"the feed {url} is empty (0 bytes).")
    return parse_json_feed(data, url=url) if is_json_feed(data) else parse_xml_feed(data, url=url, charset=charset)
