"""A registry whose database is gone or damaged says so, and is made again of its copy, or of the versions' folders."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fakes.adapters import aliases
from model_registry.backends.mlflow import MlflowRegistry
from model_registry.backends.mlflow_client import COPY, DATABASE
from model_registry.backends.mlflow_repair import repair
from model_registry.errors import RegistryUnreachableError, UnknownModelError
from model_registry.ports import ModelPublisher
from training_pipeline.evaluation.judges import load_judges

BEFORE = {"v1": (), "v2": ("previous",), "v3": ("champion",), "v4": ("candidate",)}


@pytest.fixture
def root(used: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(used / "template", tmp_path / "registry"))


def opened(root: Path) -> ModelPublisher:
    return MlflowRegistry(root, judges=load_judges)


def made_of(root: Path) -> dict[str, str]:
    """The folder of each version, which is named by the digest of its manifest."""
    return {version.name: version.folder.name for version in opened(root).versions("maud")}


def empty(database: Path) -> None:
    database.write_bytes(b"")


def overwrite(database: Path) -> None:
    database.write_bytes(os.urandom(database.stat().st_size))


def cut_off(database: Path) -> None:
    os.truncate(database, database.stat().st_size // 2)


@pytest.mark.parametrize("damage", [Path.unlink, empty, overwrite, cut_off])
def test_a_damaged_database_is_named_and_its_copy_takes_its_place(root: Path, damage: Callable[[Path], None]) -> None:
    before = made_of(root)
    damage(root / DATABASE)
    for ask in (
        lambda: opened(root).versions("maud"),
        lambda: opened(root).resolve("maud"),
        lambda: opened(root).authors(),
    ):
        with pytest.raises(RegistryUnreachableError, match="twin doctor --repair"):
            ask()
    said = repair(root, None).said
    assert len(said) == 1
    assert "the copy of" in said[0]
    assert (aliases(opened(root)), made_of(root)) == (BEFORE, before)
    assert repair(root, None).said == []


@pytest.mark.slow
def test_without_a_copy_it_is_made_of_the_folders_and_none_is_champion_for_being_found(root: Path) -> None:
    before = made_of(root)
    (root / DATABASE).unlink()
    (root / COPY).write_bytes(b"no database")
    with pytest.raises(RegistryUnreachableError, match="twin doctor --repair"):
        opened(root).rollback("maud")
    done = repair(root, None)
    assert done.registered == {"maud": [1, 2, 3, 4]}
    assert set(made_of(root).values()) == set(before.values())
    assert aliases(opened(root)) == {"v1": (), "v2": (), "v3": (), "v4": ("candidate",)}
    assert {v.name for v in opened(root).versions("maud") if v.evaluation}  # they lie beside the versions
    assert repair(root, None).said == []


def test_previous_takes_the_place_of_a_champion_that_is_gone_or_damaged(root: Path) -> None:
    champion = opened(root).resolve("maud")
    shutil.rmtree(champion.folder)
    with pytest.raises(UnknownModelError, match="twin doctor --repair"):
        opened(root).resolve("maud")
    (said,) = repair(root, None).said
    assert said.startswith("v2 of maud, which was the previous one, is champion in place of v3")
    assert aliases(opened(root)) == {"v1": (), "v2": ("champion",), "v4": ("candidate",)}
    weights = next(path for path in opened(root).resolve("maud").folder.iterdir() if path.name != "manifest.json")
    weights.write_bytes(b"damaged")
    (said,) = repair(root, None).said
    assert "no previous version is whole" in said
    assert opened(root).resolve("maud").name == "v2"  # nothing of it is touched
    assert weights.read_bytes() == b"damaged"


def test_nothing_is_made_where_nothing_is(tmp_path: Path) -> None:
    assert repair(tmp_path / "models", None).said == []
    assert not (tmp_path / "models").exists()
