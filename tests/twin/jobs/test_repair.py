"""`twin doctor --repair`, after damage to all that can be made again: digests, ranks and champion are as before."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from configs.errors import ExitCode
from configs.settings import Settings, load_settings
from fakes.library import collect_posts, register_versions
from twin import wiring
from twin.cli import run
from twin.jobs.repair import repair

QUESTION = "how many turns of the harbour clock on day 3"


@pytest.fixture
def library(tmp_path: Path, data_dir: Path) -> Settings:
    """Eleven posts of Maud's in F1, and in F2 one more; three versions of hers."""
    made = tmp_path / "made"
    made.mkdir()
    data = collect_posts(made)
    assert run(["--set", f"data_dir={data}", "features"]) == ExitCode.OK
    register_versions(data, made)
    data.rename(data_dir)  # MLflow keeps what it has opened, by its path
    return load_settings()


def state(settings: Settings) -> dict[str, Any]:
    """Everything that must be as it was."""
    store, registry = wiring.feature_store(settings), wiring.model_registry(settings)
    encoder = wiring.encoder(settings, "maud")
    found: dict[str, Any] = {"digests": [version.digest for version in store.versions("maud")]}
    with wiring.online_index(settings) as index:
        for version in store.versions("maud"):
            found[version.name] = [
                (one.chunk.id, round(one.score, 6))
                for one in index.search(
                    author="maud",
                    encoder=version.encoder,
                    version=version.number,
                    text=QUESTION,
                    vector=encoder.encode([QUESTION])[0],
                    limit=20,
                )
            ]
    found["versions"] = [(one.name, one.folder.name, one.aliases) for one in registry.versions("maud")]
    return found


def flip(path: Path, at: int = 40) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        (byte,) = file.read(1)
        file.seek(at)
        file.write(bytes([byte ^ 64]))


def repaired(settings: Settings, cache: Path) -> str:
    return " ".join(repair(settings.model_copy(update={"cache_dir": cache})))


@pytest.mark.slow
def test_after_the_repair_all_is_as_before_the_damage(
    library: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cache = tmp_path / "cache"
    before = state(library)
    assert (len(before["F1"]), len(before["F2"])) == (9, 10)
    assert repaired(library, cache) == ""
    served = cache / "served" / "base-0123456789ab.gguf"
    served.parent.mkdir(parents=True, exist_ok=True)
    served.write_bytes(b"half a model")
    for vectors in library.data_dir.glob("index/*/maud/F2/**/chunk_0.mmap"):
        flip(vectors)
    (library.data_dir / "models" / "mlflow.db").write_bytes(b"")
    capsys.readouterr()
    assert run(["features"]) == ExitCode.ENVIRONMENT
    assert "twin doctor --repair" in capsys.readouterr().err
    assert run(["models"]) == ExitCode.ENVIRONMENT
    assert "twin doctor --repair" in capsys.readouterr().err
    done = repaired(library, cache)
    for part in ("base-0123456789ab.gguf", "mlflow.db", "the index of maud is made again, of F1 to F2"):
        assert part in done
    assert not served.exists()
    assert state(library) == before
    assert repaired(library, cache) == ""
    shutil.rmtree(library.data_dir / "index")
    assert "F2 was not in it" in repaired(library, cache)
    assert state(library) == before


@pytest.mark.slow
def test_versions_whose_features_are_no_longer_what_they_were_are_not_used_again(
    library: Settings, tmp_path: Path
) -> None:
    """What was tainted stood in the database alone."""
    for name in ("mlflow.db", "mlflow.kept.db"):
        (library.data_dir / "models" / name).unlink()
    done = repaired(library, tmp_path / "cache")
    assert "v1, v2, v3 of maud may not be used any more" in done  # they say that they learnt from another F1
    assert all(version.tainted for version in wiring.model_registry(library).versions("maud"))
