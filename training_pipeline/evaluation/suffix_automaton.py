"""The longest runs that texts share with a corpus, by a suffix automaton (Blumer et al. 1985).

All texts share one automaton, and the corpus streams through it once: time is linear in both, and memory does not grow
with the corpus.
"""

from collections.abc import Iterable, Sequence
from itertools import accumulate

from text.words import folded_words, size


def longest_runs(texts: Sequence[Sequence[str]], train_texts: Iterable[str]) -> list[float]:
    """For every text, as words: the size of its longest run that stands in one of `train_texts`; 0 where none does."""
    ids: dict[str, int] = {}
    automaton = _SuffixAutomaton()
    for place, text in enumerate(texts):
        automaton.append(-1 - place)  # no run crosses from text to text
        for word in text:
            automaton.append(ids.setdefault(word, len(ids)))
    for train_text in train_texts:
        automaton.read(ids.get(word) for word in folded_words(train_text))
    matched = automaton.matched()
    runs = []
    for text in texts:
        upto = list(accumulate(map(size, text), initial=0.0))
        lengths = automaton.matches([ids[word] for word in text], matched)
        runs.append(max((upto[end] - upto[end - n] for end, n in enumerate(lengths, start=1)), default=0.0))
    return runs


class _SuffixAutomaton:
    """Of the symbols appended. A state stands for substrings that end at the same places, of lengths (length of its
    link, its own length]; `_read[state]` is the longest of them that a text read since has held."""

    def __init__(self) -> None:
        self._next: list[dict[int, int]] = [{}]
        self._link = [-1]
        self._length = [0]
        self._read = [0]
        self._last = 0

    def append(self, symbol: int) -> None:
        state = self._last
        self._last = self._new({}, self._length[state] + 1, 0)
        while state >= 0 and symbol not in self._next[state]:
            self._next[state][symbol] = self._last
            state = self._link[state]
        if state < 0:
            return
        target = self._next[state][symbol]
        if self._length[target] > self._length[state] + 1:
            target = self._split(target, state, symbol)
        self._link[self._last] = target

    def read(self, symbols: Iterable[int | None]) -> None:
        """Find the longest substring that ends at each of `symbols`; None stands for one that was never appended."""
        state = length = 0
        for symbol in symbols:
            if symbol is None:
                state = length = 0
                continue
            while state and symbol not in self._next[state]:
                state = self._link[state]
                length = self._length[state]
            if symbol in self._next[state]:
                state = self._next[state][symbol]
                length += 1
                self._read[state] = max(self._read[state], length)

    def matched(self) -> list[int]:
        """For every state, the longest suffix of its substrings that was read."""
        shortest_first = sorted(range(1, len(self._link)), key=self._length.__getitem__)
        for state in reversed(shortest_first):
            if self._read[state] and (link := self._link[state]):
                self._read[link] = self._length[link]  # whoever read a string read its suffixes
        found = self._read.copy()
        for state in shortest_first:
            found[state] = found[state] or found[self._link[state]]
        return found

    def matches(self, symbols: Iterable[int], matched: Sequence[int]) -> Iterable[int]:
        """The length of the longest suffix that was read, at each of `symbols`, which were appended in this order."""
        state = 0
        for symbol in symbols:
            state = self._next[state][symbol]
            yield matched[state]

    def _new(self, following: dict[int, int], length: int, link: int) -> int:
        self._next.append(following)
        self._length.append(length)
        self._link.append(link)
        self._read.append(0)
        return len(self._link) - 1

    def _split(self, target: int, state: int, symbol: int) -> int:
        """A state for the substrings of `target` that end elsewhere too: those no longer than through `state`."""
        copy = self._new(self._next[target].copy(), self._length[state] + 1, self._link[target])
        self._link[target] = copy
        while state >= 0 and self._next[state].get(symbol) == target:
            self._next[state][symbol] = copy
            state = self._link[state]
        return copy
