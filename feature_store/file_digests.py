"""sha256 of large files, each read once: what is kept goes by the path, the size and the time of the last change."""

import hashlib
from pathlib import Path

from configs.files import write_whole
from feature_store.records import digest_of

LARGE = 1 << 20  # bytes; a smaller file is read as fast as what is kept of it


def kept_sha256(path: Path, cache_dir: Path) -> str:
    """In hexadecimal. What is kept lies in `cache_dir`."""
    status = path.stat()
    if status.st_size < LARGE:
        return _sha256(path)
    kept = cache_dir / "fingerprints" / digest_of(str(path.resolve()), status.st_size, status.st_mtime_ns)[:24]
    try:
        return kept.read_text(encoding="utf-8")
    except FileNotFoundError:
        write_whole(kept, found := _sha256(path))
        return found


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
