"""What class and id names, roles and tags say of an element: part of the text, or boilerplate around it.

Names are read word by word: "postNav", "post_nav" and "post-nav" are the same, and "navy" is not "nav". They are those
of the usual generators and services: WordPress, Jekyll, Hugo, Ghost, Blogger, Substack, Medium, Docusaurus, Sphinx,
Bootstrap, microformats.
"""

import re
from functools import lru_cache

from lxml import etree

from feature_pipeline.cleaning.lines import beginning

CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
LONGEST_NAME = 80  # of a class; a longer one is no word
NO_WORD = re.compile(r"[^a-z0-9]+")
NUMBER = re.compile(r"^[\d.\s]+(?=\D)")  # of a section
STATE = re.compile(r"(?:has|no|with|without|is|not|show|hide|elementor)-")  # says something of what is elsewhere

TEXT = re.compile(
    r"(?:.*-)?(?:post|entry|article|blog|story|single|gh)-(?:full-)?(?:content|body|text|html)|articlebody|postbody"
    r"|entrybody|e-content|markdown(?:-body)?|theme-doc-markdown|prose|available-content|markup|w-richtext|rich-text"
)
ARTICLE = re.compile(
    r"hentry|h-entry|post|single-post|blog-post|blogpost|entry|article|(?:main-|page-|site-)?content|main|primary"
)
COMMENTS = re.compile(
    r"(?:.*-)?(?:comments?|commentlist|comment(?:list)?s|disqus(?:-thread)?|giscus|utterances|remark42|isso(?:-thread)?"
    r"|commento|cusdis|respond|webmentions?|trackbacks?|pingbacks?|livefyre|intensedebate)(?:-.*)?|replies|responses"
)
PAGE_PARTS = re.compile(  # a part of the page that has nothing to do with the text, however long
    r"(?:.*-)?(?:nav|navbar|navigation|menu|breadcrumbs?|pagination|pager|paging|paginator|masthead|topbar|sidebar"
    r"|sidenav|widget-area|blogroll|colophon|site-header|site-footer|copyright|skip-links?|skiplinks?|skip-to-content"
    r"|cookies?|gdpr|consent|adsbygoogle|advert|advertisement|tagcloud|tag-cloud|search-form|searchform)(?:-.*)?"
    r"|(?:.*-)?licen[cs]e(?:-.*)?|printfooter|catlinks|sitesub|site-sub|widgets?|footer(?:-.*)?|ads?|(?:.*-)?footer"
    r"|archives?|modal|popup|dialog"
)
WIDGETS = re.compile(  # what themes and plugins put around and into a text: short, or full of links
    r"(?:.*-)?(?:share|shares|sharing|sharedaddy|sharethis|addtoany|addthis|a2a-kit|feedflare|social|socials|follow-us"
    r"|related|relatedposts|yarpp|read-next|readnext|recommended|recommendations|similar-posts|more-posts"
    r"|recent-posts|latest-posts|popular-posts|also-like|newsletter|subscribe|subscription|signup|sign-up|optin"
    r"|mailchimp|mailing-list|convertkit|mc-embed|author-box|author-bio|author-info|author-card|author-profile"
    r"|author-description|about-author|about-the-author|post-author|article-author|byline|(?:post|entry|article)-meta"
    r"|postmetadata|post-info|entry-info|(?:post|entry|article)-date|posted-on|posted-by|reading-time|read-time"
    r"|readtime|tags|tag-list|taglist|tag-links|tags-links|categories|category-list|cat-links|filed-under"
    r"|edit-page|edit-link|edit-this-page|last-updated|last-modified|prev-next|next-prev|post-links"
    r"|toc|table-of-contents|tableofcontents|clipboard|copy-button|copy-code)(?:-.*)?"
    r"|bio|properties|meta|metadata|author|date|published|timestamp|vcard|promo|cta|sponsor|likes?|tag-hash"
)
META = re.compile(  # inline: when, by whom, filed where
    r"(?:.*-)?(?:byline|posted-on|posted-by|(?:post|entry|article)-(?:date|meta|author)|reading-time|read-time"
    r"|cat-links|tags-links|comments-link|edit-link|published|updated|author|vcard|permalink)|date|dt-published"
    r"|p-author|p-category|u-url|timestamp"
)
HIDDEN = re.compile(r"sr-only|screen-reader(?:-text|-only)?|visually-hidden|visuallyhidden|assistive-text|a11y-hidden")
BOXES = {"topic-title", "sidebar-title", "admonition-title"}  # classes of what heads a box in a text of Docutils
CONTENTS = re.compile(r"contents|toc|table-of-contents")
OF_HEADING = "toc-backref"  # of the link from a heading back to the list of contents
NOTES = re.compile(r"(?:.*-)?(?:footnotes?|endnotes?|sidenotes?|doc-endnotes|doc-footnotes?)(?:-.*)?")
NO_NAMES: frozenset[str] = frozenset()
NAMED_BY_ID = {  # other elements have ids for links to lead to
    *("div", "section", "aside", "nav", "header", "footer", "article", "main", "form", "ul", "ol", "dl", "table", "td"),
}
HEADINGS = {f"h{level}" for level in range(1, 7)}
ROLES = {"navigation", "banner", "contentinfo", "search", "dialog", "alertdialog", "menu", "menubar", "toolbar"}
META_RELS = {"tag", "category", "author", "prev", "next", "bookmark", "me"}
META_PROPERTIES = {"datepublished", "datemodified", "datecreated", "author", "keywords", "articlesection"}


def names(element: etree._Element) -> frozenset[str]:
    """Those of class and id, "-" between the words of each. An id that only repeats the heading in it is none."""
    classes, own_id = element.get("class"), element.get("id")
    if not classes and not own_id:
        return NO_NAMES
    if own_id and (element.tag not in NAMED_BY_ID or _is_slug(own_id, element)):
        own_id = ""
    return _names(f"{classes or ''} {own_id or ''}")


def _is_slug(name: str, element: etree._Element) -> bool:
    """Generators make the id of a section of its heading: "related-work" is a part of the text.

    So is a single word, as "cookies", where the heading links to itself, as Sphinx's do: a theme's "comments" does not.
    """
    heading = next((child for child in element if not _is_target(child)), None)
    if heading is None or heading.tag not in HEADINGS:
        return False
    links = list(heading.iter("a"))
    if any(link.get("href") == f"#{name}" for link in links):
        return True
    sure = "-" in name or any(OF_HEADING in (link.get("class") or "").split() for link in links)
    words = NO_WORD.sub("", NUMBER.sub("", beginning(heading).lower()))
    return sure and bool(words) and words.startswith(NO_WORD.sub("", name.lower()))


def _is_target(element: etree._Element) -> bool:
    """Whether it is nothing but a place for links to lead to."""
    return element.tag in ("span", "a") and not len(element) and not (element.text or element.tail or "").strip()


@lru_cache(maxsize=4096)
def _names(written: str) -> frozenset[str]:
    found = {
        NO_WORD.sub("-", CAMEL.sub("-", name).lower()).strip("-")
        for name in written.split()
        if len(name) <= LONGEST_NAME
    }
    return frozenset(name for name in found if name and name != OF_HEADING and not STATE.match(name))


@lru_cache(maxsize=65536)
def _any(pattern: re.Pattern[str], found: frozenset[str]) -> bool:
    return any(pattern.fullmatch(name) for name in found)


def named(element: etree._Element, pattern: re.Pattern[str]) -> bool:
    found = names(element)
    return bool(found) and _any(pattern, found)


def words_of(element: etree._Element, attribute: str) -> set[str]:
    return set((element.get(attribute) or "").lower().split())


def is_meta(element: etree._Element) -> bool:
    """Whether an inline element says when, by whom, or under which heading a text was filed."""
    return (
        element.tag in ("time", "address")
        or bool(words_of(element, "rel") & META_RELS)
        or bool(words_of(element, "itemprop") & META_PROPERTIES)
        or named(element, META)
    )


def is_box(element: etree._Element) -> bool:
    """Whether it is a part of the text that is set in a box with a title: Docutils' topics, sidebars and notes."""
    first = next(iter(element), None)
    headed = first is not None and first.tag == "p" and not BOXES.isdisjoint((first.get("class") or "").split())
    return headed and not named(element, CONTENTS)


def is_hidden(element: etree._Element) -> bool:
    style = (element.get("style") or "").replace(" ", "").lower()
    return (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or "display:none" in style
        or "visibility:hidden" in style
        or named(element, HIDDEN)
    )
