"""What class and id names, roles and tags say of an element: part of the text, or furniture around it.

Names are read word by word: "postNav", "post_nav" and "post-nav" are the same, and "navy" is not "nav". They are those
of the usual generators and services: WordPress, Jekyll, Hugo, Ghost, Blogger, Substack, Medium, Docusaurus, Sphinx,
Bootstrap, microformats.
"""

import re
from functools import lru_cache

from lxml import etree

CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
LONGEST_NAME = 80  # of a class; a longer one is no word
LONGEST_LINE = 300
LONGEST_MARK = 40
NO_WORD = re.compile(r"[^a-z0-9]+")
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
BESIDE = re.compile(  # a part of the page that has nothing to do with the text, however long
    r"(?:.*-)?(?:nav|navbar|navigation|menu|breadcrumbs?|pagination|pager|paging|paginator|masthead|topbar|sidebar"
    r"|sidenav|widget-area|blogroll|colophon|site-header|site-footer|copyright|skip-links?|skiplinks?|skip-to-content"
    r"|cookies?|gdpr|consent|adsbygoogle|advert|advertisement|tagcloud|tag-cloud|search-form|searchform)(?:-.*)?"
    r"|(?:.*-)?licen[cs]e(?:-.*)?|printfooter|catlinks|sitesub|site-sub|widgets?|footer(?:-.*)?|ads?|(?:.*-)?footer|archives?|modal|popup|dialog"
)
AROUND = re.compile(  # what themes and plugins put about and into a text: short, or full of links
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
UNSEEN = re.compile(r"sr-only|screen-reader(?:-text|-only)?|visually-hidden|visuallyhidden|assistive-text|a11y-hidden")
PLUGIN = re.compile(  # never the author's, in feeds and exports too
    r"subscription-widget(?:-wrap(?:-editor)?)?|button-wrapper|captioned-button-wrap|sharedaddy|sd-sharing|jp-relatedposts"
    r"|yarpp(?:-related)?|feedflare|blogger-post-footer|mw-editsection|addtoany-share-save-container|a2a-kit"
    r"|wp-block-jetpack-subscriptions|headerlink|header-anchor|heading-anchor|anchor-link|hash-link|anchorjs-link"
    r"|linenos|lineno|linenodiv|line-numbers-rows|line-number|gutter|rouge-gutter|crayon-nums|hljs-ln-numbers|lnt"
    r"|katex-html|math-?jax(?:-preview|-display)?|mjx-chtml|code-copy(?:-button)?|copy-button|btn-clipboard"
)
OTHERS = re.compile(  # another person's words, or a card that a service makes of another page
    r"twitter-tweet|tweet|tweet-embed|bluesky-embed|mastodon-embed|instagram-media|tiktok-embed|fb-post|reddit-embed-bq"
    r"|embedded-post(?:-wrap)?|embedded-publication|wp-embedded-content|(?:.*-)?mixtape-embed|kg-bookmark-card"
    r"|bookmark-card|link-preview|epigraph|quoteblock|h-cite"
)
PULLED = re.compile(r"pull-?quote|pquote|pulled-quote|wp-block-pullquote|graf-pullquote|kg-pullquote")
NOTES = re.compile(r"(?:.*-)?(?:footnotes?|endnotes?|sidenotes?|doc-endnotes|doc-footnotes?)(?:-.*)?")
MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
DATE = rf"(?:\w+day,? )?(?:{MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}|\d{{1,2}}(?:st|nd|rd|th)? {MONTH},? \d{{4}}|\d{{4}}-\d\d-\d\d)"
LINE = re.compile(  # a whole line that is no sentence, without its marks
    r"(?:[·•|—–-] ?)*(?:"
    rf"(?:posted|published|written|updated|last (?:updated|modified|edited))\b(?: on| by| in| at|:).*|{DATE}.{{0,30}}"
    r"|(?:about |est\. ?)?\d+ ?-?min(?:ute)?s?(?: read(?:ing)?(?: time)?)?|(?:estimated )?read(?:ing)? time:? .*"
    r"|(?:tags?|tagged|tagged with|filed under|categor(?:y|ies)|labels|topics|posted in) ?:.*|(?:filed under|tagged) .*"
    r"|share(?: this\b.*| on\b.*| via\b.*|:.*)?|tweet(?: this)?|pin it|(?:e-?mail|print) this|like this:?|follow|listen"
    r"|(?:«|←|‹|<+) ?.{0,80}|.{0,80} ?(?:»|→|›|>+)|save"
    r"|(?:previous|prev|older|next|newer)(?: (?:posts?|entry|entries|article|page|story))?(?: ?:.{0,80})?"
    r"|(?:leave|post|add|write) a (?:comment|reply).*|no comments.*|\d+ (?:comments?|responses|replies|likes|claps)"
    r"|subscribe.*|sign up .*|related (?:posts|articles|reading)?:?|you (?:may|might) also (?:like|enjoy).*"
    r"|read (?:more|next).*|more (?:posts|stories|articles|from) ?.*"
    r"|edit (?:this|on|page).*|improve this page.*|view (?:page )?source.*|back to (?:top|home|index|blog|all)\b.*"
    r"|(?:return to )?(?:home|top|index|contents|up)|(?:table of )?contents|on this page|in this article"
    r"|(?:skip|jump) to .*|written by|about the author|author|comments|permalink"
    r")[\W_]*",
    re.IGNORECASE | re.DOTALL,
)
LEGAL = re.compile(  # a whole line, a sentence or not
    r"(?:copyright|©|\(c\)) .{0,200}|.{0,100}\ball rights reserved\b.{0,100}|(?:.{0,40}\b)?powered by .{0,80}"
    r"|(?:designed|built|made) (?:with|by) .{0,80}|last (?:updated|modified|edited)\b.{0,80}",
    re.IGNORECASE | re.DOTALL,
)
ANCHOR = re.compile(r"anchor|permalink|heading-link|direct-link|self-link")
WRITTEN = re.compile(r"emoji|emojione|twemoji|wp-smiley|smiley|custom-emoji|latex")
NOTE_ADDRESS = re.compile(
    r"#_?(?:fn|ftn|footnote|note|endnote|cite|easy-footnote|sdfootnote|sdendnote|user-content-fn)"
)
NOTE_ROLES = {"doc-noteref", "doc-backlink"}
SENTENCE = re.compile(r"\w+[^.!?…。！？]* [^.!?…。！？]*[.!?…。！？][\"'”’)\]]*$")
LETTER = re.compile(r"[^\W\d_]")
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
    """Generators make the id of a section of its heading: "related-work" is a part of the text."""
    heading = next(iter(element), None)
    if heading is None or heading.tag not in HEADINGS or "-" not in name:
        return False
    return NO_WORD.sub("", beginning(heading).lower()).startswith(NO_WORD.sub("", name.lower()))


@lru_cache(maxsize=4096)
def _names(written: str) -> frozenset[str]:
    found = {
        NO_WORD.sub("-", CAMEL.sub("-", name).lower()).strip("-")
        for name in written.split()
        if len(name) <= LONGEST_NAME
    }
    return frozenset(name for name in found if name and not STATE.match(name))


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


def is_unseen(element: etree._Element) -> bool:
    style = (element.get("style") or "").replace(" ", "").lower()
    return (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or "display:none" in style
        or "visibility:hidden" in style
        or named(element, UNSEEN)
    )


def is_quotation(element: etree._Element) -> bool:
    """Another person's words; a figure with them holds the line that says whose they are."""
    return (
        element.tag == "blockquote"
        or (element.tag == "figure" and element.find("blockquote") is not None)
        or named(element, OTHERS)
    )


def is_mark(element: etree._Element) -> bool:
    """A heading's anchor, a footnote's mark, line numbers, and what plugins put in: no words of the text."""
    if element.tag in ("sup", "a"):
        link = element if element.tag == "a" else element.find("a")
        address = (link.get("href") or "") if link is not None else ""
        if address.startswith("#"):
            text = beginning(element)
            if LETTER.search(text) is None and len(text) < LONGEST_MARK:
                return (
                    element.tag == "sup"
                    or bool(NOTE_ADDRESS.match(address) or words_of(element, "role") & NOTE_ROLES)
                    or not any(character.isdigit() for character in text)
                )
            parent = element.getparent()
            if parent is not None and parent.tag in HEADINGS and named(element, ANCHOR):
                return beginning(parent).strip() != text.strip()
    return named(element, PLUGIN)


def beginning(element: etree._Element) -> str:
    """The first characters of an element's text, however long it is."""
    parts: list[str] = []
    left = LONGEST_LINE
    for text in element.itertext():
        parts.append(text[:left])
        left -= len(parts[-1])
        if left <= 0:
            break
    return "".join(parts)


def text_of_picture(element: etree._Element) -> str:
    """What a picture or a formula was written as: emoji, TeX."""
    if element.tag == "img" and named(element, WRITTEN):
        return element.get("alt") or ""
    if element.tag == "math":
        found = [note for note in element.iter("annotation") if note.get("encoding") == "application/x-tex"]
        mark = "$$" if element.get("display") == "block" else "$"
        return f"{mark}{(found[0].text or '').strip()}{mark}" if found else ""
    if element.tag == "script" and (element.get("type") or "").startswith("math/tex"):
        mark = "$$" if "display" in element.get("type", "") else "$"
        return f"{mark}{(element.text or '').strip()}{mark}"
    return ""


def is_line(text: str) -> bool:
    """Whether a short text is one that sites put before and after an article."""
    if len(text) > LONGEST_LINE:
        return False
    return LEGAL.fullmatch(text) is not None or (SENTENCE.search(text) is None and LINE.fullmatch(text) is not None)
