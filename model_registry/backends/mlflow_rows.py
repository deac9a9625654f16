"""What MLflow is asked and told of a version: number, aliases and tags, as rows.

MLflow would list a version whose files are half there or gone. A row counts only when it carries the sha256 of its
manifest as a tag and the folder of that name exists; every other row is invisible here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from model_registry.backends.mlflow_client import (
    DATABASE,
    PREFIX,
    asking,
    forget_deleted_rows,
    is_absent,
    locked,
    open_client,
)
from model_registry.backends.mlflow_runs import erase_runs
from model_registry.backends.mlflow_sqlite import Contents, Stored, read
from model_registry.ports import CANDIDATE, CHAMPION, PREVIOUS

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

AUTHOR = re.compile(r"[a-z0-9-]+")
ALIASES = (CHAMPION, PREVIOUS, CANDIDATE)
# Aliases of the version that is taking the champion's place: by a promotion, or by a rollback. While one is there, the
# others are read as they will be, so that the change is one write.
SUCCESSOR, RETURNING = "successor", "returning"
MANIFEST_TAG = "twin.manifest"
FORCED_TAG = "twin.forced"
REASON_TAG = "twin.reason"
TAINTED_TAG = "twin.tainted"
ABSENT = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")  # MLflow's codes for no such version, no such alias
BIGGEST = 2**31 - 1  # of a version's number, in the databases that MLflow supports


@dataclass(frozen=True, slots=True)
class Row:
    author: str
    number: int
    digest: str  # sha256 of its manifest.json
    folder: Path
    aliases: tuple[str, ...]
    forced: bool
    tainted: str


class MlflowRows:
    """Every method may raise RegistryUnreachableError."""

    def __init__(self, root: Path, tracking_uri: str | None) -> None:
        self.root = root
        self.tracking_uri = tracking_uri

    @cached_property
    def client(self) -> "MlflowClient":
        return open_client(self.root, self.tracking_uri)

    @property
    def is_empty(self) -> bool:
        """Nothing was ever written: known without MLflow, whose import takes a second."""
        return self.tracking_uri is None and is_absent(self.root)

    def folder(self, author: str, digest: str) -> Path:
        """Where a version's files lie. It is not stored, so that the registry may be moved or mounted elsewhere."""
        return self.root / "versions" / author / digest[:16]

    def evaluation_file(self, author: str, digest: str) -> Path:
        """Beside the version's files, which stay as they were registered."""
        return self.root / "evaluations" / author / f"{digest[:16]}.json"

    @contextmanager
    def writing(self, author: str) -> Iterator[bool]:
        """The only writer. A champion's change that a kill interrupted is brought to its end first; true when that was
        a rollback."""
        _ = self.client  # creating the database takes the same lock
        with asking(self.root, self.tracking_uri), locked(self.root):
            yield self._finish_switch(author) == RETURNING

    def find(self, author: str, reference: int | str) -> Row | None:
        """What a number or an alias names."""
        if self.is_empty or not AUTHOR.fullmatch(author) or (isinstance(reference, int) and reference > BIGGEST):
            return None
        aliases = self.aliases(author)
        number = reference if isinstance(reference, int) else aliases.get(reference)
        return None if number is None else self._numbered(author, number, aliases)

    def of(self, author: str) -> list[Row]:
        """Oldest first."""
        if not AUTHOR.fullmatch(author):
            return []
        aliases = self.aliases(author)
        rows = (self._row(found, aliases) for found in self._versions(author))
        return sorted((row for row in rows if row), key=lambda row: row.number)

    def digests(self, author: str) -> set[str]:
        """Of the manifests of all that was registered, also of what has no files here."""
        return {found.tags[MANIFEST_TAG] for found in self._versions(author) if MANIFEST_TAG in found.tags}

    def without_files(self, author: str) -> list[int]:
        """Numbers of versions that were registered and whose folder is not here, oldest first."""
        if not AUTHOR.fullmatch(author):
            return []
        found = self._versions(author)
        return sorted(int(one.version) for one in found if MANIFEST_TAG in one.tags and not self._row(one, {}))

    def authors(self) -> list[str]:
        rows = (self._row(found, {}) for found in self._versions(None) if found.name.startswith(PREFIX))
        return sorted({row.author for row in rows if row})

    def aliases(self, author: str) -> dict[str, int]:
        """Also of versions that do not count. A champion's change that has begun is read as done."""
        found = self._stored_aliases(author)
        begun = next((found[alias] for alias in (SUCCESSOR, RETURNING) if alias in found), None)
        if begun is None or self._numbered(author, begun, {}) is None:
            return found
        if (champion := found.get(CHAMPION, begun)) != begun:
            found[PREVIOUS] = champion
        if found.get(CANDIDATE) == begun:
            del found[CANDIDATE]
        return {**found, CHAMPION: begun}

    def _stored_aliases(self, author: str) -> dict[str, int]:
        """As MLflow has them."""
        if self.is_empty:
            return {}
        if (contents := self._read(PREFIX + author)) is not None:
            return dict(contents.aliases.get(PREFIX + author, {}))
        with self._unless_absent():
            model = self.client.get_registered_model(PREFIX + author)
            return {alias: int(number) for alias, number in model.aliases.items()}
        return {}

    def create(self, author: str, digest: str) -> int:
        """One transaction writes the row and its tag. Its number."""
        from mlflow.exceptions import MlflowException

        try:
            self.client.create_registered_model(PREFIX + author)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        created = self.client.create_model_version(
            PREFIX + author,
            source=f"twin://{author}/{digest}",  # MLflow servers refuse paths
            tags={MANIFEST_TAG: digest},
            await_creation_for=0,
        )
        return int(created.version)

    def delete(self, row: Row) -> None:
        self.client.delete_model_version(PREFIX + row.author, str(row.number))

    def name(self, author: str, alias: str, number: int) -> None:
        self.client.set_registered_model_alias(PREFIX + author, alias, str(number))

    def unname(self, author: str, alias: str) -> None:
        self.client.delete_registered_model_alias(PREFIX + author, alias)

    def record_promotion(self, row: Row, *, forced: bool, reason: str) -> None:
        for tag, value in ((FORCED_TAG, str(forced)), (REASON_TAG, reason)):
            self.client.set_model_version_tag(PREFIX + row.author, str(row.number), tag, value)

    def record_taint(self, author: str, number: int, reason: str) -> None:
        self.client.set_model_version_tag(PREFIX + author, str(number), TAINTED_TAG, reason)

    def erase_author(self, author: str) -> None:
        with self._unless_absent():
            for alias in self.client.get_registered_model(PREFIX + author).aliases:
                self.unname(author, alias)
            self.client.delete_registered_model(PREFIX + author)
        erase_runs(self.client, author)
        if self.tracking_uri is None:
            forget_deleted_rows(self.root)

    def switch(self, row: Row, *, back: bool = False) -> None:
        """Make `row` champion, and the champion previous; `back`: by a rollback.

        The intention is written first. Killed at any moment, readers see all of the change or none, and the next writer
        ends what was begun.
        """
        self.name(row.author, RETURNING if back else SUCCESSOR, row.number)
        self._finish_switch(row.author)

    def _finish_switch(self, author: str) -> str:
        """The intention that was carried out; "" where there was none."""
        stored = self._stored_aliases(author)
        intention = next((alias for alias in (SUCCESSOR, RETURNING) if alias in stored), "")
        if not intention:
            return ""
        meant = self.aliases(author)
        if meant.get(CHAMPION) != stored[intention]:
            return ""  # its files are gone
        for alias in (PREVIOUS, CHAMPION):
            if alias in meant and stored.get(alias) != meant[alias]:
                self.name(author, alias, meant[alias])
        if CANDIDATE in stored and CANDIDATE not in meant:
            self.unname(author, CANDIDATE)
        self.unname(author, intention)
        return intention

    def _numbered(self, author: str, number: int, aliases: Mapping[str, int]) -> Row | None:
        if (contents := self._read(PREFIX + author)) is not None:
            return next((self._row(one, aliases) for one in contents.versions if one.version == number), None)
        with self._unless_absent():
            return self._row(self.client.get_model_version(PREFIX + author, str(number)), aliases)
        return None

    def _read(self, model: str | None) -> Contents | None:
        """Of the database here. None: MLflow is to be asked."""
        return None if self.tracking_uri is not None else read(self.root / DATABASE, model)

    def _versions(self, author: str | None) -> "Sequence[Stored | ModelVersion]":
        if self.is_empty:
            return []
        if (contents := self._read(author and PREFIX + author)) is not None:
            return contents.versions
        where = f"name = '{PREFIX}{author}'" if author else f"name LIKE '{PREFIX}%'"
        client = self.client
        with asking(self.root, self.tracking_uri):
            page = client.search_model_versions(where)
            found = list(page)
            while page.token:
                page = client.search_model_versions(where, page_token=page.token)
                found += page
        return found

    def _row(self, found: "Stored | ModelVersion", aliases: Mapping[str, int]) -> Row | None:
        author = found.name.removeprefix(PREFIX)
        digest = found.tags.get(MANIFEST_TAG)
        if digest is None or not self.folder(author, digest).is_dir():
            return None
        return Row(
            author=author,
            number=int(found.version),
            digest=digest,
            folder=self.folder(author, digest),
            aliases=tuple(alias for alias in ALIASES if aliases.get(alias) == int(found.version)),
            forced=found.tags.get(FORCED_TAG) == str(True),
            tainted=found.tags.get(TAINTED_TAG, ""),
        )

    @contextmanager
    def _unless_absent(self) -> Iterator[None]:
        """Leave the block where MLflow says that there is no such model, version or alias."""
        _ = self.client  # the first import of MLflow is its own
        from mlflow.exceptions import MlflowException

        with asking(self.root, self.tracking_uri):
            try:
                yield
            except MlflowException as error:
                if error.error_code not in ABSENT:
                    raise
