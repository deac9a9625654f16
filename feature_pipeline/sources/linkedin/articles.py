"""An article as LinkedIn's export writes it: a page with title, dates and the body, without classes to go by."""

import re
from dataclasses import dataclass

from lxml import etree

from feature_pipeline import dates
from feature_pipeline.formats.html_parts import by_class, drop, inner_html, parse_page, words_of

WHEN = re.compile(r"\d{4}-\d{2}-\d{2}.*")


@dataclass(frozen=True, slots=True)
class LinkedinArticle:
    title: str
    url: str  # "" for one that was never published
    created_at: str
    published: bool
    body: str  # HTML


def read_article(page: str) -> LinkedinArticle:
    """`page` is the text of an .html file."""
    root = parse_page(page)
    body = root.find("body") if root is not None else None
    if root is None or body is None:
        return LinkedinArticle("", "", "", published=False, body="")
    heading = body.find(".//h1")
    link = heading.find(".//a") if heading is not None else None
    title = words_of(heading) or words_of(root.find(".//title"))
    created, published = _moment(body, "created"), _moment(body, "published")
    drop([element for element in (heading, *by_class(body, "created", "published")) if element is not None])
    return LinkedinArticle(
        title=title,
        url=str(link.get("href") or "") if link is not None else "",
        created_at=published or created,
        published=bool(published or not created),
        body=inner_html(body).strip(),
    )


def _moment(body: etree._Element, name: str) -> str:
    """The date in "Published on 2026-02-24 00:09"."""
    match = WHEN.search(words_of(next(by_class(body, name), None)))
    return dates.to_utc(match[0]) if match else ""
