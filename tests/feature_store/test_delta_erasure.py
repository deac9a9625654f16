"""Erasure under SIGKILL: all versions read as before or as after, and the next one ends with no byte of it left."""

import signal
import subprocess
import sys
from pathlib import Path

import killed_writers
import pyarrow.parquet as pq
import pytest

from fakes.feature_records import ENCODER, make_chunk, make_document, make_example, make_post, make_profile
from feature_store.backends.delta import DeltaFeatureStore
from feature_store.versions import FeatureVersion

CANARY = "zyzzogeton"


@pytest.fixture
def store(tmp_path: Path) -> DeltaFeatureStore:
    """F1 and F2 hold the canary, and the posts do; it is pending."""
    made = DeltaFeatureStore(tmp_path, min_free_mb=1)
    made.create_author(make_profile())
    canary = make_post("canary", f"{CANARY} sang.")
    made.write_posts("maud", upserts=[make_post("fog"), canary], deleted_ids=[])
    for edition in ("first", "second"):
        texts = {"fog": f"The {edition} fog.", "canary": f"{CANARY} sang."}
        made.commit(
            "maud",
            documents=[make_document(name, text) for name, text in texts.items()],
            chunks=[make_chunk(name, text) for name, text in texts.items()],
            examples=[make_example(name, text) for name, text in texts.items()],
            encoder=ENCODER,
            configuration={},
        )
    made.forget("maud", [canary])
    return made


def bytes_of(folder: Path) -> str:
    """Everything below `folder` as text, Parquet decoded too."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        found.append(path.read_bytes().decode("latin-1"))
        if path.suffix == ".parquet":
            found.append(str(pq.read_table(path).to_pylist()))
    return "\n".join(found)


def texts(store: DeltaFeatureStore) -> dict[str, list[str]]:
    def of(version: FeatureVersion) -> list[str]:
        rows = [d.text for d in store.documents("maud", version)] + [c.text for c in store.chunks("maud", version)]
        return sorted(rows + [e.target for e in store.examples("maud", version)])

    return {version.name: of(version) for version in store.versions("maud")}


@pytest.mark.parametrize("moment", killed_writers.ERASURE_MOMENTS)
def test_a_killed_erasure_is_all_or_nothing_and_ends_when_repeated(
    store: DeltaFeatureStore, tmp_path: Path, moment: str
) -> None:
    before = texts(store)
    assert CANARY in bytes_of(tmp_path)
    script = [sys.executable, killed_writers.__file__, "erasure", str(tmp_path), moment]
    assert subprocess.run(script, check=False).returncode == -signal.SIGKILL

    after = {name: [text for text in rows if CANARY not in text] for name, rows in before.items()}
    assert texts(store) == (after if moment == "after the pointer" else before)
    assert store.forgotten("maud").pending
    killed_writers.erasure(store)
    store.finish_forgetting("maud")
    assert texts(store) == after == {"F1": ["The first fog."] * 3, "F2": ["The second fog."] * 3}
    assert [post.source_id for post in store.posts("maud")] == ["fog.md"]
    assert CANARY not in bytes_of(tmp_path)
    assert len(list((tmp_path / "authors" / "maud").glob("generation-*"))) == 1


def test_writing_goes_on_after_an_erasure(store: DeltaFeatureStore, tmp_path: Path) -> None:
    killed_writers.erasure(store)
    third, new = killed_writers.second_features(store)
    assert (third.name, new) == ("F3", True)
    assert [version.name for version in DeltaFeatureStore(tmp_path, min_free_mb=1).versions("maud")] == [
        "F1",
        "F2",
        "F3",
    ]
    store.forget("maud", [make_post("rope")])
    assert [version.name for version in killed_writers.erasure(store)] == ["F3"]
    assert len(store.documents("maud", store.version("maud"))) == 2
