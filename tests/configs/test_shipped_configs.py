"""Every shipped configuration loads, says how it is used, and holds only what differs from default.yaml."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from configs.settings import HERE, load_settings

OTHERS = sorted(path.stem for path in HERE.glob("*.yaml") if path.stem != "default")


def flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in values.items():
        found |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return found


def read(name: str) -> dict[str, Any]:
    return flat(yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8")))


def test_there_are_some() -> None:
    assert {"gpu", "smollm2-1.7b", "qwen3-4b", "llama-3.1-8b", "laptop-qwen3-0.6b"} <= set(OTHERS)


@pytest.mark.parametrize("name", OTHERS)
def test_it_loads_by_name_and_its_values_arrive(name: str) -> None:
    settings = flat(load_settings(Path(name), environ={}).model_dump())
    assert {key: settings[key] for key in read(name)} == read(name)


@pytest.mark.parametrize("name", OTHERS)
def test_it_holds_only_what_differs(name: str) -> None:
    default = read("default")
    assert [key for key, value in read(name).items() if default[key] == value] == []


@pytest.mark.parametrize("name", OTHERS)
def test_its_head_says_how_to_use_it_and_what_memory_it_needs(name: str) -> None:
    head = (HERE / f"{name}.yaml").read_text(encoding="utf-8").partition("\n\n")[0]
    assert f"twin --config {name} up" in head.splitlines()[0]
    assert "GB" in (HERE / f"{name}.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [name for name in OTHERS if not name.startswith("laptop-")])
def test_a_model_for_a_gpu_is_served_by_transformers(name: str) -> None:
    """The OpenVINO engine runs on a CPU."""
    settings = load_settings(Path(name), environ={})
    assert settings.serving.engine == "transformers"
    assert settings.training.device == "cuda"
