"""Pseudonyms put into a text, and where the places of the old text lie in the new one."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate

from feature_store.records import Span


class Replacements:
    """Values of one text and what takes their place: (start, end, new), sorted and disjoint."""

    def __init__(self, replacements: Sequence[tuple[int, int, str]]) -> None:
        self._replacements = replacements
        self._starts = [start for start, _, _ in replacements]
        self._gained = [0, *accumulate(len(new) - (end - start) for start, end, new in replacements)]

    def apply(self, text: str) -> str:
        parts: list[str] = []
        position = 0
        for start, end, new in self._replacements:
            parts += [text[position:start], new]
            position = end
        return "".join([*parts, text[position:]])

    def shift(self, place: int) -> int:
        """Where `place` lies now; the end of the pseudonym, when it was inside of a value.

        The order of places is kept, so that spans stay sorted and disjoint. Of two spans that share a value across
        their common edge the first gets its pseudonym.
        """
        before = bisect_right(self._starts, place - 1)  # values that begin before the place
        if before and place < self._replacements[before - 1][1]:
            place = self._replacements[before - 1][1]
        return place + self._gained[before]

    def touch(self, start: int, end: int) -> bool:
        """Whether any of the values lies, or partly lies, in characters [start, end)."""
        before = bisect_left(self._starts, end)
        return before > 0 and self._replacements[before - 1][1] > start

    def shift_spans(self, spans: Sequence[Span]) -> tuple[Span, ...]:
        moved = (Span(self.shift(span.start), self.shift(span.end), span.kind) for span in spans)
        return tuple(span for span in moved if span.start < span.end)
