"""Every promise of model_registry/ports.py, on the real registry and on the fake that stands in for it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fakes.adapters import aliases, evaluation, flip_a_byte
from model_registry.errors import (
    CorruptModelError,
    IncompatibleModelError,
    ProtectedVersionError,
    TaintedModelError,
    UnknownModelError,
)
from model_registry.manifest import MANIFEST_FILE, verify_folder
from model_registry.ports import ModelPublisher

WEIGHTS = "adapter_model.safetensors"
Train = Callable[..., Path]


def test_a_registered_version_is_a_complete_copy_and_a_candidate(registry: ModelPublisher, train: Train) -> None:
    trained = train()
    version = registry.register("maud", trained)
    shutil.rmtree(trained)
    assert (version.author, version.number, version.name) == ("maud", 1, "v1")
    assert (version.aliases, version.forced) == (("candidate",), False)
    assert verify_folder(version.folder) == version.manifest
    assert registry.resolve("maud", "candidate") == registry.resolve("maud", "v1") == version


def test_versions_are_numbered_and_listed_oldest_first(registry: ModelPublisher, train: Train) -> None:
    for _ in range(11):  # past 9: v10 comes after v9
        registry.register("maud", train())
    assert [version.number for version in registry.versions("maud")] == list(range(1, 12))
    assert [name for name, named in aliases(registry).items() if named] == ["v11"]


def test_the_same_folder_is_the_same_version(registry: ModelPublisher, train: Train) -> None:
    trained = train()
    assert registry.register("maud", trained) == registry.register("maud", trained)
    registry.promote("maud", 1)
    assert registry.register("maud", trained).aliases == ("champion",)
    assert aliases(registry) == {"v1": ("champion",)}


@pytest.mark.parametrize("damage", ["flipped", "missing", "extra", "manifest"])
def test_a_damaged_folder_is_not_registered(registry: ModelPublisher, train: Train, damage: str) -> None:
    trained = train()
    if damage == "flipped":
        flip_a_byte(trained / WEIGHTS)
    elif damage == "missing":
        (trained / WEIGHTS).unlink()
    elif damage == "extra":
        (trained / "more.safetensors").write_bytes(b"x")
    else:
        (trained / MANIFEST_FILE).write_text("{", encoding="utf-8")
    with pytest.raises(CorruptModelError, match="manifest.json" if damage == "manifest" else "safetensors"):
        registry.register("maud", trained)
    assert registry.versions("maud") == []
    assert registry.authors() == []


def test_an_adapter_of_another_author_is_not_registered(registry: ModelPublisher, train: Train) -> None:
    with pytest.raises(IncompatibleModelError, match="'samuel'"):
        registry.register("maud", train(author="samuel"))
    assert registry.authors() == []


def test_a_version_that_an_alias_names_is_not_deleted(registry: ModelPublisher, train: Train) -> None:
    for number in (1, 2):
        registry.register("maud", train())
        registry.promote("maud", number)
    registry.register("maud", train())
    for number, alias in ((1, "previous"), (2, "champion"), (3, "candidate")):
        with pytest.raises(ProtectedVersionError, match=alias):
            registry.delete("maud", number)
    assert [verify_folder(version.folder) for version in registry.versions("maud")]
    assert len(registry.versions("maud")) == 3


def test_a_deleted_version_is_gone_and_its_number_is_not_given_again(registry: ModelPublisher, train: Train) -> None:
    trained = train()
    deleted = registry.register("maud", trained)
    registry.register("maud", train())
    registry.delete("maud", 1)
    assert not deleted.folder.exists()
    assert list(aliases(registry)) == ["v2"]
    with pytest.raises(UnknownModelError, match="no v1"):
        registry.resolve("maud", "v1")
    assert registry.register("maud", trained).name == "v3"


@pytest.mark.parametrize("reference", ["v9", "v0", "v01", "previous", "candidate", "latest", "", f"v{10**20}"])
def test_an_unknown_reference_names_what_there_is(registry: ModelPublisher, train: Train, reference: str) -> None:
    registry.register("maud", train())
    registry.promote("maud", 1)
    with pytest.raises(UnknownModelError, match=r"'maud'.*v1.*champion → v1.*twin train maud"):
        registry.resolve("maud", reference)


@pytest.mark.parametrize("author", ["mod", "o'brien", "../maud", "Maud", "m%", ""])
def test_an_unknown_author_names_those_there_are(registry: ModelPublisher, train: Train, author: str) -> None:
    registry.register("maud", train())
    assert registry.versions(author) == []
    for act in (
        lambda: registry.resolve(author),
        lambda: registry.resolve(author, "v1"),
        lambda: registry.promote(author, 1),
        lambda: registry.rollback(author),
        lambda: registry.delete(author, 1),
        lambda: registry.record_evaluation(author, 1, evaluation()),
    ):
        with pytest.raises(UnknownModelError, match="maud"):
            act()
    registry.erase_author(author)
    assert aliases(registry) == {"v1": ("candidate",)}


def test_unknown_numbers_are_refused(registry: ModelPublisher, train: Train) -> None:
    registry.register("maud", train())
    for number in (0, -1, 2, 10**20):
        with pytest.raises(UnknownModelError, match="v1"):
            registry.promote("maud", number)
        with pytest.raises(UnknownModelError, match="v1"):
            registry.delete("maud", number)


def test_an_empty_registry_says_so(registry: ModelPublisher) -> None:
    assert registry.authors() == []
    assert registry.versions("maud") == []
    with pytest.raises(UnknownModelError, match="twin train maud"):
        registry.resolve("maud")


def test_two_authors_live_side_by_side(registry: ModelPublisher, train: Train) -> None:
    registry.register("samuel", train(author="samuel"))
    registry.register("maud", train())
    registry.promote("maud", 1)
    registry.register("maud-2", train(author="maud-2"))
    assert registry.authors() == ["maud", "maud-2", "samuel"]
    assert registry.resolve("maud").manifest.author == "maud"
    assert aliases(registry, "samuel") == aliases(registry, "maud-2") == {"v1": ("candidate",)}
    with pytest.raises(UnknownModelError, match="no champion"):
        registry.resolve("samuel")


def test_a_run_is_kept_without_a_version(registry: ModelPublisher) -> None:
    registry.log_run("maud", {"rank": "16"}, [(step, "loss", 2.0 / (step + 1)) for step in range(3)])
    assert registry.authors() == []


def test_a_tainted_version_is_never_used_again(registry: ModelPublisher, train: Train) -> None:
    for number in (1, 2, 3):
        registry.register("maud", train())
        registry.promote("maud", number)
    registry.register("maud", train())
    registry.taint("maud", [1, 3, 4], "a post was erased")
    assert aliases(registry) == {"v1": (), "v2": ("champion",), "v3": (), "v4": ()}
    tainted = [version.name for version in registry.versions("maud") if version.tainted == "a post was erased"]
    assert tainted == ["v1", "v3", "v4"]
    with pytest.raises(TaintedModelError, match=r"v3 of 'maud'.*a post was erased.*twin train maud"):
        registry.promote("maud", 3, force=True)
    with pytest.raises(TaintedModelError):
        registry.resolve("maud", "v4")
    with pytest.raises(UnknownModelError, match="no previous"):
        registry.rollback("maud")
    registry.taint("maud", [2], "another post was erased")
    registry.taint("maud", [2], "another post was erased")
    assert set(aliases(registry).values()) == {()}
    with pytest.raises(UnknownModelError, match="no champion"):
        registry.resolve("maud")
    registry.register("maud", train())
    assert registry.promote("maud", 5).aliases == ("champion",)


def test_an_erased_author_has_no_version_and_can_begin_anew(registry: ModelPublisher, train: Train) -> None:
    version = registry.register("maud", train())
    registry.promote("maud", 1)
    registry.log_run("maud", {"rank": "16"}, [(1, "loss", 2.0)])
    registry.register("samuel", train(author="samuel"))
    registry.erase_author("maud")
    registry.erase_author("maud")
    assert (registry.authors(), registry.versions("maud"), version.folder.exists()) == (["samuel"], [], False)
    registry.log_run("maud", {"rank": "16"}, [(1, "loss", 2.0)])
    assert registry.register("maud", train()).aliases == ("candidate",)
