"""`twin doctor --repair`, after damage to all that can be made again: digests, ranks and champion are as before."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from configs.errors import ExitCode
from configs.settings import Settings, load_settings
from fakes.adapters import write_adapter
from fakes.library import collect_posts, register_versions
from model_registry.manifest import AdapterManifest, read_manifest, write_manifest
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


@dataclass
class Lost:
    """Versions of Maud's, trained on her F1 as it is, and then the registry's database and its copy are gone."""

    folder: Path
    data_dir: Path

    def make(self, *figures: float) -> Settings:
        """v1, v2 …, of so many bits per byte, where the base has 1.4. v1 was champion."""
        data = collect_posts(self.folder)
        settings = load_settings(overrides=[f"data_dir={data}"])
        registry, features = wiring.model_registry(settings), wiring.feature_store(settings).version("maud", 1)
        lineage = {"number": 1, "digest": features.digest, "encoder": features.encoder}
        for number, bits in enumerate(figures, start=1):
            made = write_adapter(self.folder / f"v{number}", weights=bytes([number]), adapter=bits)
            changed = {"features": lineage, "created_at": f"2026-01-02T03:04:{number:02}Z"}
            write_manifest(made, AdapterManifest.model_validate(read_manifest(made).model_dump() | changed))
            registry.register("maud", made)
        registry.promote("maud", 1, force=True, reason="the first")
        for database in (data / "models").glob("mlflow.*"):
            database.unlink()
        data.rename(self.data_dir)  # MLflow keeps what it has opened, by its path
        return load_settings()


@pytest.fixture
def lost(tmp_path: Path, data_dir: Path) -> Lost:
    made = tmp_path / "made"
    made.mkdir()
    return Lost(made, data_dir)


def champion(settings: Settings) -> list[str]:
    return [one.name for one in wiring.model_registry(settings).versions("maud") if "champion" in one.aliases]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("figures", "chosen", "said"),
    [
        (
            (1.3, 1.2),
            "v2",
            "v2 is the champion of maud: which one was is not known, and of those that pass their gates",
        ),
        ((1.3, 1.2, 1.5), "v2", r"it is the newest \(v3 did not pass\)"),
        ((1.5, 1.6), "", "maud has no champion: which version was is not known, and v2, v1 may not be one"),
    ],
)
def test_without_a_database_the_newest_that_passes_is_champion(
    lost: Lost, tmp_path: Path, figures: tuple[float, ...], chosen: str, said: str
) -> None:
    settings = lost.make(*figures)
    done = repaired(settings, tmp_path / "cache")
    assert re.search(said, done), done
    assert champion(settings) == ([chosen] if chosen else [])
    assert repaired(settings, tmp_path / "cache") == ""


@pytest.mark.slow
def test_where_the_features_are_gone_too_none_is_made_champion(lost: Lost, tmp_path: Path) -> None:
    """Nothing says any more whether what they learnt from was erased since."""
    settings = lost.make(1.2)
    shutil.rmtree(settings.data_dir / "features")
    assert "Choose: twin promote maud --version VERSION" in repaired(settings, tmp_path / "cache")
    assert champion(settings) == []
