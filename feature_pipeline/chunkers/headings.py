"""A document is cut before each of its headings."""

from collections.abc import Iterator
from itertools import pairwise

from feature_pipeline.prose import blocks
from feature_store.records import Document

VERSION = "1"
JOIN_SMALL = True


def spans(document: Document) -> Iterator[tuple[int, int]]:
    starts = [block.start for block in blocks(document) if block.kind == "heading"]
    return pairwise(sorted({0, *starts, len(document.text)}))
