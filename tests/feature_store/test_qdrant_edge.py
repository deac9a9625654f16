import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import killed_writers
import pytest

from configs import files
from configs.errors import DiskFullError
from fakes.feature_records import DIMENSIONS, ENCODER, axis, make_chunk, make_version
from feature_store.backends import qdrant_edge_folders as folders_of
from feature_store.backends import qdrant_points as points
from feature_store.backends.qdrant_edge import QdrantEdgeIndex
from feature_store.errors import StoreBusyError, StoreCorruptError, UnknownFeatureVersionError


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """Where readers put their copies."""
    return tmp_path / folders_of.COPIES


@pytest.fixture
def index(tmp_path: Path, scratch: Path) -> Iterator[QdrantEdgeIndex]:
    made = QdrantEdgeIndex(tmp_path, min_free_mb=1)
    yield made
    made.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / points.space(ENCODER) / "maud"


def publish(index: QdrantEdgeIndex, number: int, *names: str) -> None:
    index.publish(make_version(number), [make_chunk(name, name) for name in names], dimensions=DIMENSIONS)


def found(index: QdrantEdgeIndex, version: int) -> set[str]:
    results = index.search(author="maud", encoder=ENCODER, version=version, text="fog", vector=axis(0), limit=9)
    return {result.chunk.text for result in results}


def folders(home: Path) -> list[str]:
    return sorted(path.name for path in home.iterdir() if path.is_dir())


def test_the_newest_two_folders_are_kept_and_hold_every_version(index: QdrantEdgeIndex, home: Path) -> None:
    for number, names in enumerate([["fog"], ["tide"], ["fog", "bell"]], start=1):
        publish(index, number, *names)
    assert folders(home) == ["F2", "F3"]
    assert [found(index, version) for version in (1, 2, 3)] == [{"fog"}, {"tide"}, {"fog", "bell"}]


def test_what_other_rules_for_terms_made_is_not_searched_and_goes_when_it_is_made_anew(
    index: QdrantEdgeIndex, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(points, "space", lambda encoder: encoder[:16])  # where they lay before rules had a name
        publish(index, 1, "fog")
        other = home.parent.parent / ENCODER[:16] / "maud"
        assert folders(other) == ["F1"]
    assert index.published("maud", ENCODER) == 0
    publish(index, 1, "fog")
    assert found(index, 1) == {"fog"}
    assert not other.exists()


def test_a_published_folder_is_never_changed(index: QdrantEdgeIndex, home: Path) -> None:
    publish(index, 1, "fog", "tide")
    before = {path: path.stat().st_mtime_ns for path in (home / "F1").rglob("*")}
    contents = {path: path.read_bytes() for path in before if path.is_file() and path.stat().st_size < 1_000_000}
    found(index, 1)
    publish(index, 2, "fog")
    found(index, 1)
    assert {path: path.stat().st_mtime_ns for path in (home / "F1").rglob("*")} == before
    assert {path: path.read_bytes() for path in contents} == contents


def test_copies_go_when_a_newer_one_is_opened_and_at_the_end(index: QdrantEdgeIndex, scratch: Path) -> None:
    publish(index, 1, "fog")
    found(index, 1)
    publish(index, 2, "tide")
    found(index, 1)
    assert len(list(scratch.iterdir())) == 1
    index.close()
    assert list(scratch.iterdir()) == []
    assert found(index, 2) == {"tide"}


def test_a_copy_goes_with_its_index_when_no_one_closes_it(tmp_path: Path, scratch: Path) -> None:
    forgotten = QdrantEdgeIndex(tmp_path, min_free_mb=1)
    publish(forgotten, 1, "fog")
    found(forgotten, 1)
    del forgotten
    gc.collect()
    assert list(scratch.iterdir()) == []


def test_copies_of_processes_that_were_killed_go_with_the_next_reader_and_with_an_erasure(
    index: QdrantEdgeIndex, scratch: Path
) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left, alive = scratch / f"{dead.pid}-left", scratch / f"{os.getppid()}-alive"
    publish(index, 1, "fog")
    for reader in (lambda: found(index, 1), lambda: index.erase("maud")):
        left.mkdir(parents=True)
        alive.mkdir(exist_ok=True)
        reader()
        assert not left.exists()
        assert alive.exists()


def test_a_reader_never_meets_half_of_what_is_erased_and_nothing_is_left(
    index: QdrantEdgeIndex, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(index, 1, "fog")
    served: list[set[str]] = []
    remove = shutil.rmtree
    with closing(QdrantEdgeIndex(tmp_path, min_free_mb=1)) as other:
        found(other, 1)

        def halfway(folder: Path, *, ignore_errors: bool = False) -> None:
            (folder / folders_of.MANIFEST).unlink(missing_ok=True)
            served.append(found(other, 1))
            remove(folder, ignore_errors=ignore_errors)

        with monkeypatch.context() as patched:
            patched.setattr(shutil, "rmtree", halfway)
            index.erase("maud")
        other.refresh()
        assert served
        assert all(texts == {"fog"} for texts in served)
        with pytest.raises(UnknownFeatureVersionError):
            found(other, 1)
    assert not home.exists()


@pytest.mark.parametrize("moment", killed_writers.INDEX_MOMENTS)
def test_after_a_kill_the_last_version_is_found_and_publishing_is_repeated(
    index: QdrantEdgeIndex, tmp_path: Path, home: Path, moment: str
) -> None:
    publish(index, 1, "fog", "tide")
    script = [sys.executable, killed_writers.__file__, "index", str(tmp_path), moment]
    assert subprocess.run(script, check=False).returncode == -signal.SIGKILL

    assert index.published("maud", ENCODER) == 1
    assert found(index, 1) == {"fog", "tide"}
    assert killed_writers.second_publication(index) == (2, 1)
    assert folders(home) == ["F1", "F2"]
    assert not list(home.glob(".publishing-*"))
    assert found(index, 2) == {"fog", "rope", "bell"}
    assert found(index, 1) == {"fog", "tide"}


def test_threads_search_while_another_process_publishes(index: QdrantEdgeIndex, tmp_path: Path) -> None:
    publish(index, 1, "fog", "tide")
    publisher = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "from fakes.feature_records import *\n"
        "from feature_store.backends.qdrant_edge import QdrantEdgeIndex\n"
        "index = QdrantEdgeIndex(Path(sys.argv[2]), min_free_mb=1)\n"
        "for n in range(2, 7):\n"
        "    index.publish(make_version(n), [make_chunk('fog', 'fog'), make_chunk(str(n), str(n))],\n"
        "                  dimensions=DIMENSIONS)\n"
    )
    done = threading.Event()

    def ask() -> list[set[str]]:
        answers = [found(index, 1)]
        while not done.is_set():
            answers.append(found(index, 1))
        return answers

    with ThreadPoolExecutor(3) as threads:
        asking = [threads.submit(ask) for _ in range(3)]
        try:
            script = [sys.executable, "-c", publisher, str(Path(__file__).parent.parent), str(tmp_path)]
            subprocess.run(script, check=True)
        finally:
            done.set()
        seen = [answer for future in asking for answer in future.result()]
    assert len(seen) > 10
    assert all(each == {"fog", "tide"} for each in seen)
    assert found(index, 6) == {"fog", "6"}


def test_two_cannot_publish_at_once(index: QdrantEdgeIndex, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def publish_too(folder: Path) -> None:
        with pytest.raises(StoreBusyError, match="maud"):
            publish(index, 1, "tide")

    monkeypatch.setattr(files, "flush_to_disk", publish_too)
    publish(index, 1, "fog")
    assert found(index, 1) == {"fog"}


def test_nothing_is_written_when_the_disk_is_nearly_full(tmp_path: Path, home: Path) -> None:
    full = QdrantEdgeIndex(tmp_path, min_free_mb=10**9)
    with pytest.raises(DiskFullError, match="min_free_mb"):
        publish(full, 1, "fog")
    assert folders(home) == []


def test_a_query_of_stop_words_is_answered(index: QdrantEdgeIndex) -> None:
    publish(index, 1, "fog")
    assert index.search(author="maud", encoder=ENCODER, version=1, text="the of and", vector=axis(0), limit=3)


def test_a_folder_that_leaves_while_it_is_copied_is_replaced_by_a_newer_one(
    index: QdrantEdgeIndex, tmp_path: Path, home: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(index, 1, "fog")
    publisher = QdrantEdgeIndex(tmp_path, min_free_mb=1)
    copy_folder = folders_of.copy_folder

    def publish_first(source: Path, target: Path) -> None:
        monkeypatch.setattr(folders_of, "copy_folder", copy_folder)
        publish(publisher, 2, "tide")
        publish(publisher, 3, "bell")
        copy_folder(source, target)

    monkeypatch.setattr(folders_of, "copy_folder", publish_first)
    assert found(index, 1) == {"fog"}
    assert folders(home) == ["F2", "F3"]
    assert len(list(scratch.iterdir())) == 1


def test_a_folder_that_is_being_removed_is_replaced_by_a_newer_one(
    index: QdrantEdgeIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(index, 1, "fog")
    publisher = QdrantEdgeIndex(tmp_path, min_free_mb=1)
    published_in, remove = folders_of.published_in, shutil.rmtree

    def halfway(folder: Path, *, ignore_errors: bool = False) -> None:
        (folder / folders_of.MANIFEST).unlink(missing_ok=True)

    def publish_first(home: Path, number: int) -> list[int]:
        monkeypatch.setattr(folders_of, "published_in", published_in)
        publish(publisher, 2, "tide")
        monkeypatch.setattr(shutil, "rmtree", halfway)
        publish(publisher, 3, "bell")
        monkeypatch.setattr(shutil, "rmtree", remove)
        return published_in(home, number)

    monkeypatch.setattr(folders_of, "published_in", publish_first)
    assert found(index, 1) == {"fog"}
    assert index.published("maud", ENCODER) == 3


def test_a_damaged_index_is_named(index: QdrantEdgeIndex, home: Path) -> None:
    publish(index, 1, "fog")
    (home / "F1" / "published.json").write_text("{")
    with pytest.raises(StoreCorruptError, match=r"F1.*published\.json.*twin doctor --repair"):
        found(index, 1)
    (home / "F1" / "published.json").unlink()
    with pytest.raises(StoreCorruptError, match=r"F1.*published\.json.*twin doctor --repair"):
        found(index, 1)


def test_a_damaged_shard_is_named(index: QdrantEdgeIndex, home: Path) -> None:
    publish(index, 1, "fog")
    for path in (home / "F1" / "shard").rglob("*.json"):
        path.write_text("{")
    with pytest.raises(StoreCorruptError, match=r"F1.*twin doctor --repair"):
        found(index, 1)


def test_a_folder_of_another_author_is_refused(index: QdrantEdgeIndex, home: Path) -> None:
    publish(index, 1, "fog")
    shutil.copytree(home, home.parent / "anne")
    with pytest.raises(StoreCorruptError, match=r"anne.*points that are not of anne"):
        index.search(author="anne", encoder=ENCODER, version=1, text="fog", vector=axis(0), limit=9)
    assert found(index, 1) == {"fog"}


def test_a_version_ranks_the_same_before_and_after_others_hide_points(index: QdrantEdgeIndex) -> None:
    """Alone in its folder it is searched without conditions, later with them: its rare word stays the rare one."""

    def ranked() -> list[tuple[str, float]]:
        results = index.search(
            author="maud", encoder=ENCODER, version=1, text="fog bell", vector=axis(1), limit=9, weights=(0, 1)
        )
        return [(result.chunk.text, result.score) for result in results]

    publish(index, 1, "fog east", "fog west", "fog north", "bell")
    alone = ranked()
    assert alone[0][0] == "bell"
    publish(index, 2, "fog east", *(f"bell {number}" for number in range(9)))
    assert ranked() == alone


def flip(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        (byte,) = file.read(1)
        file.seek(at)
        file.write(bytes([byte ^ 64]))


@pytest.mark.parametrize("file", ["vector_storage-dense/vectors/chunk_0.mmap", "payload_storage/page_0.dat"])
def test_a_flipped_byte_is_noticed_by_all_who_open_it(index: QdrantEdgeIndex, home: Path, file: str) -> None:
    publish(index, 1, "fog", "tide")
    index.verify("maud", ENCODER)
    (path,) = (home / "F1").rglob(file)
    flip(path, 40)
    with closing(QdrantEdgeIndex(home.parent.parent, min_free_mb=1)) as other:
        for use in (lambda: found(other, 1), lambda: other.verify("maud", ENCODER), lambda: publish(other, 2, "bell")):
            with pytest.raises(StoreCorruptError, match=r"F1.*changed after.*twin doctor --repair"):
                use()
    flip(path, 40)
    index.verify("maud", ENCODER)


def test_what_an_earlier_release_published_carries_no_digest_and_is_read(index: QdrantEdgeIndex, home: Path) -> None:
    publish(index, 1, "fog")
    manifest = home / "F1" / "published.json"
    stored = json.loads(manifest.read_text())
    del stored["digest"]
    manifest.write_text(json.dumps(stored))
    index.verify("maud", ENCODER)
    assert found(index, 1) == {"fog"}
    index.verify("maud", "another encoder")  # nothing is there
