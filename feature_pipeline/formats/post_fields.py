"""What files and pages say of themselves: title, date, address and tags."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from lxml import etree

from feature_pipeline import dates
from feature_pipeline.formats.bylines import Names
from feature_pipeline.formats.html_authors import page_authors
from feature_pipeline.formats.html_parts import by_class, words_of

DATE_META = (
    *("date", "article:published_time", "og:article:published_time", "datepublished", "pubdate", "publish_date"),
    *("dc.date", "dcterms.created", "dcterms.date", "created"),
)
SITE_META = ("og:site_name", "application-name", "apple-mobile-web-app-title")
SITE_CLASSES = ("site-title", "site-name", "blog-title", "navbar-brand", "site__title", "site-header__title")
MOST_HEADINGS = 3
DATE_IN_STEM = re.compile(r"^(?:\d{4}-\d{1,2}-\d{1,2}|\d{8})[-_. ]+(?=\S)")
INDEX = re.compile(r"_?index(?:\.[a-z]{2}(?:-[a-z]{2,4})?)?$", re.IGNORECASE)  # also Hugo's index.de.md


@dataclass(frozen=True, slots=True)
class HtmlHead:
    title: str = ""
    headings: tuple[str, ...] = ()  # the first h1s, then h2s, none of which is the site's name
    date: str = ""
    url: str = ""
    authors: tuple[Names, ...] = ()  # () where it does not say


def title_from_path(source_id: str) -> str:
    """ "posts/2023-04-02-fog-on-the-pier.md" → "fog on the pier"; "fog/index.md" → "fog"."""
    path = PurePosixPath(source_id)
    stem = path.parent.name if INDEX.match(path.stem) and path.parent.name else path.stem
    name = DATE_IN_STEM.sub("", stem)
    return name if " " in name or dates.from_path(name) else re.sub(r"[-_]+", " ", name).strip() or stem


def read_html_head(text: str) -> HtmlHead:
    """Title, date, canonical address and authors of an HTML page or fragment."""
    # Not lxml.html's parser, which asks in Python for the class of every element.
    page = etree.fromstring(text.encode("utf-8", "replace"), parser=etree.HTMLParser(encoding="utf-8"))
    if page is None:
        return HtmlHead()  # nothing but comments and space
    metas = {
        str(meta.get("name") or meta.get("property") or meta.get("itemprop")).lower(): meta.get("content")
        for meta in reversed(page.findall(".//meta"))
    }
    times = [time.get("datetime") or words_of(time) for time in page.iterfind(".//time")]
    links = [a.get("href") for a in page.iterfind(".//link") if a.get("rel") == "canonical"]
    sites = site_names(page, metas)
    h1s, h2s = (
        [
            words
            for element in page.iterfind(f".//{tag}")
            if (words := words_of(element)) and words.casefold() not in sites
        ]
        for tag in ("h1", "h2")
    )
    title = first(words_of(element) for element in page.iterfind(".//title"))
    # A page's title often ends in the name of its site; the heading does not. It may be that name alone.
    title = "" if title.casefold() in sites else title
    is_whole = h1s and (not title or h1s[0].lower() in title.lower())
    return HtmlHead(
        title=h1s[0] if is_whole else title,
        headings=(*h1s[:MOST_HEADINGS], *h2s[:MOST_HEADINGS]),
        date=first(dates.to_utc(value) for value in [*(metas.get(key) for key in DATE_META), *times[:1]]),
        url=first(link or "" for link in links),
        authors=page_authors(page),
    )


def site_names(page: etree._Element, metas: Mapping[str, str | None]) -> set[str]:
    """What a page calls its site, without case. `metas`: the values of <meta> by name in lower case."""
    names = [metas.get(key) or "" for key in SITE_META]
    names += [words_of(element) for element in by_class(page, *SITE_CLASSES) if element.tag not in ("body", "html")]
    names += [words_of(link) for link in page.iterfind(".//a") if "home" in (link.get("rel") or "").split()]
    return {" ".join(name.split()).casefold() for name in names} - {""}


def read_tags(value: Any) -> tuple[str, ...]:
    """A list, or names with commas or spaces between."""
    tags = (value.split(",") if "," in value else value.split()) if isinstance(value, str) else value
    if not isinstance(tags, Iterable):
        return ()
    return tuple(dict.fromkeys(name for tag in tags if (name := one_line(tag).lstrip("#"))))


def one_line(value: Any) -> str:
    return "" if isinstance(value, dict | list) or value is None else " ".join(str(value).split())


def first(values: Iterable[str]) -> str:
    return next(filter(None, values), "")
