from dataclasses import replace
from pathlib import Path

import pytest

from fakes.feature_records import commit_features, make_post, make_profile, make_version
from fakes.feature_store import InMemoryFeatureStore
from fakes.training_examples import make_example
from feature_store.records import Example, ExampleKind, Split
from feature_store.versions import FeatureVersion
from model_registry.feedback import row_id
from model_registry.prompting import PromptRenderer
from training_pipeline.data.splits import TrainingData, select, thin
from training_pipeline.errors import FeaturesErasedError, TooLittleTextError
from training_pipeline.pipeline import require_kept, require_unerased


class Examples:
    """The one read of the feature store that selection makes."""

    def __init__(self, examples: list[Example]) -> None:
        self._examples = examples

    def examples(self, author: str, version: FeatureVersion, split: Split | None = None) -> list[Example]:
        return [example for example in self._examples if example.split is split]


def chosen(examples: list[Example], renderer: PromptRenderer) -> TrainingData:
    store = Examples(examples)
    return select(store, make_version(1), renderer, end_of_turn=2, max_tokens=256, test_tokens=16_000)  # type: ignore[arg-type]


def test_no_document_of_the_test_split_is_learned_from(renderer: PromptRenderer) -> None:
    examples = [make_example(i) for i in range(8)]
    examples += [make_example(i, Split.VALIDATION) for i in range(8, 10)]
    examples += [make_example(i, Split.TEST) for i in range(10, 12)]
    examples += [make_example(12, Split.TEST, ExampleKind.ANSWER)]
    data = chosen(examples, renderer)
    assert {s.document_id for s in data.train} == {f"d{i}" for i in range(8)}
    assert {s.document_id for s in data.validation} == {"d8", "d9"}
    assert {s.document_id for s in data.test} == {"d10", "d11"}  # an answer's text is some other example's text too
    assert len(data.prompts) == 2  # one of each kind that there is


@pytest.mark.parametrize(("train", "test"), [(3, 2), (8, 0)])
def test_too_little_text_is_said_with_the_figures(renderer: PromptRenderer, train: int, test: int) -> None:
    examples = [make_example(i) for i in range(train)] + [make_example(i, Split.TEST) for i in range(20, 20 + test)]
    with pytest.raises(TooLittleTextError, match=f"{train} examples to learn from and {test} to judge by"):
        chosen(examples, renderer)


def test_thinning_spreads_over_the_documents_within_the_bound(renderer: PromptRenderer) -> None:
    long = [replace(make_example(i, Split.TEST), document_id=f"t{i // 6}") for i in range(60)]
    data = chosen(long + [make_example(i) for i in range(50, 58)], renderer)
    total = sum(len(s.ids) for s in data.test)
    kept = thin(data.test, total // 5)
    assert total // 6 <= sum(len(s.ids) for s in kept) <= total // 4
    assert len({s.document_id for s in kept}) == 10
    assert thin(data.test, total) == data.test
    assert len(thin(data.test, 1)) == 1


def test_a_model_that_learnt_from_what_was_erased_meanwhile_is_not_kept() -> None:
    store = InMemoryFeatureStore()
    store.create_author(make_profile())
    features, _ = commit_features(store, "a", "b")
    require_unerased(store, features)
    store.forget("maud", [make_post("b")])
    store.erase("maud")
    with pytest.raises(FeaturesErasedError, match="twin train maud"):
        require_unerased(store, features)


def test_a_model_that_learnt_from_feedback_that_was_erased_meanwhile_is_not_kept(tmp_path: Path) -> None:
    file = tmp_path / "maud.jsonl"
    require_kept("maud", (), file)
    file.write_bytes(b'{"request": "a"}\n{"request": "b"}\n')
    learnt = [row_id(b'{"request": "b"}')]
    require_kept("maud", learnt, file)
    file.write_bytes(b'{"request": "a"}\n')
    with pytest.raises(FeaturesErasedError, match="twin train maud"):
        require_kept("maud", learnt, file)
