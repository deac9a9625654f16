from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from fakes.posts import document
from feature_pipeline.splitting import assign_splits
from feature_store.records import Document, Split


def dated(count: int, undated: int = 0) -> list[Document]:
    dates = [f"2023-{1 + i // 28:02}-{1 + i % 28:02}T00:00:00+00:00" for i in range(count)] + [""] * undated
    return [document("words", source_id=f"{i}.md", created_at=date) for i, date in enumerate(dates)]


def split(documents: list[Document], share: float = 0.1) -> list[Document]:
    return assign_splits(documents, validation_share=share, test_share=share)


def test_the_newest_are_test_and_those_before_them_validation() -> None:
    splits = [d.split for d in split(dated(20))]
    assert splits == [Split.TRAIN] * 16 + [Split.VALIDATION] * 2 + [Split.TEST] * 2


def test_undated_documents_are_learned_from() -> None:
    documents = split(dated(18, undated=2))
    assert {d.split for d in documents if not d.created_at} == {Split.TRAIN}


def test_without_any_date_the_split_is_by_hash() -> None:
    documents = split(dated(0, undated=20))
    assert Counter(d.split for d in documents) == {Split.TRAIN: 16, Split.VALIDATION: 2, Split.TEST: 2}
    assert [d.split for d in documents] != [Split.TRAIN] * 16 + [Split.VALIDATION] * 2 + [Split.TEST] * 2


def test_unusable_documents_have_no_split() -> None:
    documents = dated(6)
    documents[0] = replace(documents[0], quarantine="draft", split=Split.TRAIN)
    documents[5] = replace(documents[5], duplicate_of="x")
    splits = [d.split for d in split(documents)]
    assert splits == [None, Split.TRAIN, Split.TRAIN, Split.TRAIN, Split.TRAIN, None]


@given(st.integers(0, 40), st.integers(0, 20), st.sampled_from([0.0, 0.1, 0.3, 0.5]))
def test_every_size_of_author(count: int, undated: int, share: float) -> None:
    documents = split(dated(count, undated), share)
    sizes = Counter(d.split for d in documents)
    assert sum(sizes.values()) == count + undated
    assert sizes[Split.TRAIN] >= min(1, len(documents))
    if len(documents) >= 5 and share:
        assert sizes[Split.TEST] >= 1
        assert sizes[Split.VALIDATION] >= 1
    assert split(list(reversed(documents)), share) == list(reversed(documents))
    newest_train = max((d.created_at for d in documents if d.split is Split.TRAIN), default="")
    assert all(d.created_at >= newest_train for d in documents if d.split is Split.TEST)
