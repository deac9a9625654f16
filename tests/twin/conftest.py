"""The command line under test never touches the data of whoever runs the tests."""

from pathlib import Path

import pytest

from configs.settings import load_settings
from fakes.adapters import write_adapter
from twin import wiring
from twin.jobs.authors import ensure_author


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
    settings = load_settings(overrides=[f"data_dir={folder / 'data'}"], environ={})
    ensure_author(wiring.feature_store(settings), "Maud")
    registry = wiring.model_registry(settings)
    for number, bits in enumerate((1.2, 1.1, 1.5), start=1):
        registry.register("maud", write_adapter(folder / f"v{number}", weights=bytes([number]), adapter=bits, base=1.4))
    registry.promote("maud", 1)
    return folder / "data"
