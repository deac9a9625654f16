"""HTML → pieces: blocks become paragraphs, lists "- ", headings "#", <pre> code, <blockquote> other people's words."""

import html
import re
from dataclasses import dataclass, field

from lxml import etree
from lxml import html as lxml_html

from feature_pipeline.cleaning.marked_text import Kind, Piece, quoted

DROPPED = {
    *("script", "style", "nav", "header", "footer", "aside", "form", "noscript", "template", "iframe", "object"),
    *("svg", "math", "img", "video", "audio", "canvas", "button", "select", "textarea", "head", "title", "map"),
}
HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
BLOCKS = {
    *("p", "div", "section", "article", "main", "body", "html", "center", "figure", "figcaption", "details", "summary"),
    *("ul", "ol", "dl", "dt", "dd", "li", "table", "tr", "caption", "thead", "tbody", "tfoot", "hr", "address", "pre"),
    *("blockquote", "fieldset", "hgroup", "menu", "dir", *HEADINGS),
}
CELLS = {"td", "th"}
LISTS = {"ul", "ol", "menu", "dir"}
SPACE = re.compile(r"[ \t\n\r\f]+")
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LIQUID_HIGHLIGHT = re.compile(r"\{%-?\s*highlight\b[^%]*%\}")
LIQUID_END = re.compile(r"\{%-?\s*endhighlight\s*-?%\}")
LIQUID = re.compile(r"\{%[^{}]*%\}|\{\{[^{}]*\}\}")
BREAK = "\x1e"  # a <br> while space is folded; no text holds it, as control characters are taken out


def html_pieces(markup: str) -> list[Piece]:
    """The pieces of a page (its article, else its main part, else its body) or of a fragment."""
    source = NOT_IN_XML.sub("", _highlights_as_pre(markup))
    if not source.strip():
        return []
    # huge_tree: text deeper than 256 elements would be cut off, now 2048. Nothing here recurses.
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        page = lxml_html.document_fromstring(source.encode("utf-8"), parser=parser)
    except etree.ParserError:
        return []  # nothing but comments
    walk = _Walk()
    for event, element in etree.iterwalk(_content(page), events=("start", "end")):
        if isinstance(element.tag, str):
            (walk.start if event == "start" else walk.end)(element)
    walk.flush()
    return walk.pieces


def _content(page: etree._Element) -> etree._Element:
    for path in (".//article", ".//main", ".//*[@role='main']", ".//body"):
        if found := page.findall(path):
            return max(found, key=lambda element: sum(len(text) for text in element.itertext()))
    return page


def _highlights_as_pre(markup: str) -> str:
    """Jekyll's tags in HTML: the code between highlight tags is text, whatever < and & it holds; others go."""
    parts: list[str] = []
    position = 0
    while opening := LIQUID_HIGHLIGHT.search(markup, position):
        closing = LIQUID_END.search(markup, opening.end())
        if closing is None:
            break
        code = html.escape(markup[opening.end() : closing.start()].strip("\n"))
        parts += [LIQUID.sub("", markup[position : opening.start()]), f"<pre>\n{code}\n</pre>"]
        position = closing.end()
    return "".join([*parts, LIQUID.sub("", markup[position:])])


@dataclass
class _Walk:
    pieces: list[Piece] = field(default_factory=list)
    _buffer: list[str] = field(default_factory=list)
    _prefix: str = ""
    _lists: list[list[int]] = field(default_factory=list)  # [1 if numbered else 0, items so far]
    _quotes: int = 0
    _pre: int = 0
    _dropping: etree._Element | None = None
    _tight: bool = False

    def start(self, element: etree._Element) -> None:
        tag = str(element.tag).lower()
        if self._dropping is not None:
            return
        if tag in DROPPED:
            self._dropping = element
            return
        if tag in BLOCKS:
            self.flush()
        if tag in LISTS:
            self._lists.append([int(tag == "ol"), 0])
        elif tag == "li":
            self._item()
        elif tag == "blockquote":
            self._quotes += 1
        elif tag == "pre":
            self._pre += 1
        elif tag in HEADINGS:
            self._prefix = HEADINGS[tag]
        elif tag == "br":
            self._buffer.append("\n" if self._pre else BREAK)
        elif tag in CELLS and "".join(self._buffer).strip():
            self._buffer.append(" | ")
        self._buffer.append(element.text or "")

    def end(self, element: etree._Element) -> None:
        tag = str(element.tag).lower()
        if self._dropping is not None:
            if element is not self._dropping:
                return
            self._dropping = None
        else:
            if tag in BLOCKS:
                self.flush()
                self._prefix = ""
            if tag in LISTS and self._lists:
                self._lists.pop()
            elif tag == "blockquote":
                self._quotes -= 1
            elif tag == "pre":
                self._pre -= 1
        self._buffer.append(element.tail or "")

    def flush(self) -> None:
        """End the paragraph."""
        raw = "".join(self._buffer)
        self._buffer = []
        if self._pre:
            text = raw.replace("\r\n", "\n").strip("\n").rstrip()
        else:
            lines = [SPACE.sub(" ", line).strip() for line in raw.split(BREAK)]
            text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
        if not text.strip():
            return
        kind: Kind = "quote" if self._quotes else "code" if self._pre else ""
        text = self._prefix + text
        self.pieces.append(Piece(quoted(text) if kind == "quote" else text, kind, tight=self._tight))
        self._prefix = ""
        self._tight = False

    def _item(self) -> None:
        if not self._lists:
            self._lists.append([0, 0])
        numbered, count = self._lists[-1]
        self._lists[-1][1] += 1
        # Items of one list, and a list inside an item, follow without a blank line.
        self._tight = count > 0 or len(self._lists) > 1
        self._prefix = "  " * (len(self._lists) - 1) + (f"{count + 1}. " if numbered else "- ")
