"""Choices that are always the same: by hash, not by chance."""

from collections.abc import Sequence
from typing import TypeVar

from feature_store.records import digest_of

T = TypeVar("T")


def chosen(options: Sequence[T], *seed: object) -> T:
    """One of `options`, always the same for `seed`."""
    return options[int(digest_of("choice", *seed)[:8], 16) % len(options)]
