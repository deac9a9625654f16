"""What a base model needs, computed from its shape: against published sizes and the shipped configurations."""

from pathlib import Path

import pytest

from configs.settings import HERE, load_settings
from inference_pipeline.engines.openvino import CACHED_TOKENS
from twin.jobs import capacity
from twin.jobs.capacity import GB, SHAPES, Shape, memory_bytes, read_bandwidth
from twin.jobs.doctor import _base_models_that_fit

PUBLISHED = {"SmolLM2-135M": 134.5, "SmolLM2-360M": 361.8, "Qwen3-0.6B": 596.0, "SmolLM2-1.7B": 1711.4,
             "Qwen3-1.7B": 1720.6}  # millions of parameters, by the models' pages  # fmt: skip
LAPTOPS = [shape for shape in SHAPES if shape.config]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_a_shape_has_the_published_number_of_parameters(shape: Shape) -> None:
    assert shape.parameters / 1e6 == pytest.approx(PUBLISHED[shape.name], rel=1e-3)


def test_every_laptop_configuration_has_its_shape() -> None:
    assert sorted(shape.config for shape in LAPTOPS) == sorted(path.stem for path in HERE.glob("laptop-*.yaml"))


@pytest.mark.parametrize("shape", LAPTOPS, ids=lambda shape: shape.name)
def test_a_configuration_says_what_is_computed(shape: Shape) -> None:
    text = (HERE / f"{shape.config}.yaml").read_text(encoding="utf-8")
    for figure in (f"Serving: {shape.serving / GB:.1f} GB", f"(8 B): {shape.training / GB:.1f} GB",
                   f"{shape.tokens_per_second(40 * GB):.1f} tokens/s at 40 GB/s"):  # fmt: skip
        assert figure in text
    settings = load_settings(Path(shape.config), environ={})
    assert settings.base_model.name.rpartition("/")[2].removesuffix("-Instruct") == shape.name
    assert settings.training.gradient_checkpointing == shape.checkpointing
    assert (settings.training.rank, settings.training.tokens_per_step) == (capacity.RANK, capacity.STEP_TOKENS)
    assert settings.serving.engine == "openvino"
    assert capacity.CACHED_TOKENS == CACHED_TOKENS


def test_this_machine_is_measured() -> None:
    assert 0.2 * GB < read_bandwidth() < 2000 * GB
    assert 1 * GB < memory_bytes() < 100_000 * GB


@pytest.mark.parametrize(("memory", "fitting"), [(4, 1), (8, 2), (16, 3), (64, 5)])
def test_a_small_machine_is_told_what_fits(memory: int, fitting: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capacity, "memory_bytes", lambda: memory * GB)
    monkeypatch.setattr(capacity, "read_bandwidth", lambda: 40 * GB)
    machine, *models = _base_models_that_fit()
    assert machine.found.startswith(f"{memory} GB")
    assert [model.found.startswith("fits") for model in models] == [True] * fitting + [False] * (5 - fitting)
    assert all(model.ok for model in models)
    assert "about 17 tokens/s (--config laptop-qwen3-0.6b)" in models[2].found
