"""What a file says of itself: title, date, address, tags, visibility; from front matter, HTML head, body and path."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import html as lxml_html
from lxml.etree import ParserError, _Element

from feature_pipeline import dates
from feature_pipeline.cleaning.inline import reduce_inline
from feature_pipeline.cleaning.mdx import markdown_of_mdx
from feature_pipeline.cleaning.normalise import without_emphasis
from feature_pipeline.formats.front_matter import Values, split_front_matter
from feature_pipeline.formats.head_lines import split_head_lines, split_rst_fields
from feature_pipeline.formats.permalinks import address
from feature_pipeline.formats.site_generators import Site
from feature_store.records import ContentType, Post

DATE_KEYS = (
    *("date", "created", "created_at", "date_created", "created_time", "published", "published_at", "publish_date"),
    *("publishdate", "date_published", "datepublished", "pubdate", "pub_date", "datetime"),
)
DATE_META = (
    *("date", "article:published_time", "og:article:published_time", "datepublished", "pubdate", "publish_date"),
    *("dc.date", "dcterms.created", "dcterms.date", "created"),
)
FALSE = {"false", "no", "off", "0"}
TRUE = {"true", "yes", "on", "1"}
HEADING = re.compile(r"\s*(?:#{1,6}[ \t]+(\S.*?)[ \t#]*|(\S[^\n]*)\n(?:=+|-+)[ \t]*)(?:\n|$)")
FIRST_LINE = re.compile(r"\s*(\S[^\n]{0,99}?[^\s.,;:])[ \t]*\n[ \t]*(?:\n|$)")
DATE_IN_STEM = re.compile(r"^(?:\d{4}-\d{1,2}-\d{1,2}|\d{8})[-_. ]+(?=\S)")
INDEX = re.compile(r"_?index(?:\.[a-z]{2}(?:-[a-z]{2,4})?)?$", re.IGNORECASE)  # also Hugo's index.de.md
MDX_IMPORT = re.compile(r"\s*import\s[^\n]*\bfrom\s+(?:'[^'\n]+'|\"[^\"\n]+\")[ \t]*;?[ \t]*(?:\r?\n|$)")
SPACE = re.compile(r"\s+")
HEAD_LINES = {
    ContentType.MARKDOWN: split_head_lines,
    ContentType.RST: split_rst_fields,
}


@dataclass(frozen=True, slots=True)
class HtmlHead:
    title: str = ""
    date: str = ""
    url: str = ""


def with_fields(post: Post, text: str, *, site: Site, base_url: str) -> Post:
    """`post` with its content and with what `text` and its path say of it. Raises UnreadableItemError."""
    values, body = split_front_matter(text)
    if not values and post.content_type in HEAD_LINES:
        values, body = HEAD_LINES[post.content_type](body)
    if post.content_type is ContentType.MARKDOWN and MDX_IMPORT.match(body):
        post = replace(post, content_type=ContentType.MDX)  # Docusaurus reads every .md so
    head = read_html_head(body) if post.content_type is ContentType.HTML else HtmlHead()
    own_dates = [dates.to_utc(values.get(key)) for key in DATE_KEYS]
    path = PurePosixPath(post.source_id)
    title = _text(values.get("title")) or head.title or _title_from_body(post, body) or post.title
    return replace(
        post,
        content=body,
        title=title,
        created_at=_first([*own_dates, head.date, post.created_at]),
        url=_url(values, head, replace(post, title=title), site, base_url=base_url),
        tags=read_tags(values.get("tags") or values.get("tag")),
        visibility=_visibility(values, path, now=post.fetched_at),
    )


def title_from_path(source_id: str) -> str:
    """ "posts/2023-04-02-fog-on-the-pier.md" → "fog on the pier"; "fog/index.md" → "fog"."""
    path = PurePosixPath(source_id)
    stem = path.parent.name if INDEX.match(path.stem) and path.parent.name else path.stem
    name = DATE_IN_STEM.sub("", stem)
    return name if " " in name or dates.from_path(name) else re.sub(r"[-_]+", " ", name).strip() or stem


def read_html_head(text: str) -> HtmlHead:
    """Title, date and canonical address of an HTML page or fragment."""
    try:
        page = lxml_html.document_fromstring(
            text.encode("utf-8", "replace"), parser=lxml_html.HTMLParser(encoding="utf-8")
        )
    except ParserError:
        return HtmlHead()  # nothing but comments and space
    metas = {
        str(meta.get("name") or meta.get("property") or meta.get("itemprop")).lower(): meta.get("content")
        for meta in reversed(page.findall(".//meta"))
    }
    times = [time.get("datetime") or _words_of(time) for time in page.iterfind(".//time")]
    links = [a.get("href") for a in page.iterfind(".//link") if a.get("rel") == "canonical"]
    heading = _first(_words_of(h1) for h1 in page.iterfind(".//h1"))
    title = _first(_words_of(element) for element in page.iterfind(".//title"))
    return HtmlHead(
        # A page's title often ends in the name of its site; the heading does not.
        title=heading if heading and (not title or heading.lower() in title.lower()) else title,
        date=_first(dates.to_utc(value) for value in [*(metas.get(key) for key in DATE_META), *times[:1]]),
        url=_first(link or "" for link in links),
    )


def _title_from_body(post: Post, body: str) -> str:
    if post.content_type is ContentType.MDX:
        body = markdown_of_mdx(body)
    if post.content_type in (ContentType.MARKDOWN, ContentType.MDX) and (match := HEADING.match(body)):
        return _text(without_emphasis(reduce_inline(match[1] or match[2])))
    if post.content_type is ContentType.PLAIN and (match := FIRST_LINE.match(body)):
        return _text(match[1])
    return ""


def _url(values: Values, head: HtmlHead, post: Post, site: Site, *, base_url: str) -> str:
    named = _first(_text(values.get(key)) for key in ("canonical_url", "canonical", "url", "permalink"))
    if ":" in named and not urlsplit(named).scheme.startswith("http"):
        named = ""  # a pattern such as /:year/:title/
    base = (base_url or site.base_url).rstrip("/")
    base = f"{base}/" if base else ""
    named = named or head.url or (address(site, post.source_id, values, title=post.title) if base else "")
    if not named and base:
        named = _text(values.get("slug")) or (post.source_id if post.content_type is ContentType.HTML else "")
    if not named:
        return post.source_id
    return named if urlsplit(named).scheme else urljoin(base, named.lstrip("/")) if base else named


def read_tags(value: Any) -> tuple[str, ...]:
    """A list, or names with commas or spaces between."""
    tags = (value.split(",") if "," in value else value.split()) if isinstance(value, str) else value
    if not isinstance(tags, Iterable):
        return ()
    return tuple(dict.fromkeys(name for tag in tags if (name := _text(tag).lstrip("#"))))


def _visibility(values: Values, path: PurePosixPath, *, now: str) -> str:
    def says(key: str, words: set[str]) -> bool:
        return str(values.get(key, "")).strip().lower() in words

    expired = _first(dates.to_utc(values.get(key)) for key in ("expirydate", "unpublishdate"))
    if says("private", TRUE) or says("visibility", {"private"}) or says("status", {"private"}):
        return "private"
    if expired and expired <= now:
        return "private"  # it was public, and the author took it back
    unpublished = says("published", FALSE) or says("publish", FALSE) or says("draft", TRUE) or says("status", {"draft"})
    coming = dates.to_utc(values.get("publishdate")) > now
    return "draft" if unpublished or coming or "_drafts" in path.parts or says("visibility", {"draft"}) else "public"


def _words_of(element: _Element) -> str:
    return _text("".join(str(text) for text in element.itertext()))


def _text(value: Any) -> str:
    return "" if isinstance(value, dict | list) or value is None else SPACE.sub(" ", str(value)).strip()


def _first(values: Iterable[str]) -> str:
    return next(filter(None, values), "")
