import json
import math
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.adapters import adapter_manifest, write_adapter
from model_registry.errors import CorruptModelError
from model_registry.manifest import MANIFEST_FILE, digest_folder, read_manifest, verify_folder, write_manifest

WEIGHTS = bytes(range(256)) * 3


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    return write_adapter(tmp_path / "adapter", weights=WEIGHTS)


def test_what_was_written_is_read_back(adapter: Path) -> None:
    manifest = adapter_manifest(files=digest_folder(adapter), training={"rank": 16, "dropout": 0.0, "targets": ["q"]})
    write_manifest(adapter, manifest)
    assert read_manifest(adapter) == verify_folder(adapter) == manifest
    assert set(manifest.files) == {path.name for path in adapter.iterdir()} - {MANIFEST_FILE}


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.integers(0, len(WEIGHTS) - 1), flip=st.integers(1, 255))
def test_any_changed_byte_is_found(adapter: Path, position: int, flip: int) -> None:
    changed = bytearray(WEIGHTS)
    changed[position] ^= flip
    (adapter / "adapter_model.safetensors").write_bytes(changed)
    with pytest.raises(CorruptModelError, match=r"adapter_model\.safetensors has sha256"):
        verify_folder(adapter)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(length=st.integers(0, len(WEIGHTS) - 1))
def test_any_cut_is_found(adapter: Path, length: int) -> None:
    (adapter / "adapter_model.safetensors").write_bytes(WEIGHTS[:length])
    with pytest.raises(CorruptModelError, match=r"adapter_model\.safetensors has sha256"):
        verify_folder(adapter)


def test_a_missing_file_is_named(adapter: Path) -> None:
    (adapter / "adapter_config.json").unlink()
    with pytest.raises(CorruptModelError, match=r"adapter_config\.json is missing"):
        verify_folder(adapter)


@pytest.mark.parametrize("name", ["more.bin", "sub/more.bin", f"sub/{MANIFEST_FILE}", ".hidden"])
def test_a_file_that_the_manifest_does_not_name(adapter: Path, name: str) -> None:
    (adapter / name).parent.mkdir(exist_ok=True)
    (adapter / name).write_bytes(b"x")
    with pytest.raises(CorruptModelError, match=f"{name} is not in the manifest"):
        verify_folder(adapter)


def test_a_link_to_nowhere_is_corruption(adapter: Path) -> None:
    (adapter / "adapter_config.json").unlink()
    (adapter / "adapter_config.json").symlink_to(adapter / "gone")
    with pytest.raises(CorruptModelError, match="cannot be read"):
        verify_folder(adapter)


def test_a_path_out_of_the_folder_is_not_followed(adapter: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(b"x")
    named = digest_folder(adapter) | {"../outside": digest_folder(tmp_path)["outside"]}
    write_manifest(adapter, adapter_manifest(files=named))
    with pytest.raises(CorruptModelError, match=r"\.\./outside is missing"):
        verify_folder(adapter)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"author": "maud"}', "\x00"])
def test_what_is_no_manifest(adapter: Path, text: str) -> None:
    (adapter / MANIFEST_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(CorruptModelError, match=r"manifest\.json cannot be read"):
        read_manifest(adapter)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CorruptModelError, match="cannot be read as a manifest"):
        verify_folder(tmp_path / "gone")


def test_every_byte_of_every_file_counts(adapter: Path) -> None:
    files = [path for path in adapter.iterdir() if path.name != "adapter_model.safetensors"]
    assert {"adapter_config.json", "style_scorer.json", "README.md", MANIFEST_FILE} == {path.name for path in files}
    for path in files:
        written = path.read_bytes()
        for place in range(0, len(written), 1 + len(written) // 250):
            flipped = bytes([written[place] ^ (1 << place % 8)])
            path.write_bytes(written[:place] + flipped + written[place + 1 :])
            with pytest.raises(CorruptModelError, match=path.name):
                verify_folder(adapter)
        path.write_bytes(written)
    verify_folder(adapter)


def test_any_cut_of_the_manifest_is_found(adapter: Path) -> None:
    written = (adapter / MANIFEST_FILE).read_bytes()
    for length in range(0, len(written), 11):
        (adapter / MANIFEST_FILE).write_bytes(written[:length])
        with pytest.raises(CorruptModelError, match=r"manifest\.json cannot be read"):
            verify_folder(adapter)


def test_a_manifest_that_was_never_sealed_is_read(adapter: Path) -> None:
    manifest = read_manifest(adapter)
    (adapter / MANIFEST_FILE).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    assert verify_folder(adapter) == manifest


def test_an_unknown_field_is_refused(adapter: Path) -> None:
    values = {**read_manifest(adapter).model_dump(mode="json"), "mood": "good"}
    (adapter / MANIFEST_FILE).write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(CorruptModelError, match="mood"):
        read_manifest(adapter)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_figure_that_is_no_number_survives(adapter: Path, value: float) -> None:
    write_manifest(adapter, adapter_manifest(judges={"likelihood": {"adapter": value}}))
    read = read_manifest(adapter).judges["likelihood"]["adapter"].value
    assert read == value or (math.isnan(read) and math.isnan(value))


def test_a_write_that_is_interrupted_leaves_the_old_manifest(adapter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = read_manifest(adapter)
    copy = adapter.parent / "copy"
    shutil.copytree(adapter, copy)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_manifest(adapter, adapter_manifest())
    monkeypatch.undo()
    assert read_manifest(adapter) == before
    write_manifest(adapter, before)  # the next attempt leaves no trace of the first
    assert verify_folder(adapter) == verify_folder(copy)
