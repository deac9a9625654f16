import os
import sys
from collections.abc import Sequence

import pytest

from twin import native


class StartedAnew(Exception):  # noqa: N818  # not an error: it stands for os.execv, which does not return
    pass


@pytest.fixture(autouse=True)
def _on_glibc(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*native.SETTINGS, *native.SET_BY_ANOTHER_NAME.values()):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("platform.libc_ver", lambda: ("glibc", "2.36"))

    def execv(path: str, arguments: Sequence[str]) -> None:
        assert path == arguments[0] == sys.executable
        raise StartedAnew

    monkeypatch.setattr(os, "execv", execv)


def test_a_command_that_trains_starts_anew_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StartedAnew):
        native.prepare(["--set", "training.rank=8", "train"])
    assert {name: os.environ[name] for name in native.SETTINGS} == native.SETTINGS
    native.prepare(["train"])
    for name in native.SETTINGS:
        monkeypatch.delenv(name)


def test_what_the_person_has_set_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    with pytest.raises(StartedAnew):
        native.prepare(["up", "posts"])
    assert os.environ["OMP_WAIT_POLICY"] == "ACTIVE"
    assert "GOMP_SPINCOUNT" not in os.environ
    native.prepare(["up", "posts"])  # nothing is missing now
    monkeypatch.delenv("GLIBC_TUNABLES")


def test_other_commands_and_other_systems_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    native.prepare(["status"])
    monkeypatch.setattr("platform.libc_ver", lambda: ("", ""))
    native.prepare(["train"])
    assert not set(native.SETTINGS) & set(os.environ)
