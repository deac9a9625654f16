"""v_n: the manifest of an adapter version, written into its folder before the version exists."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from configs.data_format import require_known_json
from model_registry.errors import CorruptModelError
from model_registry.evaluation import Measures, ParityResult
from model_registry.sealing import read_sealed, write_sealed

MANIFEST_FILE = "manifest.json"
READ_BYTES = 1 << 20
WAY_OUT = (
    "Restore it, or train the version again. Where it is the champion, a previous version that is whole can take its "
    "place: twin doctor --repair."
)


class FileDigest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str
    bytes: int


class FeatureLineage(BaseModel):
    """The feature version that the adapter was trained on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    digest: str
    encoder: str


class BaseLineage(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str  # as the settings name it: "smollm2-135m-instruct", a Hugging Face id or a folder
    fingerprint: str


class AdapterManifest(BaseModel):
    """Everything that decides how a version behaves. The version's number is the registry's and is not stored here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    author: str
    author_name: str
    created_at: str  # ISO 8601, UTC
    base: BaseLineage
    features: FeatureLineage
    feedback: tuple[str, ...] = ()  # ids of the rows of feedback that it learned from (model_registry/feedback.py)
    prompt_version: str
    training: dict[str, Any]  # every setting and its outcome: rank, steps, label tokens, seconds, device
    judges: dict[str, Measures]  # judge → name → figure, as measured before it was registered
    parity: ParityResult | None
    code_version: str
    libraries: dict[str, str]
    files: dict[str, FileDigest]  # relative path → digest; every file of the folder but this one


def digest_file(path: Path) -> FileDigest:
    sha = hashlib.sha256()
    size = 0
    with path.open("rb") as file:
        while block := file.read(READ_BYTES):
            sha.update(block)
            size += len(block)
    return FileDigest(sha256=sha.hexdigest(), bytes=size)


def digest_folder(folder: Path) -> dict[str, FileDigest]:
    """Every file below `folder` but the manifest, by its relative POSIX path."""
    return {
        path.relative_to(folder).as_posix(): digest_file(path)
        for path in sorted(folder.rglob("*"))
        if not path.is_dir() and path != folder / MANIFEST_FILE
    }


def write_manifest(folder: Path, manifest: AdapterManifest) -> None:
    """Write it whole or not at all. The files that it names are there already."""
    write_sealed(folder / MANIFEST_FILE, manifest.model_dump_json(indent=2))


def read_manifest(folder: Path) -> AdapterManifest:
    """Raises CorruptModelError when it is missing, or any byte of it is not as written."""
    path = folder / MANIFEST_FILE
    try:
        data = read_sealed(path)
        require_known_json(path, data)
        return AdapterManifest.model_validate_json(data)
    except (OSError, ValueError) as error:
        raise CorruptModelError(f"{path} cannot be read as a manifest: {error}. {WAY_OUT}") from error


def verify_folder(folder: Path) -> AdapterManifest:
    """Compare every file with the manifest. Raises CorruptModelError naming the first that differs."""
    manifest = read_manifest(folder)
    try:
        found: Mapping[str, FileDigest] = digest_folder(folder)
    except OSError as error:
        raise CorruptModelError(f"{error.filename} cannot be read: {error.strerror}. {WAY_OUT}") from error
    for name, expected in manifest.files.items():
        if name not in found:
            raise CorruptModelError(f"{folder / name} is missing. {WAY_OUT}")
        if found[name] != expected:
            raise CorruptModelError(
                f"{folder / name} has sha256 {found[name].sha256[:12]}…, the manifest says {expected.sha256[:12]}…: "
                f"the file was changed. {WAY_OUT}"
            )
    if extra := sorted(set(found) - set(manifest.files)):
        raise CorruptModelError(f"{folder / extra[0]} is not in the manifest. Remove it.")
    return manifest
