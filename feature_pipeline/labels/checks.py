"""What must hold of examples before they are stored.

What this pipeline itself guarantees is checked and raises. What the data can break, text that an author wrote twice
in two splits, is left out of training and counted. The bound is a run of words: contamination of test sets is found so
by the makers of large models (GPT-3: Brown et al. 2020, appendix C, with 13 words; here near-duplicates are already
joined, and a shorter run may be a habit of the author's).
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from feature_pipeline.errors import BrokenExampleError
from feature_store.passages import showing
from feature_store.records import Chunk, Document, Example, Split, digest_of
from text.words import folded_words

RUN = 25  # words: from here on, a shared run in train and in a held-out target is a leak
HELD_OUT = (Split.VALIDATION, Split.TEST)

Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class CheckedExamples:
    examples: list[Example]
    leaked: int  # left out of train: they share a run with a target of the validation or the test split

    @property
    def left_out(self) -> str:
        """For people; "" when nothing was."""
        return f", {self.leaked} left out of train: held-out text stands in them" if self.leaked else ""


def check(examples: Sequence[Example], documents: Sequence[Document], chunks: Sequence[Chunk]) -> CheckedExamples:
    """The examples without those that leak. Raises BrokenExampleError. Linear in the amount of text."""
    require_sound(examples, documents, chunks)
    kept = without_leaks(examples)
    return CheckedExamples(kept, len(examples) - len(kept))


def require_sound(examples: Sequence[Example], documents: Sequence[Document], chunks: Sequence[Chunk]) -> None:
    """Every target stands verbatim in its document, outside of marked spans and in the document's split; every
    passage is of a chunk of a document of that split. Raises BrokenExampleError, which is a bug of this pipeline."""
    by_id = {document.id: document for document in documents}
    spans = {d.id: ([s.start for s in d.marked], [s.end for s in d.marked]) for d in documents}
    used = [(chunk, by_id[chunk.document_id].split) for chunk in chunks if chunk.document_id in by_id]
    shown = {split: showing(chunk for chunk, its in used if its is split) for split in Split}
    for example in examples:
        document = by_id.get(example.document_id)
        if document is None:
            raise _broken(example, "its document is not among those that are used")
        if not example.target.strip() or example.target != document.text[example.start : example.end]:
            raise _broken(example, "its target is not verbatim what stands there")
        starts, ends = spans[document.id]
        before = bisect_left(starts, example.end)  # spans are disjoint: of these, only the last can reach so far
        if before and ends[before - 1] > example.start:
            raise _broken(example, "its target holds code or another person's words")
        if example.split is not document.split:
            raise _broken(example, f"it is in {example.split}, its document in {document.split}")
        if not all(map(shown[example.split], example.passages)):
            raise _broken(example, f"it shows a passage that is of no document of {example.split}")


def without_leaks(examples: Sequence[Example]) -> list[Example]:
    """Leaves out of train what shares RUN words in a row, in target, request or passages, with a held-out target."""
    grams = _Grams()
    held_out = [grams.of(target) for target in {e.target for e in examples if e.split in HELD_OUT}]
    if not held_out:
        return list(examples)
    forbidden = np.unique(np.concatenate(held_out))
    return [e for e in examples if e.split is not Split.TRAIN or not grams.meets(_texts(e), forbidden)]


def _texts(example: Example) -> Iterable[str]:
    return (example.target, example.request, *(passage.text for passage in example.passages))


class _Grams:
    """Hashes of all runs of RUN words of a text, in any casing. A passage that is shown often is read once."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._met: dict[str, bool] = {}
        factors = [int(digest_of("gram", place)[:16], 16) | 1 for place in range(RUN)]
        self._factors = np.array(factors, dtype=np.uint64)

    def of(self, text: str) -> Hashes:
        """Multilinear hashes modulo 2⁶⁴ of 64-bit word hashes: a chance meeting has a probability of about 2⁻⁶⁰."""
        numbers = np.array([self._number(word) for word in folded_words(text)], dtype=np.uint64)
        if len(numbers) < RUN:
            return np.empty(0, dtype=np.uint64)
        windows = np.lib.stride_tricks.sliding_window_view(numbers, RUN)
        hashes: Hashes = (windows * self._factors).sum(axis=1, dtype=np.uint64)
        return hashes

    def meets(self, texts: Iterable[str], forbidden: Hashes) -> bool:
        """Whether one of `texts` has a run that is in the sorted array `forbidden`, which is always the same."""
        return any(self._text_meets(text, forbidden) for text in texts)

    def _text_meets(self, text: str, forbidden: Hashes) -> bool:
        known = self._met.get(text)
        if known is None:
            hashes = self.of(text)
            places = np.searchsorted(forbidden, hashes)
            found = forbidden[np.minimum(places, len(forbidden) - 1)] == hashes if len(forbidden) else np.zeros(0)
            known = self._met[text] = bool(np.any(found))
        return known

    def _number(self, word: str) -> int:
        number = self._numbers.get(word)
        if number is None:
            number = self._numbers[word] = int(digest_of("word", word)[:16], 16)
        return number


def _broken(example: Example, why: str) -> BrokenExampleError:
    return BrokenExampleError(
        f"an example of document {example.document_id} ({example.kind}, characters {example.start} to {example.end}) "
        f"must not be learned from: {why}. This is a fault of the program: nothing was stored. Please report it."
    )
