"""What only the real registry can show: other processes, silence, and its own database."""

import math
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from configs.errors import DiskFullError
from fakes.adapters import aliases, evaluation, write_adapter
from model_registry.backends.mlflow import MlflowRegistry
from model_registry.backends.mlflow_rows import MlflowRows
from model_registry.errors import CorruptModelError, ModelRegistryError, RegistryUnreachableError, UnknownModelError
from model_registry.evaluation import Measure
from model_registry.manifest import read_manifest, verify_folder, write_manifest
from training_pipeline.evaluation.judges import load_judges


def start(script: str, *arguments: object, cwd: Path) -> "subprocess.Popen[str]":
    """A fresh interpreter, in which MLflow cannot tell that a test runs."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTEST_CURRENT_TEST", "CI")}
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(
        command, cwd=cwd, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


@pytest.fixture
def registry(used: Path, tmp_path: Path) -> MlflowRegistry:
    shutil.copytree(used / "template", tmp_path / "registry")
    return MlflowRegistry(tmp_path / "registry", judges=load_judges)


SWITCH = """
import sys
from pathlib import Path
from model_registry.backends.mlflow import MlflowRegistry
from training_pipeline.evaluation.judges import load_judges
registry = MlflowRegistry(Path(sys.argv[1]), judges=load_judges)
while not Path(sys.argv[2]).exists():
    registry.rollback("maud")
"""


@pytest.mark.slow
def test_a_reader_never_fails_while_another_process_switches(registry: MlflowRegistry, tmp_path: Path) -> None:
    seen = []
    enough = tmp_path / "enough"
    writer = start(SWITCH, tmp_path / "registry", enough, cwd=tmp_path)
    try:
        while writer.poll() is None and sum(one != other for one, other in pairwise(seen)) < 4:  # it switches meanwhile
            seen.append(registry.resolve("maud").name)
            assert [version.name for version in registry.versions("maud")] == ["v1", "v2", "v3", "v4"]
    finally:
        enough.touch()
        said = writer.communicate()
    assert said == ("", "")
    assert writer.returncode == 0
    assert set(seen) == {"v2", "v3"}


FIRST_USE = """
import os, sys
from pathlib import Path
sys.addaudithook(lambda event, _: os._exit(9) if event in ("socket.connect", "socket.getaddrinfo") else None)
from model_registry.backends.mlflow import MlflowRegistry
from training_pipeline.evaluation.judges import load_judges
registry = MlflowRegistry(Path(sys.argv[1]), judges=load_judges)
registry.register(sys.argv[2], Path(sys.argv[3]))
registry.log_run(sys.argv[2], {"rank": "16"}, [(0, "loss", 1.0), (1, "loss", float("nan"))])
"""


@pytest.mark.slow
def test_processes_that_start_at_once_share_a_new_registry_and_stay_silent(tmp_path: Path) -> None:
    root, cwd = tmp_path / "registry", tmp_path / "elsewhere"
    cwd.mkdir()
    names = ["maud", "samuel"]
    folders = {name: write_adapter(tmp_path / name, author=name) for name in names}
    writers = [start(FIRST_USE, root, name, folder, cwd=cwd) for name, folder in folders.items()]
    assert [writer.communicate() for writer in writers] == [("", "")] * 2
    assert [writer.returncode for writer in writers] == [0, 0]
    assert list(cwd.iterdir()) == []  # no mlruns
    assert MlflowRegistry(root, judges=load_judges).authors() == names


def test_an_empty_registry_is_read_without_mlflow(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from model_registry.backends.mlflow import MlflowRegistry
from training_pipeline.evaluation.judges import load_judges
assert MlflowRegistry(Path(sys.argv[1]), judges=load_judges).authors() == []
assert "mlflow" not in sys.modules
"""
    reader = start(script, tmp_path / "registry", cwd=tmp_path)
    assert reader.communicate() == ("", "")
    assert not (tmp_path / "registry").exists()


def test_a_registry_is_read_without_mlflow(registry: MlflowRegistry, tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from model_registry.backends.mlflow import MlflowRegistry
registry = MlflowRegistry(Path(sys.argv[1]), judges=dict)
print(registry.authors(), registry.resolve("maud").name, [v.name for v in registry.versions("maud")])
assert not {"mlflow", "sqlalchemy"} & set(sys.modules)
"""
    said, problem = start(script, tmp_path / "registry", cwd=tmp_path).communicate()
    names = [version.name for version in registry.versions("maud")]
    assert (said.strip(), problem) == (f"{registry.authors()} {registry.resolve('maud').name} {names}", "")


def test_what_is_read_is_what_mlflow_says(registry: MlflowRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    registry.taint("maud", [1], "it learned from an erased post.")
    registry.delete("maud", 1)

    def everything() -> list[object]:
        rows = registry._rows  # the two ways of reading are its own affair
        found = [rows.find("maud", reference) for reference in (1, 2, 3, 4, 5, "champion", "previous", "candidate")]
        return [rows.authors(), rows.of("maud"), rows.aliases("maud"), rows.without_files("maud"), *found]

    read = everything()
    monkeypatch.setattr(MlflowRows, "_read", lambda *_: None)
    assert everything() == read


def test_a_run_keeps_parameters_curve_and_author(registry: MlflowRegistry, tmp_path: Path) -> None:
    from mlflow import MlflowClient

    parameters = {f"p{i}": str(i) for i in range(150)}  # more than MLflow takes at once
    registry.log_run("maud", parameters, [(step, "loss", 1 / (step + 1)) for step in range(1200)])
    client = MlflowClient(tracking_uri=f"sqlite:///{tmp_path / 'registry' / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("twin-maud")
    (run, *_) = client.search_runs([experiment.experiment_id], order_by=["attributes.start_time DESC"])
    assert run.data.params == parameters
    assert run.data.tags["author"] == "maud"
    assert run.info.status == "FINISHED"
    curve = client.get_metric_history(run.info.run_id, "loss")
    assert sorted((point.step, point.value) for point in curve) == [(step, 1 / (step + 1)) for step in range(1200)]


def test_figures_are_metrics_of_a_run(registry: MlflowRegistry, tmp_path: Path) -> None:
    from mlflow import MlflowClient

    style = {
        "classifier/adapter+retrieval": Measure(value=0.5, low=0.4, high=0.6),
        "delta/gap": Measure(value=math.nan),
    }
    grounding = {"title/recall@5": Measure(value=0.25)}
    judging = evaluation().model_copy(update={"judges": {"style": style, "grounding": grounding}})
    registry.record_evaluation("maud", 4, judging)
    client = MlflowClient(tracking_uri=f"sqlite:///{tmp_path / 'registry' / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("twin-maud")
    runs = client.search_runs([experiment.experiment_id], order_by=["attributes.start_time DESC"])
    metrics, parameters = runs[0].data.metrics, runs[0].data.params
    assert math.isnan(metrics.pop("style/delta/gap"))
    assert metrics == {
        "style/classifier/adapter_retrieval": 0.5,
        "style/classifier/adapter_retrieval:low": 0.4,
        "style/classifier/adapter_retrieval:high": 0.6,
        "grounding/title/recall_5": 0.25,
    }
    assert parameters == {"version": "v4", "features": judging.features, "judged_at": judging.judged_at}


def test_an_evaluation_is_seen_by_every_process(registry: MlflowRegistry, tmp_path: Path) -> None:
    other = MlflowRegistry(tmp_path / "registry", judges=load_judges)
    for judging in (evaluation(), evaluation()):
        registry.record_evaluation("maud", 4, judging)
        assert other.resolve("maud", "v4").evaluation == judging
    (tmp_path / "registry").rename(tmp_path / "moved")
    assert MlflowRegistry(tmp_path / "moved", judges=load_judges).resolve("maud", "v4").evaluation == judging


def test_an_erased_author_is_in_no_byte(tmp_path: Path) -> None:
    registry = MlflowRegistry(tmp_path / "fresh", judges=load_judges)
    registry.log_run("zyzzogeton", {"rank": "16"}, [(1, "loss", 2.0)])
    registry.register("zyzzogeton", write_adapter(tmp_path / "made", author="zyzzogeton"))
    registry.record_evaluation("zyzzogeton", 1, evaluation())
    assert [path for path in (tmp_path / "fresh").rglob("*") if _names(path, "zyzzogeton")]
    registry.erase_author("zyzzogeton")
    assert [path for path in (tmp_path / "fresh").rglob("*") if _names(path, "zyzzogeton")] == []


def _names(path: Path, author: str) -> bool:
    return author in path.name or (path.is_file() and author.encode() in path.read_bytes())


def test_a_forced_promotion_keeps_its_reason(registry: MlflowRegistry, tmp_path: Path) -> None:
    from mlflow import MlflowClient

    registry.register("maud", write_adapter(tmp_path / "worse", adapter=1.39))
    registry.promote("maud", 5, force=True, reason="the other one swears")
    client = MlflowClient(tracking_uri=f"sqlite:///{tmp_path / 'registry' / 'mlflow.db'}")
    assert client.get_model_version("twin-maud", "5").tags["twin.reason"] == "the other one swears"


def test_a_registry_may_be_moved(registry: MlflowRegistry, tmp_path: Path) -> None:
    (tmp_path / "registry").rename(tmp_path / "moved")
    moved = MlflowRegistry(tmp_path / "moved", judges=load_judges)
    assert verify_folder(moved.resolve("maud").folder)
    assert moved.rollback("maud").name == "v2"


def test_what_mlflow_holds_without_our_files_does_not_exist(registry: MlflowRegistry, tmp_path: Path) -> None:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{tmp_path / 'registry' / 'mlflow.db'}")
    client.create_model_version("twin-maud", source="/nowhere")
    client.set_registered_model_alias("twin-maud", "candidate", "5")
    assert list(aliases(registry)) == ["v1", "v2", "v3", "v4"]
    with pytest.raises(UnknownModelError, match="no candidate"):
        registry.resolve("maud", "candidate")


def test_a_version_whose_folder_is_gone_is_named_and_comes_back_when_registered(
    registry: MlflowRegistry, used: Path
) -> None:
    shutil.rmtree(registry.resolve("maud").folder)
    with pytest.raises(UnknownModelError, match="files of v3 are not in"):
        registry.resolve("maud")
    assert list(aliases(registry)) == ["v1", "v2", "v4"]
    assert registry.register("maud", used / "trained-3").name == "v3"
    assert registry.resolve("maud").name == "v3"


def test_registering_again_mends_a_damaged_version(registry: MlflowRegistry, used: Path) -> None:
    weights = registry.resolve("maud").folder / "adapter_model.safetensors"
    weights.write_bytes(b"?")
    registry.register("maud", used / "trained-3")
    assert verify_folder(registry.resolve("maud").folder)
    assert weights.read_bytes() == b"3"


def test_a_champion_with_a_changed_manifest_is_replaced_by_force_only(registry: MlflowRegistry) -> None:
    manifest = registry.resolve("maud").folder / "manifest.json"
    other = read_manifest(manifest.parent).model_copy(update={"code_version": "0.0.9"})
    write_manifest(manifest.parent, other)  # whole in itself, but not what was registered
    fresh = MlflowRegistry(manifest.parents[3], judges=load_judges)
    with pytest.raises(CorruptModelError, match="changed after it was registered"):
        fresh.resolve("maud")
    with pytest.raises(ModelRegistryError, match="cannot be compared"):
        fresh.promote("maud", 4)
    assert fresh.promote("maud", 4, force=True).name == "v4"


def test_a_server_that_does_not_answer(tmp_path: Path, used: Path) -> None:
    registry = MlflowRegistry(tmp_path, "http://127.0.0.1:9", judges=load_judges)
    with pytest.raises(RegistryUnreachableError, match="tracking_uri"):
        registry.resolve("maud")
    with pytest.raises(RegistryUnreachableError, match="tracking_uri"):
        registry.register("maud", used / "trained-1")


def test_a_database_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_bytes(b"not a database" * 100)
    with pytest.raises(RegistryUnreachableError, match=r"mlflow\.db"):
        MlflowRegistry(tmp_path, judges=load_judges).authors()


def test_a_database_that_a_newer_mlflow_migrated_says_so_and_how_to_go_on(
    registry: MlflowRegistry, tmp_path: Path
) -> None:
    assert registry.rollback("maud").name == "v2"
    database = tmp_path / "registry" / "mlflow.db"
    with closing(sqlite3.connect(database)) as connection:  # as MLflow 3.18.0 does when it lists what is there
        connection.execute("CREATE TABLE newer (id INTEGER)")
        connection.execute("UPDATE alembic_version SET version_num = 'f00d00000001'")
        connection.commit()
    after = MlflowRegistry(tmp_path / "registry", judges=load_judges)
    with pytest.raises(RegistryUnreachableError, match=r"newer MLflow than 3\..*f00d00000001.*mlflow-skinny") as caught:
        after.resolve("maud")
    assert str(tmp_path / "registry" / "versions") in str(caught.value)
    _, _, way = str(caught.value).partition("(rm -f ")
    removed, _, moved = way.partition(")")[0].partition("; mv ")
    for log in removed.split():
        Path(log).unlink(missing_ok=True)
    copy, place = moved.split()
    Path(copy).replace(place)
    assert after.resolve("maud").name == "v2"
    assert aliases(after)["v3"] == ("previous",)


def test_the_copy_of_the_database_holds_the_last_write_and_nothing_erased(
    registry: MlflowRegistry, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    copy = tmp_path / "registry" / "mlflow.kept.db"
    registry.rollback("maud")
    assert b"twin-maud" in copy.read_bytes()
    registry.erase_author("maud")
    assert b"twin-maud" not in copy.read_bytes()
    copy.unlink()
    copy.mkdir()  # so that none can be kept
    registry.register("maud", write_adapter(tmp_path / "again"))
    assert registry.resolve("maud", "candidate").number == 1
    assert "no copy of" in caplog.text


def test_a_disk_that_cannot_be_written(registry: MlflowRegistry, used: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(DiskFullError, match="Free some space"):
        registry.register("maud", used / "trained-5")
    monkeypatch.undo()
    assert registry.register("maud", used / "trained-5").name == "v5"
