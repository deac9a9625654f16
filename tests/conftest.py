"""What every test may use. Sockets are blocked except loopback (pyproject.toml), and no hub is ever asked."""

import os
from pathlib import Path

import hypothesis
import pytest

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # spinning threads starve the other processes that tests start

from configs.settings import Settings, load_settings
from model_registry.base_models import BaseModelFiles, find_base_model

# How long an example takes says something of the machine's other work, and nothing of the code.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

PROJECT = Path(__file__).parent.parent
SHARED = PROJECT.parent / "shared"


# They take longest: with two processes, what begins last decides when the run ends.
FIRST = ("tests/end_to_end/", "tests/quality/test_twins.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("gpu"):
        import torch

        if not torch.cuda.is_available():
            pytest.skip("no CUDA device is here")


@pytest.fixture(scope="session")
def cache_dir() -> Path:
    """Shared by all tests and with `make twin`: unpacking the base model takes half a minute."""
    return load_settings().cache_dir


@pytest.fixture(scope="session")
def default_settings(cache_dir: Path) -> Settings:
    """The default settings, blind to the environment; with the smaller encoder, as most tests are not about finding."""
    return load_settings(overrides=[f"cache_dir={cache_dir}", "feature_store.encoder=all-minilm-l6-v2"], environ={})


@pytest.fixture
def settings(tmp_path: Path, default_settings: Settings) -> Settings:
    """The default settings over an empty data folder, blind to the environment."""
    return default_settings.model_copy(update={"data_dir": tmp_path / "data"})


@pytest.fixture(scope="session")
def base_model(cache_dir: Path) -> BaseModelFiles:
    return find_base_model("smollm2-135m-instruct", cache_dir)


@pytest.fixture
def shared() -> Path:
    """The corpora beside the checkout, where they are."""
    if not SHARED.is_dir():
        pytest.skip("../shared is not here")
    return SHARED
