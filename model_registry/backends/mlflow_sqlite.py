"""Reading MLflow's SQLite database without MLflow, whose import takes longer than all else that a question needs.

Writing is MLflow's alone. What its tables look like is looked at before: of others than these, MLflow is asked.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from model_registry.backends.mlflow_client import REPAIR, check_known_schema
from model_registry.errors import RegistryUnreachableError

DELETED = "Deleted_Internal"  # the stage of a version that MLflow was told to delete
COLUMNS = {
    "model_versions": {"name", "version", "current_stage"},
    "model_version_tags": {"name", "version", "key", "value"},
    "registered_model_aliases": {"name", "alias", "version"},
}


@dataclass(frozen=True, slots=True)
class Stored:
    """A version, by the names that MLflow gives what it has."""

    name: str
    version: int
    tags: dict[str, str]


@dataclass(frozen=True, slots=True)
class Contents:
    versions: list[Stored]
    aliases: dict[str, dict[str, int]]  # model → alias → number, also of versions that are gone


def read(database: Path, model: str | None = None) -> Contents | None:
    """Of one registered model, or of all; None where the tables are not known. Raises RegistryUnreachableError."""
    with _open(database) as connection:
        check_known_schema(database)
        for table, columns in COLUMNS.items():
            if not columns <= {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}:
                return None
        tags: defaultdict[tuple[str, int], dict[str, str]] = defaultdict(dict)
        aliases: defaultdict[str, dict[str, int]] = defaultdict(dict)
        connection.execute("BEGIN")  # all three as of one moment
        for name, version, key, value in connection.execute(
            "SELECT name, version, key, value FROM model_version_tags WHERE name = coalesce(?, name)", (model,)
        ):
            tags[name, version][key] = value
        for name, alias, version in connection.execute(
            "SELECT name, alias, version FROM registered_model_aliases WHERE name = coalesce(?, name)", (model,)
        ):
            aliases[name][alias] = int(version)
        versions = [
            Stored(name, int(version), tags[name, version])
            for name, version in connection.execute(
                "SELECT name, version FROM model_versions "
                "WHERE name = coalesce(?, name) AND coalesce(current_stage, '') <> ?",
                (model, DELETED),
            )
        ]
    return Contents(versions, dict(aliases))


@contextmanager
def _open(database: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            yield connection
    except (sqlite3.Error, OSError) as error:
        raise RegistryUnreachableError(
            f"the model registry in {database.parent} cannot be used: {error}. Check the disk and the file "
            f"{database.name}. {REPAIR}"
        ) from error
