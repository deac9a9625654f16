"""Train, validation and test: by document and by time, so that a judged text is later than every text learned from."""

from collections.abc import Sequence
from dataclasses import replace

from feature_store.records import Document, Split, digest_of

SPLITTING_VERSION = "1"  # to be raised by hand whenever the same documents would be split differently
FEWEST_TO_SPLIT = 5  # documents from which on there is at least one of each


def fingerprint(validation_share: float, test_share: float) -> str:
    return f"{SPLITTING_VERSION}, validation {validation_share}, test {test_share}"


def assign_splits(documents: Sequence[Document], *, validation_share: float, test_share: float) -> list[Document]:
    """The documents with their split; None for those that are not usable.

    The newest `test_share` of the usable ones are the test split, the newest of the rest validation. Undated ones
    count as the oldest; documents of one moment are ordered by a hash. Shares are of all usable documents, rounded.
    """
    order = sorted(
        (document for document in documents if document.usable),
        key=lambda document: (document.created_at, digest_of("split", document.id)),
        reverse=True,
    )
    test = _size(len(order), test_share)
    validation = min(_size(len(order), validation_share), max(0, len(order) - test - 1))
    split_of = {
        document.id: Split.TEST if rank < test else Split.VALIDATION if rank < test + validation else Split.TRAIN
        for rank, document in enumerate(order)
    }
    return [replace(document, split=split_of.get(document.id)) for document in documents]


def _size(count: int, share: float) -> int:
    if share == 0 or count < 2:
        return 0
    return min(count - 1, max(round(count * share), 1 if count >= FEWEST_TO_SPLIT else 0))
