"""The blocks of an HTML tree, in order, as pieces: what is code, what is quoted, where lists and their items are."""

import re
from collections.abc import Callable, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from lxml import etree

from feature_pipeline.cleaning import class_names
from feature_pipeline.cleaning.buttons import is_button
from feature_pipeline.cleaning.class_names import named
from feature_pipeline.cleaning.marked_text import Kind, Piece, quoted
from feature_pipeline.cleaning.marks import PULLED, begins_answered_mail, is_mark, is_quotation, text_of_picture
from text.words import folded_words, words

DROPPED = {
    *("script", "style", "noscript", "template", "iframe", "object", "svg", "math", "img", "video", "audio", "canvas"),
    *("button", "select", "textarea", "head", "title", "map"),
}
EMBEDDED = {"iframe", "object", "video", "audio", "canvas"}  # a box on the page: no paragraph goes on across it
HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
BLOCKS = {
    *("p", "div", "section", "article", "main", "body", "html", "center", "figure", "figcaption", "details", "summary"),
    *("ul", "ol", "dl", "dt", "dd", "li", "table", "tr", "caption", "thead", "tbody", "tfoot", "hr", "address"),
    *(
        "blockquote",
        "fieldset",
        "hgroup",
        "menu",
        "dir",
        "nav",
        "header",
        "footer",
        "aside",
        "form",
        "dialog",
        "search",
    ),
    *("pre", "xmp", "listing", *HEADINGS),
}
CELLS = {"td", "th"}
LISTS = {"ul", "ol", "menu", "dir"}
VERBATIM = {"pre", "xmp", "listing"}
SPACE = re.compile(r"[ \t\n\r\f]+")
BREAK = "\x1e"  # a <br> while space is folded; no text holds it, as control characters are taken out


class Facts(NamedTuple):
    """Words of a piece: all, those in links within the site, and those that say when, by whom and filed where."""

    words: int = 0
    internal: int = 0
    meta: int = 0
    pulled: bool = False  # a pull quote: words of the text once more, in large letters


class Run(NamedTuple):
    text: str
    internal: bool
    meta: bool


def walk(
    root: etree._Element, dropped: Set[etree._Element] = frozenset(), is_internal: Callable[[str], bool] = bool
) -> list[tuple[Piece, Facts]]:
    """The pieces of `root`, without those elements of it that are `dropped`. Nothing here recurses."""
    state = _Walk(is_internal)
    events = etree.iterwalk(root, events=("start", "end"))
    for event, element in events:
        if not isinstance(element.tag, str):
            continue
        unread = element is not root and (
            element.tag in DROPPED
            or element in dropped
            or is_mark(element)
            or (element.tag == "a" and is_button(element))
        )
        if unread and event == "start":
            if element.tag in EMBEDDED:
                state.flush()
            events.skip_subtree()  # its end is still reported
            state.add(text_of_picture(element))
        elif unread:
            state.add(element.tail)
        elif event == "start":
            state.start(element, is_root=element is root)
        else:
            state.end(element, is_root=element is root)
    state.flush()
    return _without_repeated_pull_quotes(state.pieces)


@dataclass
class _Walk:
    is_internal: Callable[[str], bool]
    pieces: list[tuple[Piece, Facts]] = field(default_factory=list)
    _runs: list[Run] = field(default_factory=list)
    _prefix: str = ""
    _lists: list[tuple[int, int]] = field(default_factory=list)  # the first item's number or 0 for none; items so far
    _quoting: list[etree._Element] = field(default_factory=list)  # the open elements that hold another person's words
    _answered: bool = False  # what follows is the mail that is answered
    _pulling: list[etree._Element] = field(default_factory=list)
    _meta: list[etree._Element] = field(default_factory=list)
    _links: list[bool] = field(default_factory=list)
    _verbatim: int = 0
    _tight: bool = False

    def add(self, text: str | None) -> None:
        if text:
            self._runs.append(Run(text, bool(self._links and self._links[-1]), bool(self._meta)))

    def start(self, element: etree._Element, *, is_root: bool) -> None:
        tag = element.tag
        if tag in BLOCKS:
            self.flush()
        if tag in LISTS:
            self._lists.append((_first_number(element) if tag == "ol" else 0, 0))
        elif tag == "li":
            self._item()
        elif tag in VERBATIM:
            self._verbatim += 1
        elif tag in HEADINGS:
            self._prefix = HEADINGS[tag]
        elif tag == "br":
            self.add("\n" if self._verbatim else BREAK)
        elif tag in CELLS and any(run.text.strip() for run in self._runs):
            self.add(" | ")
        elif tag == "q":
            self.add("“")
        elif tag == "a" and element.get("href") is not None:
            self._links.append(self.is_internal(element.get("href") or ""))
        if begins_answered_mail(element):
            self.flush()
            self._answered = True
        if not is_root and is_quotation(element):
            self._quoting.append(element)
        if named(element, PULLED):
            self._pulling.append(element)
        if class_names.is_meta(element):
            self._meta.append(element)
        self.add(element.text)

    def end(self, element: etree._Element, *, is_root: bool) -> None:
        tag = element.tag
        if tag in BLOCKS:
            self.flush()
            self._prefix = ""
        if tag == "li":
            self._tight = False  # of an item without words
        if tag in LISTS and self._lists:
            self._lists.pop()
        elif tag in VERBATIM:
            self._verbatim -= 1
        elif tag == "q":
            self.add("”")
        elif tag == "a" and element.get("href") is not None:
            self._links.pop()
        for still_open in (self._quoting, self._pulling, self._meta):
            if still_open and still_open[-1] is element:
                still_open.pop()
        if not is_root:
            self.add(element.tail)

    def flush(self) -> None:
        """End the paragraph."""
        raw = "".join(run.text for run in self._runs)
        runs, self._runs = self._runs, []
        if not raw.strip():
            return
        if self._verbatim:
            text = raw.replace("\r\n", "\n").replace(BREAK, "\n").strip("\n").rstrip()
        else:
            lines = [SPACE.sub(" ", line).strip() for line in raw.split(BREAK)]
            text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
        if not text.strip():
            return
        quote = self._quoting or self._pulling or self._answered
        kind: Kind = "quote" if quote else "code" if self._verbatim else ""
        text = self._prefix + text
        facts = Facts(
            words=len(words(raw)),
            internal=sum(len(words(run.text)) for run in runs if run.internal),
            meta=sum(len(words(run.text)) for run in runs if run.meta),
            pulled=bool(self._pulling),
        )
        self.pieces.append((Piece(quoted(text) if quote else text, kind, tight=self._tight), facts))
        self._prefix = ""
        self._tight = False

    def _item(self) -> None:
        if not self._lists:
            self._lists.append((0, 0))
        first, count = self._lists[-1]
        self._lists[-1] = (first, count + 1)
        # Items of one list, and a list inside an item, follow without a blank line.
        self._tight = count > 0 or len(self._lists) > 1
        self._prefix = "  " * (len(self._lists) - 1) + (f"{first + count}. " if first else "- ")


def _first_number(element: etree._Element) -> int:
    start = (element.get("start") or "").strip()
    return int(start) if start.isascii() and start.isdigit() and len(start) < 7 and int(start) else 1


def _without_repeated_pull_quotes(pieces: list[tuple[Piece, Facts]]) -> list[tuple[Piece, Facts]]:
    """A pull quote that the text holds as well is dropped; another is left, marked as a quotation."""
    if not any(facts.pulled for _, facts in pieces):
        return pieces
    text = " ".join(" ".join(folded_words(piece.text)) for piece, facts in pieces if not facts.pulled)
    return [
        (piece, facts)
        for piece, facts in pieces
        if not (facts.pulled and f" {' '.join(folded_words(piece.text))} " in f" {text} ")
    ]
