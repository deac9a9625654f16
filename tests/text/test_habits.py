"""Figures of a style, against texts whose figures are known."""

import pytest

from text.habits import UNITS, count_habits


def test_the_figures_of_a_text_that_can_be_counted_by_hand() -> None:
    first = ["Half past six. I do not hold with brooms (in clocks).", "It was slow; so I wound it! Was it mine?"]
    second = ["it is WET — don't ask 😀😀."]
    habits = count_habits([first, second])
    figures = habits.figures()
    assert habits.lengths == [3, 8, 7, 3, 5]
    assert figures["sentence length"] == pytest.approx(26 / 5)
    assert figures["sentences of at most 5 words"] == pytest.approx(3 / 5)
    assert figures["paragraph length"] == pytest.approx(5 / 3)
    assert figures["first sentence of a text"] == pytest.approx(4)
    assert figures["last sentence of a text"] == pytest.approx(4)
    assert figures["texts that end with a question"] == pytest.approx(0.5)
    assert figures["sentences that begin with a small letter"] == pytest.approx(0.2)
    for name in ("semicolons", "brackets", "exclamation marks", "question marks", "dashes", "words in capitals"):
        assert figures[name] == pytest.approx(1000 / 26), name
    assert figures["contractions (don't, I'm)"] == pytest.approx(1000 / 26)
    assert figures["emoji"] == pytest.approx(2000 / 26)
    assert habits.words["it"] == 4
    assert habits.texts_with["it"] == 2
    assert habits.phrases["i do not"] == 1
    assert set(figures) <= set(UNITS)


def test_a_script_without_spaces_is_counted_in_words_of_one_with_spaces() -> None:
    habits = count_habits([["母の皿が欠けたので、漆で継いだ。"]])
    assert habits.lengths == [7]
    assert habits.word_count == 7
    assert habits.figures()["commas"] == pytest.approx(1000 / 7)


def test_no_text_has_no_figures() -> None:
    assert count_habits([[], ["…"]]).figures() == {}
