"""What a newer release wrote is refused plainly, with both numbers; what earlier ones wrote is read."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from configs.data_format import DATA_FORMAT
from configs.errors import ExitCode, NewerFormatError
from configs.settings import load_settings
from fakes import older_data
from feature_store.sentence_vectors import SENTENCE_RULES
from model_registry.feedback import Feedback
from twin import wiring
from twin.cli import run

NEWER = DATA_FORMAT + 1
# What carries the number, and the commands that meet it.
FILES = {
    "features/authors/maud/profile.json": ["status", "collect {blog} --as folder --author Maud", "features"],
    "features/authors/maud/sources.json": ["sync"],
    "features/authors/maud/versions/F1.json": ["status", "features", "forget --post 1.md --yes"],
    "features/forgotten/maud.json": ["sync", "forget --post 1.md --yes"],
    "features/authors/maud/posts": ["status", "features", "collect {blog} --as folder --author Maud"],
    "index/*/maud/F1/published.json": ["features"],
    "models/versions/maud/*/manifest.json": ["models"],
    "models/evaluations/maud/*.json": ["models"],
    "feedback/maud.jsonl": ["forget --post 1.md --yes"],
    "keys.sqlite": ["keys list", "keys create laptop"],
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a blog, and data of every kind made of it."""
    return older_data.make_today(tmp_path_factory.mktemp("today"))


@pytest.fixture
def blog(whole: Path, data_dir: Path) -> Path:
    shutil.copytree(whole / "data", data_dir, ignore=shutil.ignore_patterns("lock", ".lock"))
    return whole / "blog"


def make_newer(path: Path) -> None:
    if path.suffix == ".sqlite":
        with closing(sqlite3.connect(path)) as database:
            database.execute(f"PRAGMA user_version = {NEWER}")
    elif path.is_dir():
        log = path / "_delta_log" / "00000000000000000000.json"
        lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
        for line in lines:
            if "metaData" in line:
                line["metaData"]["configuration"]["twin.format"] = str(NEWER)
        log.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        for checksum in log.parent.glob("*.crc"):
            checksum.unlink()
    elif path.suffix == ".jsonl":
        path.write_text(json.dumps({"format": NEWER, "asked": "What is new?"}) + "\n", encoding="utf-8")
    else:
        path.write_text(json.dumps({"format": NEWER, "what": ["is", "new"]}), encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("kind", FILES)
def test_what_a_newer_release_wrote_is_refused_and_nothing_is_changed(
    kind: str, blog: Path, data_dir: Path, capsys: pytest.CaptureFixture[str],
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    (path, *_) = sorted(data_dir.glob(kind))
    make_newer(path)
    before = path.read_bytes() if path.is_file() else None
    for command in FILES[kind]:
        code = run(command.format(blog=blog).split())
        said = "".join(capsys.readouterr())
        assert code in (ExitCode.ENVIRONMENT, ExitCode.BAD_INPUT), (command, said)
        assert str(path) in said, (command, said)
        assert f"its format is {NEWER}, and this release knows those up to {DATA_FORMAT}" in said, (command, said)
        assert before == (path.read_bytes() if path.is_file() else None)
    record_property("tries", len(FILES[kind]))


@pytest.mark.slow
def test_a_repair_makes_nothing_of_a_newer_version(blog: Path, data_dir: Path) -> None:
    for path in data_dir.glob("models/versions/maud/*/manifest.json"):
        make_newer(path)
    for path in data_dir.glob("models/mlflow.*"):
        path.unlink()
    with pytest.raises(NewerFormatError, match=f"its format is {NEWER}"):
        wiring.repair_registry(load_settings())


@pytest.mark.slow
def test_what_earlier_releases_wrote_is_read(
    blog: Path, data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    changed = older_data.make_older(data_dir, tmp_path)
    for command in ("status", "models", "keys list", "sync", "features"):
        assert run(command.split()) == ExitCode.OK, (command, capsys.readouterr())
    settings = load_settings()
    store, registry = wiring.feature_store(settings), wiring.model_registry(settings)
    assert [one.name for one in store.versions("maud")] == ["F1", "F2"]  # with what the first had no words for
    kept = {(one.language, one.sentence_rules, bool(one.sentence_vectors)) for one in store.chunks("maud")}
    assert kept == {("en", SENTENCE_RULES, True)}
    with wiring.online_index(settings) as index:
        assert index.published("maud", store.version("maud").encoder) == 2
    assert [one.name for one in registry.versions("maud")] == ["v1", "v2", "v3"]
    assert registry.resolve("maud").name == "v1"
    assert wiring.key_store(settings).required
    (row,) = wiring.feedback_log(settings).path("maud").read_bytes().splitlines()
    assert Feedback.model_validate_json(row).rating is None
    assert run(["forget", "--post", "1.md", "--yes"]) == ExitCode.OK
    assert store.forgotten("maud").posts > older_data.FORGOTTEN_BEFORE
    assert [one.name for one in store.versions("maud")] == ["F1", "F2", "F3"]
    record_property("tries", changed)
