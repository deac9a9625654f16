"""Folders and archives read alike; and every archive that could do harm refused with a clear error."""

import bz2
import gzip
import io
import lzma
import os
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from feature_pipeline import archives
from feature_pipeline.archives import FileTree, open_tree, with_inner_zips
from feature_pipeline.errors import SourceError, UnreadableItemError, UnsafeArchiveError

FILES = {"data/tweets.js": b"one", "data/sub/tweets-part1.js": b"two", "notes.txt": "drei 🌊".encode()}
MEGABYTE = 1_000_000


def folder(tmp_path: Path) -> Path:
    for name, data in FILES.items():
        path = tmp_path / "folder" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path / "folder"


def zipped(tmp_path: Path) -> Path:
    with zipfile.ZipFile(tmp_path / "export.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data/", b"")
        for name, data in FILES.items():
            archive.writestr(name, data)
    return tmp_path / "export.zip"


def tarred(tmp_path: Path, mode: str = "w:gz", name: str = "export.tar.gz") -> Path:
    with tarfile.open(tmp_path / name, mode) as archive:
        for entry, data in FILES.items():
            _add(archive, entry, data)
    return tmp_path / name


def _add(archive: tarfile.TarFile, name: str, data: bytes = b"", **fields: object) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for field, value in fields.items():
        setattr(info, field, value)
    archive.addfile(info, io.BytesIO(data))


@pytest.mark.parametrize(
    "make",
    [folder, zipped, tarred, lambda path: tarred(path, "w", "e.tar"), lambda path: tarred(path, "w:xz", "e.tar.xz")],
    ids=["folder", "zip", "tar.gz", "tar", "tar.xz"],
)
def test_every_form_reads_alike(make: Callable[[Path], Path], tmp_path: Path) -> None:
    tree = open_tree(make(tmp_path))
    assert tree.names() == sorted(FILES)
    assert {name: tree.read(name, max_bytes=100) for name in tree.names()} == FILES
    assert tree.find("tweets*.js") == ["data/sub/tweets-part1.js", "data/tweets.js"]
    assert tree.find("data/tweets*.js", "notes.*") == ["data/tweets.js", "notes.txt"]
    with tree.open("data/tweets.js") as stream:
        assert [stream.read(2), stream.read(2), stream.read(2)] == [b"on", b"e", b""]
    with tree.open("notes.txt") as stream:
        assert io.TextIOWrapper(stream, encoding="utf-8").read() == "drei 🌊"
    with pytest.raises(UnreadableItemError, match="larger"):
        tree.read("data/tweets.js", max_bytes=2)


@pytest.mark.parametrize("make", [folder, zipped, tarred], ids=["folder", "zip", "tar.gz"])
def test_what_macos_adds_is_no_file_of_the_export(
    make: Callable[[Path], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("__MACOSX/data/._tweets.js", "data/._tweets.js", "._notes.txt"):
        monkeypatch.setitem(FILES, name, b"\0\5\26\7 Mac OS X")
    monkeypatch.setitem(FILES, "data/a._tweets.js", b"not of macOS")
    tree = open_tree(make(tmp_path))
    assert tree.find("*.js") == ["data/a._tweets.js", "data/sub/tweets-part1.js", "data/tweets.js"]
    assert tree.names() == [*tree.find("*.js"), "notes.txt"]


def test_single_files(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.csv", tmp_path / "b.jsonl.gz"
    plain.write_bytes(b"x,y")
    packed.write_bytes(gzip.compress(b'{"a": 1}', mtime=0))
    assert (open_tree(plain).names(), open_tree(plain).read("a.csv", max_bytes=9)) == (["a.csv"], b"x,y")
    assert open_tree(packed).read("b.jsonl", max_bytes=9) == b'{"a": 1}'
    with pytest.raises(SourceError, match="neither a file nor a folder"):
        open_tree(tmp_path / "missing")


def test_links_out_of_a_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    root = folder(tmp_path)
    (root / "link.txt").symlink_to(tmp_path / "secret.txt")
    (root / "up").symlink_to(tmp_path)
    os.mkfifo(root / "pipe")
    assert open_tree(root).names() == sorted(FILES)


TRAVERSALS = [
    "../../etc/passwd",
    "/etc/passwd",
    "a/../../b",
    "..\\..\\b",
    "C:\\windows\\b",
    "\\\\server\\share\\b",
    "..",
]


@pytest.mark.parametrize("name", TRAVERSALS)
def test_a_name_that_leads_out_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("good.txt", "good")
        archive.writestr(zipfile.ZipInfo("placeholder"), "bad")
        archive.filelist[-1].filename = name
        archive.filelist[-1].orig_filename = name
    packed = tmp_path / "x.tar"
    with tarfile.open(packed, "w") as archive:
        _add(archive, name, b"bad")
    for unsafe in (path, packed):
        with pytest.raises(UnsafeArchiveError, match="leads out of the archive"):
            open_tree(unsafe).names()


def test_links_in_an_archive_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("tweets.js")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(UnsafeArchiveError, match=r"holds a link, 'tweets\.js'"):
        open_tree(path).names()
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
        packed = tmp_path / "x.tar"
        with tarfile.open(packed, "w") as archive:
            _add(archive, "tweets.js", type=kind, linkname="/etc/passwd")
        with pytest.raises(UnsafeArchiveError, match=r"holds a link, 'tweets\.js'"):
            open_tree(packed).names()


def test_devices_in_a_tar_are_passed_over(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        _add(archive, "zero", type=tarfile.CHRTYPE, devmajor=1, devminor=5)
        _add(archive, "pipe", type=tarfile.FIFOTYPE)
        _add(archive, "a.txt", b"a")
    assert open_tree(tmp_path / "x.tar").names() == ["a.txt"]


def bomb_zip(path: Path, *, members: int = 1, megabytes: int = 60) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(members):
            with archive.open(f"{number}.csv", "w") as stream:
                for _ in range(megabytes):
                    stream.write(bytes(MEGABYTE))


@pytest.mark.slow
def test_a_bomb_is_cut_off_while_it_is_read(tmp_path: Path) -> None:
    zeros = bytes(60 * MEGABYTE)
    bomb_zip(tmp_path / "bomb.zip")
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(zeros, mtime=0))
    for name, pack in (("bomb.tar.gz", gzip.compress), ("bomb.tar.xz", lzma.compress), ("bomb.tar.bz2", bz2.compress)):
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode="w") as archive:
            _add(archive, "0.csv", zeros)
        (tmp_path / name).write_bytes(pack(raw.getvalue()))
    for path in sorted(tmp_path.iterdir()):
        for read in (read_whole, stream):
            with pytest.raises(UnsafeArchiveError, match="decompression bomb"):
                read(path)


def read_whole(path: Path) -> None:
    tree = open_tree(path)
    for name in tree.names():
        tree.read(name, max_bytes=100 * MEGABYTE)


def stream(path: Path) -> None:
    tree = open_tree(path)
    read = 0
    with tree.open(tree.names()[0]) as opened:
        while data := opened.read(1000):
            read += len(data)
            assert read < 20 * MEGABYTE


def test_many_small_bombs_are_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "WHOLE_FREE_BYTES", 20 * MEGABYTE)
    bomb_zip(tmp_path / "bomb.zip", members=9, megabytes=3)
    with pytest.raises(UnsafeArchiveError, match="decompression bomb"):
        read_whole(tmp_path / "bomb.zip")


def test_compressible_text_is_no_bomb(tmp_path: Path) -> None:
    line = b"2024-01-01,https://example.org/,The same words again and again,PUBLIC\n"
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("shares.csv", b"".join(line.replace(b"01", b"%02d" % (i % 97)) for i in range(300_000)))
    assert len(open_tree(tmp_path / "x.zip").read("shares.csv", max_bytes=100 * MEGABYTE)) > 20 * MEGABYTE


def test_too_many_entries_and_too_many_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_ENTRIES", 2)
    for path in (zipped(tmp_path), tarred(tmp_path)):
        with pytest.raises(UnsafeArchiveError, match="more than 2 files"):
            open_tree(path).names()
    monkeypatch.undo()
    monkeypatch.setattr(archives, "MAX_TOTAL_BYTES", 5)
    tree = open_tree(tmp_path / "export.zip")
    tree.read("data/tweets.js", max_bytes=10)
    with pytest.raises(UnsafeArchiveError, match="unpacks to more than"):
        tree.read("notes.txt", max_bytes=10)


def test_broken_archives_say_so(tmp_path: Path) -> None:
    whole = zipped(tmp_path).read_bytes()
    for name, data in (("cut.zip", whole[:-30]), ("no.zip", b"this is no zip"), ("empty.zip", b"")):
        (tmp_path / name).write_bytes(data)
    for name, data in (("cut.tar.gz", tarred(tmp_path).read_bytes()[:60]), ("no.tar", b"no tar"), ("no.tgz", b"x")):
        (tmp_path / name).write_bytes(data)
    for name in ("cut.zip", "no.zip", "empty.zip", "cut.tar.gz", "no.tar", "no.tgz"):
        with pytest.raises(SourceError, match="Download it again"):
            open_tree(tmp_path / name).names()


def test_a_broken_or_locked_entry_is_the_entrys_problem(tmp_path: Path) -> None:
    damaged = bytearray(zipped(tmp_path).read_bytes())
    with zipfile.ZipFile(tmp_path / "export.zip") as archive:
        info = archive.getinfo("notes.txt")
    start = info.header_offset + 30 + len(info.filename)
    damaged[start : start + 4] = b"\xff\xff\xff\xff"
    (tmp_path / "damaged.zip").write_bytes(damaged)
    tree = open_tree(tmp_path / "damaged.zip")
    assert tree.read("data/tweets.js", max_bytes=9) == b"one"
    with pytest.raises(UnreadableItemError, match=r"notes\.txt cannot be read"):
        tree.read("notes.txt", max_bytes=99)
    locked = bytearray(whole := zipped(tmp_path).read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := whole.find(signature, at + 1)) >= 0:
            locked[at + offset] |= 1  # the flag of an encrypted entry
    (tmp_path / "locked.zip").write_bytes(locked)
    with pytest.raises(UnreadableItemError, match="password"):
        open_tree(tmp_path / "locked.zip").read("notes.txt", max_bytes=99)


def test_an_entry_that_lies_about_its_size_yields_no_more_than_that(tmp_path: Path) -> None:
    """The header says 10 bytes, the data unpacks to 60 MB: what is beyond the header's word is never unpacked."""
    path = tmp_path / "liar.zip"
    bomb_zip(path)
    data = bytearray(path.read_bytes())
    central = data.rfind(b"PK\x01\x02")
    data[central + 16 : central + 28] = struct.pack(
        "<III", zlib.crc32(bytes(10)), struct.unpack("<I", data[central + 20 : central + 24])[0], 10
    )
    path.write_bytes(data)
    assert open_tree(path).read("0.csv", max_bytes=100) == bytes(10)


def zip_of(**files: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


@pytest.mark.parametrize("in_memory", [1, MEGABYTE])
def test_archives_in_an_archive_or_a_folder_are_read_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_memory: int
) -> None:
    monkeypatch.setattr(archives, "INNER_IN_MEMORY", in_memory)
    parts = {"part-1.zip": zip_of(a=b"one", both=b"first"), "part-2.zip": zip_of(b=b"two", both=b"second")}
    outer = tmp_path / "export.zip"
    outer.write_bytes(zip_of(**parts, **{"index.txt": b"three", "other.zip": zip_of(c=b"four")}))
    for name, data in parts.items():
        (tmp_path / "folder").mkdir(exist_ok=True)
        (tmp_path / "folder" / name).write_bytes(data)
    named = re.compile(r"part-\d\.zip")
    tree = with_inner_zips(open_tree(outer), named)
    assert tree.names() == ["a", "b", "both", "index.txt", "other.zip"]
    assert [tree.read(name, max_bytes=9) for name in ("a", "b", "both")] == [b"one", b"two", b"first"]
    assert tree.read("index.txt", max_bytes=9) == b"three"
    for pattern in (named, re.compile("nothing")):  # there is nothing else in the folder
        assert with_inner_zips(open_tree(tmp_path / "folder"), pattern).names() == ["a", "b", "both"]
    assert with_inner_zips(open_tree(outer), re.compile("nothing")).names() == open_tree(outer).names()


def test_archives_lie_three_deep_at_most(tmp_path: Path) -> None:
    data = zip_of(a=b"one")
    for number in range(4):
        path = tmp_path / f"{number}.zip"
        path.write_bytes(data)
        expected = ["a"] if number <= archives.DEEPEST_INNER else [f"{number - archives.DEEPEST_INNER - 1}.zip"]
        assert with_inner_zips(open_tree(path), re.compile("x")).names() == expected
        data = zip_of(**{f"{number}.zip": data})


def test_an_inner_archive_is_as_little_trusted(tmp_path: Path) -> None:
    def unpacked(inner: bytes) -> FileTree:
        path = tmp_path / "export.zip"
        path.write_bytes(zip_of(**{"inner.zip": inner}))
        return with_inner_zips(open_tree(path), re.compile("x"))

    with pytest.raises(UnsafeArchiveError, match=r"\.\./out"):
        unpacked(zip_of(**{"../out": b"x"})).names()
    with pytest.raises(UnsafeArchiveError, match="bomb"):
        unpacked(zip_of(bomb=bytes(60 * MEGABYTE))).read("bomb", max_bytes=10**9)
    with pytest.raises(SourceError, match=r"inner\.zip cannot be read as a zip archive"):
        unpacked(b"no zip").names()
