"""`twin forget` over a real store, index and registry: what was erased is in no byte on the disk."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from configs.errors import ExitCode
from configs.settings import load_settings
from fakes.forgetting import CANARY, PLAIN, SECRET, bytes_with, output, register, write
from feature_pipeline.fetching.cache import PageCache
from feature_store.backends.qdrant_edge_folders import COPIES
from twin import wiring
from twin.background.folder import make
from twin.cli import run
from twin.jobs import forget

pytestmark = pytest.mark.usefixtures("forgettable")


@pytest.mark.slow
def test_a_forgotten_post_is_in_no_byte_and_does_not_come_back(
    blog: Path, letter: Path, data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load_settings()
    register(settings, tmp_path / "first", trained_on=2)
    register(settings, tmp_path / "second", trained_on=1)
    leave_traces(settings)
    index_of = {path.split("/")[0] for path in bytes_with(CANARY, data_dir)}
    assert {
        "features",
        "index",
        "pages",
        "training",
        "logs",
        "jobs",
    } <= index_of  # it is looked for where it can be found

    erased = output(capsys, "forget", "--post", "canary.md", "--yes")

    assert bytes_with(CANARY, data_dir) == []
    assert (erased["posts"], erased["versions"], erased["tainted"]) == (2, ["F1", "F2"], ["v1", "v2"])
    assert erased["champion"] == ""
    assert "F3 is complete" in erased["features"]
    status = output(capsys, "status")["authors"][0]
    assert (status["collected"], status["kept"], status["unfinished"]) == (10, 10, 0)
    assert {row["versions"] for row in status["posts"]} == {"F1-F3", "F2-F3"}
    assert status["models"] == {}
    for version in wiring.feature_store(settings).versions("maud-ferrier"):
        assert search(settings, version.number, SECRET).isdisjoint({"canary.md", "crosspost.md"})

    again = output(capsys, "collect", str(blog), "--as", "folder", "--author", "Maud Ferrier")
    assert (again["forgotten"], again["new"], again["unchanged"]) == (1, 0, 9)
    assert output(capsys, "sync")["authors"][0]["sources"][1]["forgotten"] == 1
    assert output(capsys, "features")["written"] is False
    assert bytes_with(CANARY, data_dir) == []


@pytest.mark.slow
def test_dropped_files_go_with_what_is_forgotten_of_them_and_the_other_posts_stay(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notes = data_dir / "uploads" / ("0" * 24) / "notes"
    notes.parent.mkdir(parents=True)
    write(notes / "dropped.md", 23, f"The {CANARY} was mine. " + PLAIN.format(n=78) * 4)
    write(notes / "harmless.md", 24, PLAIN.format(n=79) * 4)
    output(capsys, "collect", str(notes), "--as", "folder", "--author", "Maud Ferrier")
    output(capsys, "forget", "--post", "dropped.md", "--yes")
    assert not notes.parent.exists()
    status = output(capsys, "status")["authors"][0]
    assert str(notes) not in [source["location"] for source in status["sources"]]
    assert {row["file"]: row["state"] for row in status["posts"]}["harmless.md"] == "kept"
    assert not [failed for failed in output(capsys, "sync")["authors"][0]["failures"].values() if str(notes) in failed]


def leave_traces(settings: Any) -> None:
    """What other parts of the system leave on the disk."""
    cache = PageCache(wiring.page_cache(settings, "maud-ferrier", "https://maud.test/"))
    cache.store("key", url="https://maud.test/canary", status=200, headers={}, body=SECRET.encode())
    cache.close()
    checkpoint = wiring.work_dir(settings) / "maud-ferrier" / "run" / "checkpoint.json"
    log = settings.data_dir / "logs" / "error.txt"
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    copy = settings.data_dir / "index" / COPIES / f"{dead.pid}-x" / "segment"
    job = make(wiring.jobs_dir(settings), "collect", "maud-ferrier", {"place": SECRET})
    job.write_outcome({"result": {}})
    for path in (checkpoint, log, copy):
        path.parent.mkdir(parents=True)
        path.write_text(SECRET, encoding="utf-8")


def search(settings: Any, version: int, text: str) -> set[str]:
    encoder = wiring.encoder(settings, "maud-ferrier")
    with wiring.online_index(settings) as index:
        found = index.search(
            author="maud-ferrier",
            encoder=encoder.fingerprint,
            version=version,
            text=text,
            vector=encoder.encode([text])[0],
            limit=50,
        )
    assert found
    return {each.chunk.url for each in found}


@pytest.mark.parametrize("moment", ["erase", "publish", "finish_forgetting"])
@pytest.mark.slow
def test_an_interrupted_forgetting_is_ended_by_the_same_command(
    blog: Path,
    letter: Path,
    data_dir: Path,
    moment: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from feature_store.backends.delta import DeltaFeatureStore
    from feature_store.backends.qdrant_edge import QdrantEdgeIndex

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    owner = QdrantEdgeIndex if moment == "publish" else DeltaFeatureStore
    with monkeypatch.context() as patched:
        patched.setattr(owner, moment, die)
        assert run(["forget", "--post", "canary.md", "--yes"]) == ExitCode.INTERRUPTED
    assert output(capsys, "status")["authors"][0]["unfinished"] == 2
    run(["status"])
    assert "run twin forget again" in capsys.readouterr().out
    assert output(capsys, "forget", "--post", "canary.md", "--yes")["posts"] == 2
    assert bytes_with(CANARY, data_dir) == []
    assert output(capsys, "status")["authors"][0]["unfinished"] == 0
    assert search(load_settings(), 2, PLAIN.format(n=3)) >= {"3.md"}


@pytest.mark.slow
def test_a_post_of_the_test_split_taints_nothing(
    blog: Path, letter: Path, data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load_settings()
    register(settings, tmp_path / "first", trained_on=2)
    store = wiring.feature_store(settings)
    (held_out,) = [d.source_id for d in store.documents("maud-ferrier") if d.split == "test"]
    erased = output(capsys, "forget", "--post", held_out, "--yes")
    assert (erased["tainted"], erased["champion"]) == ([], "v1")


def test_a_source_is_forgotten_as_a_whole(
    blog: Path, letter: Path, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    erased = output(capsys, "forget", "--source", str(letter), "--yes")
    assert erased["posts"] == 3  # its two posts, and the copy of one of them in the blog
    status = output(capsys, "status")["authors"][0]
    assert [source["location"] for source in status["sources"]] == [str(blog)]
    assert bytes_with(CANARY, data_dir) == []


@pytest.mark.slow
def test_an_author_is_forgotten_with_everything(
    blog: Path, letter: Path, data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load_settings()
    register(settings, tmp_path / "first", trained_on=2)
    leave_traces(settings)
    assert run(["forget", "--author", "Maud Ferrier"]) == ExitCode.USAGE  # nobody is there to be asked
    assert "--yes" in capsys.readouterr().err
    output(capsys, "forget", "--author", "Maud Ferrier", "--yes")
    assert bytes_with(CANARY, data_dir) == bytes_with("harbour clock", data_dir) == []
    assert output(capsys, "status") == {"authors": []}
    assert output(capsys, "models") == {"versions": []}
    assert output(capsys, "collect", str(blog), "--as", "folder", "--author", "Maud Ferrier")["new"] == 10


def test_what_is_not_there_is_answered_with_what_comes_near(
    blog: Path, letter: Path, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output(capsys, "collect", str(blog), "--as", "folder", "--author", "Maud Ferrier")
    for arguments, word in (
        (["--post", "canry.md"], "canary.md"),
        (["--post", "an"], "Near: canary.md."),
        (["--source", "blog"], str(blog)),
    ):
        assert run(["forget", *arguments, "--yes"]) == ExitCode.NOT_FOUND
        assert word in capsys.readouterr().err
    assert run(["forget", "--yes"]) == ExitCode.USAGE
    assert "--post" in capsys.readouterr().err
    assert forget.select(load_settings(), "maud-ferrier", posts=["8.md"]).copies == 0


@pytest.mark.slow
def test_a_forgotten_post_stays_away_when_the_folder_is_removed_as_a_message_advises(
    blog: Path, letter: Path, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    collecting = ["collect", str(blog), "--as", "folder", "--author", "Maud Ferrier"]
    output(capsys, "forget", "--post", "canary.md", "--yes")
    for named in ("*/generation-*/posts/_delta_log/*.json", "*/profile.json"):
        for path in (data_dir / "features" / "authors").glob(named):
            path.write_bytes(b"no longer what it was")
        capsys.readouterr()
        assert run(collecting) == ExitCode.ENVIRONMENT
        message = capsys.readouterr().err
        advised = re.search(
            r"[Rr]estore (/\S+) from a copy, or remove it|or remove (/\S+) and run `twin collect`", message
        )
        assert advised, message
        shutil.rmtree(advised[1] or advised[2])
        again = output(capsys, *collecting)
        assert (again["forgotten"], again["new"]) == (1, 9)
        assert output(capsys, "features")["written"] is True
        newest = wiring.feature_store(load_settings()).version("maud-ferrier")
        with wiring.online_index(load_settings()) as index:
            assert index.published("maud-ferrier", newest.encoder) == newest.number
        assert search(load_settings(), newest.number, SECRET) == {f"{number}.md" for number in range(1, 10)}
        assert bytes_with(CANARY, data_dir) == []


def test_what_an_earlier_release_kept_of_the_forgotten_is_moved_out_of_the_authors_folder(data_dir: Path) -> None:
    store = wiring.feature_store(load_settings())
    (post,) = (post for post in store.posts("maud-ferrier") if post.source_id == "canary.md")
    store.forget("maud-ferrier", [post])
    kept = data_dir / "features" / "forgotten" / "maud-ferrier.json"
    formerly = data_dir / "features" / "authors" / "maud-ferrier" / "forgotten.json"
    before = store.forgotten("maud-ferrier")
    kept.rename(formerly)
    again = wiring.feature_store(load_settings())
    assert again.forgotten("maud-ferrier") == before
    assert kept.exists()
    assert not formerly.exists()
    again.erase_author("maud-ferrier")
    assert [*kept.parent.iterdir()] == []
