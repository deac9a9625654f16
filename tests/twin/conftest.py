"""The command line under test never touches the data of whoever runs the tests."""

import shutil
from pathlib import Path

import pytest

from fakes.forgetting import make_places
from fakes.library import register_versions


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's commands keep their data, in this process and in those that it starts."""
    folder = tmp_path / "data"
    monkeypatch.setenv("TWIN_DATA_DIR", str(folder))
    monkeypatch.setenv("TWIN_CACHE_DIR", str(cache_dir))
    monkeypatch.setenv("TWIN_FEATURE_STORE__ENCODER", "all-minilm-l6-v2")  # the smaller one
    return folder


@pytest.fixture(scope="session")
def three_versions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of Maud's: v1 is champion, v2 is better, v3 is worse than its base model."""
    folder = tmp_path_factory.mktemp("three")
    register_versions(folder / "data", folder)
    return folder / "data"


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """What `make_places` made: not to be changed."""
    return make_places(tmp_path_factory.mktemp("places"))


@pytest.fixture
def forgettable(places: tuple[Path, Path, Path], data_dir: Path) -> None:
    """The data of `places`, as this test's own."""
    shutil.copytree(places[2], data_dir, ignore=shutil.ignore_patterns("lock"))


@pytest.fixture
def blog(forgettable: None, places: tuple[Path, Path, Path], tmp_path: Path) -> Path:
    return places[0]


@pytest.fixture
def letter(places: tuple[Path, Path, Path]) -> Path:
    return places[1]
