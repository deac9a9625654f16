"""`twin sync` over real folders and a real store."""

import json
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from configs.errors import ExitCode
from configs.progress import Silent
from configs.settings import Settings, load_settings
from feature_pipeline.collecting import CollectReport
from feature_store.backends.delta import DeltaFeatureStore
from feature_store.records import Post
from feature_store.versions import AuthorProfile, SourceRecord
from twin import wiring
from twin.cli import run
from twin.jobs import sync as job

TEXT = "On day {n} I wound the harbour clock, all {n} turns of it, and then I sat down with soup number {n}. "


@pytest.fixture
def blog(tmp_path: Path) -> Path:
    folder = tmp_path / "blog"
    folder.mkdir()
    for number in range(1, 9):
        write(folder / f"{number}.md", number)
    return folder


def write(path: Path, number: int, more: str = "") -> None:
    text = TEXT.format(n=number) * 4 + more
    path.write_text(f"---\ntitle: Day {number}\ndate: 2024-01-{number:02}\n---\n{text}\n", encoding="utf-8")


def synced(capsys: pytest.CaptureFixture[str], *arguments: str, code: ExitCode = ExitCode.OK) -> Any:
    """What `twin sync --json` prints of the one author there is."""
    capsys.readouterr()
    assert run(["sync", *arguments, "--json"]) == code
    (author,) = json.loads(capsys.readouterr().out)["authors"]
    return author


def collect(folder: Path) -> None:
    assert run(["collect", str(folder), "--as", "folder", "--author", "Maud"]) == ExitCode.OK


def snapshot(folder: Path) -> dict[Path, tuple[int, int]]:
    """Every file with its size and the time of its last change."""
    return {
        path: (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file() and path.name != "lock"
    }


def posts() -> list[Post]:
    return wiring.feature_store(load_settings()).posts("maud")


def test_new_changed_moved_and_deleted_posts_travel(blog: Path, capsys: pytest.CaptureFixture[str]) -> None:
    collect(blog)
    first = synced(capsys)
    assert (first["version"], first["sources"][0]["unchanged"]) == ("F1", 8)  # collected before, never built
    write(blog / "9.md", 9)
    write(blog / "1.md", 1, more="And the bell was cracked.")
    (blog / "2.md").rename(blog / "two.md")
    (blog / "3.md").unlink()
    second = synced(capsys)
    report = second["sources"][0]
    assert [report[what] for what in ("new", "changed", "moved", "deleted", "unchanged")] == [1, 1, 1, 1, 5]
    assert second["version"] == "F2"
    assert [post.source_id for post in posts()] == ["1.md", "4.md", "5.md", "6.md", "7.md", "8.md", "9.md", "two.md"]


def test_nothing_new_writes_nothing(blog: Path, data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    collect(blog)
    synced(capsys)
    before = snapshot(data_dir)
    again = synced(capsys)
    assert (again["version"], again["sources"][0]["unchanged"]) == (None, 8)
    assert snapshot(data_dir) == before


@pytest.mark.slow
def test_a_source_that_fails_is_said_and_the_others_go_on(
    blog: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "notes"
    other.mkdir()
    for number in range(10, 20):
        write(other / f"{number}.md", number)
    collect(blog)
    collect(other)
    synced(capsys)
    for path in other.iterdir():
        path.unlink()
    write(blog / "9.md", 9)
    outcome = synced(capsys, code=ExitCode.BAD_INPUT)
    assert list(outcome["failures"]) == [f"folder:{other}"]
    assert outcome["sources"][0]["new"] == 1
    assert len(posts()) == 19  # an empty folder deleted nothing
    write(other / "10.md", 10)
    outcome = synced(capsys, code=ExitCode.BAD_INPUT)
    assert "--allow-deletions" in outcome["failures"][f"folder:{other}"]
    assert len(posts()) == 19
    assert synced(capsys, "--allow-deletions")["sources"][1]["deleted"] == 9


def test_without_an_author_it_says_how_to_begin(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sync"]) == ExitCode.OK
    assert "twin up PLACE" in capsys.readouterr().err


@pytest.mark.slow
def test_watching_publishes_what_comes_and_survives_a_bad_round(
    blog: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    collect(blog)
    rounds: list[list[str]] = []

    def between(_: float) -> None:
        """What happens while the watcher sleeps."""
        rounds.append([v.name for v in wiring.feature_store(load_settings()).versions("maud")])
        if len(rounds) == 1:
            write(blog / "9.md", 9)
        elif len(rounds) == 2:
            blog.rename(blog.with_name("away"))
        elif len(rounds) == 3:
            blog.with_name("away").rename(blog)
            write(blog / "10.md", 10)
        else:
            raise KeyboardInterrupt

    monkeypatch.setattr(job.time, "sleep", between)
    assert run(["sync", "--watch", "--every", "1"]) == ExitCode.INTERRUPTED
    assert rounds == [["F1"], ["F1", "F2"], ["F1", "F2"], ["F1", "F2", "F3"]]
    out = capsys.readouterr().out
    assert "F3 is complete" in out
    assert "there is no folder" in out


def test_the_same_account_at_two_services_is_two_sources(blog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    collect(blog)
    store = wiring.feature_store(load_settings())
    for kind in ("devto", "hackernews"):
        store.write_source("maud", SourceRecord(name=f"{kind}:{kind}-id", kind=kind, location="maud"))
    asked: list[str] = []

    def unchanged(_: Settings, __: AuthorProfile, source: SourceRecord, **___: object) -> CollectReport:
        asked.append(source.kind)
        return CollectReport(source.name, 0, 0, 0, 0, 8, 0, (), (), {})

    monkeypatch.setattr(job.collect, "collect_again", unchanged)
    rounds = job.Sync(load_settings(), Silent(), publish=False)
    rounds.once()
    assert sorted(asked) == ["devto", "folder", "hackernews"]
    rounds.once()
    assert asked[3:] == ["folder"]  # a server is not asked again so soon


def test_a_watch_outlasts_another_writer(
    blog: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    collect(blog)
    capsys.readouterr()
    with ExitStack() as held:

        def between(_: float) -> None:
            if "another process is writing" in capsys.readouterr().err:
                raise KeyboardInterrupt
            held.enter_context(wiring.feature_store(load_settings()).writing("maud"))

        monkeypatch.setattr(job.time, "sleep", between)
        assert run(["sync", "--watch", "--collect-only"]) == ExitCode.INTERRUPTED


@pytest.mark.slow
def test_a_kill_between_the_posts_and_their_source_is_made_good(
    blog: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    collect(blog)
    synced(capsys)
    write(blog / "9.md", 9)
    with monkeypatch.context() as patched:
        patched.setattr(DeltaFeatureStore, "write_source", die)
        assert run(["sync"]) == ExitCode.INTERRUPTED
    assert len(posts()) == 9
    assert synced(capsys)["version"] == "F2"


def die(*_: object) -> None:
    raise KeyboardInterrupt


def test_two_at_once_do_not_get_in_each_others_way(blog: Path, capsys: pytest.CaptureFixture[str]) -> None:
    collect(blog)
    store = wiring.feature_store(load_settings())
    codes: list[int] = []
    with store.writing("maud"):
        other = threading.Thread(target=lambda: codes.append(run(["sync"])))
        other.start()
        other.join()
    assert codes == [ExitCode.ENVIRONMENT]
    assert "another process is writing" in capsys.readouterr().err
    assert synced(capsys)["version"] == "F1"


@pytest.mark.slow
def test_a_dropped_source_is_not_collected_and_its_posts_leave(
    blog: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    collect(blog)
    synced(capsys)
    moved = blog.rename(tmp_path / "moved")
    collect(moved)
    assert run(["drop", "nowhere"]) == ExitCode.NOT_FOUND
    assert f"folder:{blog}" in capsys.readouterr().err
    assert run(["drop", str(blog)]) == ExitCode.OK
    outcome = synced(capsys)
    assert [report["source"] for report in outcome["sources"]] == [f"folder:{moved}"]
    assert (outcome["failures"], outcome["version"]) == ({}, "F2")
    assert {post.source for post in posts()} == {f"folder:{moved}"}


def test_a_name_that_nothing_uses_is_not_stored_with_a_source(blog: Path) -> None:
    collect(blog)
    with_name = ["collect", str(blog), "--as", "folder", "--author", "Maud", "--me", "Anne"]
    assert run(with_name) == ExitCode.USAGE
    assert [source.me for source in wiring.feature_store(load_settings()).sources("maud")] == [()]
    (other := blog.parent / "other").mkdir()
    write(other / "1.md", 1)
    assert run([*with_name[:1], str(other), *with_name[2:]]) == ExitCode.USAGE
    assert len(wiring.feature_store(load_settings()).sources("maud")) == 1


def test_a_stored_name_that_nothing_uses_any_more_is_told_once(blog: Path, capsys: pytest.CaptureFixture[str]) -> None:
    collect(blog)
    store = wiring.feature_store(load_settings())
    (source,) = store.sources("maud")
    store.write_source("maud", source.model_copy(update={"me": ("Anne",)}))
    for told in (True, False):
        capsys.readouterr()
        assert run(["sync", "--collect-only"]) == ExitCode.OK
        printed = capsys.readouterr()
        assert ("--me Anne" in printed.out + printed.err) is told
        assert "8 unchanged" in printed.out
    assert [source.me for source in store.sources("maud")] == [()]


@pytest.mark.slow
def test_a_damaged_index_is_told_though_nothing_has_changed(
    blog: Path, data_dir: Path, capsys: pytest.CaptureFixture[str], record_property: Callable[[str, object], None]
) -> None:
    collect(blog)
    synced(capsys)
    assert synced(capsys)["failures"] == {}
    kinds = {
        path.name: path for path in data_dir.glob("index/*/maud/F1/**/*") if path.is_file() and path.stat().st_size
    }
    assert {"published.json", "chunk_0.mmap"} <= kinds.keys()
    for path in kinds.values():
        whole = path.read_bytes()
        at = next(place for place, byte in enumerate(whole) if byte) if any(whole) else 0
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 64]) + whole[at + 1 :])
        assert "twin doctor --repair" in synced(capsys, code=ExitCode.BAD_INPUT)["failures"]["index"], path
        assert run(["features"]) == ExitCode.ENVIRONMENT
        assert "twin doctor --repair" in capsys.readouterr().err, path
        path.write_bytes(whole)
        assert synced(capsys)["failures"] == {}
    record_property("tries", 2 * len(kinds))
