"""`twin evaluate`: which version is meant, what is said, where the report is. The judging itself is the pipeline's."""

import json
import shutil
from pathlib import Path

import pytest

from configs.errors import ExitCode
from configs.settings import Settings, load_settings
from fakes.adapters import write_adapter
from model_registry.ports import AdapterVersion
from training_pipeline.evaluation.report import Report, Sample
from twin import wiring
from twin.cli import run
from twin.console import Watcher
from twin.jobs import evaluate
from twin.jobs.authors import ensure_author

REFUSAL = "style: it must be above the champion, and is short by 0.210."


@pytest.fixture(autouse=True)
def asked(three_versions: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, int]]:
    """Author, version and number of prompts of each judging that was asked for."""
    shutil.copytree(three_versions, data_dir)
    calls: list[tuple[str, str, int]] = []

    def judge(settings: Settings, author: str, reference: str, *, progress: Watcher) -> tuple[AdapterVersion, Report]:
        calls.append((author, reference, settings.evaluation.prompts))
        version = wiring.model_registry(settings).resolve(author, reference)
        report = Report(
            author_name="Maud", version=version.name, lineage={}, curves=[], judges=version.judges,
            parity=version.parity, refusals=[REFUSAL] if reference == "v2" else [],
            samples=[Sample("On fog", {"real": "The fog came in."})],
        )  # fmt: skip
        return version, report

    monkeypatch.setattr(evaluate, "judge", judge)
    return calls


@pytest.mark.parametrize(
    ("words", "version"),
    [
        ((), "v3"),  # the candidate
        (("v2",), "v2"),
        (("champion",), "v1"),
        (("Maud",), "v3"),
        (("maud", "v2"), "v2"),
        (("--author", "Maud", "v2"), "v2"),
    ],
)
def test_which_version_is_meant(
    words: tuple[str, ...], version: str, asked: list[tuple[str, str, int]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["evaluate", *words, "--json"]) == ExitCode.OK
    assert asked == [("maud", version, load_settings().evaluation.prompts)]
    assert json.loads(capsys.readouterr().out)["version"] == version


def test_without_a_candidate_it_is_the_champion(asked: list[tuple[str, str, int]], tmp_path: Path) -> None:
    settings = load_settings()
    ensure_author(wiring.feature_store(settings), "Dex")
    registry = wiring.model_registry(settings)
    registry.register("dex", write_adapter(tmp_path / "dex", author="dex"))
    registry.promote("dex", 1)
    assert run(["evaluate", "dex"]) == ExitCode.OK
    assert asked[0][:2] == ("dex", "v1")


def test_an_unknown_version_or_author_is_answered_with_the_known(
    asked: list[tuple[str, str, int]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["evaluate", "v9"]) == ExitCode.NOT_FOUND
    assert "v3" in capsys.readouterr().err
    assert run(["evaluate", "nobody"]) == ExitCode.NOT_FOUND
    assert asked == []


def test_fewer_prompts_may_be_asked_for(asked: list[tuple[str, str, int]]) -> None:
    assert run(["evaluate", "--prompts", "3"]) == ExitCode.OK
    assert asked[0][2] == 3
    assert run(["evaluate", "--prompts", "0"]) == ExitCode.USAGE


def test_table_verdict_and_report(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evaluate", "v1"]) == ExitCode.OK
    said = capsys.readouterr().out
    (bits,) = [line for line in said.splitlines() if line.startswith("change, on the author")]
    assert bits.split() == ["change,", "on", "the", "author", "−14.3%", "−15.7%", "to", "−12.9%"]
    assert "costs it 14.3% fewer bits per byte" in said
    assert "v1 may be promoted" in said
    path = data_dir / "reports" / "maud" / "v1.html"
    assert f"Report: {path}" in said
    assert "The fog came in." in path.read_text(encoding="utf-8")


def test_what_refuses_is_said(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evaluate", "v2", "--json"]) == ExitCode.OK
    done = json.loads(capsys.readouterr().out)
    assert (done["refusals"], done["report"]) == ([REFUSAL], str(data_dir / "reports" / "maud" / "v2.html"))
    assert run(["evaluate", "v2"]) == ExitCode.OK
    assert f"v2 may not be promoted:\n  {REFUSAL}" in capsys.readouterr().out
