"""Pages that are no posts: lists of posts, archives, tags, searches, errors. Only what is evidently one is named.

A site's own folder holds them beside its articles. What has text of its own is never one, whatever its name.
"""

import re
from dataclasses import dataclass, field

from lxml import etree

from feature_pipeline.cleaning.article import Article, article_of
from feature_pipeline.cleaning.boilerplate import Densities, is_text
from feature_pipeline.cleaning.class_names import named
from feature_pipeline.cleaning.density import densities
from feature_pipeline.cleaning.html import parse_html
from feature_pipeline.cleaning.lines import beginning

ERROR = re.compile(r"\W*(?:(?:error )?404\b|page not found\b|not found\s*(?:$|[-–—|·])).*", re.IGNORECASE | re.DOTALL)
ERROR_PAGE = re.compile(r"error-?404|page-not-found|not-found")
SEARCH_PAGE = re.compile(r"search|search-results|search-no-results")
LISTS = re.compile(  # names of <body> on pages of several posts
    r"archive|category|tag|paged|blog|date|(?:home|tag|author|index|archive)-template|(?:index|archive|search|label)-view"
)
ITEM = re.compile(
    r"(?:.*-)?(?:preview|card|summary|excerpt|teaser|list-item|archive-item|post-item|blog-item|entry)"
    r"|hentry|h-entry|post|entry"
)
ADDRESS = re.compile(
    r"(?:^|/)(?:(?:tags?|categor(?:y|ies)|topics?|labels?|authors?)(?:/[^/]+)?|archives?(?:/[12]\d{3}(?:/\d\d)?)?|page/?\d+)"
    r"(?:/page/\d+)?/?(?:index\.html?)?$|(?:^|/)(?:archives?|tags|categories|sitemap)\.html?$"
)
HEADINGS = ("h1", "h2", "h3", "h4")
MOST_WORDS = 60  # of text on an error or a search page
FEWEST_WORDS = 4  # of a text that is called so
OWN_WORDS = (20, 60)  # of text beside the list, fewer than which is none: without other evidence, and with
FEWEST_ITEMS = (3, 2)
FEWEST_LINKS = (10, 3)
LONGEST_ITEM = 3  # times the next one; a longer one is the post that the page is about
LINKED = (0.6, 0.4)  # of the words of a list of links
LISTED = 0.8  # of a page's words that stand in the list


@dataclass(slots=True)
class _Block:
    element: etree._Element
    headings: int = 0
    lead_to: set[str] = field(default_factory=set)  # addresses of headings that are links
    covers: set[str] = field(default_factory=set)  # addresses of links without text, which lie over the whole block
    items: list[etree._Element] = field(default_factory=list)

    @property
    def is_item(self) -> bool:
        if self.lead_to:
            return len(self.lead_to) == 1
        return self.headings == len(self.covers) == 1


def why_no_article(markup: str, address: str) -> str:
    """Why a page is no post, in plain words; "" where it may be one, and for every fragment.

    `address` is its URL or its path in a folder.
    """
    root, is_page = parse_html(markup)
    if root is None or not is_page:
        return ""
    body = root.find("body")
    body = root if body is None else body
    article = article_of(root)
    density = densities(body, article.is_internal, article.dropped)
    page = density[body]
    if page.text <= MOST_WORDS:
        if ERROR.fullmatch(article.title) or named(body, ERROR_PAGE):
            return "an error page"
        if named(body, SEARCH_PAGE):
            return "a search page"
    evident = int(ADDRESS.search(address) is not None or named(body, LISTS))
    items = _items(body, article)
    if _has_text(density, items):
        return ""
    texts = sorted(density[item].text for item in items if item in density)
    told = sum(density[item].words for item in items if item in density)
    if (
        len(texts) >= FEWEST_ITEMS[evident]
        and texts[-1] <= LONGEST_ITEM * texts[-2]
        and page.text - sum(texts) < OWN_WORDS[evident]
        and told >= LISTED * page.words
    ):
        return f"a list of {len(texts)} posts, no text of its own"
    links = sum(1 for link in body.iter("a") if article.is_internal(link.get("href") or "#"))
    if links >= FEWEST_LINKS[evident] and page.text < OWN_WORDS[evident] and page.internal_share >= LINKED[evident]:
        return "a list of links, no text of its own"
    return ""


def _has_text(density: Densities, items: list[etree._Element]) -> bool:
    """Whether something is called the page's text that is no item of the list, in none and around none."""
    listed = set(items)
    around = {outer for item in items for outer in item.iterancestors()}
    return any(
        inner.text >= FEWEST_WORDS
        and is_text(element)
        and element not in around
        and listed.isdisjoint([element, *element.iterancestors()])
        for element, inner in density.items()
    )


def _items(body: etree._Element, article: Article) -> list[etree._Element]:
    """The blocks that each tell of another page: they look like a post of a list, and one heading leads there."""
    blocks = [_Block(body)]
    events = etree.iterwalk(body, events=("start", "end"))
    for event, element in events:
        if event == "end":
            if element is blocks[-1].element and element is not body:
                block = blocks.pop()
                outer = blocks[-1]
                outer.headings += block.headings
                outer.lead_to |= block.lead_to
                outer.covers |= block.covers
                outer.items += [element] if block.is_item else block.items
        elif element in article.dropped and element.tag != "header":
            events.skip_subtree()
        elif element.tag in HEADINGS:
            blocks[-1].headings += 1
            if address := _leads_to(element, article):
                blocks[-1].lead_to.add(address)
        elif (
            element.tag == "a"
            and not len(element)
            and not element.text
            and article.is_internal(element.get("href", "#"))
        ):
            blocks[-1].covers.add(element.get("href"))
        elif element is not body and (element.tag == "article" or named(element, ITEM)):
            blocks.append(_Block(element))
    return blocks[0].items


def _leads_to(heading: etree._Element, article: Article) -> str:
    """The address of the other page of the site that all of a heading is a link to."""
    around = heading.getparent()
    if around is not None and around.tag == "a":
        links = [around]
    else:
        links = [link for link in heading.iter("a") if beginning(link).strip() == beginning(heading).strip() != ""]
    addresses = [link.get("href") or "#" for link in links]
    return addresses[0] if len(addresses) == 1 and article.is_internal(addresses[0]) else ""
