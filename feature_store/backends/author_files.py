"""What the store keeps of an author in small files: sources, and what is forgotten."""

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from configs.files import write_whole
from feature_store.backends.local_disk import exclusive, naming_full_disk
from feature_store.errors import StoreCorruptError
from feature_store.versions import Forgotten, SourceRecord

Model = TypeVar("Model", bound=BaseModel)
T = TypeVar("T")
SourceRecords = TypeAdapter(list[SourceRecord])
SOURCES, FORGOTTEN = "sources.json", "forgotten.json"
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
        write_whole(path, SourceRecords.dump_json(kept, indent=2).decode())


def forgotten(home: Path) -> Forgotten:
    path = home / FORGOTTEN
    return read_model(path, Forgotten) if path.exists() else Forgotten(salt=secrets.token_hex(16))


def write_forgotten(home: Path, what: Forgotten) -> None:
    with naming_full_disk(home):
        write_whole(home / FORGOTTEN, what.model_dump_json(indent=2))


def read_model(path: Path, model: type[Model]) -> Model:
    return _read(path, TypeAdapter(model))


def _read(path: Path, kind: TypeAdapter[T]) -> T:
    try:
        return kind.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise StoreCorruptError(
            f"{path} is not what was written there: {error}. Restore it from a copy, or remove {path.parent} and "
            "run `twin collect` again."
        ) from error
