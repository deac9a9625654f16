"""HTML → pieces: blocks become paragraphs, lists "- ", headings "#", <pre> code, <blockquote> other people's words."""

import html
import re

from lxml import etree
from lxml import html as lxml_html

from feature_pipeline.cleaning.article import article_of
from feature_pipeline.cleaning.edges import without_edges
from feature_pipeline.cleaning.marked_text import Piece
from feature_pipeline.cleaning.walk import BLOCKS, walk

PAGE = re.compile(r"<(?:!doctype|html|head|body|main)[\s>]", re.IGNORECASE)
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LIQUID_HIGHLIGHT = re.compile(r"\{%-?\s*highlight\b[^%]*%\}")
LIQUID_END = re.compile(r"\{%-?\s*endhighlight\s*-?%\}")
LIQUID = re.compile(r"\{%[^{}]*%\}|\{\{[^{}]*\}\}")
RAW = re.compile(r"\{%-?\s*(?:end)?raw\s*-?%\}")
CODE_TAG = re.compile(r"(</?(?:pre|code)\b[^>]*>)", re.IGNORECASE)
TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)(?:\s[^<>]*)?/?>")
STAYS_WHEN_FLAT = {"p", "li", "pre", "br", "script", "style", "head", "title", "template", "noscript"}


def html_pieces(markup: str) -> list[Piece]:
    """The pieces of a page's article, without what is around it; or of a fragment, such as an item of a feed, whole."""
    root, is_page = parse_html(markup)
    if root is None:
        return []
    if not is_page:
        return [piece for piece, _ in walk(root)]
    article = article_of(root)
    return without_edges(walk(article.root, article.dropped, article.is_internal), article)


def parse_html(markup: str) -> tuple[etree._Element | None, bool]:
    """The tree, None where there is nothing but space and comments; and whether it is a page, not a fragment.

    What is nested too deep for the parser is made flat.
    """
    source = NOT_IN_XML.sub("", _highlights_as_pre(markup))
    is_page = PAGE.search(source) is not None
    if not is_page:
        source = _without_liquid(source)  # in a page that was built, braces are the author's
    if not source.strip():
        return None, is_page
    root, cut_off = _parse(source)
    return _parse(TAG.sub(_flat, source))[0] if cut_off else root, is_page


def _parse(source: str) -> tuple[etree._Element | None, bool]:
    """The tree, and whether the parser gave up within it: deeper than 2048 elements, it reads no further."""
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = lxml_html.document_fromstring(source.encode("utf-8"), parser=parser)
    except etree.ParserError:
        return None, False
    return root, any(error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log)


def _flat(tag: re.Match[str]) -> str:
    name = tag[1].lower()
    return tag[0] if name in STAYS_WHEN_FLAT else "<p>" if name in BLOCKS else ""


def _highlights_as_pre(markup: str) -> str:
    """Jekyll's tags in HTML: the code between highlight tags is text, whatever < and & it holds."""
    parts: list[str] = []
    position = 0
    while opening := LIQUID_HIGHLIGHT.search(markup, position):
        closing = LIQUID_END.search(markup, opening.end())
        if closing is None:
            break
        code = html.escape(markup[opening.end() : closing.start()].strip("\n"))
        parts += [markup[position : opening.start()], f"<pre>\n{code}\n</pre>"]
        position = closing.end()
    return "".join([*parts, markup[position:]])


def _without_liquid(markup: str) -> str:
    """Without template tags; those in code are what the text is about."""
    if "{%" not in markup and "{{" not in markup:
        return markup
    parts = CODE_TAG.split(RAW.sub("", markup))
    depth = 0
    for index, part in enumerate(parts):
        if index % 2:
            depth = max(0, depth + (-1 if part.startswith("</") else 1))
        elif not depth:
            parts[index] = LIQUID.sub("", part)
    return "".join(parts)
