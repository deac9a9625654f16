"""Sitemaps, by https://www.sitemaps.org/protocol.html and as found in practice."""

import re
from dataclasses import dataclass, field

from lxml import etree

from feature_pipeline import dates
from feature_pipeline.errors import SourceError, UnsafeMarkupError
from feature_pipeline.fetching.bodies import GZIP_MAGIC, gunzipped, inflated
from feature_pipeline.formats.xml_files import parse_xml
from feature_pipeline.links import joined
from feature_pipeline.web.links import normalised

MAX_BYTES = 60_000_000  # decompressed; the protocol allows 50 MB (MiB, in some readings)
ROOTS = re.compile(rb"<(?:[\w.-]+:)?(urlset|sitemapindex)\b")
PROBE_BYTES = 4096
ROBOTS_LINE = re.compile(r"^\s*site-?maps?\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Entry:
    url: str
    modified: str = ""  # ISO 8601, UTC
    alternates: tuple[str, ...] = ()  # the same page in other languages or for other screens, normalised


@dataclass
class Sitemap:
    pages: list[Entry] = field(default_factory=list)
    sitemaps: list[Entry] = field(default_factory=list)
    is_broken: bool = False  # what follows the error is missing


def is_sitemap(data: bytes) -> bool:
    """Whether it looks like one in XML, gzipped or not; its beginning is enough."""
    try:
        start = next(inflated([data])) if data.startswith(GZIP_MAGIC) else data
    except (ValueError, StopIteration):
        return False
    return bool(ROOTS.search(start[:PROBE_BYTES].replace(b"\0", b"")))


def parse_sitemap(data: bytes, *, url: str) -> Sitemap:
    """`url` names it and makes relative addresses absolute. Raises SourceError, UnsafeMarkupError, TooLargeError."""
    try:
        data = gunzipped(data, max_bytes=MAX_BYTES, what=url)
    except ValueError as error:
        raise SourceError(f"the sitemap {url} cannot be read: {error}.") from error
    if _begins_as_xml(data):
        return _from_xml(data.strip(), url)
    text = data.decode("utf-8-sig", "replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if announced := ROBOTS_LINE.findall(text):
        return Sitemap(sitemaps=[Entry(joined(url, link)) for link in announced])
    pages = [Entry(line) for line in lines if line.lower().startswith(("http://", "https://")) and " " not in line]
    if len(pages) * 2 < len(lines) or not lines:
        raise SourceError(f"{url} is no sitemap: neither XML nor a list of addresses.")
    return Sitemap(pages=pages)


def sitemaps_in_robots(text: str, *, url: str) -> list[str]:
    return [joined(url, link) for link in ROBOTS_LINE.findall(text)]


def _begins_as_xml(data: bytes) -> bool:
    """In any encoding, behind any byte order mark: "<" is among the first bytes in all of them."""
    return b"<" in data[:PROBE_BYTES].strip()[:8]


def _from_xml(data: bytes, url: str) -> Sitemap:
    broken = False
    try:
        root = parse_xml(data, what=f"the sitemap {url}", recover=False)
    except UnsafeMarkupError:
        raise
    except SourceError:
        root, broken = parse_xml(data, what=f"the sitemap {url}"), True
    kind = _local(root)
    if kind not in ("urlset", "sitemapindex"):
        raise SourceError(f"{url} is no sitemap: its outermost element is <{kind}>.")
    etree.strip_elements(root, etree.Comment, with_tail=False)
    found = Sitemap(is_broken=broken)
    for element in root:
        entry = _entry(element, url)
        if entry is not None:
            (found.sitemaps if _local(element) == "sitemap" else found.pages).append(entry)
    return found


def _entry(element: etree._Element, url: str) -> Entry | None:
    if _local(element) not in ("url", "sitemap"):
        return None
    texts = {_local(child): "".join(str(part) for part in child.itertext()).strip() for child in reversed(element)}
    alternates = (child.get("href") for child in element if _local(child) == "link" and child.get("rel") == "alternate")
    link = re.sub(r"\s+", "", texts.get("loc", ""))
    if not link:
        return None
    return Entry(
        url=joined(url, link),
        modified=dates.to_utc(texts.get("lastmod", "")),
        alternates=tuple(filter(None, (normalised(joined(url, alternate or "")) for alternate in alternates))),
    )


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""  # QName refuses odd names
