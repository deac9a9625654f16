"""`twin keys`, over a real store."""

import json
from pathlib import Path

import pytest

from configs.errors import ExitCode
from configs.settings import load_settings
from twin import wiring
from twin.cli import run
from twin.jobs.authors import ensure_author


@pytest.fixture
def data(tmp_path: Path) -> list[str]:
    options = ["--set", f"data_dir={tmp_path / 'data'}"]
    ensure_author(wiring.feature_store(load_settings(overrides=options[1::2], environ={})), "Maud")
    return options


@pytest.mark.slow
def test_a_key_is_shown_once_and_works_until_it_is_revoked(data: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    store = wiring.key_store(load_settings(overrides=data[1::2], environ={}))
    assert run([*data, "keys", "create", "phone", "--author", "Maud"]) == ExitCode.OK
    shown = capsys.readouterr().out.strip()
    caller = store.caller(shown)
    assert caller
    assert (caller.authors, caller.scopes) == (frozenset({"maud"}), frozenset({"chat"}))
    for arguments in (["keys", "list"], ["keys", "list", "--json"]):
        assert run([*data, *arguments]) == ExitCode.OK
        listed = capsys.readouterr().out
        assert "phone" in listed
        assert shown not in listed
    assert run([*data, "keys", "revoke", "phone"]) == ExitCode.OK
    assert store.caller(shown) is None


def test_a_key_of_an_operator_is_json_for_programs(data: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*data, "keys", "create", "ops", "--scope", "admin", "--days", "1", "--json"]) == ExitCode.OK
    made = json.loads(capsys.readouterr().out)
    assert (made["name"], made["scopes"], made["authors"]) == ("ops", ["admin"], None)
    assert made["key"]
    assert made["expires_at"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["create", "x", "--scope", "root"], ExitCode.USAGE, "there is no scope 'root'"),
        (["create", "x", "--author", "nobody"], ExitCode.NOT_FOUND, "nobody"),
        (["create", ""], ExitCode.USAGE, "key"),
        *((["create", "x", "--days", days], ExitCode.USAGE, f"--days {days}:") for days in ("0", "-2", "nan", "inf")),
        (["revoke", "nothing"], ExitCode.NOT_FOUND, "nothing"),
    ],
)
def test_what_makes_no_key_says_why(
    data: list[str], capsys: pytest.CaptureFixture[str], arguments: list[str], code: ExitCode, said: str
) -> None:
    assert run([*data, "keys", *arguments]) == code
    assert said in capsys.readouterr().err
