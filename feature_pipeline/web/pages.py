"""Web pages: what they say of themselves, and whether one is a post or a list of posts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from lxml import etree
from lxml import html as lxml_html

from feature_pipeline import dates
from feature_pipeline.formats.html_parts import by_class
from feature_pipeline.formats.json_ld import page_article
from feature_pipeline.formats.json_values import Json, text_at
from feature_pipeline.formats.post_fields import HtmlHead, first, read_html_head
from feature_pipeline.web.links import absolute, same_site
from text.words import count_words

MIN_WORDS = 50  # of a page that has no other sign of being a post
MAX_LINKED = 0.5  # share of the words that are links, from which a page is a list
# Where blog software puts its lists; what follows is the name of a tag, or a number.
LIST_PATH = re.compile(
    r"/(?:tags?|categor(?:y|ies)|authors?|search|labels?|feed)(?:/[^/]+){0,2}/?$|/page/?\d+/?$|"
    r"^/(?:blog|posts?|archives?|archive\.html|blog\.html|tags\.html|categories\.html|index\.html?)?/?$|"
    r"/(?:19|20)\d\d(?:/\d{1,2}){0,2}/?$|/archives?/?$",
    re.IGNORECASE,
)
LIST_QUERY = re.compile(
    r"(?:^|&)(?:paged?|cat|tag|category|author|s|q|search|m|month|year|date|start|offset)=", re.IGNORECASE
)
# What WordPress writes into the class of <body>: https://developer.wordpress.org/reference/functions/body_class/
LIST_CLASSES = {"archive", "category", "tag", "search", "blog", "home", "paged", "error404", "author", "date"}
POST_CLASSES = {"single", "single-post", "post-template-default", "page-template-default"}
NOT_CONTENT = {"script", "style", "nav", "header", "footer", "aside", "form", "noscript", "template", "title", "svg"}
COMMENT = re.compile(r"comment|reply|related|recommend|card|teaser", re.IGNORECASE)


@dataclass
class Page:
    """One page. `url` is where it lies, after redirects."""

    url: str
    text: str

    @cached_property
    def root(self) -> etree._Element:
        try:
            return lxml_html.document_fromstring(
                self.text.encode("utf-8", "replace"), parser=lxml_html.HTMLParser(encoding="utf-8", huge_tree=True)
            )
        except etree.ParserError:  # nothing but comments and space
            return etree.Element("html")

    @cached_property
    def head(self) -> HtmlHead:
        return read_html_head(self.text)

    @property
    def canonical(self) -> str:
        """The canonical address that the page declares, if on the same site and plausible; else its own; normalised."""
        here = absolute(self.url, "")
        named = absolute(self.url, self.head.url) if self.head.url else ""
        is_home = urlsplit(named).path == "/" and not urlsplit(named).query  # a careless template, on another page
        return named if named and same_site(named, here) and not is_home else here

    @property
    def title(self) -> str:
        """From metadata first: a heading may be the site's name, and <title> may end in it."""
        shared = " ".join(self._meta("og:title").split())
        site = " ".join(self._meta("og:site_name").split())
        if site and shared.endswith(site) and shared != site:
            shared = re.sub(r"\s+[-–—|·•»:]+\s*$", "", shared.removesuffix(site))
        headline = " ".join(text_at(self._article, "headline").split())
        return headline or ("" if shared == site else shared) or self.head.title or first(self.head.headings)

    @property
    def date(self) -> str:
        published = dates.to_utc(text_at(self._article, "datePublished"))
        return published or self.head.date or dates.from_path(urlsplit(self.url).path)

    @property
    def tags(self) -> tuple[str, ...]:
        named = [content.strip() for content in self._metas.get("article:tag", [])]
        return tuple(dict.fromkeys(filter(None, named)))

    @property
    def feeds(self) -> list[str]:
        """Addresses of its feeds, as <link rel=alternate> announces them; those of comments last."""
        links = [
            link for link in self._links("alternate") if "rss" in link[1] or "atom" in link[1] or "feed+json" in link[1]
        ]
        return [url for url, _, title in sorted(links, key=lambda link: "comment" in (link[0] + link[2]).lower())]

    @property
    def sitemaps(self) -> list[str]:
        return [url for url, _, _ in self._links("sitemap")]

    def links(self) -> Iterator[str]:
        """Every address that the page links to, normalised, in order; with what <base> says."""
        base = next((absolute(self.url, b.get("href") or "") for b in self.root.iter("base")), "") or self.url
        for a in self.root.iter("a", "area"):
            if link := absolute(base, a.get("href") or "") if a.get("href") else "":
                yield link

    def why_no_post(self) -> str:
        """What it is, as a reason to ignore it; "" when it is a post."""
        if not self._words:
            return "pages without text"
        if self._words < MIN_WORDS and any(
            str(m.get("http-equiv")).lower() == "refresh" for m in self.root.iter("meta")
        ):
            return "redirects"
        if self._is_list_by_name():
            return "lists of posts"
        if self._is_dated_article or self._meta("og:type").lower() == "article" or self._classes & POST_CLASSES:
            return ""
        if self._article_elements > 1 or self._has_class("h-feed"):
            return "lists of posts"
        if self._article_elements == 1 or self._has_class("h-entry"):
            return ""
        if self._linked_words > MAX_LINKED * self._words:
            return "lists of posts"
        return "" if self._words >= MIN_WORDS or self.head.date else "pages without text"

    def _is_list_by_name(self) -> bool:
        """By its address, or by what WordPress calls it. A page that gives its own date of publication is no list."""
        if self._classes & LIST_CLASSES and not self._classes & POST_CLASSES:
            return True
        parts = urlsplit(self.url)
        if LIST_QUERY.search(parts.query):
            return True
        is_named = bool(LIST_PATH.search(parts.path)) and not parts.query  # "/?p=3" is a post
        return is_named and (parts.path == "/" or not self._is_dated_article)

    @property
    def _is_dated_article(self) -> bool:
        return bool(self._article or self._meta("article:published_time"))

    @cached_property
    def _classes(self) -> set[str]:
        return {name for body in self.root.iter("body") for name in (body.get("class") or "").split()}

    def _has_class(self, name: str) -> bool:
        """Beside a body of that class: a microformat."""
        return next(by_class(self.root, name), None) is not None

    @cached_property
    def _article(self) -> Json:
        return page_article(self.root)

    @cached_property
    def _metas(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for meta in self.root.iter("meta"):
            name = str(meta.get("property") or meta.get("name") or "").lower()
            found.setdefault(name, []).append(meta.get("content") or "")
        return found

    def _meta(self, name: str) -> str:
        return next(filter(None, self._metas.get(name, [])), "")

    def _links(self, relation: str) -> list[tuple[str, str, str]]:
        links = self.root.iter("link")
        wanted = [link for link in links if relation in (link.get("rel") or "").lower().split() and link.get("href")]
        found = [
            (absolute(self.url, str(link.get("href"))), (link.get("type") or "").lower(), link.get("title") or "")
            for link in wanted
        ]
        return [link for link in found if link[0]]

    @cached_property
    def _article_elements(self) -> int:
        """Outermost <article> elements that are neither comments nor teasers."""
        return sum(
            not COMMENT.search(element.get("class") or "") and next(element.iterancestors("article"), None) is None
            for element in self.root.iter("article")
        )

    @cached_property
    def _words(self) -> int:
        return sum(count for count, _ in self._counted)

    @cached_property
    def _linked_words(self) -> int:
        return sum(count for count, linked in self._counted if linked)

    @cached_property
    def _counted(self) -> list[tuple[int, bool]]:
        """The words of each piece of content, and whether it is a link."""
        counted: list[tuple[int, bool]] = []
        skipped = linked = 0
        for event, element in etree.iterwalk(self.root, events=("start", "end")):
            step = 1 if event == "start" else -1
            skipped += step * (element.tag in NOT_CONTENT or not isinstance(element.tag, str))
            linked += step * (element.tag == "a")
            piece = element.text if event == "start" else element.tail
            if piece and not skipped:
                counted.append((count_words(piece), linked > 0))
        return counted
