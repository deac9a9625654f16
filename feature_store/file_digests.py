"""sha256 of large files, each read once: what is kept goes by the file itself, its size and the times of its changes.

What is made once and cached (unpacked models, merged ones, graphs) is sealed with the digests of its files, and looked
at before it is used: weights that a disk has damaged write nonsense, or end the process that reads them.
"""

import hashlib
import json
import re
import shutil
from contextlib import suppress
from pathlib import Path

from configs.files import write_whole
from feature_store.records import digest_of

LARGE = 1 << 20  # bytes; a smaller file is read as fast as what is kept of it
KEPT = re.compile(r"([0-9a-f]{64}) ([0-9a-f]{8})")  # a sha256, and what shows that it is as it was written
SEAL = "digests.json"


def kept_sha256(path: Path, cache_dir: Path) -> str:
    """In hexadecimal. What is kept lies in `cache_dir`, where there is room for it."""
    status = path.stat()
    if status.st_size < LARGE:
        return _sha256(path)
    of_file = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    kept = cache_dir / "fingerprints" / digest_of(*of_file)[:24]
    with suppress(FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        found = KEPT.fullmatch(kept.read_text(encoding="utf-8"))
        if found and found[2] == digest_of(found[1])[:8]:
            return found[1]
    sha256 = _sha256(path)
    with suppress(OSError):
        write_whole(kept, f"{sha256} {digest_of(sha256)[:8]}")
    return sha256


def seal(path: Path, cache_dir: Path) -> None:
    """Note the digest of a file beside it, or in a folder those of all its files."""
    files = [file for file in sorted(path.rglob("*")) if file.is_file()] if path.is_dir() else [path]
    digests = {file.relative_to(path).as_posix(): kept_sha256(file, cache_dir) for file in files}
    write_whole(_seal(path), json.dumps(digests, indent=1))


def is_whole(path: Path, cache_dir: Path) -> bool:
    """Whether a file, or every file of a folder, is what was sealed: not one that is not there, or was never sealed."""
    try:
        digests: dict[str, str] = json.loads(_seal(path).read_bytes())
        return bool(digests) and all(kept_sha256(path / name, cache_dir) == digests[name] for name in digests)
    except (FileNotFoundError, NotADirectoryError, ValueError, TypeError):
        return False


def remove_sealed(path: Path) -> None:
    """A file or a folder, with its seal."""
    seal_file = _seal(path)
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    seal_file.unlink(missing_ok=True)


def _seal(path: Path) -> Path:
    return path / SEAL if path.is_dir() else path.with_name(f"{path.name}.{SEAL}")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
