from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from feature_pipeline.privacy.replacing import Replacements
from feature_store.records import Span

TEXT = "0123456789abcdefghijABCDEFGHIJ"


@st.composite
def disjoint(draw: st.DrawFn, longest: int) -> list[tuple[int, int]]:
    """Sorted, disjoint, not empty; neighbours may touch."""
    edges = sorted(draw(st.sets(st.integers(0, len(TEXT)), max_size=longest)))
    pairs = pairwise(edges)
    return [pair for pair in pairs if draw(st.booleans())]


def units(values: Sequence[tuple[int, int, str]]) -> list[tuple[int, str]]:
    """The new text in pieces, each with the place in the old text where it began: written again, slowly."""
    pieces = []
    position = 0
    while position < len(TEXT):
        value = next((v for v in values if v[0] == position), None)
        pieces.append((position, value[2] if value else TEXT[position]))
        position = value[1] if value else position + 1
    return pieces


@given(disjoint(12), disjoint(8), st.data())
def test_spans_cover_the_same_words_as_before(
    values: list[tuple[int, int]], spans: list[tuple[int, int]], data: st.DataObject
) -> None:
    new = [(start, end, data.draw(st.sampled_from(["", "x", "[phone 3f2a]"]))) for start, end in values]
    replacements = Replacements(new)
    text = replacements.apply(TEXT)
    assert text == "".join(piece for _, piece in units(new))
    marked = replacements.shift_spans([Span(start, end, "code") for start, end in spans])
    assert all(one.end <= other.start for one, other in pairwise(marked))
    expected = ["".join(piece for place, piece in units(new) if start <= place < end) for start, end in spans]
    assert [text[span.start : span.end] for span in marked] == [words for words in expected if words]


def test_a_value_across_an_edge_belongs_to_the_span_in_which_it_begins() -> None:
    replacements = Replacements([(4, 8, "…")])
    assert replacements.apply(TEXT[:12]) == "0123…89ab"
    assert replacements.shift_spans([Span(2, 6, "code"), Span(6, 10, "quote")]) == (
        Span(2, 5, "code"),
        Span(5, 7, "quote"),
    )
