"""Parts of an HTML page, found and taken out by class name."""

import html
from collections.abc import Iterable, Iterator
from typing import cast

from lxml import etree
from lxml import html as lxml_html

from feature_pipeline.cleaning.html import NOT_IN_XML
from feature_pipeline.errors import UnreadableItemError

WITH_CLASS = etree.XPath("descendant-or-self::*[@class]")  # of the others no object of Python is made


def parse_page(text: str) -> etree._Element | None:
    """None when there is nothing in it but space and comments."""
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    source = NOT_IN_XML.sub("", text).encode("utf-8", "replace")
    try:
        return lxml_html.document_fromstring(source, parser=parser) if source.strip() else None
    except etree.ParserError:
        return None


def require_whole(text: str) -> str:
    """`text`, the source of a page or of a piece of one. Raises UnreadableItemError for a page without its end."""
    return require_end(text) if "<html" in text.lower() or not text.strip() else text


def require_end(text: str) -> str:
    """`text`, the source of a page. Raises UnreadableItemError."""
    if "</html" not in text.lower():
        raise UnreadableItemError("the page breaks off before its end. Get it anew")
    return text


def by_class(root: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Elements that have one of the class names, in the document's order."""
    wanted = set(names)
    for element in cast("list[etree._Element]", WITH_CLASS(root)):
        if not wanted.isdisjoint(element.get("class", "").split()):
            yield element


def set_apart(root: etree._Element, *names: str) -> list[etree._Element]:
    """Elements that have one of the class names, in the document's order, none within another: where one is never
    closed, a parser puts all that follow into it, and who looks into each would look at the last a thousand times."""
    found = list(by_class(root, *names))
    wanted = set(found)
    for element in reversed(found):
        parent = element.getparent()
        if parent is not None and any(around in wanted for around in element.iterancestors()):
            parent.remove(element)
    return found


def words_of(element: etree._Element | None) -> str:
    """The text, on one line."""
    return "" if element is None else " ".join("".join(map(str, element.itertext())).split())


def drop(elements: Iterable[etree._Element]) -> None:
    """Take elements out of their document; what stands behind them stays."""
    for element in list(elements):
        if element.getparent() is not None:
            cast("lxml_html.HtmlElement", element).drop_tree()


def inner_html(element: etree._Element) -> str:
    children = "".join(str(etree.tostring(child, encoding="unicode", method="html")) for child in element)
    return html.escape(element.text or "", quote=False) + children


def break_lines(element: etree._Element) -> None:
    """Make a <pre> a paragraph, each of its lines ended by <br>."""
    markup = inner_html(element).strip("\r\n").replace("\n", "<br>")
    paragraph = lxml_html.fragment_fromstring(markup, create_parent="div")
    paragraph.tail = element.tail
    parent = element.getparent()
    if parent is not None:
        parent.replace(element, paragraph)
