"""The model registry on MLflow, with the guarantees that MLflow lacks.

MLflow registers half-written models as ready and lets a champion be deleted. So the files come first: a version is
copied, verified and renamed to `versions/<author>/<sha256 of its manifest>`, and only then registered with MLflow.
Later evaluations lie in `evaluations/`, one file per version. Serving needs no figures, so a version whose evaluation
cannot be read is still listed, resolved and rolled back to; it says so, and is not promoted.
"""

import re
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from configs.files import new_folder, set_aside
from model_registry.backends import mlflow_runs
from model_registry.backends.mlflow_rows import ALIASES, AUTHOR, MlflowRows, Row
from model_registry.errors import CorruptModelError, IncompatibleModelError, ProtectedVersionError, UnknownModelError
from model_registry.evaluation import Evaluation, read_evaluation, write_evaluation
from model_registry.judges import Judges
from model_registry.manifest import MANIFEST_FILE, AdapterManifest, digest_file, read_manifest, verify_folder
from model_registry.ports import CANDIDATE, CHAMPION, PREVIOUS, AdapterVersion, UnreadableVersion
from model_registry.promotion import refusals, refused, require_readable, require_untainted

NUMBER = re.compile(r"v([1-9][0-9]{0,9})")
PARTIAL = ".partial-"


class MlflowRegistry:
    """ModelPublisher over MLflow: SQLite and files below `root`, or files below `root` and a tracking server.

    Machines that share a server share `root` too. Readers never wait; writers take turns, over all processes.
    Every method may raise RegistryUnreachableError.
    """

    def __init__(self, root: Path, tracking_uri: str | None = None, *, judges: Callable[[], Judges]) -> None:
        """`judges` are asked for when a version is to be promoted, not before."""
        self._root = root.resolve()
        self._judges = judges
        self._rows = MlflowRows(self._root, tracking_uri)
        self._manifests: dict[str, AdapterManifest] = {}  # by sha256: they never change

    def authors(self) -> list[str]:
        return self._rows.authors()

    def versions(self, author: str) -> list[AdapterVersion]:
        return [self._version(row) for row in self._rows.of(author)]

    def readable_versions(self, author: str) -> tuple[list[AdapterVersion], list[UnreadableVersion]]:
        readable, unreadable = [], []
        for row in self._rows.of(author):
            try:
                readable.append(self._version(row))
            except CorruptModelError as error:
                unreadable.append(UnreadableVersion(row.number, row.folder, str(error), row.tainted))
        return readable, unreadable

    def resolve(self, author: str, reference: str = CHAMPION) -> AdapterVersion:
        number = NUMBER.fullmatch(reference)
        if number is None and reference not in ALIASES:
            raise self._unknown(author, repr(reference))
        row = self._find(author, int(number[1]) if number else reference)
        require_untainted(author, row.number, row.tainted)
        return self._version(row)

    def register(self, author: str, folder: Path) -> AdapterVersion:
        manifest = verify_folder(folder)
        if manifest.author != author:
            raise IncompatibleModelError(
                f"{folder} was trained on the posts of {manifest.author!r}: it cannot be a version of {author!r}."
            )
        digest = digest_file(folder / MANIFEST_FILE).sha256
        with self._writing(author):
            self._keep(folder, self._rows.folder(author, digest))
            known = [row.number for row in self._rows.of(author) if row.digest == digest]
            number = known[0] if known else self._rows.create(author, digest)
            if CHAMPION not in self._find(author, number).aliases:
                self._rows.name(author, CANDIDATE, number)
            return self._version(self._find(author, number))

    def record_evaluation(self, author: str, number: int, evaluation: Evaluation) -> AdapterVersion:
        with self._writing(author):
            row = self._find(author, number)
            self._verify(row)
            mlflow_runs.log_evaluation(self._rows.client, author, number, evaluation)
            write_evaluation(self._rows.evaluation_file(author, row.digest), evaluation)
            return self._version(row)

    def promote(self, author: str, number: int, *, force: bool = False, reason: str = "") -> AdapterVersion:
        with self._writing(author):
            row = self._find(author, number)
            require_untainted(author, number, row.tainted)
            candidate = self._verify(row)
            if CHAMPION not in row.aliases:
                require_readable(candidate)
                reasons = self._refusals(candidate)
                if reasons and not force:
                    raise refused(author, number, reasons)
                self._rows.record_promotion(row, forced=bool(reasons), reason=reason)
                self._rows.switch(row)
            return self._version(self._find(author, number))

    def rollback(self, author: str) -> AdapterVersion:
        with self._writing(author) as was_rolling_back:
            if was_rolling_back:  # a kill came between; repeated, it would go forth again
                return self._version(self._find(author, CHAMPION))
            row = self._find(author, PREVIOUS)
            self._verify(row)
            self._rows.switch(row, back=True)
            return self._version(self._find(author, row.number))

    def delete(self, author: str, number: int) -> None:
        with self._writing(author):
            row = self._find(author, number)
            if row.aliases:
                raise ProtectedVersionError(
                    f"v{number} of {author!r} is its {' and '.join(row.aliases)} and stays. Delete it after another "
                    "version has taken that place."
                )
            self._rows.evaluation_file(author, row.digest).unlink(missing_ok=True)
            doomed = set_aside(row.folder, prefix=PARTIAL)  # from here on the version is invisible
            self._rows.delete(row)
            shutil.rmtree(doomed)

    def taint(self, author: str, numbers: Collection[int], reason: str) -> None:
        with self._writing(author):
            for number in numbers:
                self._rows.record_taint(author, self._find(author, number).number, reason)
            aliases = self._rows.aliases(author)
            tainted = {row.number for row in self._rows.of(author) if row.tainted}
            if aliases.get(CHAMPION) in tainted and aliases.get(PREVIOUS, 0) not in (0, *tainted):
                self._rows.switch(self._find(author, PREVIOUS))
            for alias, number in self._rows.aliases(author).items():
                if number in tainted:
                    self._rows.unname(author, alias)

    def erase_author(self, author: str) -> None:
        if not AUTHOR.fullmatch(author):
            return  # what cannot be an author must not name a folder to remove
        with self._writing(author):
            self._rows.erase_author(author)
            for kind in ("versions", "evaluations"):
                if (folder := self._root / kind / author).exists():
                    shutil.rmtree(folder)

    def log_run(self, author: str, parameters: dict[str, str], curve: Sequence[tuple[int, str, float]]) -> None:
        with self._writing(author):
            mlflow_runs.log_run(self._rows.client, author, parameters, curve)

    @contextmanager
    def _writing(self, author: str) -> Iterator[bool]:
        with self._rows.writing(author) as was_rolling_back:
            if AUTHOR.fullmatch(author):  # anything else must not name a folder to clean
                for leftover in (self._root / "versions" / author).glob(f"{PARTIAL}*"):
                    shutil.rmtree(leftover)
                for half_written in (self._root / "evaluations" / author).glob(".*"):
                    half_written.unlink()
            yield was_rolling_back

    def _find(self, author: str, reference: int | str) -> Row:
        row = self._rows.find(author, reference)
        if row is None:
            raise self._unknown(author, f"v{reference}" if isinstance(reference, int) else f"{reference} version")
        return row

    def _unknown(self, author: str, wanted: str) -> UnknownModelError:
        rows = self._rows.of(author)
        if rows:
            versions = ", ".join(f"v{row.number}" for row in rows)
            aliases = ", ".join(f"{alias} → v{row.number}" for row in rows for alias in row.aliases) or "none"
            known = f"author {author!r} has no {wanted}; it has {versions}; aliases: {aliases}."
        else:
            others = ", ".join(self.authors()) or "none"
            known = f"author {author!r} has no version. Authors with one: {others}."
        if missing := ", ".join(f"v{number}" for number in self._rows.without_files(author)):
            known += (
                f" The files of {missing} are not in {self._root / 'versions' / author}: restore them to have it, or "
                "go on with what is whole: twin doctor --repair."
            )
        return UnknownModelError(f"{known} Train one: twin train {author}")

    def _keep(self, source: Path, target: Path) -> None:
        """A verified copy of `source` as `target`. One that is there stays, unless it is corrupt."""
        try:
            verify_folder(target)
        except CorruptModelError:
            with new_folder(target, prefix=PARTIAL) as staging:
                shutil.copytree(source, staging, dirs_exist_ok=True)
                verify_folder(staging)

    def _refusals(self, candidate: AdapterVersion) -> list[str]:
        row, judges = self._rows.find(candidate.author, CHAMPION), self._judges()
        try:
            return refusals(candidate, self._version(row) if row else None, judges)
        except CorruptModelError as error:
            return [*refusals(candidate, None, judges), f"the champion cannot be compared with: {error}"]

    def _verify(self, row: Row) -> AdapterVersion:
        """Hash every file, the manifest too. Raises CorruptModelError."""
        verify_folder(row.folder)
        self._manifests.pop(row.digest, None)
        return self._version(row)

    def _manifest(self, row: Row) -> AdapterManifest:
        if row.digest not in self._manifests:
            manifest = read_manifest(row.folder)
            if digest_file(row.folder / MANIFEST_FILE).sha256 != row.digest:
                raise CorruptModelError(
                    f"{row.folder / MANIFEST_FILE} was changed after it was registered. Restore it, or remove "
                    f"{row.folder} and train again."
                )
            self._manifests[row.digest] = manifest
        return self._manifests[row.digest]

    def _version(self, row: Row) -> AdapterVersion:
        evaluation, unreadable = None, ""
        try:
            path = self._rows.evaluation_file(row.author, row.digest)
            evaluation = read_evaluation(path, f"{row.author} v{row.number}")
        except CorruptModelError as error:
            unreadable = str(error)
        return AdapterVersion(
            author=row.author,
            number=row.number,
            folder=row.folder,
            manifest=self._manifest(row),
            aliases=row.aliases,
            forced=row.forced,
            tainted=row.tainted,
            evaluation=evaluation,
            unreadable=unreadable,
        )
