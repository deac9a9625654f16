"""Where documents are cut before they are fitted to the encoder: one file a chunker.

To add one: a module here whose name is the value of `feature_pipeline.chunker`, with the attributes of `Chunker`. What
all of them share, above all that no chunk is longer than the encoder reads, is in feature_pipeline/chunking.py.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Protocol, cast

from configs.errors import SettingsError
from feature_store.records import Document


class Chunker(Protocol):
    VERSION: str  # to be raised by hand whenever the same document would be cut differently
    JOIN_SMALL: bool  # whether a small chunk joins its neighbour where both fit

    def spans(self, document: Document) -> Iterator[tuple[int, int]]:
        """Characters [start, end) of the document's text, in order: disjoint, and all of it but space."""


def names() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def chunker_module(name: str) -> Chunker:
    """Raises SettingsError."""
    if name not in names():
        raise SettingsError(f"feature_pipeline.chunker is {name!r}, and there is none. Known: {', '.join(names())}.")
    return cast("Chunker", importlib.import_module(f"{__name__}.{name}"))
