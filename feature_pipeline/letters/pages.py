"""HTML that a mail program wrote → the text of the mail, with a rule where it says that the answered mail begins.

Programs mark that place by names of elements, whatever the language of the headers that stand there.
"""

import re

from lxml import etree

from feature_pipeline.cleaning.html import parse_html
from feature_pipeline.cleaning.marked_text import assemble
from feature_pipeline.cleaning.marks import ANSWERED, OF_PROGRAM
from feature_pipeline.cleaning.walk import walk
from feature_pipeline.formats.html_parts import drop

RULE = "-----Original Message-----"
# The rule that Outlook and Windows Mail draw above the headers.
DRAWN = re.compile(
    r"border-top:\s*solid\s+#(?:E1E1E1|B5C4DF)\s+1\.0pt|border-top-color:\s*rgb\(229,\s*229,\s*229\)", re.IGNORECASE
)
ATTRIBUTION = re.compile(rf"{OF_PROGRAM}(?:gmail_attr|moz-cite-prefix|reply-intro|airmail_on)", re.IGNORECASE)
SIGNATURE = re.compile(
    rf"{OF_PROGRAM}(?:gmail_signature|moz-signature|protonmail_signature(?:_block)?|Signature|ms-outlook-mobile-signature"
    r"|AppleMailSignature|composer_signature)",
    re.IGNORECASE,
)
NAMED = etree.XPath("descendant-or-self::*[@id or @class or @name or @style]")
# What of these names, and of the programs' own pages, shows that a page is a mail.
MARKS = (
    *("gmail_quote", "gmail_attr", "moz-cite-prefix", "moz-forward-container", "divRplyFwdMsg", "appendonsend"),
    *("stopSpelling", "hmmessage", "yahoo_quoted", "protonmail_quote", "zmail_extra", "OLK_SRC_BODY_SECTION"),
    *("reply-intro", "zwchr", "mail-editor-reference-message-container", 'type="cite"', "type='cite'", "header-part1"),
    *("messageReplySection", "tutanota_quote", "lark-mail-quote", "mail-app-auto-quote", "Windows Mail"),
)


def page_text(markup: str) -> str:
    page, _ = parse_html(markup)
    if page is None:
        return ""
    elements = NAMED(page)
    assert isinstance(elements, list)
    attributions = []
    for element in elements:
        if not isinstance(element, etree._Element) or element is page or element.tag == "body":
            continue
        names = [*(element.get("class") or "").split(), element.get("id") or "", element.get("name") or ""]
        if any(ATTRIBUTION.fullmatch(name) for name in names) and _is_above_quotation(element):
            attributions.append(element)
        elif any(ANSWERED.fullmatch(name) for name in names) or _is_drawn(element):
            _put_before(element, RULE)
        elif any(SIGNATURE.fullmatch(name) for name in names):
            _put_before(element, "-- ")
    drop(attributions)
    return assemble([piece for piece, _ in walk(page)])[0]


def _is_drawn(element: etree._Element) -> bool:
    if element.get("name") == "quote" and element.tag == "div":  # of GMX and WEB.DE
        return True
    return bool(DRAWN.search(element.get("style") or ""))


def _is_above_quotation(element: etree._Element) -> bool:
    following = element.getnext()
    while following is not None and following.tag == "br":
        following = following.getnext()
    return following is not None and following.tag == "blockquote"


def _put_before(element: etree._Element, line: str) -> None:
    parent = element.getparent()
    if parent is not None:
        rule = etree.Element("div")
        rule.text = line
        parent.insert(parent.index(element), rule)
