from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from fakes.posts import document
from feature_pipeline.deduplication import join_near_duplicates
from feature_store.records import Document

WORDS = [f"word{i}" for i in range(200)]


def doc(name: str, text: list[str], created_at: str = "2023-01-01T00:00:00+00:00", min_words: int = 1) -> Document:
    return document(" ".join(text), source_id=name, created_at=created_at, min_words=min_words)


def joined(documents: list[Document], threshold: float = 0.8) -> dict[str, str]:
    names = {d.id: d.source_id for d in documents}
    return {d.source_id: names.get(d.duplicate_of, "") for d in join_near_duplicates(documents, threshold=threshold)}


def test_the_fullest_stays_then_the_oldest() -> None:
    shorter = doc("shorter", WORDS[:190])
    copies = [doc("new", WORDS, "2024-01-01"), doc("old", WORDS, "2020-01-01"), doc("undated", WORDS, "")]
    assert joined([shorter, *copies]) == {"shorter": "old", "new": "old", "old": "", "undated": "old"}


def test_the_threshold_is_exact() -> None:
    # 196 and 186 word 5-grams, of which 186 are shared: Jaccard 0.949.
    pair = [doc("a", WORDS), doc("b", WORDS[:190])]
    assert joined(pair, threshold=0.949) == {"a": "", "b": ""}
    assert joined(pair, threshold=0.948) == {"a": "", "b": "a"}


def test_clusters_are_joined_through_what_they_share() -> None:
    first, middle, last = (
        doc("first", WORDS[:180]),
        doc("middle", WORDS[12:192]),
        doc("last", WORDS[24:200] + ["x"] * 4),
    )
    assert joined([first, last]) == {"first": "", "last": ""}
    assert list(joined([first, middle, last]).values()).count("") == 1


def test_what_both_quote_makes_no_duplicates() -> None:
    quote = "> " + " ".join(WORDS)
    pair = [
        document(f"I like this a lot.\n\n{quote}", source_id="a"),
        document(f"Well, no thank you.\n\n{quote}", source_id="b"),
    ]
    assert joined(pair) == {"a": "", "b": ""}


def test_quarantined_documents_are_left_alone() -> None:
    assert joined([doc("a", WORDS[:10], min_words=20), doc("b", WORDS[:10])]) == {"a": "", "b": ""}


def test_a_stored_mark_does_not_outlive_its_duplicate() -> None:
    alone = replace(doc("a", WORDS), duplicate_of="gone")
    assert joined([alone]) == {"a": ""}


def test_a_large_family_is_one_cluster() -> None:
    family = [doc(f"{i}", [*WORDS[:i], f"other{i}", *WORDS[i + 1 :]]) for i in range(150)]
    assert list(joined(family).values()).count("") == 1


@given(st.permutations(range(8)))
def test_the_order_of_the_input_does_not_matter(order: list[int]) -> None:
    documents = [doc(f"{i}", WORDS[i * 4 : 160 + i * 4]) for i in range(8)]
    assert joined([documents[i] for i in order]) == joined(documents)
