"""A folder that a person asks to have written: whole or not at all, and never over what is not an earlier export."""

import json
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from configs.files import PARTIAL, put_folder, remove_leftovers, staging_prefix, users_umask
from model_registry.errors import ExportTargetError
from model_registry.manifest import digest_folder

EXPORT_FILE = "llm_twin_export.json"  # what was exported, and every file of it by its digest


@contextmanager
def exporting(to: Path, said: Mapping[str, object]) -> Iterator[tuple[Path, Path]]:
    """An empty folder to fill, and where it will be: in the place of `to`, an empty folder, or an earlier export that
    nobody changed. `said` goes into EXPORT_FILE.

    It has the rights that the person's umask gives. What a killed export to the same place left is removed. Raises
    ExportTargetError.
    """
    to = to.expanduser().absolute()
    _require_free(to)
    remove_leftovers(to)
    staging = to.with_name(f"{staging_prefix(to)}{secrets.token_hex(4)}{PARTIAL}")
    try:
        with users_umask():
            _make_folder(staging)
            yield staging, to
            files = {name: digest.sha256 for name, digest in digest_folder(staging).items()}
            (staging / EXPORT_FILE).write_text(json.dumps({**said, "files": files}, indent=2), encoding="utf-8")
        put_folder(staging, to, prefix=staging_prefix(to))
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _require_free(to: Path) -> None:
    """Raises ExportTargetError unless `to` is missing, empty, or an earlier export with no other file in it."""
    if not to.exists() or (to.is_dir() and not any(to.iterdir())):
        return
    known = _exported(to)
    if known is None:
        raise ExportTargetError(f"{to} is there already, and is no earlier export. Choose another: --to FOLDER")
    found = {name: digest.sha256 for name, digest in digest_folder(to).items() if name != EXPORT_FILE}
    changed = sorted(name for name in found if found[name] != known.get(name))
    if changed:
        raise ExportTargetError(
            f"{to} holds an earlier export and {changed[0]!r}, which was put there or changed since. Move it away, or "
            "choose another folder: --to FOLDER"
        )


def _exported(to: Path) -> dict[str, str] | None:
    """sha256 by name of what an earlier export wrote to `to`; None where there was none."""
    try:
        files: dict[str, str] = json.loads((to / EXPORT_FILE).read_bytes())["files"]
    except (OSError, ValueError, KeyError):
        return None
    return files


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise ExportTargetError(
            f"{folder.parent} cannot be written to: {error.strerror}. Choose another: --to FOLDER"
        ) from error
