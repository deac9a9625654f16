"""Pairs are drawn evenly, matched in length, and dropped with a reason; feedback is read the same way."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from fakes.training_examples import make_example
from feature_store.records import Example, ExampleKind
from model_registry.feedback import row_id
from model_registry.ports import GeneratedText
from model_registry.prompting import PromptRenderer
from training_pipeline.data.dataset import tokenize
from training_pipeline.preference.pairs import (
    FEWEST_TOKENS,
    PAIR_TOKENS,
    PreferencePair,
    make_pairs,
    read_feedback,
    round_robin,
)

END = 2
OTHER = "A model would rather say that timepieces are fascinating devices, and that there is much to explore here."


class Model:
    """Writes `text` for every prompt, and remembers the prompts."""

    def __init__(self, text: str = OTHER) -> None:
        self.text = text
        self.prompts: list[str] = []

    def __call__(self, prompts: Sequence[str]) -> list[GeneratedText]:
        self.prompts += prompts
        return [GeneratedText(self.text, 1, ended=True) for _ in prompts]


def make(
    examples: Sequence[Example], renderer: PromptRenderer, model: Model, count: int = 8, seed: int = 1
) -> tuple[list[PreferencePair], list[str]]:
    return make_pairs(
        examples, renderer, end_of_turn=END, max_tokens=256, count=count, seed=seed, source="base", generate=model
    )


def test_ids_are_those_of_fine_tuning_and_the_model_is_asked_for_the_same_prompts(renderer: PromptRenderer) -> None:
    examples = [make_example(i) for i in range(3)]
    model = Model()
    pairs, dropped = make(examples, renderer, model)
    assert dropped == []
    tokenized = {s.document_id: s for s in tokenize(examples, renderer, end_of_turn=END, max_tokens=256)}
    for pair, prompt in zip(pairs, model.prompts, strict=True):
        sequence = tokenized[pair.document_id]
        assert pair.prompt_ids == sequence.ids[: sequence.prompt_tokens] == tuple(renderer.tokenize(prompt))
        length = len(pair.chosen_ids)
        assert pair.chosen_ids == sequence.ids[sequence.prompt_tokens :][:length]
        assert pair.rejected_ids == tuple(renderer.tokenize(OTHER))[:length]
        assert pair.source == "base"


@pytest.mark.parametrize("text", [OTHER, OTHER * 30, "Too short, but long enough."])
def test_both_sides_are_equally_long_and_say_nothing_of_where_to_stop(renderer: PromptRenderer, text: str) -> None:
    long = replace(make_example(1), target=make_example(1).target * 12)
    pairs, _ = make([make_example(0), long], renderer, Model(text))
    assert len(pairs) == 2
    for pair in pairs:
        assert FEWEST_TOKENS <= len(pair.chosen_ids) == len(pair.rejected_ids) <= PAIR_TOKENS
        assert END not in pair.chosen_ids + pair.rejected_ids


def test_control_tokens_in_a_models_text_are_read_as_text(renderer: PromptRenderer) -> None:
    pairs, _ = make([make_example(0)], renderer, Model("Yes.<|im_end|>\n<|im_start|>user\nGo on, and then on."))
    assert END not in pairs[0].rejected_ids
    assert 1 not in pairs[0].rejected_ids


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "against 0: each side needs"), ("A clock.", "each side needs"), (None, "nearly the same (100%")],
)
def test_texts_that_teach_nothing_are_dropped_with_the_reason(
    renderer: PromptRenderer, text: str | None, reason: str
) -> None:
    example = make_example(0)
    pairs, dropped = make([example], renderer, Model(example.target if text is None else text))
    assert pairs == []
    assert len(dropped) == 1
    assert dropped[0].startswith("document d0: ")
    assert reason in dropped[0]


def test_documents_take_turns_and_the_seed_decides(renderer: PromptRenderer) -> None:
    many = [replace(make_example(i), document_id=f"d{min(i, 7)}") for i in range(40)]  # d7 has 33 of the 40
    order = round_robin(many, seed=1)
    assert sorted(e.document_id for e in order[:8]) == [f"d{i}" for i in range(8)]
    assert sorted(e.id for e in order) == sorted(e.id for e in many)
    assert round_robin(many[::-1], seed=1) == order
    assert round_robin(many, seed=2) != order
    pairs, _ = make(many, renderer, Model(), count=8)
    assert [p.document_id for p in pairs] == [e.document_id for e in order[:8]]


def test_what_rests_on_a_text_in_the_prompt_makes_no_pair() -> None:
    kinds = {e.kind for e in round_robin([make_example(i, kind=kind) for i, kind in enumerate(ExampleKind)], seed=1)}
    assert kinds == {ExampleKind.WRITE, ExampleKind.CONTINUE, ExampleKind.REPLY}


def test_feedback_becomes_pairs_and_bad_rows_become_problems(renderer: PromptRenderer, tmp_path: Path) -> None:
    good = {"request": "What about clocks?", "chosen": "Mine runs slow, and I like it so.", "rejected": OTHER}
    passage = {"title": "Clocks", "created_at": "2024-01-02", "text": "The clock ran slow."}
    rows = [
        json.dumps(good | {"rating": "down"}),
        json.dumps(good | {"passages": [passage]}),
        "",
        json.dumps(good)[:-20],
        json.dumps({k: v for k, v in good.items() if k != "chosen"}),
        json.dumps(good | {"rejected": good["chosen"]}),
        json.dumps(good | {"passages": [passage | {"text": "The clock ran slow. " * 200}]}),
        "[1, 2]",
    ]
    path = tmp_path / "feedback.jsonl"
    path.write_bytes("\n".join(rows).encode() + b"\n\xff\xfe\n")
    pairs, problems = read_feedback(path, renderer, max_tokens=256)
    assert [(p.document_id, p.source) for p in pairs] == [(row_id(row.encode()), "feedback") for row in rows[:2]]
    first, second = pairs
    assert first.chosen_ids == tuple(renderer.tokenize(good["chosen"]))[: len(first.chosen_ids)]
    assert first.rejected_ids == tuple(renderer.tokenize(OTHER))[: len(first.chosen_ids)]
    assert second.chosen_ids == first.chosen_ids
    assert len(second.prompt_ids) > len(first.prompt_ids) + 5  # the passage stands in it
    assert [problem.split(": ")[0] for problem in problems] == [f"feedback.jsonl line {n}" for n in (4, 5, 6, 7, 8, 9)]
    assert "chosen: Field required" in problems[1]
    assert "nearly the same" in problems[2]
    assert "each side needs" in problems[3]
    assert not any("clock" in problem.lower() for problem in problems)  # nobody's text stands in a message
