"""A registry that was used, to be copied; a tiny llama and adapters of it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fakes.adapters import aliases, evaluation, write_adapter
from fakes.tiny_llama import write_lora, write_tiny_llama
from model_registry.backends.mlflow import MlflowRegistry
from model_registry.base_models import BaseModelFiles
from training_pipeline.evaluation.judges import load_judges


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `template`, a registry of four versions of maud (v2 previous, v3 champion, v4 candidate; v1 and v4
    were judged again), `trained-5`, an adapter that is not registered, and `judging`, another evaluation of v4."""
    work = tmp_path_factory.mktemp("used")
    registry = MlflowRegistry(work / "template", judges=load_judges)
    for number in range(1, 6):
        trained = write_adapter(work / f"trained-{number}", weights=b"%d" % number)
        if number < 5:
            registry.register("maud", trained)
        if number in (2, 3):
            registry.promote("maud", number)
    for number in (1, 4):
        registry.record_evaluation("maud", number, evaluation(style=0.8))
    (work / "judging").write_text(evaluation(style=0.9).model_dump_json(), encoding="utf-8")
    assert aliases(registry) == {"v1": (), "v2": ("previous",), "v3": ("champion",), "v4": ("candidate",)}
    return work


@pytest.fixture(scope="session")
def tiny_llama(base_model: BaseModelFiles, tmp_path_factory: pytest.TempPathFactory) -> BaseModelFiles:
    return write_tiny_llama(tmp_path_factory.mktemp("tiny-llama"), base_model)


@pytest.fixture(scope="session")
def make_adapter(tiny_llama: BaseModelFiles, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Arguments are LoraConfig's."""
    return lambda **lora: write_lora(tmp_path_factory.mktemp("adapter"), tiny_llama, **lora)
