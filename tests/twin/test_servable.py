"""A base model that the engine cannot serve is told when it is chosen, and not after an hour of training."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from configs.progress import Silent
from configs.settings import Settings, load_settings
from fakes.tiny_families import SHAPE, write_tokenizer
from model_registry.errors import IncompatibleModelError
from twin.jobs import doctor, serve, train

REFUSED = r"'gemma3_text'.*--set serving\.engine=transformers"


@pytest.fixture
def unservable(data_dir: Path, tmp_path: Path) -> Settings:
    """Settings whose base model is a Gemma, of which only the weights are missing."""
    from safetensors.numpy import save_file

    folder = tmp_path / "gemma"
    folder.mkdir()
    write_tokenizer("gemma3", folder, ["fog and tea"])
    (folder / "config.json").write_text(json.dumps(SHAPE | {"model_type": "gemma3_text"}))
    save_file({"model.norm.weight": np.ones(64, np.float32)}, folder / "model.safetensors")
    return load_settings(overrides=[f"data_dir={data_dir}", f"base_model.name={folder}"], environ={})


@pytest.mark.parametrize(
    "job",
    [
        lambda settings: train.base_model(settings, Silent()),
        lambda settings: serve.serve(settings, ready=lambda _: None, progress=Silent()),
        doctor._engine,
    ],
    ids=["train", "serve", "doctor"],
)
def test_it_is_told_with_the_way_out(job: Callable[[Settings], object], unservable: Settings) -> None:
    with pytest.raises(IncompatibleModelError, match=REFUSED):
        job(unservable)


def test_another_engine_takes_it(unservable: Settings) -> None:
    serving = unservable.serving.model_copy(update={"engine": "transformers"})
    chosen = unservable.model_copy(update={"serving": serving})
    assert train.base_model(chosen, Silent()).config["model_type"] == "gemma3_text"
