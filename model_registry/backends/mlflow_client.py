"""Opening MLflow: quietly, without telemetry, and with a database that is complete or not there, and a copy of it."""

import importlib.util
import logging
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from importlib.metadata import version as installed
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from configs.files import flush_to_disk, private_folder
from configs.full_disk import disk_full, is_full_disk
from model_registry.errors import RegistryUnreachableError
from model_registry.manifest import MANIFEST_FILE

if TYPE_CHECKING:
    from mlflow import MlflowClient

logger = logging.getLogger(__name__)

DATABASE = "mlflow.db"
COPY = "mlflow.kept.db"
PREFIX = "twin-"  # an author is a registered model and an experiment; a shared server holds others too
LOCK = ".lock"
LOCK_SECONDS = 120.0
STAGING = ".new-"
REPAIR = "Run: twin doctor --repair"
# MLflow reads these when it is imported. Its own patience with a silent server is over four minutes.
ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_LOGGING_LEVEL": "CRITICAL",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
}


def open_client(root: Path, tracking_uri: str | None) -> "MlflowClient":
    """A client of the server at `tracking_uri`, or of the SQLite database in `root`, created when it is not there.

    About 2.5 s on two cores for MLflow's imports, and 1.5 s more for the first creation. Raises
    RegistryUnreachableError.
    """
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    from mlflow import MlflowClient

    with asking(root, tracking_uri):
        if tracking_uri is not None:
            return MlflowClient(tracking_uri=tracking_uri, registry_uri=tracking_uri)
        database = root / DATABASE
        if is_absent(root):
            with locked(root):
                if is_absent(root):
                    create(database)
        _check_readable(database)
        check_known_schema(database)
        with suppress(Timeout, OSError), FileLock(root / LOCK, timeout=0):  # else a writer keeps one when it ends
            _keep_copy(root)
        return MlflowClient(tracking_uri=_uri(database), registry_uri=_uri(database))


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """The registry's writers, one at a time; freed by the system when its holder is killed."""
    try:
        with FileLock(private_folder(root) / LOCK, timeout=LOCK_SECONDS):
            yield
            _keep_copy(root)
    except Timeout as error:
        raise RegistryUnreachableError(
            f"another process has been writing to {root} for {LOCK_SECONDS:.0f} s. Let it finish, then try again."
        ) from error


@contextmanager
def asking(root: Path, tracking_uri: str | None) -> Iterator[None]:
    """Turn what MLflow, SQLite and the disk raise into RegistryUnreachableError, or into DiskFullError."""
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except RegistryUnreachableError:
        raise
    except (MlflowException, SQLAlchemyError, sqlite3.Error, OSError) as error:
        if is_full_disk(error):
            raise disk_full(root) from error
        raise RegistryUnreachableError(
            f"the model registry in {root} cannot be used: {error}. Check the disk and the file {DATABASE}. {REPAIR}"
            if tracking_uri is None
            else f"the MLflow server does not answer: {error}. Check that it runs, and model_registry.tracking_uri."
        ) from error


def is_absent(root: Path) -> bool:
    """Whether there is no database, or one of 0 bytes, which MLflow would take for a new one.

    Raises RegistryUnreachableError when versions are there: an empty registry would hide them.
    """
    database = root / DATABASE
    if database.exists() and database.stat().st_size:
        return False
    if any(root.glob(f"versions/*/*/{MANIFEST_FILE}")):
        what = "has 0 bytes" if database.exists() else "is gone"
        raise RegistryUnreachableError(
            f"the registry's database {database} {what}, and the versions are there. It can be made again. {REPAIR}"
        )
    return True


def is_sound(database: Path) -> bool:
    """Whether it is a database with MLflow's tables, in which SQLite finds no damage."""
    if not database.exists() or not database.stat().st_size:
        return False
    try:
        with closing(sqlite3.connect(database)) as connection:
            known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'model_versions'").fetchone()
            return known is not None and connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
    except sqlite3.Error:
        return False


def create(database: Path) -> None:
    """MLflow's migrations leave a database for good useless when they are killed: make it aside, then rename it."""
    from mlflow import MlflowClient

    for leftover in database.parent.glob(f"{STAGING}*"):
        shutil.rmtree(leftover)
    staging = Path(tempfile.mkdtemp(prefix=STAGING, dir=database.parent))
    MlflowClient(tracking_uri=_uri(staging / "migrated.db"))
    # MLflow keeps connections to the file that it migrated, so a copy takes the name.
    with (
        closing(sqlite3.connect(staging / "migrated.db")) as migrated,
        closing(sqlite3.connect(staging / DATABASE)) as finished,
    ):
        migrated.backup(finished)
        finished.execute("PRAGMA journal_mode=WAL")  # kept in the file: readers never wait for a writer
    flush_to_disk(staging / DATABASE)
    (staging / DATABASE).replace(database)
    shutil.rmtree(staging)


def forget_deleted_rows(root: Path) -> None:
    """SQLite keeps the bytes of what was deleted, and its log keeps them too."""
    with closing(sqlite3.connect(root / DATABASE)) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (root / COPY).unlink(missing_ok=True)  # the next one is made of what is left


def _keep_copy(root: Path) -> None:
    """The database as it is between two writes, beside it: another program that opens it may change it for good.

    For the holder of the lock. What fails here fails no write.
    """
    database, copy = root / DATABASE, root / COPY
    making = copy.with_name(f".{COPY}")
    try:
        written = [path for path in (database, database.with_name(f"{DATABASE}-wal")) if path.exists()]
        newest = max((path.stat().st_mtime_ns for path in written), default=0)
        if not newest or (copy.exists() and copy.stat().st_mtime_ns >= newest) or not is_sound(database):
            return
        making.unlink(missing_ok=True)
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(making)) as target:
            source.backup(target)
        flush_to_disk(making)
        making.replace(copy)
    except (OSError, sqlite3.Error) as error:
        logger.warning("no copy of %s could be kept: %s", database, error)


def _check_readable(database: Path) -> None:
    """MLflow retries a file that is no database for minutes."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA schema_version")


def check_known_schema(database: Path) -> None:
    """A newer MLflow that only looks into a database may migrate it, and the older one refuses it from then on.

    Raises RegistryUnreachableError.
    """
    with closing(sqlite3.connect(database)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            return
        found = {str(row[0]) for row in connection.execute("SELECT version_num FROM alembic_version")}
    package = importlib.util.find_spec("mlflow")  # not imported, which takes seconds
    assert package is not None
    assert package.origin is not None
    known = Path(package.origin).parent / "store" / "db_migrations" / "versions"
    unknown = sorted(revision for revision in found if not any(known.glob(f"{revision}_*.py")))
    if unknown:
        copy = database.with_name(COPY)
        log = f"{database}-wal {database}-shm"
        kept = f"put back the copy from before (rm -f {log}; mv {copy} {database}), or " if copy.exists() else ""
        raise RegistryUnreachableError(
            f"a newer MLflow than {installed('mlflow-skinny')}, which is used here, has opened {database} and migrated "
            f"it to its own schema ({', '.join(unknown)}). The files of all versions are whole, in "
            f"{database.parent / 'versions'}. Let no other MLflow use the registry, and {kept}install that newer "
            "version of mlflow-skinny."
        )


def _uri(database: Path) -> str:
    return f"sqlite:///{database.resolve()}"
