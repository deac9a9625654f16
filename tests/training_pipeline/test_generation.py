from pathlib import Path

import pytest

from configs.progress import Silent
from configs.settings import EvaluationSettings, load_settings
from fakes.probes import FakeServing
from feature_store.records import Passage
from model_registry.prompting import PromptRenderer
from training_pipeline.evaluation.generation import FILE, CachedGenerator

PROMPTS = ["one", "two", "three", "four"]


@pytest.fixture
def evaluation() -> EvaluationSettings:
    return load_settings(environ={}).evaluation


def generator(
    serving: FakeServing, renderer: PromptRenderer, evaluation: EvaluationSettings, folder: Path, base: str = "b1"
) -> CachedGenerator:
    return CachedGenerator(serving, renderer, evaluation, base_fingerprint=base, folder=folder, progress=Silent())


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    folder = tmp_path / "adapter"
    folder.mkdir()
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    return folder


def test_every_prompt_gets_its_text_and_a_seed_of_its_own(
    tmp_path: Path, renderer: PromptRenderer, evaluation: EvaluationSettings
) -> None:
    serving = FakeServing()
    texts = generator(serving, renderer, evaluation, tmp_path).generate("write", None, PROMPTS)
    assert [text.text.split(" / ")[0] for text in texts] == PROMPTS
    assert len({seed for _, _, seed in serving.asked}) == len(PROMPTS)


def test_a_kill_costs_what_was_under_way(
    tmp_path: Path, renderer: PromptRenderer, evaluation: EvaluationSettings
) -> None:
    whole = generator(FakeServing(), renderer, evaluation, tmp_path / "whole").generate("write", None, PROMPTS)
    dying = FakeServing(dies_at=2)
    with pytest.raises(KeyboardInterrupt):
        generator(dying, renderer, evaluation, tmp_path / "killed").generate("write", None, PROMPTS)
    again = FakeServing()
    assert generator(again, renderer, evaluation, tmp_path / "killed").generate("write", None, PROMPTS) == whole
    assert [prompt for _, prompt, _ in again.asked] == PROMPTS[2:]


def test_a_line_cut_short_costs_that_text_alone(
    tmp_path: Path, renderer: PromptRenderer, evaluation: EvaluationSettings
) -> None:
    whole = generator(FakeServing(), renderer, evaluation, tmp_path).generate("write", None, PROMPTS)
    kept = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(kept[:-10])
    for expected in (1, 0):  # the text written next to the torn line is whole
        serving = FakeServing()
        assert generator(serving, renderer, evaluation, tmp_path).generate("write", None, PROMPTS) == whole
        assert len(serving.asked) == expected


def test_what_decides_a_text_names_it(
    tmp_path: Path, renderer: PromptRenderer, evaluation: EvaluationSettings, adapter: Path
) -> None:
    def asked(base: str = "b1", model: Path | None = None, settings: EvaluationSettings = evaluation) -> int:
        serving = FakeServing()
        generator(serving, renderer, settings, tmp_path, base).generate("write", model, PROMPTS)
        return len(serving.asked)

    assert asked() == len(PROMPTS)
    assert asked() == 0
    assert asked(base="b2") == len(PROMPTS)
    assert asked(model=adapter) == len(PROMPTS)
    assert asked(settings=evaluation.model_copy(update={"temperature": 0.5})) == len(PROMPTS)
    (adapter / "adapter_model.safetensors").write_bytes(b"other weights")
    assert asked(model=adapter) == len(PROMPTS)
    (adapter / "README.md").write_text("not what it writes with")
    assert asked(model=adapter) == 0


def test_prompts_are_those_of_inference(
    tmp_path: Path, renderer: PromptRenderer, evaluation: EvaluationSettings
) -> None:
    passage = Passage("The clock", "2024-01-02", "It ran slow.")
    prompt = generator(FakeServing(), renderer, evaluation, tmp_path).prompt("Write a post.", [passage])
    assert renderer.author_name in prompt
    assert prompt.index("It ran slow.") < prompt.index("Write a post.")
