"""Which value wins, and what a wrong one is answered with."""

import json
from pathlib import Path

import pytest

from configs.errors import ExitCode, SettingsError
from configs.settings import HERE, load_settings


def test_strength_is_default_file_environment_then_set(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("training: {rank: 2, alpha: 3, seed: 4}\n", encoding="utf-8")
    environ = {"TWIN_TRAINING__ALPHA": "5", "TWIN_TRAINING__SEED": "6"}
    training = load_settings(file, ["training.seed=7"], environ).training
    assert (training.rank, training.alpha, training.seed, training.patience) == (2, 5, 7, 3)


@pytest.mark.parametrize(
    ("override", "parts"),
    [
        ("training.rnk=8", ["'training.rnk'", "'training.rank'"]),
        ("trainig.rank=8", ["'trainig'", "training"]),
        ("training.rank=0", ["'training.rank'", "0"]),
        ("training.rank=many", ["'training.rank'", "'many'"]),
        ("serving.port=70000", ["'serving.port'", "70000"]),
        ("training.rank", ["has no '='", "--set training.rank=8"]),
        ("training.rank=[", ["--set training.rank=[", "not a YAML value"]),
    ],
)
def test_a_wrong_setting_is_named(override: str, parts: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(overrides=[override], environ={})
    assert [part for part in parts if part not in str(caught.value)] == []
    assert caught.value.exit_code == ExitCode.USAGE


def test_an_unknown_environment_variable_is_named() -> None:
    with pytest.raises(SettingsError, match=r"training\.rank"):
        load_settings(environ={"TWIN_TRAINING__RNK": "8"})


def test_other_environment_variables_are_left_alone() -> None:
    assert load_settings(environ={"TRAINING__RANK": "8", "TWINE": "x"}).training.rank == 16


def test_an_unknown_file_is_answered_with_the_shipped_ones() -> None:
    with pytest.raises(SettingsError, match=r"default, gpu, laptop-.*, llama-3\.1-8b, qwen3-4b, smollm2-1\.7b"):
        load_settings(Path("nosuch"), environ={})


@pytest.mark.parametrize("content", [b"- a\n- b\n", b"a: [\n", b"\xff\xfe"])
def test_a_broken_file_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "mine.yaml"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=r"mine\.yaml"):
        load_settings(file, environ={})


def test_a_relative_folder_lies_beside_the_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings(environ={}).data_dir == HERE.parent / "data"
    assert load_settings(overrides=[f"data_dir={tmp_path}"], environ={}).data_dir == tmp_path


@pytest.mark.parametrize("part", ["a%20b", "a[1", "1]", "a|b", "a^b", "a?b", "a\\b", "a\nb", "%5b"])
def test_a_data_folder_that_the_stores_would_misread_is_refused_at_once(tmp_path: Path, part: str) -> None:
    (tmp_path / part).mkdir()
    (tmp_path / "link").symlink_to(tmp_path / part)
    for folder in (tmp_path / part / "data", tmp_path / "link"):
        with pytest.raises(SettingsError, match=r"'data_dir' cannot be .*misread .*--set data_dir=FOLDER") as caught:
            load_settings(overrides=[f"data_dir={json.dumps(str(folder))}"], environ={})
        assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("part", ["a b", "100%", "a#b", "a&b=c", "ü", "a{b}", "a:b", "a'b", "(1)"])
def test_other_names_of_the_data_folder_are_taken(tmp_path: Path, part: str) -> None:
    folder = tmp_path / part / "data"
    assert load_settings(overrides=[f"data_dir={json.dumps(str(folder))}"], environ={}).data_dir == folder
