from pathlib import Path

import pytest
from libipld import encode_dag_cbor

from fakes.bluesky_repository import DID, Car
from fakes.fetching import opened
from feature_pipeline.errors import SourceError
from feature_pipeline.source_contract import Unreached
from feature_pipeline.sources.bluesky_archive.repository import Repository, read_repository
from feature_store.records import Post

FEED = "app.bsky.feed.post"


def post(text: str = "Fog.") -> dict[str, str]:
    return {"$type": FEED, "text": text, "createdAt": "2023-12-06T00:21:07.723Z"}


def texts(data: bytes) -> dict[str, str | None]:
    return {path: record and record["text"] for path, record in read_repository(data, what="repo.car").records.items()}


def test_the_newest_of_commits_without_revisions_is_nobodys_predecessor() -> None:
    car = Car()
    old = car.commit(car.node({f"{FEED}/1": post("old")}), version=2, rev="")
    new = car.commit(car.node({f"{FEED}/1": post("new")}), version=2, rev="", prev=old)
    for roots in ((old, new), (new, old), (car.add({"no": "commit"}),)):
        assert texts(car.bytes(*roots)) == {f"{FEED}/1": "new"}


def test_what_is_missing(tmp_path: Path) -> None:
    car = Car()
    lost = post("its block is missing")
    branch = car.node({f"{FEED}/3c": post("its node is missing")})
    root = car.commit(car.node({f"{FEED}/3a": post("there"), f"{FEED}/3b": lost}, right=branch))
    without_block = car.bytes(root, without=(Car().add(lost),))
    assert read_repository(without_block, what="").complete
    assert texts(without_block) == {f"{FEED}/3a": "there", f"{FEED}/3b": None, f"{FEED}/3c": "its node is missing"}
    without_node = car.bytes(root, without=(branch,))
    assert not read_repository(without_node, what="").complete
    assert sorted(map(str, texts(without_node).values())) == ["its block is missing", "its node is missing", "there"]

    (tmp_path / "repo.car").write_bytes(without_block)
    items = list(opened(str(tmp_path / "repo.car"), "bluesky_archive").read())
    assert [(item.source_id[-2:], isinstance(item, Post)) for item in items] == [
        ("3a", True),
        ("3b", False),
        ("3c", True),
    ]
    assert isinstance(items[1], Unreached)
    (tmp_path / "repo.car").write_bytes(without_node)
    assert not opened(str(tmp_path / "repo.car"), "bluesky_archive").lists_all


def test_a_tree_that_goes_in_a_circle() -> None:
    car = Car()
    loop = b"\x01\x71\x12\x20" + b"x" * 32
    car.blocks[loop] = encode_dag_cbor({"l": loop, "e": [{"p": 0, "k": b"a/1", "v": loop, "t": loop}, {"p": "x"}, 5]})
    assert list(read_repository(car.bytes(car.commit(loop)), what="").records) == ["a/1"]


def test_blocks_of_other_kinds_are_passed_over() -> None:
    car = Car()
    car.add(b"\xff a picture", codec=0x55)
    car.blocks[b"\x12\x20" + b"v" * 32] = b"\xff of version 0"
    root = car.commit(car.node({f"{FEED}/1": post()}))
    car.add(b"\x81" * 100_000 + b"\x00")  # nested too deep
    assert read_repository(car.bytes(root), what="") == Repository(DID, {f"{FEED}/1": post()}, complete=True)


@pytest.mark.parametrize("cut", [0, 1, 30, 60, 200, -1])
def test_a_file_that_is_cut_off(cut: int) -> None:
    car = Car()
    data = car.bytes(car.commit(car.node({f"{FEED}/1": post()})))
    with pytest.raises(SourceError, match="repo"):
        read_repository(data[:cut], what="repo.car")


@pytest.mark.parametrize("data", [b"\x00", b"\xff" * 20, b"a text, and no repository " * 9, b"\x01\xa0"])
def test_what_is_no_car_file(data: bytes) -> None:
    with pytest.raises(SourceError):
        read_repository(data, what="x")
