"""Fetched pages on disk: responses within one collection, validators from one to the next."""

import json
import sqlite3
import time
import zlib
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from configs.files import private_folder
from configs.full_disk import disk_full, is_full_disk
from feature_pipeline.errors import SourceError

SCHEMA_VERSION = 1
SCHEMA = """
    BEGIN IMMEDIATE;
    DROP TABLE IF EXISTS pages;
    DROP TABLE IF EXISTS collections;
    CREATE TABLE pages (
        key TEXT PRIMARY KEY, url TEXT NOT NULL, status INTEGER NOT NULL, headers TEXT NOT NULL, body BLOB NOT NULL,
        fetched_at REAL NOT NULL, collection INTEGER NOT NULL
    );
    CREATE TABLE collections (number INTEGER NOT NULL);
    INSERT INTO collections VALUES (1);
    PRAGMA user_version = 1;
    COMMIT;
"""
SECRET_HEADERS = {"authorization", "cookie", "proxy-authorization", "x-api-key", "api-key"}
NOT_STORED = {"set-cookie", "set-cookie2", "www-authenticate", "authentication-info"}
CURRENT_SECONDS = 24 * 3600.0  # a collection that was broken off is taken up again within a day; then pages are old
BUSY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class StoredPage:
    """One response, redirects and lasting errors included."""

    url: str
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    fetched_at: float  # Unix time at which the server last confirmed it
    current: bool  # it belongs to the collection under way


def page_key(url: str, headers: Mapping[str, str]) -> str:
    """Address and request headers. Of a secret header, only that it was sent."""
    asked = {name.lower(): "…" if name.lower() in SECRET_HEADERS else value for name, value in headers.items()}
    return json.dumps([url, sorted(asked.items())], ensure_ascii=False)


class PageCache:
    """One file, for one source. Nothing is created before the first page is stored; a broken file is replaced, as
    everything in it can be fetched again. Each response is on disk before the next request, so that a collection that
    was killed resumes where it was."""

    def __init__(self, path: Path, *, now: Callable[[], float] = time.time) -> None:
        self.path = path
        self._now = now
        self._connection: sqlite3.Connection | None = None

    def find(self, key: str) -> StoredPage | None:
        """Raises SourceError."""
        rows = self._run(
            "SELECT url, status, headers, body, fetched_at, collection = number FROM pages, collections WHERE key = ?",
            key,
        )
        for url, status, headers, body, fetched_at, current in rows:
            fresh = bool(current) and self._now() - fetched_at < CURRENT_SECONDS
            with suppress(zlib.error, ValueError):  # damaged: it is fetched anew
                return StoredPage(url, status, json.loads(headers), zlib.decompress(body), fetched_at, fresh)
        return None

    def store(self, key: str, *, url: str, status: int, headers: Mapping[str, str], body: bytes) -> StoredPage:
        """Raises SourceError."""
        kept = {name: value for name, value in headers.items() if name not in NOT_STORED}
        page = StoredPage(url, status, kept, body, self._now(), current=True)
        self._run(
            "INSERT OR REPLACE INTO pages SELECT ?, ?, ?, ?, ?, ?, number FROM collections",
            *(key, url, status, json.dumps(kept), zlib.compress(body), page.fetched_at),
        )
        return page

    def keep(self, key: str, *, confirmed: bool) -> None:
        """The page belongs to this collection too; `confirmed`: the server has just said that it is unchanged."""
        self._run(
            "UPDATE pages SET collection = (SELECT number FROM collections), "
            "fetched_at = CASE WHEN ? THEN ? ELSE fetched_at END WHERE key = ?",
            *(confirmed, self._now(), key),
        )

    def complete(self) -> None:
        """The collection has succeeded. Pages that it did not use are dropped; the next one requests the rest again,
        with their validators. Raises SourceError."""
        self._run("DELETE FROM pages WHERE collection < (SELECT number FROM collections)")
        self._run("UPDATE collections SET number = number + 1")

    def drop_failed(self) -> None:
        """The collection has failed at a response: the next one requests errors, and the last page, again. The rest
        stays, so that it resumes from there. Raises SourceError."""
        self._run("DELETE FROM pages WHERE status >= 400 OR fetched_at = (SELECT max(fetched_at) FROM pages)")

    def delete(self) -> None:
        """Remove the whole file."""
        self.close()
        for path in (self.path, self.path.with_name(f"{self.path.name}-journal")):
            path.unlink(missing_ok=True)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _run(self, statement: str, *values: object) -> list[Any]:
        if self._connection is None and not statement.startswith("INSERT") and not self.path.exists():
            return []
        try:
            with closing(self._opened().execute(statement, values)) as cursor:
                return cursor.fetchall()
        except (sqlite3.Error, OSError) as error:
            if is_full_disk(error):
                raise disk_full(self.path.parent) from error
            raise SourceError(
                f"the cache of fetched pages {self.path} cannot be used: {error}. See that its disk has room and may "
                "be written to; the file may be deleted at any time, at the price of fetching again."
            ) from error

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            private_folder(self.path.parent)
            try:
                self._connection = self._open()
            except sqlite3.OperationalError:
                raise  # busy, or the disk
            except sqlite3.DatabaseError:  # no database, or a broken one
                self.delete()
                self._connection = self._open()
        return self._connection

    def _open(self) -> sqlite3.Connection:
        """In autocommit mode: each statement is on disk when it returns. What is deleted is overwritten with zeros."""
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA synchronous = NORMAL")
            if connection.execute("PRAGMA user_version").fetchone()[0] != SCHEMA_VERSION:
                connection.executescript(SCHEMA)
        except sqlite3.Error:
            connection.close()
            raise
        return connection
