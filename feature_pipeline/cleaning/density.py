"""How many words a block holds, how many of them are links, and how many stand in text rather than in labels."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from lxml import etree

from feature_pipeline.cleaning.walk import BLOCKS, CELLS, DROPPED
from feature_pipeline.words import count_words

FEWEST_WORDS = 4  # outside of links, of a run of text: fewer are a label, and weigh little
LABEL_WEIGHT = 0.1


@dataclass(slots=True)
class Density:
    words: int = 0
    linked: int = 0  # words that are links
    about: int = 0  # of these, to pages of the same site
    text: float = 0.0  # words outside of links; those of labels weigh LABEL_WEIGHT
    own: float = 0.0  # of `text`, what stands in the block itself, not in a block inside it
    inner: list[etree._Element] = field(default_factory=list)  # the blocks directly inside it

    @property
    def link_share(self) -> float:
        return self.linked / self.words if self.words else 0.0

    @property
    def about_share(self) -> float:
        return self.about / self.words if self.words else 0.0


@dataclass(slots=True)
class _Open:
    """A block that has not ended, with the words of its own run of text."""

    element: etree._Element
    density: Density = field(default_factory=Density)
    words: int = 0
    linked: int = 0
    about: int = 0

    def closed(self) -> Density:
        unlinked, density = self.words - self.linked, self.density
        density.own = unlinked
        density.words += self.words
        density.linked += self.linked
        density.about += self.about
        density.text += density.own
        return density


def densities(
    root: etree._Element, is_about: Callable[[str], bool], dropped: Collection[etree._Element] = ()
) -> dict[etree._Element, Density]:
    """Of every block in `root`, and of `root`; without what is never shown and what is `dropped`. One pass.

    `is_about` says of an address whether it leads to the same site.
    """
    found: dict[etree._Element, Density] = {}
    blocks = [_Open(root)]
    links: list[bool] = []
    events = etree.iterwalk(root, events=("start", "end"))
    for event, element in events:
        unread = element is not root and (element.tag in DROPPED or element in dropped)
        href = element.get("href") if element.tag == "a" and not unread else None
        if event == "start":
            if unread:
                events.skip_subtree()  # its end is still reported
                continue
            if element is not root and is_block(element):
                blocks.append(_Open(element))
            if href is not None:
                links.append(is_about(href))
            text = element.text
        else:
            if element is root:
                break
            if element is blocks[-1].element:
                found[element] = inner = blocks.pop().closed()
                outer = blocks[-1].density
                outer.inner.append(element)
                outer.words += inner.words
                outer.linked += inner.linked
                outer.about += inner.about
                outer.text += inner.text
            if href is not None:
                links.pop()
            text = element.tail
        if text and not text.isspace():
            count = count_words(text)
            blocks[-1].words += count
            blocks[-1].linked += count if links else 0
            blocks[-1].about += count if links and links[-1] else 0
    found[root] = blocks[0].closed()
    return found


def is_block(element: etree._Element) -> bool:
    return element.tag in BLOCKS or element.tag in CELLS
