"""The model registry's port with its folders on disk and its aliases in memory. Passes the same contract suite."""

import re
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from model_registry.errors import CorruptModelError, IncompatibleModelError, ProtectedVersionError, UnknownModelError
from model_registry.evaluation import Evaluation, read_evaluation, write_evaluation
from model_registry.manifest import MANIFEST_FILE, AdapterManifest, digest_file, verify_folder
from model_registry.ports import CANDIDATE, CHAMPION, PREVIOUS, AdapterVersion, UnreadableVersion
from model_registry.promotion import refusals, refused, require_readable, require_untainted


@dataclass(frozen=True)
class _Stored:
    folder: Path
    digest: str  # of the manifest
    manifest: AdapterManifest

    def verify(self) -> None:
        verify_folder(self.folder)
        if digest_file(self.folder / MANIFEST_FILE).sha256 != self.digest:
            raise CorruptModelError(f"{self.folder / MANIFEST_FILE} was changed after it was registered.")

    @property
    def evaluation_file(self) -> Path:
        return self.folder.with_suffix(".json")

    def remove(self) -> None:
        shutil.rmtree(self.folder)
        self.evaluation_file.unlink(missing_ok=True)


class InMemoryRegistry:
    """ModelPublisher over dictionaries. It forgets its aliases with the process."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._stored: dict[str, dict[int, _Stored]] = {}
        self._aliases: dict[str, dict[str, int]] = {}
        self._tainted: dict[tuple[str, int | None], str] = {}
        self._forced: set[tuple[str, int]] = set()
        self._created: dict[str, int] = {}  # versions ever: numbers are not given again

    def authors(self) -> list[str]:
        return sorted(author for author, versions in self._stored.items() if versions)

    def versions(self, author: str) -> list[AdapterVersion]:
        return [self._version(author, number) for number in sorted(self._stored.get(author, {}))]

    def readable_versions(self, author: str) -> tuple[list[AdapterVersion], list[UnreadableVersion]]:
        return self.versions(author), []

    def resolve(self, author: str, reference: str = CHAMPION) -> AdapterVersion:
        numbered = re.fullmatch(r"v[1-9][0-9]*", reference)
        number = self._known(author, int(reference[1:])) if numbered else self._named(author, reference)
        require_untainted(author, number, self._tainted.get((author, number), ""))
        return self._version(author, number)

    def register(self, author: str, folder: Path) -> AdapterVersion:
        manifest = verify_folder(folder)
        if manifest.author != author:
            raise IncompatibleModelError(f"{folder} was trained on the posts of {manifest.author!r}, not {author!r}.")
        digest = digest_file(folder / MANIFEST_FILE).sha256
        versions = self._stored.setdefault(author, {})
        number = next((n for n, stored in versions.items() if stored.digest == digest), None)
        if number is None:
            number = self._created[author] = self._created.get(author, 0) + 1
            kept = shutil.copytree(folder, self._root / author / digest)
            versions[number] = _Stored(kept, digest, manifest)
        if CHAMPION not in self._version(author, number).aliases:
            self._aliases.setdefault(author, {})[CANDIDATE] = number
        return self._version(author, number)

    def record_evaluation(self, author: str, number: int, evaluation: Evaluation) -> AdapterVersion:
        stored = self._stored.get(author, {})[self._known(author, number)]
        stored.verify()
        write_evaluation(stored.evaluation_file, evaluation)
        return self._version(author, number)

    def promote(self, author: str, number: int, *, force: bool = False, reason: str = "") -> AdapterVersion:
        stored = self._stored.get(author, {})[self._known(author, number)]
        require_untainted(author, number, self._tainted.get((author, number), ""))
        stored.verify()
        champion = self._aliases.get(author, {}).get(CHAMPION)
        if champion != number:
            from training_pipeline.evaluation.judges import load_judges  # a server that promotes nothing has none

            candidate = self._version(author, number)
            require_readable(candidate)
            reasons = refusals(candidate, self._version(author, champion) if champion else None, load_judges())
            if reasons and not force:
                raise refused(author, number, reasons)
            if reasons:
                self._forced.add((author, number))
            else:
                self._forced.discard((author, number))
            self._switch(author, number)
        return self._version(author, number)

    def rollback(self, author: str) -> AdapterVersion:
        number = self._named(author, PREVIOUS)
        self._stored[author][number].verify()
        self._switch(author, number)
        return self._version(author, number)

    def delete(self, author: str, number: int) -> None:
        aliases = self._version(author, self._known(author, number)).aliases
        if aliases:
            raise ProtectedVersionError(f"v{number} of {author!r} is its {' and '.join(aliases)} and stays.")
        self._stored[author].pop(number).remove()

    def taint(self, author: str, numbers: Collection[int], reason: str) -> None:
        for number in numbers:
            self._tainted[(author, self._known(author, number))] = reason
        named = self._aliases.get(author, {})
        previous = named.get(PREVIOUS)
        if (author, named.get(CHAMPION)) in self._tainted and previous and (author, previous) not in self._tainted:
            self._switch(author, previous)
        untainted = {a: n for a, n in self._aliases.get(author, {}).items() if (author, n) not in self._tainted}
        self._aliases[author] = untainted

    def erase_author(self, author: str) -> None:
        for stored in self._stored.pop(author, {}).values():
            stored.remove()
        self._aliases.pop(author, None)
        self._created.pop(author, None)

    def log_run(self, author: str, parameters: dict[str, str], curve: Sequence[tuple[int, str, float]]) -> None:
        return None

    def _switch(self, author: str, number: int) -> None:
        before = self._aliases[author]
        kept = {alias: n for alias, n in before.items() if n != number and alias not in (CHAMPION, PREVIOUS)}
        previous = {PREVIOUS: before[CHAMPION]} if CHAMPION in before else {}
        self._aliases[author] = {**kept, **previous, CHAMPION: number}

    def _version(self, author: str, number: int) -> AdapterVersion:
        stored = self._stored[author][number]
        aliases = tuple(sorted(alias for alias, n in self._aliases.get(author, {}).items() if n == number))
        forced = (author, number) in self._forced
        tainted = self._tainted.get((author, number), "")
        evaluation, unreadable = None, ""
        try:
            evaluation = read_evaluation(stored.evaluation_file, f"{author} v{number}")
        except CorruptModelError as error:
            unreadable = str(error)
        return AdapterVersion(
            author, number, stored.folder, stored.manifest, aliases, forced, tainted, evaluation, unreadable
        )

    def _known(self, author: str, number: int) -> int:
        if number not in self._stored.get(author, {}):
            raise self._unknown(author, f"v{number}")
        return number

    def _named(self, author: str, alias: str) -> int:
        number = self._aliases.get(author, {}).get(alias)
        if number is None:
            raise self._unknown(author, f"{alias} version")
        return number

    def _unknown(self, author: str, wanted: str) -> UnknownModelError:
        if author not in self.authors():
            others = ", ".join(self.authors()) or "none"
            return UnknownModelError(f"{author!r} has no version. Authors with one: {others}. Run: twin train {author}")
        versions = ", ".join(f"v{n}" for n in sorted(self._stored[author]))
        aliases = ", ".join(f"{alias} → v{n}" for alias, n in self._aliases.get(author, {}).items()) or "none"
        return UnknownModelError(
            f"{author!r} has no {wanted}; it has {versions}; aliases: {aliases}. Run: twin train {author}"
        )
