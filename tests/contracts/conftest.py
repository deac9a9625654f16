"""Every FeatureWriter and every ModelPublisher, the real ones and the fakes."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fakes.adapters import write_adapter
from fakes.feature_records import make_profile
from fakes.feature_store import InMemoryFeatureStore
from fakes.model_registry import InMemoryRegistry
from feature_store.backends.delta import DeltaFeatureStore
from feature_store.ports import FeatureWriter
from model_registry.backends.mlflow import MlflowRegistry
from model_registry.ports import ModelPublisher
from training_pipeline.evaluation.judges import load_judges

BACKENDS: dict[str, Callable[[Path], FeatureWriter]] = {
    "delta": lambda folder: DeltaFeatureStore(folder, min_free_mb=1),
    "memory": lambda folder: InMemoryFeatureStore(),
}


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FeatureWriter:
    made = BACKENDS[request.param](tmp_path)
    made.create_author(make_profile())
    return made


Train = Callable[..., Path]


@pytest.fixture(scope="session")
def empty_mlflow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry that was used once: creating the database takes seconds."""
    root = tmp_path_factory.mktemp("registry")
    MlflowRegistry(root, judges=load_judges).log_run("nobody", {}, [])
    return root


@pytest.fixture(params=["mlflow", "memory"])
def registry(request: pytest.FixtureRequest, tmp_path: Path) -> ModelPublisher:
    root = tmp_path / "registry"
    if request.param == "memory":
        return InMemoryRegistry(root)
    shutil.copytree(request.getfixturevalue("empty_mlflow"), root)
    return MlflowRegistry(root, judges=load_judges)


@pytest.fixture
def train(tmp_path: Path) -> Train:
    """Make an adapter folder; each has other weights. Arguments are those of `write_adapter`."""
    made: list[Path] = []

    def make(**manifest: object) -> Path:
        made.append(tmp_path / f"trained-{len(made)}")
        return write_adapter(made[-1], weights=f"weights {len(made)}".encode(), **manifest)  # type: ignore[arg-type]

    return make
