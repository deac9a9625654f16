"""API keys: who may ask which twins. A key is shown once; only its SHA-256 is kept.

    keys.sqlite      the keys, revoked ones too
    keys.required    that one was made: a server whose keys are gone stays closed

A key has 256 random bits, so a plain hash cannot be reversed by guessing, and a slow one would add nothing. A file of
keys that is damaged, emptied or gone never counts as one in which no key was made yet: that would open the server to
everybody.
"""

import hashlib
import hmac
import json
import secrets
import sqlite3
import time
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from configs.data_format import DATA_FORMAT, require_known
from configs.files import private_folder, write_once
from configs.full_disk import naming_full_disk
from inference_pipeline.errors import KeyNameError, KeysUnusableError, UnknownKeyError

Scope = Literal["chat", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
CHAT: tuple[Scope, ...] = ("chat",)
PREFIX = "twin"
SECRET_BYTES = 32
MAX_DAYS = 36_500  # that a key may be good for, if not for ever: a date must come of it
TABLE = """CREATE TABLE keys (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, hash BLOB NOT NULL, scopes TEXT NOT NULL, authors TEXT NOT NULL,
    created_at REAL NOT NULL, expires_at REAL, revoked_at REAL)"""
MARK = "A key was made for this server, so that it asks for one. Without keys.sqlite beside this file nobody gets in.\n"
COLUMNS = "id, name, scopes, authors, created_at, expires_at, revoked_at"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `authors` None: all of them, also those that are made later."""

    scopes: frozenset[Scope]
    authors: frozenset[str] | None
    key: str = ""  # the id of the key; "" without one

    def may_use(self, author: str) -> bool:
        return self.authors is None or author in self.authors


EVERYTHING = Caller(frozenset(SCOPES), None)  # of whoever opened the link that the server printed
LOCAL = Caller(frozenset(CHAT), None)  # of whoever reaches a server that has no keys, on this machine
NOTHING = Caller(frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of a key but itself. Times are seconds since 1970."""

    id: str
    name: str
    scopes: frozenset[Scope]
    authors: frozenset[str] | None
    created_at: float
    expires_at: float | None
    revoked_at: float | None

    @property
    def active(self) -> bool:
        return self.revoked_at is None and (self.expires_at is None or time.time() < self.expires_at)

    def as_data(self) -> dict[str, Any]:
        """For JSON; times in whole seconds."""
        return {
            "id": self.id,
            "name": self.name,
            "scopes": sorted(self.scopes),
            "authors": None if self.authors is None else sorted(self.authors),
            "created_at": int(self.created_at),
            "expires_at": None if self.expires_at is None else int(self.expires_at),
            "state": "active" if self.active else "expired" if self.revoked_at is None else "revoked",
        }


class KeyStore:
    """A small SQLite file that only its owner can read. It is opened for each question, so that a running server knows
    of a new or revoked key at once. Every method may raise KeysUnusableError, and NewerFormatError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._mark = path.with_suffix(".required")
        self._was_required = False  # a running server stays closed though its whole folder be gone

    def create(
        self,
        name: str,
        *,
        scopes: Collection[Scope] = CHAT,
        authors: Collection[str] | None = None,
        expires_at: float | None = None,
    ) -> tuple[str, ApiKey]:
        """The key itself, which cannot be had again, and what is kept of it. Raises KeyNameError, DiskFullError."""
        if not name.strip():
            raise KeyNameError("a key needs a name, so that it can be revoked. Say whose it is.")
        identifier = secrets.token_hex(6)
        shown = f"{PREFIX}_{identifier}_{secrets.token_urlsafe(SECRET_BYTES)}"
        row = (identifier, name, _hash(shown), json.dumps(sorted(scopes)),
               json.dumps(None if authors is None else sorted(authors)), time.time(), expires_at)  # fmt: skip
        with self._writing() as database:
            if any(key.name == name for key in _select(database, "revoked_at IS NULL")):
                raise KeyNameError(f"there is a key {name!r} already. Choose another name, or: twin keys revoke {name}")
            database.execute("INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, ?, NULL)", row)
            (key,) = _select(database, "id = ?", identifier)
        return shown, key

    def all(self) -> list[ApiKey]:
        """Oldest first, revoked ones too."""
        with self._reading() as database:
            return _select(database, "TRUE ORDER BY created_at") if database else []

    def revoke(self, name: str) -> ApiKey:
        """By name or id, at once and for good. Raises UnknownKeyError, DiskFullError."""
        with self._writing() as database:
            found = _select(database, "(name = ? OR id = ?) AND revoked_at IS NULL", name, name)
            if not found:
                raise UnknownKeyError(f"there is no key {name!r} to revoke. twin keys list shows those there are.")
            database.execute("UPDATE keys SET revoked_at = ? WHERE id = ?", (time.time(), found[0].id))
            return _select(database, "id = ?", found[0].id)[0]

    def caller(self, shown: str) -> Caller | None:
        """Who presents this key; None when it is unknown, revoked or expired."""
        identifier = shown.removeprefix(f"{PREFIX}_").partition("_")[0]
        with self._reading() as database:
            row = database and database.execute("SELECT hash FROM keys WHERE id = ?", (identifier,)).fetchone()
            key = _select(database, "id = ?", identifier)[0] if database and row else None
        matches = hmac.compare_digest(row[0] if row else bytes(32), _hash(shown))
        return Caller(key.scopes, key.authors, key.id) if key and matches and key.active else None

    def caller_by_id(self, identifier: str) -> Caller | None:
        """Who asks by a session that this key opened; None when it was revoked or has expired."""
        with self._reading() as database:
            found = _select(database, "id = ?", identifier) if database else []
        return Caller(found[0].scopes, found[0].authors, found[0].id) if found and found[0].active else None

    @property
    def required(self) -> bool:
        """Whether a key was ever made. Revoking the last one closes the server; it never opens it again."""
        with self._reading() as database:
            found = bool(database and database.execute("SELECT EXISTS (SELECT 1 FROM keys)").fetchone()[0])
        if found:
            self._keep_closed()
        return found

    @property
    def usable(self) -> bool:
        """Whether anybody could get in."""
        return any(key.active for key in self.all())

    def _keep_closed(self) -> None:
        self._was_required = True
        with suppress(OSError):  # it is written the next time
            if not self._mark.exists():
                write_once(self._mark, MARK)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """None while no key was ever made."""
        if not self._path.exists():
            if self._was_required:
                raise self._unusable("is gone")
            self._require_no_mark()
            yield None
            return
        with self._naming_damage(), closing(self._connect()) as database:
            self._require_keys(database)
            yield database

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with naming_full_disk(self._path.parent), self._naming_damage(), self._opened() as database:
            yield database
        self._keep_closed()

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        private_folder(self._path.parent)
        if not self._path.exists():
            self._require_no_mark()
            write_once(self._path, _without_keys())  # whole or not at all, so that an empty file is a damaged one
        self._path.chmod(0o600)  # a copy that was put back may have other rights
        with closing(self._connect()) as database:
            self._require_keys(database)
            with database:
                database.execute("BEGIN IMMEDIATE")
                yield database

    def _connect(self) -> sqlite3.Connection:
        """Without making the file, should it go at this moment."""
        return sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=rw", uri=True)

    def _require_no_mark(self) -> None:
        if self._mark.exists():
            raise self._unusable("is gone")

    def _require_keys(self, database: sqlite3.Connection) -> None:
        require_known(self._path, database.execute("PRAGMA user_version").fetchone()[0])
        if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'keys'").fetchone():
            raise self._unusable("was emptied")

    @contextmanager
    def _naming_damage(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:  # nothing is known to be wrong with what is in it
            raise KeysUnusableError(
                f"{self._path} cannot be used at the moment: {error}. Check data_dir, and that enough files may be "
                "open (ulimit -n 4096)."
            ) from error
        except (sqlite3.DatabaseError, ValueError, TypeError) as error:
            raise self._unusable(f"is damaged ({error})") from error

    def _unusable(self, what: str) -> KeysUnusableError:
        return KeysUnusableError(
            f"{self._path} {what}, and it says who may use the server: until it is well again nobody gets in by a key. "
            f"Put it back from a copy. Where there is none the keys of before are lost: remove it and "
            f"{self._mark.name}, and make new ones: twin keys create NAME"
        )


def _without_keys() -> bytes:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute(TABLE)
        database.execute(f"PRAGMA user_version = {DATA_FORMAT}")
        return database.serialize()


def _hash(shown: str) -> bytes:
    return hashlib.sha256(shown.encode()).digest()


def _select(database: sqlite3.Connection, where: str, *values: str) -> list[ApiKey]:
    rows = database.execute(f"SELECT {COLUMNS} FROM keys WHERE {where}", values)  # noqa: S608  # ours, all constants
    return [ApiKey(row[0], row[1], frozenset(json.loads(row[2])), _authors(row[3]), *row[4:]) for row in rows]


def _authors(text: str) -> frozenset[str] | None:
    listed = json.loads(text)
    return None if listed is None else frozenset(listed)
