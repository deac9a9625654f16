"""How many words a block holds, and how many of them are links."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from lxml import etree

from feature_pipeline.cleaning.walk import BLOCKS, CELLS, DROPPED
from text.words import count_words


@dataclass(slots=True)
class Density:
    words: int = 0
    linked: int = 0  # words that are links
    internal: int = 0  # of these, to pages of the same site
    own: int = 0  # words outside of links that stand in the block itself, not in a block inside it
    inner: list[etree._Element] = field(default_factory=list)  # the blocks directly inside it

    @property
    def text(self) -> int:
        """Words outside of links."""
        return self.words - self.linked

    @property
    def link_share(self) -> float:
        return self.linked / self.words if self.words else 0.0

    @property
    def internal_share(self) -> float:
        return self.internal / self.words if self.words else 0.0

    def add(self, words: int, *, linked: bool, internal: bool) -> None:
        self.words += words
        self.linked += words if linked else 0
        self.internal += words if internal else 0
        self.own += 0 if linked else words

    def enclose(self, element: etree._Element, inner: "Density") -> None:
        self.inner.append(element)
        self.words += inner.words
        self.linked += inner.linked
        self.internal += inner.internal


def densities(
    root: etree._Element, is_internal: Callable[[str], bool], dropped: Collection[etree._Element] = ()
) -> dict[etree._Element, Density]:
    """Of every block in `root`, and of `root`; without what is never shown and what is `dropped`. One pass.

    `is_internal` says of an address whether it leads to the same site.
    """
    found: dict[etree._Element, Density] = {}
    blocks = [(root, Density())]  # those that have not ended
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
                blocks.append((element, Density()))
            if href is not None:
                links.append(is_internal(href))
            text = element.text
        else:
            if element is root:
                break
            if element is blocks[-1][0]:
                found[element] = blocks.pop()[1]
                blocks[-1][1].enclose(element, found[element])
            if href is not None:
                links.pop()
            text = element.tail
        if text and not text.isspace():
            blocks[-1][1].add(count_words(text), linked=bool(links), internal=bool(links and links[-1]))
    found[root] = blocks[0][1]
    return found


def is_block(element: etree._Element) -> bool:
    return element.tag in BLOCKS or element.tag in CELLS
