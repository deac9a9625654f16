from itertools import pairwise

import pytest

from text.clauses import FEWEST, LONG, clauses
from text.sentences import sentences
from text.words import count_words

SHORT = "The ferry was late again, and nobody said a word; the tea was cold."
RUN_ON = (
    "the ferry was late again and nobody on the quay said a word about it, "
    "and the harbour master (a careful man, who counts everything twice, as a rule) wrote it down in the book — "
    "he has a book for that, and the tea was cold by then."
)


def said(text: str) -> list[str]:
    return [text[start:end] for start, end in clauses(text)]


def test_a_short_sentence_is_never_cut() -> None:
    assert said(f"{SHORT} {SHORT}") == [SHORT, SHORT]


def test_a_long_one_is_cut_at_its_marks_outside_brackets_and_nothing_is_lost() -> None:
    assert said(RUN_ON) == [
        "the ferry was late again and nobody on the quay said a word about it,",
        "and the harbour master (a careful man, who counts everything twice, as a rule) wrote it down in the book —",
        "he has a book for that, and the tea was cold by then.",
    ]
    assert " ".join(said(RUN_ON)) == RUN_ON
    assert all(count_words(part) >= FEWEST for part in said(RUN_ON))


def test_a_sentence_without_marks_stays_whole_however_long() -> None:
    long = "I rocked the wheel and it did nothing " * 8 + "and then it turned."
    assert count_words(long) > LONG
    assert said(long) == [long]


@pytest.mark.parametrize("text", ["", "...", ", , , " * 40, "(" + "a, " * 60, "一句很长的话，" * 30 + "完。"])
def test_whatever_the_text_parts_lie_in_order_within_its_sentences(text: str) -> None:
    parts, whole = list(clauses(text)), list(sentences(text))
    assert all(one.end <= other.start for one, other in pairwise(parts))
    assert {w.start for w in whole} <= {p.start for p in parts}
    assert {w.end for w in whole} <= {p.end for p in parts}
