"""Who wrote a web page: its byline, else its JSON-LD, else its metadata."""

import re
from collections.abc import Iterator
from typing import cast

from lxml import etree

from feature_pipeline.formats.bylines import Names, written_by
from feature_pipeline.formats.html_parts import words_of
from feature_pipeline.formats.json_ld import page_article

METAS = (
    *("author", "article:author", "og:article:author", "parsely-author", "sailthru.author", "dc.creator"),
    *("dcterms.creator", "citation_author", "byl"),
)
BYLINES = {
    *("p-author", "byline", "byline-name", "post-author", "post-author-name", "entry-author", "entry-author-name"),
    *("author-name", "article-author", "post__author", "entry__author", "article__author", "byline__author"),
    *("post-meta-author", "post-byline", "meta-author", "wp-block-post-author-name", "author"),
}
MAY_SIGN = etree.XPath("descendant-or-self::*[@class or @rel or @itemprop]")
# Others' names: of commenters, of posts that are linked, of whom is quoted, of whom the site is by.
ELSEWHERE = re.compile(
    r"comment|reply|respon|related|recommend|(?<!v)(?<!\bh-)card|teaser|widget|sidebar|webmention|testimonial|quote"
)
ELSEWHERE_TAGS = {"blockquote", "aside", "nav", "figure", "q"}
LONGEST = 80  # characters of a byline
MOST_WORDS = 5  # of a name
NAME_ONLY = re.compile(r"(?:[^\d.!?:|•·/]|(?<=\b\w)\.){2,}")  # "M. Ferrier" too


def page_authors(root: etree._Element) -> tuple[Names, ...]:
    """The people that a page says it is by; () where it does not say."""
    article = page_article(root)
    stated = written_by(article.get("author"))
    return tuple(_bylines(root)) or stated or _of_metadata(root)


def _of_metadata(root: etree._Element) -> tuple[Names, ...]:
    named = {
        str(meta.get("name") or meta.get("property") or meta.get("itemprop")).lower(): str(meta.get("content") or "")
        for meta in reversed(root.findall(".//meta"))
    }
    values = (value for key in METAS if (value := named.get(key, "")) and not value.startswith(("http:", "https:")))
    return next((found for value in values if (found := written_by(value))), ())


def _bylines(root: etree._Element) -> Iterator[Names]:
    """Of the one article; a page of several says nothing of itself."""
    seen: set[str] = set()
    for element in cast("list[etree._Element]", MAY_SIGN(root)):
        if element.tag in ("link", "meta", "body", "html") or not _signs(element) or _is_elsewhere(element):
            continue
        text = words_of(_name_in(element))
        if len(text) > LONGEST:
            continue
        for person in written_by(text):
            if NAME_ONLY.fullmatch(text) and len(person[0].split()) <= MOST_WORDS and person[0] not in seen:
                seen.add(person[0])
                yield person


def _signs(element: etree._Element) -> bool:
    names = (element.get("class") or "").lower()
    is_author = "author" in (element.get("rel") or "").lower().split() or element.get("itemprop") == "author"
    return is_author or (("author" in names or "byline" in names) and not BYLINES.isdisjoint(names.split()))


def _name_in(element: etree._Element) -> etree._Element:
    """The innermost element that is called the name of who wrote it."""
    for inner in element.iter(etree.Element):
        names = set((inner.get("class") or "").lower().split())
        if inner is not element and (
            inner.get("itemprop") == "name" or names & {"p-name", "fn", "author-name"} or inner.get("rel") == "author"
        ):
            return inner
    return element


def _is_elsewhere(element: etree._Element) -> bool:
    around = [element, *element.iterancestors()]
    return any(
        outer.tag in ELSEWHERE_TAGS
        or (
            outer.tag not in ("body", "html")
            and ELSEWHERE.search(f"{outer.get('class') or ''} {outer.get('id') or ''}".lower())
        )
        or (outer.tag == "footer" and not any(above.tag == "article" for above in outer.iterancestors()))
        for outer in around
    )
