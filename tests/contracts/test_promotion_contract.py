"""Promotion, rollback and evaluations: on the real registry and on the fake that stands in for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fakes.adapters import PARITY, aliases, evaluation, flip_a_byte
from model_registry.errors import CorruptModelError, PromotionRefusedError, UnknownModelError
from model_registry.manifest import MANIFEST_FILE, verify_folder
from model_registry.ports import ModelPublisher

WEIGHTS = "adapter_model.safetensors"
FILES = (WEIGHTS, "adapter_config.json", "style_scorer.json", "README.md", MANIFEST_FILE)
Train = Callable[..., Path]


def test_promotion_moves_champion_and_keeps_the_previous_one(registry: ModelPublisher, train: Train) -> None:
    for style in (0.3, 0.5, 0.4):
        registry.register("maud", train(style=style))
    assert registry.promote("maud", 1).aliases == ("champion",)
    assert aliases(registry) == {"v1": ("champion",), "v2": (), "v3": ("candidate",)}
    assert registry.promote("maud", 3).name == registry.resolve("maud").name == "v3"
    assert aliases(registry) == {"v1": ("previous",), "v2": (), "v3": ("champion",)}
    registry.promote("maud", 2)
    assert aliases(registry) == {"v1": (), "v2": ("champion",), "v3": ("previous",)}


def test_promoting_the_champion_changes_nothing(registry: ModelPublisher, train: Train) -> None:
    for number in (1, 2):
        registry.register("maud", train())
        registry.promote("maud", number)
    before = registry.versions("maud")
    assert registry.promote("maud", 2, force=True, reason="again") == before[1]
    assert registry.versions("maud") == before


def test_a_gate_refuses_and_the_champion_stays(registry: ModelPublisher, train: Train) -> None:
    registry.register("maud", train())
    registry.promote("maud", 1)
    registry.register("maud", train(adapter=1.39, parity=None))
    with pytest.raises(PromotionRefusedError, match=r"(?s)parity.*1\.3900.*1\.2000.*--version v2 --force"):
        registry.promote("maud", 2)
    assert aliases(registry) == {"v1": ("champion",), "v2": ("candidate",)}
    assert registry.resolve("maud", "v2").forced is False


def test_force_overrules_a_gate_and_is_recorded(registry: ModelPublisher, train: Train) -> None:
    failed = PARITY.model_copy(update={"passed": False})
    registry.register("maud", train(parity=failed))
    assert registry.promote("maud", 1, force=True, reason="for a talk").forced is True
    assert registry.resolve("maud").forced is True
    registry.register("maud", train())
    assert registry.promote("maud", 2, force=True).forced is False  # no gate refused


def test_a_forced_champion_is_left_without_a_gate_and_stays_marked(registry: ModelPublisher, train: Train) -> None:
    registry.register("maud", train())
    registry.promote("maud", 1)
    registry.register("maud", train(adapter=1.5, parity=None))
    assert registry.promote("maud", 2, force=True, reason="for a talk").aliases == ("champion",)
    back = registry.rollback("maud")
    assert (back.name, back.forced, registry.resolve("maud").name) == ("v1", False, "v1")
    assert registry.resolve("maud", "previous").forced is True
    there = registry.rollback("maud")  # no gate is asked, though each would refuse
    assert (there.name, there.forced) == ("v2", True)
    assert {version.name: version.forced for version in registry.versions("maud")} == {"v1": False, "v2": True}


def test_rollback_swaps_and_a_second_one_returns(registry: ModelPublisher, train: Train) -> None:
    for number in (1, 2):
        registry.register("maud", train())
        registry.promote("maud", number)
    assert registry.rollback("maud").name == registry.resolve("maud").name == "v1"
    assert registry.resolve("maud", "previous").name == "v2"
    assert registry.rollback("maud").aliases == ("champion",)
    assert aliases(registry) == {"v1": ("previous",), "v2": ("champion",)}


def test_rollback_without_a_previous_version(registry: ModelPublisher, train: Train) -> None:
    registry.register("maud", train())
    registry.promote("maud", 1)
    with pytest.raises(UnknownModelError, match="no previous"):
        registry.rollback("maud")
    assert registry.resolve("maud").name == "v1"


def test_an_evaluation_is_the_newest_judging(registry: ModelPublisher, train: Train) -> None:
    first, second = evaluation(adapter=1.3), evaluation(adapter=1.1, parity=None)
    registered = registry.register("maud", train())
    registry.register("maud", train())
    assert (registered.evaluation, registered.judges) == (None, registered.manifest.judges)
    for judging in (first, second):
        version = registry.record_evaluation("maud", 1, judging)
        assert version == registry.resolve("maud", "v1") == registry.versions("maud")[0]
        assert (version.evaluation, version.judges, version.parity) == (judging, judging.judges, judging.parity)
    assert verify_folder(version.folder) == version.manifest == registered.manifest
    assert registry.resolve("maud", "v2").evaluation is None


def test_the_gates_read_the_newest_judging(registry: ModelPublisher, train: Train) -> None:
    registry.register("maud", train(style=0.4))
    registry.promote("maud", 1)
    registry.register("maud", train(judges={}, parity=None))
    with pytest.raises(PromotionRefusedError, match=r"(?s)parity.*style: v2 was not judged.*twin evaluate maud v2"):
        registry.promote("maud", 2)
    registry.record_evaluation("maud", 2, evaluation(style=0.5))
    registry.record_evaluation("maud", 1, evaluation(style=0.6))
    with pytest.raises(PromotionRefusedError, match=r"style.*\+0\.500.*\+0\.600.*short by 0\.100"):
        registry.promote("maud", 2)
    registry.record_evaluation("maud", 1, evaluation(style=0.45))
    assert registry.promote("maud", 2).name == "v2"


def test_an_evaluation_of_a_damaged_version_is_not_kept(registry: ModelPublisher, train: Train) -> None:
    version = registry.register("maud", train())
    flip_a_byte(version.folder / WEIGHTS)
    with pytest.raises(CorruptModelError, match=WEIGHTS):
        registry.record_evaluation("maud", 1, evaluation())
    assert registry.resolve("maud", "v1").evaluation is None


def test_an_evaluation_that_cannot_be_read_refuses_promotion_and_nothing_else(
    registry: ModelPublisher, train: Train, tmp_path: Path
) -> None:
    for number, style in ((1, 0.3), (2, 0.5)):
        registry.register("maud", train(style=style))
        registry.record_evaluation("maud", number, evaluation(style=style))
        registry.promote("maud", number)
    registry.register("maud", train(style=0.7))
    registry.record_evaluation("maud", 3, evaluation(style=0.7))
    for path in evaluation_files(tmp_path):
        flip_a_byte(path)
    for version in (*registry.versions("maud"), registry.resolve("maud")):
        assert f"twin evaluate maud {version.name}" in version.unreadable
        assert (version.evaluation, version.judges, version.parity) == (None, {}, None)
    with pytest.raises(CorruptModelError, match="twin evaluate maud v3"):
        registry.promote("maud", 3, force=True)
    registry.record_evaluation("maud", 3, evaluation(style=0.7))
    with pytest.raises(PromotionRefusedError, match=r"v2, the champion, cannot be compared.*twin evaluate maud v2"):
        registry.promote("maud", 3)
    assert registry.rollback("maud").name == "v1"
    assert registry.rollback("maud").name == "v2"
    registry.record_evaluation("maud", 2, evaluation(style=0.5))
    assert registry.promote("maud", 3).unreadable == ""


def test_an_evaluation_goes_with_its_version(registry: ModelPublisher, train: Train, tmp_path: Path) -> None:
    trained = train()
    for folder in (trained, train(), train()):
        number = registry.register("maud", folder).number
        registry.record_evaluation("maud", number, evaluation())
    registry.delete("maud", 1)
    assert len(evaluation_files(tmp_path)) == 2
    again = registry.register("maud", trained)
    assert (again.name, again.evaluation) == ("v4", None)
    registry.register("samuel", train(author="samuel"))
    registry.record_evaluation("samuel", 1, evaluation())
    registry.erase_author("maud")
    assert len(evaluation_files(tmp_path)) == 1
    with pytest.raises(UnknownModelError, match="'maud'"):
        registry.record_evaluation("maud", 1, evaluation())
    assert registry.register("maud", train()).evaluation is None


def evaluation_files(folder: Path) -> list[Path]:
    return [path for path in (folder / "registry").rglob("*.json") if b'"judged_at"' in path.read_bytes()]


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_byte_is_refused_everywhere_and_the_champion_stays(
    registry: ModelPublisher, train: Train, name: str
) -> None:
    for _ in range(2):
        registry.register("maud", train())
    registry.promote("maud", 1)
    registry.promote("maud", 2)
    trained = train()
    candidate, before = registry.register("maud", trained), registry.versions("maud")
    previous = registry.resolve("maud", "previous")
    size = (trained / name).stat().st_size
    fresh = train()
    for place in range(0, size, 1 + size // 5):
        with flipped(fresh / name, place), pytest.raises(CorruptModelError, match=name):
            registry.register("maud", fresh)
        with flipped(candidate.folder / name, place):
            for force in (False, True):
                with pytest.raises(CorruptModelError, match=name):
                    registry.promote("maud", 3, force=force)
            with pytest.raises(CorruptModelError, match=name):
                registry.record_evaluation("maud", 3, evaluation())
            with pytest.raises(CorruptModelError, match=name):
                verify_folder(candidate.folder)  # as whoever loads it does
        with flipped(previous.folder / name, place), pytest.raises(CorruptModelError, match=name):
            registry.rollback("maud")
        assert verify_folder(registry.resolve("maud").folder) == before[1].manifest
    assert registry.versions("maud") == before
    assert registry.promote("maud", 3).name == "v3"  # as it was


@contextmanager
def flipped(path: Path, place: int) -> Iterator[None]:
    flip_a_byte(path, place)
    yield
    flip_a_byte(path, place)
