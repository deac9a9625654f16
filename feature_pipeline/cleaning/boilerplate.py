"""Elements of a built page that are no part of its text: navigation, sidebars, comments, share buttons, footers.

Tags and roles say what they are for, and class and id names are those in wide use (class_names.py). Where it is not
sure, boilerplate is kept rather than text cut: no name drops what holds most of a page's text, unless the page itself
says where its text is.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from feature_pipeline.cleaning import class_names
from feature_pipeline.cleaning.class_names import HEADINGS, named
from feature_pipeline.cleaning.density import Density
from feature_pipeline.cleaning.lines import beginning
from text.words import count_words

MOST = 0.5  # of a page's text: no boilerplate holds more
SAID = 0.2  # of a page's text: what is called the text and holds as much is it, however long the comments are
LABEL_WORDS = 12  # an inline label holds no more
NOTE_WORDS = 8  # an aside, a header or a footer with as many words of text is read
INSERTED_WORDS = 60  # what a plugin puts into a text holds no more of text, unless it is a list of links
FEWEST_CONTENTS = 3  # links of a table of contents
TITLE_WORDS = 4  # above one
NEIGHBOURS = 20  # elements before and after an aside that are looked at
READ_WHOLE = {"pre", "code", "blockquote"}

Densities = Mapping[etree._Element, Density]


@dataclass(slots=True)
class _OpenElements:
    """Those that the walk is inside of, by kind."""

    text: list[etree._Element] = field(default_factory=list)  # declared to hold the text alone
    article: list[etree._Element] = field(default_factory=list)
    header: list[etree._Element] = field(default_factory=list)

    def leave(self, element: etree._Element) -> None:
        for still_open in (self.text, self.article, self.header):
            if still_open and still_open[-1] is element:
                still_open.pop()


def boilerplate(body: etree._Element, density: Densities) -> Iterator[etree._Element]:
    """The outermost elements that belong to no text."""
    holding, said = _holding_text(body, density)
    most = math.inf if said >= SAID * density[body].text > 0 else MOST * density[body].text
    inside = _OpenElements()
    events = etree.iterwalk(body, events=("start", "end"))
    for event, element in events:
        if event == "end":
            inside.leave(element)
            continue
        if element is body:
            continue
        if element.tag in READ_WHOLE or named(element, class_names.NOTES):
            events.skip_subtree()
            continue
        found = density.get(element)
        comments = bool(holding) and not inside.text and named(element, class_names.COMMENTS)
        if element not in holding and (
            _is_label(element) if found is None else comments or _is_boilerplate(element, found, most, inside)
        ):
            yield element
            events.skip_subtree()
            continue
        if found is not None and is_text(element) and found.text >= MOST * density[body].text:
            inside.text.append(element)
        if element.tag in ("article", "main") or is_text(element):
            inside.article.append(element)
        if element.tag == "header" and inside.article:
            inside.header.append(element)


def is_text(element: etree._Element) -> bool:
    """Whether an element says that it holds an article's text and nothing else."""
    return "articlebody" in class_names.words_of(element, "itemprop") or named(element, class_names.TEXT)


def _is_boilerplate(element: etree._Element, density: Density, most: float, inside: _OpenElements) -> bool:
    if density.text > most:
        return False
    if (
        element.tag in ("nav", "dialog", "search")
        or class_names.words_of(element, "role") & class_names.ROLES
        or class_names.is_hidden(element)
        or _is_contents(element, density)
    ):
        return True
    if class_names.is_box(element):
        return False
    if any(named(element, names) for names in (class_names.PAGE_PARTS, class_names.WIDGETS, class_names.COMMENTS)):
        return not inside.text or density.text <= INSERTED_WORDS or density.internal_share >= MOST
    prose = density.text >= NOTE_WORDS and density.link_share < MOST
    if inside.header:
        return not prose or element.tag in HEADINGS
    match element.tag:
        case "aside":
            return not (prose and (inside.text or _amid_text(element)))
        case "footer" | "form":
            return not (prose and inside.text)
        case "header":
            return not (prose and inside.article)
    return False


def _is_label(element: etree._Element) -> bool:
    """An inline element that is named as boilerplate, and short."""
    if not (
        class_names.is_hidden(element) or named(element, class_names.PAGE_PARTS) or named(element, class_names.WIDGETS)
    ):
        return False
    return count_words(beginning(element)) <= LABEL_WORDS


def _is_contents(element: etree._Element, density: Density) -> bool:
    """A list of links, all to places on the page itself; with its title, where it is called the contents."""
    called = named(element, class_names.CONTENTS)
    title = TITLE_WORDS if called else 0
    if not (called or element.tag in ("ul", "ol")) or density.words - density.linked > title or not density.linked:
        return False
    count = 0
    for link in element.iter("a"):
        if not (link.get("href") or "").startswith("#"):
            return False
        count += 1
    return count >= (1 if called else FEWEST_CONTENTS)


def _amid_text(element: etree._Element) -> bool:
    """Paragraphs stand before and after it."""
    return all(
        any(sibling.tag == "p" for sibling in islice(element.itersiblings(preceding=preceding), NEIGHBOURS))
        for preceding in (True, False)
    )


def _holding_text(body: etree._Element, density: Densities) -> tuple[set[etree._Element], int]:
    """Elements that say that they hold a text, with all around them, and the most words of text that one holds.

    What stands among comments says nothing.
    """
    found: set[etree._Element] = set()
    said = 0
    events = etree.iterwalk(body, events=("start",))
    for _, element in events:
        if element is not body and named(element, class_names.COMMENTS):
            events.skip_subtree()
        elif element in density and density[element].text and (is_text(element) or element.tag == "main"):
            said = max(said, density[element].text if element.tag != "main" else 0)
            around: etree._Element | None = element
            while around is not None and around not in found:
                found.add(around)
                around = around.getparent()
    return found, said
