"""`twin forget` and what readers said: feedback on an erased post goes, and so do the versions that learnt from it."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from configs.errors import ExitCode
from configs.settings import load_settings
from fakes.adapters import write_adapter
from model_registry.feedback import Feedback, row_id
from model_registry.manifest import FeatureLineage, read_manifest, write_manifest
from model_registry.ports import ModelPublisher
from twin import wiring
from twin.cli import run

AUTHOR = "maud-ferrier"
QUOTED = "The canary is called zyzzogeton and she sings behind the lamp room whenever the tide turns"
PLAIN = "On day {n} I wound the harbour clock, all {n} turns of it, and then I sat down with soup number {n}. "


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    capsys.readouterr()
    assert run([*arguments, "--json"]) == ExitCode.OK
    return json.loads(capsys.readouterr().out)


def register(registry: ModelPublisher, folder: Path, *, learnt: tuple[str, ...]) -> None:
    """A version of features in which the erased post never was."""
    path = write_adapter(folder, weights=folder.name.encode(), author=AUTHOR)
    lineage = FeatureLineage(number=99, digest="0" * 64, encoder="e")
    write_manifest(path, read_manifest(path).model_copy(update={"features": lineage, "feedback": learnt}))
    registry.promote(AUTHOR, registry.register(AUTHOR, path).number)


@pytest.fixture(scope="module")
def rated_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three judgements, two of which quote the canary; v1 learnt of the third, v2 of all, v3 of none. To be copied."""
    folder = tmp_path_factory.mktemp("rated")
    blog = folder / "blog"
    blog.mkdir()
    texts = {"canary": f"{QUOTED} at night. " * 5} | {str(n): PLAIN.format(n=n) * 4 for n in range(1, 5)}
    for day, (name, text) in enumerate(texts.items(), start=1):
        (blog / f"{name}.md").write_text(f"---\ntitle: Day {day}\ndate: 2024-01-{day:02}\n---\n{text}\n", "utf-8")
    here = ["--set", f"data_dir={folder / 'data'}"]
    assert run([*here, "collect", str(blog), "--as", "folder", "--author", "Maud Ferrier"]) == ExitCode.OK
    settings = load_settings(overrides=here[1:])
    log = wiring.feedback_log(settings)
    for answer, correction in ((f'I said: "{QUOTED}".', "No."), ("Yes.", f"As I wrote, {QUOTED}."), ("Aye.", "Nay.")):
        log.append(AUTHOR, Feedback(request="What of her?", rejected=answer, chosen=correction))
    rows = [row_id(line) for line in log.path(AUTHOR).read_bytes().splitlines()]
    registry = wiring.model_registry(settings)
    for name, learnt in (("first", rows[2:]), ("second", rows), ("third", [])):
        register(registry, folder / name, learnt=tuple(learnt))
    return folder / "data"


@pytest.fixture
def rated(rated_data: Path, data_dir: Path) -> Path:
    """The file of the judgements in this test's own copy of the data."""
    shutil.copytree(rated_data, data_dir, ignore=shutil.ignore_patterns("lock"))
    return wiring.feedback_log(load_settings()).path(AUTHOR)


def chosen(file: Path) -> list[str]:
    return [json.loads(line)["chosen"] for line in file.read_text("utf-8").splitlines()]


def test_feedback_that_quotes_goes_with_the_versions_that_learnt_from_it(
    rated: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    erased = output(capsys, "forget", "--post", "canary.md", "--yes")
    assert (erased["feedback"], erased["tainted"], erased["champion"]) == (2, ["v2"], "v3")
    assert chosen(rated) == ["Nay."]
    assert run(["promote", "--author", AUTHOR, "--version", "v2", "--force", "--reason", "x"]) != ExitCode.OK


def test_a_forgetting_that_was_killed_before_the_versions_were_marked_marks_them_the_next_time(
    rated: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from twin.jobs import forget

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(forget, "_taint", die)
        assert run(["forget", "--post", "canary.md", "--yes"]) == ExitCode.INTERRUPTED
    assert chosen(rated) == ["Nay."]
    assert output(capsys, "forget", "--post", "canary.md", "--yes")["tainted"] == ["v2"]


def test_feedback_that_shows_nothing_of_the_post_stays(rated: Path, capsys: pytest.CaptureFixture[str]) -> None:
    erased = output(capsys, "forget", "--post", "4.md", "--yes")
    assert (erased["feedback"], erased["tainted"], len(chosen(rated))) == (0, [], 3)


def test_eight_words_of_the_post_are_enough_wherever_they_were_said(
    rated: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = wiring.feedback_log(load_settings())
    said = "zyzzogeton and she sings behind the lamp room"
    seven = said.removeprefix("zyzzogeton ")
    for request in (f"Is it so that {said}?", f"“{said.upper().replace(' ', '  ')}”", f"Is it so that {seven}?"):
        log.append(AUTHOR, Feedback(request=request, chosen=f"{len(request)}", rejected=""))
    assert output(capsys, "forget", "--post", "canary.md", "--yes")["feedback"] == 4
    assert chosen(rated) == ["Nay.", f"{len(request)}"]
