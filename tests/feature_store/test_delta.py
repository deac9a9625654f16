import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import killed_writers
import pytest
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError
from pyarrow import parquet

from configs.errors import DiskFullError
from fakes.feature_records import ENCODER, make_chunk, make_document, make_example, make_post, make_profile
from feature_store.backends.delta import DeltaFeatureStore
from feature_store.backends.delta_rows import CHUNKS
from feature_store.backends.delta_table import GROUP_ROWS
from feature_store.errors import StoreBusyError, StoreCorruptError, UnknownAuthorError
from feature_store.versions import FeatureVersion, SourceRecord


@pytest.fixture
def store(tmp_path: Path) -> DeltaFeatureStore:
    made = DeltaFeatureStore(tmp_path, min_free_mb=1)
    made.create_author(make_profile())
    made.write_posts("maud", upserts=[make_post("fog"), make_post("tide")], deleted_ids=[])
    return made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "authors" / "maud"


def commit(store: DeltaFeatureStore, *names: str, text: str = "The fog came in.") -> FeatureVersion:
    version, _ = store.commit(
        "maud",
        documents=[make_document(name, text) for name in names],
        chunks=[make_chunk(name, text) for name in names],
        examples=[make_example(name, text) for name in names],
        encoder=ENCODER,
        configuration={},
    )
    return version


def tree(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file and folder but the lock, with its size and time of change."""
    return {
        str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.rglob("*") if path.name != "lock"
    }


def metrics(home: Path, table: str) -> dict[str, int]:
    operation = DeltaTable(str(home / table)).history(1)[0]["operationMetrics"]
    return {word: int(operation[f"num_target_rows_{word}"]) for word in ("inserted", "updated", "deleted")}


def test_an_unchanged_run_writes_nothing(store: DeltaFeatureStore, home: Path) -> None:
    commit(store, "fog", "tide")
    before = tree(home)
    with store.writing("maud"):
        store.create_author(make_profile())
        store.write_posts("maud", upserts=[make_post("fog")], deleted_ids=["never there"])
        commit(store, "tide", "fog")
    assert tree(home) == before


def test_only_rows_that_differ_are_touched_in_one_commit_a_table(store: DeltaFeatureStore, home: Path) -> None:
    names = [f"post {number}" for number in range(20)]
    first = commit(store, *names)
    documents = [make_document(name) for name in names[1:]]
    documents[0] = make_document(names[1], "edited")
    chunks = [make_chunk(name) for name in [*names[1:], "new"]]
    second, _ = store.commit(
        "maud",
        documents=documents,
        chunks=chunks,
        examples=[make_example(name) for name in names],
        encoder=ENCODER,
        configuration={},
    )
    assert metrics(home, "documents") == {"inserted": 0, "updated": 1, "deleted": 1}
    assert metrics(home, "chunks") == {"inserted": 1, "updated": 0, "deleted": 1}
    assert {name: second.tables[name] - first.tables[name] for name in first.tables} == {
        "posts": 0,
        "documents": 1,
        "chunks": 1,
        "examples": 0,
    }


def test_tables_are_compressed_and_written_in_small_groups(store: DeltaFeatureStore, home: Path) -> None:
    text = "The tide is a metre and a half today. " * 40
    many = [f"post {number}" for number in range(GROUP_ROWS + 50)]
    commit(store, *many, text=text)
    commit(store, *many, text=f"{text}Still.")
    files = [str(path) for path in home.glob("documents/*.parquet")]
    assert len(files) >= 2  # of a first commit and of a later one
    for file in files:
        written = parquet.ParquetFile(file).metadata
        groups = [written.row_group(number) for number in range(written.num_row_groups)]
        assert max(group.num_rows for group in groups) <= GROUP_ROWS
        assert sum(group.num_rows for group in groups) == len(many)
        columns = [group.column(number) for group in groups for number in range(group.num_columns)]
        assert {column.compression for column in columns} == {"SNAPPY"}


def test_a_collection_is_one_commit(store: DeltaFeatureStore, home: Path) -> None:
    posts = [make_post("fog", "edited"), make_post("bell")]
    store.write_posts("maud", upserts=posts, deleted_ids=[make_post("tide").id])
    assert DeltaTable(str(home / "posts")).version() == 1
    assert metrics(home, "posts") == {"inserted": 1, "updated": 1, "deleted": 1}


def test_a_document_is_not_rewritten_for_a_new_encoder(store: DeltaFeatureStore) -> None:
    first = commit(store, "fog")
    documents, examples = store.documents("maud"), store.examples("maud", first)
    second, new = store.commit(
        "maud", documents=documents, chunks=[], examples=examples, encoder="another", configuration={}
    )
    assert new
    assert second.tables["documents"] == first.tables["documents"]
    assert second.tables["chunks"] == first.tables["chunks"] + 1


def test_chunks_of_before_sentences_had_vectors_are_read_without(
    store: DeltaFeatureStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, kept = make_chunk("fog"), make_chunk("tide")
    rest: dict[str, Any] = {"documents": [], "examples": [], "encoder": ENCODER, "configuration": {}}
    with monkeypatch.context() as before:
        for column in ("sentence_rules", "sentence_vectors"):
            before.delitem(CHUNKS.fields, column)
        first, _ = store.commit("maud", chunks=[old, kept], **rest)
    assert store.chunks("maud", first) == sorted([old, kept], key=lambda chunk: chunk.document_id)
    new = replace(old, sentence_rules="1", sentence_vectors=bytes(range(256)))
    second, _ = store.commit("maud", chunks=[new, kept], **rest)
    assert second.changed.items() >= {"chunks_added": 1, "chunks_removed": 1}.items()
    assert store.chunks("maud", second) == sorted([new, kept], key=lambda chunk: chunk.document_id)
    assert store.chunks("maud", first) == sorted([old, kept], key=lambda chunk: chunk.document_id)


def test_delta_keeps_what_manifests_name_however_old(store: DeltaFeatureStore, home: Path) -> None:
    first = commit(store, "fog", "tide")
    commit(store, "fog")
    for table in first.tables:
        delta = DeltaTable(str(home / table))
        assert delta.metadata().configuration["delta.enableExpiredLogCleanup"] == "false"
        delta.create_checkpoint()
        delta.cleanup_metadata()
        assert delta.vacuum(dry_run=True) == []
    assert len(store.chunks("maud", first)) == 2


@pytest.mark.parametrize("moment", killed_writers.STORE_MOMENTS)
def test_after_a_kill_the_last_version_reads_and_the_next_commit_ends_in_the_same(
    store: DeltaFeatureStore, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, moment: str
) -> None:
    first = commit(store, "fog", "tide")
    before = store.chunks("maud", first), store.documents("maud", first), store.examples("maud", first)
    script = [sys.executable, killed_writers.__file__, "store", str(tmp_path), moment]
    assert subprocess.run(script, check=False).returncode == -signal.SIGKILL

    assert store.versions("maud") == [first]
    assert (store.chunks("maud", first), store.documents("maud", first), store.examples("maud", first)) == before

    resumed, new = killed_writers.second_features(store)
    undisturbed = DeltaFeatureStore(tmp_path_factory.mktemp("undisturbed"), min_free_mb=1)
    undisturbed.create_author(make_profile())
    undisturbed.write_posts("maud", upserts=store.posts("maud"), deleted_ids=[])
    commit(undisturbed, "fog", "tide")
    expected, _ = killed_writers.second_features(undisturbed)
    assert new
    unlike = {"created_at", "tables"}
    assert resumed.model_dump(exclude=unlike) == expected.model_dump(exclude=unlike)
    assert store.chunks("maud", resumed) == undisturbed.chunks("maud", expected)


def test_another_process_that_writes_is_met_at_once(store: DeltaFeatureStore, tmp_path: Path) -> None:
    holder = (
        "import sys; from pathlib import Path; from feature_store.backends.delta import DeltaFeatureStore\n"
        "with DeltaFeatureStore(Path(sys.argv[1]), min_free_mb=1).writing('maud'):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    script = [sys.executable, "-c", holder, str(tmp_path)]
    with subprocess.Popen(script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        with pytest.raises(StoreBusyError, match="maud"), store.writing("maud"):
            pass
        assert len(store.posts("maud")) == 2
        process.kill()
    with store.writing("maud"):
        assert store.versions("maud") == []


def test_sources_written_at_once_are_all_kept(store: DeltaFeatureStore) -> None:
    names = [f"folder:/{number}" for number in range(16)]
    with ThreadPoolExecutor(8) as pool:
        records = [SourceRecord(name=name, kind="folder", location="/") for name in names]
        [*pool.map(lambda record: store.write_source("maud", record), records)]
    assert {source.name for source in store.sources("maud")} == {*names}


def test_a_write_is_refused_when_the_disk_is_nearly_full(tmp_path: Path, store: DeltaFeatureStore) -> None:
    full = DeltaFeatureStore(tmp_path, min_free_mb=10**9)
    with pytest.raises(DiskFullError, match="min_free_mb"), full.writing("maud"):
        pass
    assert len(full.posts("maud")) == 2


def test_delta_s_own_word_for_a_full_disk_is_understood(
    store: DeltaFeatureStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise DeltaError(  # as delta-rs 1.6 says it
            "Failed to parse parquet: External: Generic LocalFileSystem error: Unable to copy data to file: "
            "No space left on device (os error 28)"
        )

    monkeypatch.setattr("deltalake.write_deltalake", fail)
    with pytest.raises(DiskFullError, match="documents"):
        commit(store, "fog")
    assert store.versions("maud") == []


def test_names_that_are_paths_are_unknown_authors(store: DeltaFeatureStore) -> None:
    for name in ("../authors/maud", "maud/..", "", ".", "maud/"):
        with pytest.raises(UnknownAuthorError):
            store.posts(name)
        with pytest.raises(UnknownAuthorError), store.writing(name):
            pass


@pytest.mark.parametrize("damage", [b"", b"{", b'{"author": "maud"}', b"\xff\xfe"])
def test_a_damaged_manifest_is_named(store: DeltaFeatureStore, home: Path, damage: bytes) -> None:
    commit(store, "fog")
    (home / "versions" / "F1.json").write_bytes(damage)
    with pytest.raises(StoreCorruptError, match=r"F1\.json"):
        store.versions("maud")


def test_a_damaged_profile_is_named(store: DeltaFeatureStore, home: Path) -> None:
    (home / "profile.json").write_text("{}")
    with pytest.raises(StoreCorruptError, match=r"profile\.json"):
        store.authors()


def test_a_table_that_lost_a_file_is_named_and_not_written(store: DeltaFeatureStore, home: Path) -> None:
    version = commit(store, "fog")
    for path in (home / "chunks").glob("*.parquet"):
        path.write_bytes(b"torn")
    with pytest.raises(StoreCorruptError, match="chunks"):
        store.chunks("maud", version)
    with pytest.raises(StoreCorruptError, match="chunks"):
        commit(store, "fog", "tide")
    assert store.versions("maud") == [version]


def test_a_table_that_is_gone_is_not_made_anew(store: DeltaFeatureStore, home: Path) -> None:
    version = commit(store, "fog")
    (home / "examples").rename(home / "elsewhere")
    with pytest.raises(StoreCorruptError, match="examples"):
        commit(store, "fog", "tide")
    (home / "elsewhere").rename(home / "examples")
    assert len(store.examples("maud", version)) == 1
