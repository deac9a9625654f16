"""Choices that are always the same: by hash, not by chance."""

from collections.abc import Sequence
from typing import TypeVar

from feature_store.records import Document, digest_of

T = TypeVar("T")


def seed_of(document: Document) -> str:
    """What choices about a document hang on: its name in its source. Its id names the place as well, and the same
    posts in another folder must give the same requests."""
    return document.source_id


def chosen(options: Sequence[T], *seed: object) -> T:
    """One of `options`, always the same for `seed`."""
    return options[int(digest_of("choice", *seed)[:8], 16) % len(options)]


def form(forms: Sequence[str], *seed: object, **values: str) -> str:
    """One of `forms`, always the same for `seed`, with the values in their places."""
    return chosen(forms, *seed).format(**values)


def shuffled(options: Sequence[T], *seed: object) -> list[T]:
    """`options` in an order that is always the same for `seed`."""
    order = sorted(range(len(options)), key=lambda index: digest_of("order", index, *seed))
    return [options[index] for index in order]
