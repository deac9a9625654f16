"""`twin models`, `twin models diff` and `twin export`, over a real registry."""

import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from configs.errors import ExitCode
from configs.settings import load_settings
from fakes.adapters import write_adapter
from model_registry.base_models import BaseModelFiles
from model_registry.evaluation import Measure
from model_registry.manifest import BaseLineage, read_manifest, write_manifest
from twin import wiring
from twin.cli import run
from twin.commands import models
from twin.jobs import diff
from twin.jobs.authors import ensure_author

FOUND = {"grounding": {"title/recall@5": {"value": 0.92, "low": 0.8, "high": 1.0}}}


@pytest.fixture(scope="session")
def two_versions(tmp_path_factory: pytest.TempPathFactory, base_model: BaseModelFiles) -> Path:
    """A data folder of Maud's: v2 is of other features and another rank, and is her champion; v1 is tainted."""
    folder = tmp_path_factory.mktemp("two")
    settings = load_settings(overrides=[f"data_dir={folder / 'data'}"], environ={})
    ensure_author(wiring.feature_store(settings), "Maud")
    registry = wiring.model_registry(settings)
    for number, (bits, rank, style) in enumerate(((1.2, 16, 0.31), (1.1, 32, 0.62)), start=1):
        adapter = write_adapter(
            folder / f"v{number}", weights=bytes([number]), adapter=bits, style=style, features=number,
            training={"rank": rank, "preference": {"method": "none"}, "targets": ["q", "v"], "seed": 1},
        )  # fmt: skip
        manifest = read_manifest(adapter)
        lineage = BaseLineage(name=base_model.name, fingerprint=base_model.fingerprint)
        judges = manifest.judges | {"grounding": {"title/recall@5": Measure(value=0.92, low=0.8, high=1.0)}}
        write_manifest(adapter, manifest.model_copy(update={"base": lineage, "judges": judges}))
        registry.register("maud", adapter)
    registry.promote("maud", 2)
    registry.taint("maud", [1], "a post was erased")
    return folder / "data"


@pytest.fixture(autouse=True)
def _copy(two_versions: Path, data_dir: Path) -> None:
    shutil.copytree(two_versions, data_dir)


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    capsys.readouterr()
    assert run([*arguments, "--json"]) == ExitCode.OK
    return json.loads(capsys.readouterr().out)


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert run(arguments) == ExitCode.OK
    return capsys.readouterr().out


class TestList:
    def test_a_row_shows_lineage_and_figures(self, capsys: pytest.CaptureFixture[str]) -> None:
        rows = {line.split()[0]: line for line in shown(capsys, "models").splitlines() if line.startswith("v")}
        for part in (
            "F2",
            "smollm2-135m-instruct",
            "1.400 → 1.100 −21.4%",
            "62%",
            "92%",
            "12 / 11",
            "passed",
            "champion",
        ):
            assert part in rows["v2"]
        assert "tainted" in rows["v1"]
        assert "tainted" not in rows["v2"]

    def test_the_word_list_and_the_author_may_stand_or_not(self, capsys: pytest.CaptureFixture[str]) -> None:
        whole = output(capsys, "models")
        assert [version["version"] for version in whole["versions"]] == ["v1", "v2"]
        for words in (("list",), ("Maud",), ("list", "maud"), ("--author", "Maud")):
            assert output(capsys, "models", *words) == whole

    def test_json_holds_everything(self, capsys: pytest.CaptureFixture[str]) -> None:
        old, new = output(capsys, "models")["versions"]
        assert new["judges"]["grounding"] == FOUND["grounding"]
        assert new["bits_per_byte"] == new["judges"]["likelihood"]
        assert new["style"] == pytest.approx(0.62)
        assert new["training"] == {"rank": 32, "preference": {"method": "none"}, "targets": ["q", "v"], "seed": 1}
        assert (new["features"], new["features_digest"], new["parity"]["passed"]) == ("F2", f"{2:064d}", True)
        assert (old["tainted"], new["tainted"], new["aliases"]) == ("a post was erased", "", ["champion"])

    def test_a_row_is_a_line_of_120_columns(self, monkeypatch: pytest.MonkeyPatch) -> None:
        registry = wiring.model_registry(load_settings())
        screen = Console(width=120, record=True, file=io.StringIO())
        monkeypatch.setattr(models, "table_console", lambda: screen)
        models._show(registry.versions("maud"))
        lines = screen.export_text().splitlines()
        (row,) = [line for line in lines if line.startswith("v2")]
        assert row.rstrip().endswith("champion 2026-01-02")


class TestDiff:
    def test_only_what_differs_in_the_making_is_told(self, capsys: pytest.CaptureFixture[str]) -> None:
        found = output(capsys, "models", "diff", "v1", "v2")
        assert found["made"] == {
            "features": ["F1", "F2"],
            "features_digest": [f"{1:064d}", f"{2:064d}"],
            "rank": ["16", "32"],
        }

    def test_each_figure_with_its_difference(self, capsys: pytest.CaptureFixture[str]) -> None:
        figures = output(capsys, "models", "diff", "--author", "Maud", "v1", "champion")["figures"]
        rows = {(row["judge"], row["name"]): row for row in figures}
        style = rows["style", "delta/adapter"]
        assert style["difference"] == pytest.approx(0.31)
        assert (style["beyond"], style["better"]) == (True, True)
        assert rows["grounding", "title/recall@5"]["beyond"] is False
        change = rows["likelihood", "change"]  # the intervals do not meet: −14.3% and −21.4%, each ±1.4%
        assert (change["beyond"], change["better"]) == (True, True)
        back = output(capsys, "models", "diff", "v2", "v1")["figures"]
        assert next(row for row in back if row["name"] == "change")["better"] is False

    def test_a_person_reads_it_side_by_side(self, capsys: pytest.CaptureFixture[str]) -> None:
        said = shown(capsys, "models", "diff", "v1", "v2")
        assert "only relative figures compare" in said
        (line,) = [line for line in said.splitlines() if "Burrows’ Delta: twin" in line]
        assert line.split()[-1] == "better"
        for part in ("31% (21% to 41%)", "62% (52% to 72%)"):
            assert part in line

    def test_figures_of_one_version_alone(self) -> None:
        old, new = (
            {"a": {"x": Measure(value=1)}},
            {"a": {"x": Measure(value=2)}, "b": {"y": Measure(value=float("nan"))}},
        )
        first, second = diff.compare(old, new)
        assert (first["difference"], first["beyond"], first["better"]) == (1, None, None)
        assert (second["old"], second["difference"]) == (None, None)
        assert json.loads(json.dumps(second, allow_nan=False))["new"]["value"] == "NaN"

    def test_an_unknown_version_is_answered_with_the_known(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["models", "diff", "v1", "v9"]) == ExitCode.NOT_FOUND
        assert "v2" in capsys.readouterr().err

    def test_without_versions_it_is_wrong_usage(self) -> None:
        assert run(["models", "diff"]) == ExitCode.USAGE


class TestExport:
    def test_the_champion_as_peft_by_default(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        out = tmp_path / "out"
        done = output(capsys, "export", "v2", "--to", str(out))
        assert done == {"author": "maud", "version": "v2", "folders": {"peft": str(out)}}
        assert (out / "adapter_model.safetensors").read_bytes() == bytes([2])
        assert (out / "tokenizer.json").is_file()
        assert "A twin of Maud, v2" in (out / "README.md").read_text(encoding="utf-8")
        assert "v2 as peft" in shown(capsys, "export", "Maud", "--to", str(out))  # over the first

    @pytest.mark.parametrize("form", ["peft", "merged"])
    def test_a_folder_that_is_in_use_is_wrong_usage(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
    ) -> None:
        (tmp_path / "mine.txt").write_text("not an export")
        assert run(["export", "v2", "--to", str(tmp_path), "--format", form]) == ExitCode.USAGE
        assert f"{tmp_path} is there already" in capsys.readouterr().err

    def test_a_tainted_version_is_refused(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["export", "maud", "v1", "--to", str(tmp_path / "out")]) == ExitCode.REFUSED
        assert "a post was erased" in capsys.readouterr().err
        assert not (tmp_path / "out").exists()

    def test_an_unknown_form_is_answered_with_the_known(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["export", "v2", "--to", str(tmp_path / "out"), "--format", "peft,onnx"]) == ExitCode.USAGE
        assert "'onnx' is none of: peft, merged, gguf" in capsys.readouterr().err
