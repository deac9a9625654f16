"""Files that are dropped: whole, within limits, and under names that lead nowhere else."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.settings import Settings
from fakes.admin_ports import admin_ports
from fakes.service import Service
from fakes.world import World
from inference_pipeline import uploads as module
from inference_pipeline.errors import UploadRefusedError
from inference_pipeline.uploads import Uploads, safe_path

REFUSED = ["", "/", "..", "../../etc/passwd", "a/../../b", "..\\..\\windows", "./..", "a/" * 40 + "b"]
CHANGED = ["a\x00b.md", "tail.", "nul\n.md", "x" * 300 + ".md", "a\u202egnp.md", "what?.md", "é" * 200, "C:/posts/a.md"]
KEPT = ["posts/2022-03-06 fog.md", ".obsidian/app.json", "día 1/ñandú.txt", "日記/一月.md", "a/./b//c.md"]


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "uploads", max_mb=0.001, max_files=3, min_free_mb=1)


async def body(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def receive(uploads: Uploads, path: str, *pieces: bytes, upload: str = "") -> str:
    return asyncio.run(uploads.receive(upload, path, body(*pieces))).upload


@pytest.mark.parametrize("path", REFUSED)
def test_a_name_that_climbs_or_is_none_is_refused(path: str, uploads: Uploads) -> None:
    with pytest.raises(UploadRefusedError):
        receive(uploads, path, b"x")
    assert not any(p.is_file() for p in uploads.folder.parent.rglob("*"))


@pytest.mark.parametrize("path", CHANGED)
def test_a_hostile_name_is_made_safe_and_stays_itself(path: str) -> None:
    safe = safe_path(path)
    assert safe != path
    assert safe_path(safe) == safe
    assert all(len(part.encode()) <= 255 for part in safe.split("/"))


@pytest.mark.parametrize("path", KEPT)
def test_what_people_call_their_files_is_kept(path: str) -> None:
    assert safe_path(path) == path.replace("/./", "/").replace("//", "/")


def test_two_names_that_differ_in_what_is_changed_stay_two() -> None:
    assert len({safe_path("a?.md"), safe_path("a*.md"), safe_path("a_.md")}) == 3


@given(st.text(min_size=1, max_size=60))
def test_no_name_leaves_the_folder(path: str) -> None:
    try:
        safe = safe_path(path)
    except UploadRefusedError:
        return
    assert os.path.normpath(safe) == safe
    assert not os.path.isabs(safe)  # noqa: PTH117
    assert ".." not in safe.split("/")


def test_one_folder_or_file_is_the_place_and_several_are_in_one(uploads: Uploads) -> None:
    upload = receive(uploads, "posts/a.md", b"one ", b"two")
    assert uploads.place(upload).name == "posts"
    assert (uploads.place(upload) / "a.md").read_bytes() == b"one two"
    receive(uploads, "other.md", b"x", upload=upload)
    assert uploads.place(upload).name == upload


@pytest.mark.parametrize("upload", ["nothing", "../features", "0" * 24])
def test_what_was_not_dropped_is_no_place(uploads: Uploads, upload: str) -> None:
    with pytest.raises(UploadRefusedError):
        uploads.place(upload)


def test_too_much_and_too_many_leave_nothing_behind(uploads: Uploads) -> None:
    with pytest.raises(UploadRefusedError, match="max_upload_mb"):
        receive(uploads, "large.md", b"x" * 600, b"x" * 600)
    assert list(uploads.folder.iterdir()) == []
    upload = receive(uploads, "1", b"x")
    for name in ("2", "3"):
        receive(uploads, name, b"x", upload=upload)
    with pytest.raises(UploadRefusedError, match="max_upload_files"):
        receive(uploads, "4", b"x", upload=upload)
    with pytest.raises(UploadRefusedError, match="max_upload_mb"):
        receive(Uploads(uploads.folder, max_mb=0.001, max_files=9, min_free_mb=1), "5", b"x" * 998, upload=upload)


def test_a_file_where_a_folder_is_wanted_is_refused(uploads: Uploads) -> None:
    upload = receive(uploads, "a", b"x")
    with pytest.raises(UploadRefusedError, match="file and of a folder"):
        receive(uploads, "a/b", b"x", upload=upload)


def test_what_a_collected_place_lies_in_stays_and_the_rest_goes_after_a_day(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    used, unused = receive(uploads, "posts/a.md", b"x"), receive(uploads, "b.md", b"x")
    uploads.remove_unused({str(uploads.place(used)), "/home/maud/posts"})
    assert uploads.place(unused)
    monkeypatch.setattr(module, "FORGOTTEN_AFTER", -1)
    uploads.remove_unused({str(uploads.place(used)), "/home/maud/posts"})
    assert [path.name for path in uploads.folder.iterdir()] == [used]
    assert not uploads.remove_holding("/home/maud/posts")
    assert uploads.remove_holding(str(uploads.place(used)))
    assert list(uploads.folder.iterdir()) == []


class TestOverHttp:
    @pytest.fixture
    def service(self, world: World, settings: Settings) -> Iterator[Service]:
        running = Service(world, admin=admin_ports(settings))
        running.http.headers.update(running.sign_in())
        yield running
        running.stop()

    def test_a_file_larger_than_any_other_body_is_taken(self, service: Service, settings: Settings) -> None:
        large = b"x" * int(3e6)
        answer = service.http.post("/admin/uploads", params={"path": "posts/large.md"}, content=large)
        assert answer.status_code == 200, answer.text
        said = answer.json()
        assert (settings.data_dir / "uploads" / said["upload"] / said["path"]).read_bytes() == large

    @pytest.mark.parametrize("path", ["../../keys.sqlite", "..%2f..%2fkeys.sqlite/..", "a\\..\\..\\b"])
    def test_a_hostile_name_is_refused_and_nothing_is_kept(
        self, service: Service, settings: Settings, path: str
    ) -> None:
        answer = service.http.post("/admin/uploads", params={"path": path}, content=b"canary")
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "upload_refused")
        assert not any(file.is_file() for file in settings.data_dir.rglob("*"))

    def test_another_page_uploads_nothing(self, service: Service) -> None:
        forged = {"X-CSRF-Token": "nothing"}
        answer = service.http.post("/admin/uploads", params={"path": "a.md"}, content=b"x", headers=forged)
        assert answer.status_code == 403

    def test_a_key_without_admin_uploads_nothing(self, service: Service) -> None:
        key, _ = service.keys.create("ann")
        headers = {"Authorization": f"Bearer {key}"}
        answer = service.http.post("/admin/uploads", params={"path": "a.md"}, content=b"x", headers=headers)
        assert answer.status_code == 403
