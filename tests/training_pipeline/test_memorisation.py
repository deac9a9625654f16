"""The longest run is found, whatever the text, and compared with what the author repeats of himself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_registry.ports import GeneratedText
from text.words import folded_words
from training_pipeline.evaluation.conditions import Condition, Generations
from training_pipeline.evaluation.judges.memorisation import judge
from training_pipeline.evaluation.suffix_automaton import longest_runs

TEXTS = st.lists(st.text(alphabet="abcd", max_size=14).map(list), max_size=4)
TRAIN = [
    "Half past six. Fog to the gatepost, and the kettle on. The clock in the square has stopped again.",
    "Mr Osgood brought a biscuit tin. It rattled.",
]


def naive(text: list[str], train: list[list[str]]) -> int:
    """The longest piece of `text` that stands in one of `train`, by trying all."""
    pieces = [text[i:j] for i in range(len(text)) for j in range(i + 1, len(text) + 1)]
    held = [piece for piece in pieces if any(piece == t[i : i + len(piece)] for t in train for i in range(len(t)))]
    return max(map(len, held), default=0)


def writings(written: list[str], real: list[str], **others: list[str]) -> Generations:
    by_condition = {Condition.ADAPTER: [GeneratedText(text, 9, True) for text in written]}
    by_condition |= {
        Condition(name): [GeneratedText(text, 9, True) for text in texts] for name, texts in others.items()
    }
    names = [str(place) for place in range(len(real))]
    return Generations(documents=names, requests=names, references=real, by_condition=by_condition)


@given(texts=TEXTS, train=TEXTS)
def test_runs_are_those_that_trying_everything_finds(texts: list[list[str]], train: list[list[str]]) -> None:
    found = longest_runs(texts, [" ".join(text) for text in train])
    assert found == [naive(text, train) for text in texts]


def test_case_and_punctuation_do_not_hide_a_run_and_texts_do_not_join() -> None:
    (run,) = longest_runs([folded_words("She said: FOG to the gatepost; and the kettle, on!")], TRAIN)
    assert run == 8
    (across,) = longest_runs([folded_words("has stopped again. Mr Osgood brought")], TRAIN)
    assert across == 3


def test_a_run_does_not_reach_from_one_judged_text_into_the_next() -> None:
    assert longest_runs([["half", "past"], ["six", "fog"]], TRAIN) == [2, 2]


def test_a_character_of_a_script_without_spaces_is_half_a_word() -> None:
    train = ["今天早上有雾,码头的钟又停了。"]
    assert longest_runs([folded_words("他说今天早上有雾")], train) == [3.0]
    assert longest_runs([folded_words("the clock 钟又停了 again")], ["her clock, 钟又停了 again"]) == [4.0]


def test_the_twin_is_compared_with_the_author_at_the_same_length() -> None:
    copied = "Fog to the gatepost, and the kettle on."  # 8 words
    fresh = "Gulls are liars, mostly, the lot of them."
    own = ["The clock in the square is mended at last, and nobody noticed it but me.", "Mr Osgood brought fog."]
    figures = judge(writings([copied, fresh], own), TRAIN)
    assert (figures["longest_run"].value, figures["mean_run"].value) == (8, 4.5)
    assert (figures["own_longest_run"].value, figures["own_mean_run"].value) == (5, 4)
    assert figures["mean_run"].low is not None
    assert figures["texts"].value == 2
    # of the author's first text only three words are left to be compared with three written ones
    assert judge(writings(["Nothing at all", fresh], own), TRAIN)["own_longest_run"].value == 3


def test_passages_shown_in_the_prompt_are_no_memory() -> None:
    real = ["The tide is out."]
    figures = judge(writings(["Gulls."], real, **{"adapter+retrieval": [TRAIN[0]]}), TRAIN)
    assert figures["longest_run"].value == 0


def test_without_texts_nothing_was_measured() -> None:
    with pytest.raises(ValueError, match="at least one"):
        judge(writings([], []), TRAIN)


@pytest.mark.parametrize("text", ["", "!!! 🙂 …", "\n\n"])
def test_a_text_without_words_has_no_run(text: str) -> None:
    assert judge(writings([text], ["The tide is out."]), TRAIN)["longest_run"].value == 0
