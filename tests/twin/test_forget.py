"""`twin forget` over a real store, index and registry: what was erased is in no byte on the disk."""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from configs.errors import ExitCode
from configs.settings import load_settings
from fakes.adapters import write_adapter
from feature_pipeline.fetching.cache import PageCache
from feature_store.backends.qdrant_edge_folders import COPIES
from model_registry.manifest import FeatureLineage, read_manifest, write_manifest
from model_registry.packaging import ADAPTER_WEIGHTS, served_path
from twin import wiring
from twin.background.folder import make
from twin.cli import run
from twin.jobs import forget

CANARY = "zyzzogeton"
SECRET = f"The canary is called {CANARY} and she sings behind the lamp room whenever the tide turns at night. "
PLAIN = "On day {n} I wound the harbour clock, all {n} turns of it, and then I sat down with soup number {n}. "


def _write(path: Path, day: int, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"---\ntitle: Day {day}\ndate: 2024-01-{day:02}\n---\n{text}\n", encoding="utf-8")


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    capsys.readouterr()
    assert run([*arguments, "--json"]) == ExitCode.OK
    return json.loads(capsys.readouterr().out)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """A blog, a letter with a cross-post of the blog's canary, and data made of both, to be copied: F1 holds
    everything, F2 what came after a change."""
    folder = tmp_path_factory.mktemp("places")
    blog, letter, data = folder / "blog", folder / "letter", folder / "data"
    for number in range(1, 9):
        _write(blog / f"{number}.md", number, PLAIN.format(n=number) * 4)
    _write(blog / "canary.md", 20, SECRET * 5)
    _write(letter / "crosspost.md", 21, "Dear all. " + SECRET * 5)
    _write(letter / "other.md", 22, PLAIN.format(n=77) * 4)
    here = ("--set", f"data_dir={data}", "--set", "feature_store.encoder=all-minilm-l6-v2")
    for place in (blog, letter):
        assert run([*here, "collect", str(place), "--as", "folder", "--author", "Maud Ferrier"]) == ExitCode.OK
    assert run([*here, "features"]) == ExitCode.OK
    _write(blog / "9.md", 9, PLAIN.format(n=9) * 4)
    assert run([*here, "collect", str(blog), "--as", "folder", "--author", "Maud Ferrier"]) == ExitCode.OK
    assert run([*here, "features"]) == ExitCode.OK
    return blog, letter, data


@pytest.fixture(autouse=True)
def _copy(places: tuple[Path, Path, Path], data_dir: Path) -> None:
    shutil.copytree(places[2], data_dir, ignore=shutil.ignore_patterns("lock"))


@pytest.fixture
def blog(places: tuple[Path, Path, Path]) -> Path:
    return places[0]


@pytest.fixture
def letter(places: tuple[Path, Path, Path]) -> Path:
    return places[1]


def register(settings: Any, folder: Path, *, trained_on: int) -> None:
    registry = wiring.model_registry(settings)
    version = wiring.feature_store(settings).version("maud-ferrier", trained_on)
    path = write_adapter(folder, weights=folder.name.encode(), author="maud-ferrier")
    lineage = FeatureLineage(number=trained_on, digest=version.digest, encoder=version.encoder)
    write_manifest(path, read_manifest(path).model_copy(update={"features": lineage}))
    registry.promote("maud-ferrier", registry.register("maud-ferrier", path).number)


def bytes_with(word: str, folder: Path) -> list[str]:
    """Every file below `folder` that holds `word`: as bytes, as rows of Parquet or SQLite, or deflated."""
    wanted = word.encode()
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and any(wanted in data for data in _contents(path))
    )


def _contents(path: Path) -> list[bytes]:
    raw = path.read_bytes()
    found = [raw]
    if path.suffix == ".parquet":
        found.append(str(pq.read_table(path).to_pylist()).encode())
    if raw.startswith(b"SQLite format 3"):
        with sqlite3.connect(path) as database:
            tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            values = [v for t in tables for row in database.execute(f'SELECT * FROM "{t}"') for v in row]
        database.close()
        for value in values:
            data = value if isinstance(value, bytes) else str(value).encode()
            found.append(data)
            if isinstance(value, bytes):
                try:
                    found.append(zlib.decompress(value))
                except zlib.error:
                    continue
    return found


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


def test_dropped_files_go_with_what_is_forgotten_of_them_and_the_other_posts_stay(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notes = data_dir / "uploads" / ("0" * 24) / "notes"
    notes.parent.mkdir(parents=True)
    _write(notes / "dropped.md", 23, f"The {CANARY} was mine. " + PLAIN.format(n=78) * 4)
    _write(notes / "harmless.md", 24, PLAIN.format(n=79) * 4)
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


def test_repeated_after_a_kill_at_its_last_step_it_says_that_all_is_erased(
    blog: Path, letter: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from feature_store.backends.delta import DeltaFeatureStore

    finish = DeltaFeatureStore.finish_forgetting

    def finish_and_die(store: DeltaFeatureStore, author: str) -> None:
        finish(store, author)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(DeltaFeatureStore, "finish_forgetting", finish_and_die)
        assert run(["forget", "--post", "canary.md", "--source", str(letter), "--yes"]) == ExitCode.INTERRUPTED
    assert output(capsys, "status")["authors"][0]["unfinished"] == 0
    for named in (["--post", "canary.md"], ["--source", str(letter)]):
        again = output(capsys, "forget", *named)  # nobody has to be asked
        assert (again["already"], again["posts"], again["versions"]) == ([named[1]], 0, [])
    assert run(["forget", "--post", "canary.md"]) == ExitCode.OK
    assert "Erased already: canary.md." in capsys.readouterr().out
    both = output(capsys, "forget", "--post", "canary.md", "--post", "3.md", "--yes")
    assert (both["already"], both["posts"]) == (["canary.md"], 1)
    assert run(["forget", "--post", "never.md", "--yes"]) == ExitCode.NOT_FOUND


@pytest.mark.slow
def test_versions_that_cannot_be_read_stop_no_erasure(
    blog: Path, letter: Path, data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load_settings()
    for name, trained_on in (("first", 1), ("second", 2), ("third", 2)):
        register(settings, tmp_path / name, trained_on=trained_on)
    versions = wiring.model_registry(settings).versions("maud-ferrier")
    manifest = versions[1].folder / "manifest.json"
    manifest.write_bytes(manifest.read_bytes()[:-40])
    store = wiring.feature_store(settings)
    newest = data_dir / "features" / "authors" / "maud-ferrier" / "versions" / "F2.json"
    newest.write_text("{}", encoding="utf-8")

    erased = output(capsys, "forget", "--post", "canary.md", "--yes")

    assert (erased["posts"], erased["versions"], erased["tainted"]) == (2, ["F1"], ["v1", "v2", "v3"])
    assert sorted(erased["unreadable"]) == ["F2", "v2"]
    assert str(manifest) in erased["unreadable"]["v2"]
    assert bytes_with(CANARY, data_dir) == []
    assert [version.name for version in store.versions("maud-ferrier")] == ["F1", "F3"]  # F2 is not given again
    assert [one.tainted != "" for one in wiring.model_registry(settings).readable_versions("maud-ferrier")[1]] == [True]
    assert output(capsys, "forget", "--post", "2.md", "--yes")["unreadable"] == {}
    _write(blog / "10.md", 10, PLAIN.format(n=10) * 4)
    output(capsys, "collect", str(blog), "--as", "folder", "--author", "Maud Ferrier")
    (blog / "10.md").unlink()
    assert "F5 is complete" in str(run_text(capsys, "features"))


def run_text(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert run([*arguments]) == ExitCode.OK
    return capsys.readouterr().out


@pytest.mark.slow
def test_purging_removes_the_weights_that_learnt_from_it(
    blog: Path, letter: Path, data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load_settings()
    assert output(capsys, "forget", "--purge")["purged"] == []
    for name in ("first", "second"):
        register(settings, tmp_path / name, trained_on=2)
    assert "twin forget --purge" in run_text(capsys, "forget", "--post", "canary.md", "--yes")
    assert bytes_with("first", data_dir / "models" / "versions") != []
    assert run(["forget", "--purge"]) == ExitCode.USAGE  # nobody is there to be asked
    assert "v1, v2" in capsys.readouterr().err
    assert output(capsys, "forget", "--purge", "--author", "Maud Ferrier", "--yes")["purged"] == ["v1", "v2"]
    assert not [path for path in (data_dir / "models" / "versions").rglob("*") if path.is_file()]
    assert output(capsys, "status")["authors"][0]["collected"] == 10  # with --author alone all would be erased
    register(settings, tmp_path / "third", trained_on=2)
    assert [version.name for version in wiring.model_registry(settings).versions("maud-ferrier")] == ["v3"]
    erased = output(capsys, "forget", "--post", "3.md", "--purge", "--yes")
    assert (erased["tainted"], erased["purged"]) == (["v3"], ["v3"])
    assert output(capsys, "models") == {"versions": []}


def test_merged_models_of_what_learnt_from_it_go_and_no_others(
    blog: Path, letter: Path, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("TWIN_CACHE_DIR", str(tmp_path / "cache"))
    settings = load_settings()
    register(settings, tmp_path / "first", trained_on=2)
    registry = wiring.model_registry(settings)
    (version,) = registry.versions("maud-ferrier")
    dex = registry.register("dex", write_adapter(tmp_path / "dex", weights=b"dex", author="dex"))
    shutil.copytree(tmp_path / "first", data_dir / "training" / "maud-ferrier" / "run" / "adapter")
    (data_dir / "training" / "maud-ferrier" / "run" / "adapter" / ADAPTER_WEIGHTS).write_bytes(b"of a run")
    trained = served_path("base", data_dir / "training" / "maud-ferrier" / "run" / "adapter", settings.cache_dir)
    damaged = served_path("base", version.folder, settings.cache_dir)  # made before its weights were damaged
    (version.folder / ADAPTER_WEIGHTS).write_bytes(b"damaged")
    merged = served_path(version.manifest.base.fingerprint, version.folder, settings.cache_dir)
    other_base = served_path("another base", version.folder, settings.cache_dir)
    killed = merged.with_name(f".{merged.name}.1234.part")
    kept = [served_path("base", dex.folder, settings.cache_dir), served_path("base", None, settings.cache_dir),
            merged.with_name("another.gguf")]  # fmt: skip
    merged.parent.mkdir(parents=True)
    for path in (merged, other_base, damaged, trained, killed, *kept):
        path.write_bytes(b"merged")
    assert output(capsys, "forget", "--post", "canary.md", "--yes")["tainted"] == ["v1"]
    assert sorted(merged.parent.iterdir()) == sorted(kept)


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
        ([], "--post"),
    ):
        assert run(["forget", *arguments, "--yes"]) == ExitCode.NOT_FOUND
        assert word in capsys.readouterr().err
    assert forget.select(load_settings(), "maud-ferrier", posts=["8.md"]).copies == 0


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
