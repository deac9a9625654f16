from collections.abc import Sequence

import pytest

from fakes.training_examples import make_example
from feature_store.records import Example, ExampleKind, Split
from model_registry.prompting import PromptRenderer
from training_pipeline.evaluation.held_out import cut, spread

SENTENCES = "The clock ran slow. The kettle did not agree with the weather! So there we are… 时钟走慢了。水壶不同意。"


@pytest.mark.parametrize("tokens", [4, 8, 13, 21, 34, 1000])
def test_a_text_is_cut_to_its_length_at_a_sentence_where_one_ends(renderer: PromptRenderer, tokens: int) -> None:
    text = f"  {SENTENCES} {SENTENCES}  "
    kept = cut(text, renderer, tokens)
    assert text.strip().startswith(kept)
    assert 0 < len(renderer.tokenize(kept)) <= tokens
    if tokens >= 21:
        assert kept[-1] in ".!…。"


def test_a_short_text_stays_whole(renderer: PromptRenderer) -> None:
    assert cut("No full stop here", renderer, 50) == "No full stop here"


def test_a_text_without_spaces_or_sentences_ends(renderer: PromptRenderer) -> None:
    kept = cut("x" * 4000, renderer, 10)
    assert 0 < len(renderer.tokenize(kept)) <= 10


def documents(examples: Sequence[Example]) -> list[str]:
    return [example.document_id for example in examples]


@pytest.mark.parametrize("count", [0, 1, 3, 6])
def test_each_document_has_its_turn_before_any_has_a_second(count: int) -> None:
    twice = [make_example(n, Split.TEST, kind) for n in range(3) for kind in (ExampleKind.WRITE, ExampleKind.CONTINUE)]
    chosen = spread(twice, count)
    assert len(chosen) == count
    assert len(set(documents(chosen))) == min(3, count)


def test_few_of_many_are_from_all_over() -> None:
    many = [make_example(n, Split.TEST) for n in range(100)]
    chosen = spread(list(reversed(many)), 10)
    assert len(set(documents(chosen))) == 10
    assert spread(many, 10) == chosen
