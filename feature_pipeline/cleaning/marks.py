"""Elements that mean something by themselves, in pages and fragments alike: quotations, anchors, formulas, emoji."""

import re

from lxml import etree

from feature_pipeline.cleaning.class_names import HEADINGS, named, words_of
from feature_pipeline.cleaning.lines import beginning

LONGEST_MARK = 40  # characters of a footnote's mark
PLUGIN = re.compile(  # never the author's, in feeds and exports too
    r"subscription-widget(?:-wrap(?:-editor)?)?|button-wrapper|captioned-button-wrap|sharedaddy|sd-sharing|jp-relatedposts"
    r"|yarpp(?:-related)?|feedflare|blogger-post-footer|mw-editsection|addtoany-share-save-container|a2a-kit"
    r"|wp-block-jetpack-subscriptions|headerlink|header-anchor|heading-anchor|anchor-link|hash-link|anchorjs-link"
    r"|linenos|lineno|linenodiv|line-numbers-rows|line-number|gutter|rouge-gutter|crayon-nums|hljs-ln-numbers|lnt"
    r"|katex-html|math-?jax(?:-preview|-display)?|mjx-chtml|code-copy(?:-button)?|copy-button|btn-clipboard"
    r"|quote-inline|wp-block-(?:buttons?|file|social-links|search|embed-wrapper|latest-(?:posts|comments)|archives|rss"
    r"|categories|tag-cloud|page-list|navigation|calendar|loginout|query-pagination|post-navigation-link|jetpack-[\w-]+)"
    r"|kg-(?:button|file|signup|email-cta|nft|header-cta)-card|kg-(?:audio|video)-(?:player-container|container)"
    r"|kg-audio-card|sqs-block-(?:button|newsletter|socialaccountlinks)|elementor-(?:button-wrapper|social-icons-wrapper)"
    r"|et-pb-button-module-wrapper|et-social-\w+|button-wrap|instagram-embed|gmail-attr|moz-cite-prefix"
)
OTHERS = re.compile(  # another person's words, or a card that a service makes of another page
    r"twitter-tweet|tweet|tweet-embed|bluesky-embed|mastodon-embed|instagram-media|tiktok-embed|fb-post|reddit-embed-bq"
    r"|embedded-post(?:-wrap)?|embedded-publication|wp-embedded-content|(?:.*-)?mixtape-embed|kg-bookmark-card"
    r"|bookmark-card|link-preview|epigraph|quoteblock|h-cite|gmail-quote(?:-container)?|yahoo-quoted|protonmail-quote"
    r"|zmail-extra|moz-forward-container"
)
REBLOGGED = re.compile(r"tumblr-blog")  # the link to whose words stand in the quotation below
OF_PROGRAM = r"(?:x_|ecx)*(?:ydp\w{0,40}?)?"  # what programs put before the names that others gave
# Ids, classes and names of what stands before an answered mail, or around it: Outlook, Zimbra, Zoho, Yahoo, Proton, …
ANSWERED = re.compile(
    rf"{OF_PROGRAM}(?:stopSpelling|divRplyFwdMsg|appendonsend|mail-editor-reference-message-container|OLK_SRC_BODY_SECTION"
    r"|zwchr|isReplyContent|mail-app-auto-quote|yahoo_quoted(?:_\d+)?|protonmail_quote|zmail_extra(?:_hr)?"
    r"|moz-forward-container|tutanota_quote|messageReplySection|lark-mail-quote|history-quote-wrapper|gmx_quote)",
    re.IGNORECASE,
)
PULLED = re.compile(r"pull-?quote|pquote|pulled-quote|wp-block-pullquote|graf-pullquote|kg-pullquote")
ANCHOR = re.compile(r"anchor|permalink|heading-link|direct-link|self-link")
WRITTEN = re.compile(r"emoji|emojione|twemoji|wp-smiley|smiley|custom-emoji|latex")
NOTE_ADDRESS = re.compile(
    r"#_?(?:fn|ftn|footnote|note|endnote|cite|easy-footnote|sdfootnote|sdendnote|user-content-fn)"
)
NOTE_ROLES = {"doc-noteref", "doc-backlink"}
LETTER = re.compile(r"[^\W\d_]")


def is_quotation(element: etree._Element) -> bool:
    """Another person's words; a figure with them holds the line that says whose they are."""
    return (
        element.tag == "blockquote"
        or (element.tag == "figure" and element.find("blockquote") is not None)
        or named(element, OTHERS)
    )


def begins_answered_mail(element: etree._Element) -> bool:
    """Whether all from here on is the mail that is answered, by the name that a mail program gave to the place."""
    name = element.get("id") or ""
    return bool(name) and ANSWERED.fullmatch(name) is not None


def is_mark(element: etree._Element) -> bool:
    """A heading's anchor, a footnote's mark, line numbers, whom a reblog is from, what plugins put in: no words of the
    text."""
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
    if element.tag == "p" and len(element) == 1 and named(element[0], REBLOGGED):
        following = element.getnext()
        return following is not None and following.tag == "blockquote"
    return named(element, PLUGIN)


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
