"""What the embedded index's folders hold, and the copies that readers open of them."""

import hashlib
import json
import os
import shutil
import tempfile
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from configs.data_format import FIELD, require_known
from configs.files import is_running, private_folder
from configs.full_disk import naming_full_disk
from feature_store.backends.local_disk import allocated_bytes, copy_folder, data_of, require_free_space
from feature_store.errors import StoreCorruptError

if TYPE_CHECKING:
    from qdrant_edge import EdgeShard, FieldCondition, Filter

SHARD = "shard"
MANIFEST = "published.json"
COPIES = ".copies"
DIGEST = "digest"  # in the manifest: of the rest of it, and of the shard
PAGE = bytes(4096)


class Reader:
    """A private copy of a published folder, open. The copy goes with `close`, or with the process."""

    def __init__(self, home: Path, number: int, copies: Path) -> None:
        self.number = number
        self._folder = folder = home / f"F{number}"
        self._identity = _identity(folder)
        self.versions = published_in(home, number)
        self.languages = _languages_in(folder)
        self._visible: dict[int, Filter | None] = {}
        remove_copies_of_the_dead(copies)
        copy = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=private_folder(copies)))
        try:
            with naming_full_disk(copy):
                require_free_space(copy, 2 * allocated_bytes(folder))
                copy_folder(folder / SHARD, copy)
            require_whole(folder, copy)
            self.shard = load(copy, folder)
            self._require_one_author()
        except BaseException:
            shutil.rmtree(copy, ignore_errors=True)
            raise
        self.close = weakref.finalize(self, _dispose, self.shard, copy)

    def visible(self, version: int) -> "Filter | None":
        """Which points F_version holds; None when all do, as is usual: conditions take half of a search."""
        if version not in self._visible:
            self._visible[version] = self._conditions(version)
        return self._visible[version]

    def _conditions(self, version: int) -> "Filter | None":
        from qdrant_edge import FieldCondition, Filter, RangeFloat

        lives = (
            FieldCondition("valid_from", range=RangeFloat(lte=version)),
            FieldCondition("valid_to", range=RangeFloat(gt=version)),
        )
        telling = [condition for condition in lives if not self._holds_for_all(condition)]
        return Filter(must=[*telling]) if telling else None

    def _require_one_author(self) -> None:
        """A folder is of one author, so no search need ask for it: looked at once, for every point."""
        from qdrant_edge import FieldCondition, MatchValue

        author = self._folder.parent.name
        if not self._holds_for_all(FieldCondition("author", match=MatchValue(author))):
            raise corrupt(self._folder, f"it holds points that are not of {author}")

    def _holds_for_all(self, condition: "FieldCondition") -> bool:
        from qdrant_edge import CountRequest, Filter

        every, these = CountRequest(exact=True), CountRequest(exact=True, filter=Filter(must=[condition]))
        return self.shard.count(these) == self.shard.count(every)

    @property
    def is_current(self) -> bool:
        """False once its folder was removed, or after an erasure published again under the same number."""
        return _identity(self._folder) == self._identity


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        found = folder.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_ctime_ns


def remove_copies_of_the_dead(copies: Path) -> None:
    """What processes that were killed left behind: it holds text that may have been erased since."""
    for copy in copies.glob("*-*"):
        process = copy.name.partition("-")[0]
        if process.isdigit() and int(process) != os.getpid() and not is_running(int(process)):
            shutil.rmtree(copy, ignore_errors=True)  # another process may be at it too


def _dispose(shard: "EdgeShard", copy: Path) -> None:
    shard.close()
    shutil.rmtree(copy, ignore_errors=True)


def numbers(home: Path) -> list[int]:
    """n of the published folders F_n, ascending."""
    return sorted(int(path.name[1:]) for path in home.glob("F*") if path.name[1:].isdigit())


def newest_of(home: Path) -> int:
    return max(numbers(home), default=0)


def published_in(home: Path, newest: int) -> list[int]:
    """Every version that can be searched in folder F_newest, oldest first."""
    if not newest:
        return []
    folder = home / f"F{newest}"
    try:
        return [int(number) for number in _manifest(folder)["versions"]]
    except (ValueError, KeyError, TypeError) as error:
        raise corrupt(folder, f"{MANIFEST}: {error}") from error


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = dict(json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
        require_known(folder / MANIFEST, manifest.get(FIELD))
        return manifest
    except (ValueError, TypeError) as error:
        raise corrupt(folder, f"{MANIFEST}: {error}") from error


def _languages_in(folder: Path) -> list[str]:
    """Of the chunks, the commonest first."""
    try:
        return [str(language) for language in _manifest(folder)["languages"]]
    except (ValueError, KeyError, TypeError) as error:
        raise corrupt(folder, f"{MANIFEST}: {error}") from error


def require_whole(folder: Path, shard: Path) -> None:
    """Raises StoreCorruptError when `shard`, that of the published `folder` or a copy of it, is not what was written.
    What an earlier release published carries no digest, and passes."""
    manifest = _manifest(folder)
    written = manifest.pop(DIGEST, None)
    if written is not None and digest_of_folder(shard, manifest) != written:
        raise corrupt(folder, "its files were changed after they were written")


def digest_of_folder(shard: Path, manifest: Mapping[str, Any]) -> str:
    """sha256 of `manifest` and of every file. Pages of zeros are left out, as the files are mostly holes: 120 MB of
    them hold some hundred posts."""
    sha = hashlib.sha256(json.dumps(manifest, sort_keys=True).encode())
    for path in sorted(path for path in shard.rglob("*") if path.is_file()):
        sha.update(f"\n{path.relative_to(shard).as_posix()} {path.stat().st_size}\n".encode())
        for start, block in data_of(path):
            for at in range(0, len(block), len(PAGE)):
                page = block[at : at + len(PAGE)]
                if page != PAGE[: len(page)]:
                    sha.update(f"{start + at} ".encode())
                    sha.update(page)
    return sha.hexdigest()


def corrupt(folder: Path, reason: object) -> StoreCorruptError:
    return StoreCorruptError(f"{folder} cannot be used: {reason}. It can be made again. Run: twin doctor --repair")


def load(shard: Path, published: Path) -> "EdgeShard":
    """Open a copy of the shard of folder `published`."""
    from qdrant_edge import EdgeShard

    try:
        return EdgeShard.load(str(shard))
    except Exception as error:  # the engine raises nothing more exact
        raise corrupt(published, error) from error
