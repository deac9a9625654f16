"""A registry that is killed before each of its steps in turn: see fakes/killed_registry.py."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fakes.adapters import aliases
from model_registry.backends.mlflow import MlflowRegistry
from model_registry.evaluation import Evaluation
from model_registry.manifest import verify_folder
from training_pipeline.evaluation.judges import load_judges

KILLED_REGISTRY = Path(__file__).parents[1] / "fakes" / "killed_registry.py"
Killed = Callable[[str], list[MlflowRegistry]]
pytestmark = pytest.mark.slow


@pytest.fixture
def killed(killed_everywhere: Killed, record_property: Callable[[str, object], None]) -> Killed:
    def of(action: str) -> list[MlflowRegistry]:
        found = killed_everywhere(action)
        record_property("tries", len(found) - 1)  # the last came to its end
        return found

    return of


@pytest.fixture(scope="module")
def killed_everywhere(used: Path) -> Killed:
    """Registries in which an action was killed before its first step, its second … See fakes/killed_registry.py."""
    actions = [
        f"register={used / 'trained-5'}",
        f"create={used / 'trained-1'}",
        f"evaluate={used / 'judging'}",
        "promote=4",
        "rollback=",
        "delete=1",
        "erase=",
    ]
    subprocess.run([sys.executable, "-P", str(KILLED_REGISTRY), str(used), *actions], check=True)

    def of(action: str) -> list[MlflowRegistry]:
        roots = list((used / action).iterdir())
        assert len(roots) > 1
        return [MlflowRegistry(root, judges=load_judges) for root in roots]

    return of


def test_a_killed_registration_leaves_no_half_version_and_is_repeated(used: Path, killed: Killed) -> None:
    for registry in killed("register"):
        assert registry.resolve("maud").name == "v3"
        for version in registry.versions("maud"):
            verify_folder(version.folder)
        assert registry.register("maud", used / "trained-5").name == "v5"
        assert aliases(registry) == {
            "v1": (), "v2": ("previous",), "v3": ("champion",), "v4": (), "v5": ("candidate",)
        }  # fmt: skip
        assert len(list((registry.resolve("maud").folder.parent).iterdir())) == 5


def test_a_kill_while_the_database_is_made_leaves_none(used: Path, killed: Killed) -> None:
    for registry in killed("create"):
        assert registry.authors() == []
        version = registry.register("maud", used / "trained-1")
        assert version.aliases == ("candidate",)
        assert {path.name.split("-")[0] for path in version.folder.parents[2].iterdir()} <= {
            "versions", ".lock", "mlflow.db", "mlflow.kept.db", ".mlflow.kept.db"
        }  # fmt: skip


def test_a_killed_promotion_never_loses_a_champion(used: Path, killed: Killed) -> None:
    shutil.copytree(used / "promote", used / "promote-again")
    champions = []
    for registry in killed("promote"):
        champions.append(registry.resolve("maud"))
        verify_folder(champions[-1].folder)
        back = registry.rollback("maud")
        assert (back.name, registry.resolve("maud", "previous").name) in {("v2", "v3"), ("v3", "v4")}
    assert {champion.name for champion in champions} == {"v3", "v4"}
    for registry in killed("promote-again"):
        registry.promote("maud", 4)
        assert aliases(registry) == {"v1": (), "v2": (), "v3": ("previous",), "v4": ("champion",)}


BEFORE = {"v1": (), "v2": ("previous",), "v3": ("champion",), "v4": ("candidate",)}
ROLLED_BACK = {"v1": (), "v2": ("champion",), "v3": ("previous",), "v4": ("candidate",)}


def test_a_killed_rollback_is_seen_whole_or_not_at_all_and_ended_by_the_next_writer(used: Path, killed: Killed) -> None:
    shutil.copytree(used / "rollback", used / "rollback-again")
    for registry in killed("rollback"):
        seen = aliases(registry)
        assert seen in (BEFORE, ROLLED_BACK)
        assert "champion" in seen[registry.resolve("maud").name]
        registry.log_run("maud", {}, [])
        assert aliases(registry) == seen
    repeated = []
    for root in sorted((used / "rollback-again").iterdir(), key=lambda root: int(root.name)):
        registry = MlflowRegistry(root, judges=load_judges)
        registry.rollback("maud")
        repeated.append(aliases(registry) == ROLLED_BACK)
    unfinished = repeated.count(True)
    assert repeated == [True] * unfinished + [False] * (len(repeated) - unfinished)  # what had ended goes forth again
    assert unfinished >= 4  # before each of its moves


def test_a_killed_deletion_leaves_the_version_or_nothing(killed: Killed) -> None:
    for registry in killed("delete"):
        for version in registry.versions("maud"):
            verify_folder(version.folder)
        if "v1" in aliases(registry):
            registry.delete("maud", 1)
        registry.log_run("maud", {}, [])
        assert list(aliases(registry)) == ["v2", "v3", "v4"]
        folder = registry.resolve("maud").folder.parent
        assert len(list(folder.iterdir())) == 3
        assert len(list((folder.parents[1] / "evaluations" / "maud").iterdir())) == 1


def test_a_killed_evaluation_is_the_old_or_the_new_never_half(used: Path, killed: Killed) -> None:
    before = MlflowRegistry(used / "template", judges=load_judges).resolve("maud", "v4").evaluation
    after = Evaluation.model_validate_json((used / "judging").read_bytes())
    seen = []
    for registry in killed("evaluate"):
        version = registry.resolve("maud", "v4")
        assert version.unreadable == ""
        seen.append(version.evaluation)
        assert registry.record_evaluation("maud", 4, after).evaluation == after
        assert registry.resolve("maud", "v1").evaluation == before
        assert aliases(registry) == {"v1": (), "v2": ("previous",), "v3": ("champion",), "v4": ("candidate",)}
        evaluations = version.folder.parents[2] / "evaluations" / "maud"
        assert len(list(evaluations.iterdir())) == 2  # nothing of the attempt
        assert registry.promote("maud", 4).name == "v4"
    assert seen.count(before) > 5  # killed before the new one took its place
    # In its place and its staging file not yet looked for; twice while a copy is made; not killed at all.
    assert seen.count(after) == 4


def test_a_killed_erasure_is_ended_by_repeating_it(used: Path, killed: Killed) -> None:
    for registry in killed("erase"):
        registry.erase_author("maud")
        assert registry.authors() == []
    left = [path for path in (used / "erase").rglob("*") if path.parent.name in ("versions", "evaluations")]
    assert left == []
