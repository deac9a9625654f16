"""What the store keeps of an author in small files: sources, and what is forgotten.

Sources lie in the author's folder. What is forgotten lies outside of it: whoever is told to remove a folder that cannot
be read, and to collect again, must not get back what was erased.
"""

import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from configs.data_format import require_known_json
from configs.files import private_folder, remove, write_whole
from configs.full_disk import naming_full_disk
from feature_store.backends.local_disk import exclusive
from feature_store.errors import StoreCorruptError
from feature_store.versions import Forgotten, SourceRecord

Model = TypeVar("Model", bound=BaseModel)
T = TypeVar("T")
SourceRecords = TypeAdapter(list[SourceRecord])
SOURCES = "sources.json"
FORGOTTEN, FORMERLY = "forgotten", "forgotten.json"  # a folder beside that of all authors; a file in the author's
COLLECT_AGAIN = "remove {path.parent} and run `twin collect` again."
KEEP_FORGOTTEN = (
    "remove it: then nothing says what was forgotten, so run `twin forget` again for each post that must not come back."
)
PATIENCE = 10.0  # seconds, for a write of milliseconds


def sources(home: Path) -> list[SourceRecord]:
    """By name."""
    path = home / SOURCES
    found = _read(path, SourceRecords) if path.exists() else []
    return sorted(found, key=lambda source: source.name)


def change_sources(home: Path, name: str, instead: Sequence[SourceRecord]) -> None:
    """Put `instead` in the place of the source of this name."""
    path = home / SOURCES
    lock = path.with_suffix(".lock")  # not the author's: a source is kept though another is being collected
    with naming_full_disk(home), exclusive(lock, f"the sources of {home.name}", patience=PATIENCE):
        kept = [*(source for source in sources(home) if source.name != name), *instead]
        # Without what is not said, so that an earlier release reads what it knows the fields of.
        write_whole(path, SourceRecords.dump_json(kept, indent=2, exclude_defaults=True).decode())


def forgotten(home: Path) -> Forgotten:
    for path in (_forgotten_file(home), home / FORMERLY):
        if path.exists():
            return _read(path, TypeAdapter(Forgotten), advice=KEEP_FORGOTTEN)
    return Forgotten(salt=secrets.token_hex(16))


def write_forgotten(home: Path, what: Forgotten) -> None:
    with naming_full_disk(home):
        write_whole(_forgotten_file(home), what.model_dump_json(indent=2))


def erase_forgotten(home: Path) -> None:
    for path in (_forgotten_file(home), home / FORMERLY):
        remove(path)


def move_forgotten(authors: Path) -> None:
    """Out of the authors' folders, where an earlier release kept it. Where nothing can be written it stays, and is read
    there."""
    for path in authors.glob(f"*/{FORMERLY}"):
        target = _forgotten_file(path.parent)
        with suppress(OSError):
            private_folder(target.parent)
            os.link(path, target)  # unlike a rename, a link never replaces
            path.unlink()


def _forgotten_file(home: Path) -> Path:
    return home.parents[1] / FORGOTTEN / f"{home.name}.json"


def read_model(path: Path, model: type[Model]) -> Model:
    return _read(path, TypeAdapter(model))


def _read(path: Path, kind: TypeAdapter[T], advice: str = COLLECT_AGAIN) -> T:
    try:
        data = path.read_bytes()
        require_known_json(path, data)
        return kind.validate_json(data)
    except (OSError, ValidationError) as error:
        raise StoreCorruptError(
            f"{path} is not what was written there: {error}. Restore it from a copy, or {advice.format(path=path)}"
        ) from error
