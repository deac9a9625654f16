"""A file of keys that is damaged, emptied or gone lets nobody in: it is never taken for one without any key."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from configs.errors import ExitCode, NewerFormatError
from configs.settings import ServingSettings, Settings
from fakes.service import Service
from fakes.world import World
from inference_pipeline.errors import KeysUnusableError
from inference_pipeline.keys import KeyStore
from model_registry.base_models import BaseModelFiles
from twin.cli import run
from twin.jobs.serve import require_free_port


def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def overwrite(path: Path) -> None:
    path.write_bytes(os.urandom(path.stat().st_size))


def overwrite_rows(path: Path) -> None:
    """The pages behind the first, which says that it is a database."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(size - 4096))


def break_a_scope(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'["chat"]', b'["chat",'))


def drop(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("DROP TABLE keys")


QUICK, LONG = (empty, Path.unlink), (cut, overwrite, overwrite_rows, break_a_scope, drop)


@pytest.mark.parametrize("damage", [*QUICK, *(pytest.param(damage, marks=pytest.mark.slow) for damage in LONG)])
def test_nobody_gets_in_and_the_way_out_is_said(
    damage: Callable[[Path], None], world: World, start: Callable[[World], Service], serving: ServingSettings,
    base_model: BaseModelFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    service = start(world)
    path = world.folder / "keys.sqlite"
    key, _ = service.keys.create("phone")
    with_key = {"Authorization": f"Bearer {key}"}
    asked = [
        ("/v1/models", {}),
        ("/v1/models", with_key),
        ("/metrics", {}),
        ("/v1/models", {"Authorization": "Bearer x"}),
    ]
    assert [service.http.get(route, headers=shown).status_code for route, shown in asked] == [401, 200, 401, 401]
    whole = path.read_bytes()
    damage(path)
    assert service.http.get("/ready").status_code == 200
    another = World(serving, base_model, tmp_path / "another")
    another.folder.mkdir(exist_ok=True)
    for file in world.folder.glob("keys.*"):
        shutil.copy(file, another.folder)
    for server in (service, start(another)):  # the one that ran, and one that begins then
        found = [server.http.get(route, headers=shown) for route, shown in asked]
        assert not any(answer.is_success for answer in found)
        assert "keys_unusable" in {answer.json()["error"]["code"] for answer in found}
        assert server.http.get("/health").status_code == 200
    monkeypatch.setenv("TWIN_DATA_DIR", str(world.folder))
    for command in (
        ["keys", "list"],
        ["keys", "create", "laptop"],
        ["keys", "revoke", "phone"],
        ["serve", "--port", "0"],
    ):
        assert run(command) == ExitCode.ENVIRONMENT, command
        said = capsys.readouterr().err
        assert str(path) in said
        assert "Put it back from a copy" in said
    path.write_bytes(whole)
    assert [service.http.get(route, headers=shown).status_code for route, shown in asked[:2]] == [401, 200]
    record_property("tries", len(asked) + 4)


def test_a_running_server_stays_closed_though_its_folder_is_emptied(
    world: World, start: Callable[[World], Service]
) -> None:
    service = start(world)
    service.keys.create("phone")
    assert service.http.get("/v1/models").status_code == 401
    for path in world.folder.glob("keys.*"):
        path.unlink()
    assert service.http.get("/v1/models").status_code == 503


def test_where_they_were_removed_on_purpose_it_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "keys.sqlite"
    KeyStore(path).create("phone")
    path.unlink()
    with pytest.raises(KeysUnusableError, match=r"remove it and keys\.required"):
        KeyStore(path).create("laptop")
    (tmp_path / "keys.required").unlink()
    assert not KeyStore(path).required
    shown, _ = KeyStore(path).create("laptop")
    assert KeyStore(path).caller(shown)


def test_a_store_of_an_earlier_release_is_kept_closed_from_now_on(tmp_path: Path) -> None:
    path = tmp_path / "keys.sqlite"
    shown, _ = KeyStore(path).create("phone")
    (tmp_path / "keys.required").unlink()
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 0")
    assert KeyStore(path).caller(shown)
    assert KeyStore(path).required
    path.unlink()
    with pytest.raises(KeysUnusableError):
        _ = KeyStore(path).required


def test_what_is_asked_makes_no_file(tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "keys.sqlite")
    assert (store.required, store.usable, store.all(), store.caller("twin_x")) == (False, False, [], None)
    assert [*tmp_path.iterdir()] == []


def test_a_newer_store_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.sqlite"
    KeyStore(path).create("phone")
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 7")
    for ask in (KeyStore(path).all, lambda: KeyStore(path).required, lambda: KeyStore(path).create("laptop")):
        with pytest.raises(NewerFormatError, match=r"its format is 7, and this release knows those up to 1"):
            ask()


def test_a_server_with_damaged_keys_does_not_begin(settings: Settings) -> None:
    KeyStore(settings.data_dir / "keys.sqlite").create("phone")
    empty(settings.data_dir / "keys.sqlite")
    with pytest.raises(KeysUnusableError, match="was emptied"):
        require_free_port(settings)
