"""JSON files with their own sha256 as the last field, so that a corrupted byte is not read as a figure."""

import hashlib
from pathlib import Path

from configs.files import write_whole

FIELD = b',\n  "sha256": "'


def write_sealed(path: Path, body: str) -> None:
    """Write `body`, an indented JSON object, to `path`, atomically."""
    write_whole(path, _sealed(body.encode()))


def read_sealed(path: Path) -> bytes:
    """The JSON object without its seal. A file without a seal is returned as it is, as early manifests have none; the
    caller must refuse unknown fields, of which a damaged seal is one.

    Raises ValueError when a byte was changed since it was written; OSError.
    """
    data = path.read_bytes()
    head, seal, _ = data.rpartition(FIELD)
    if not seal:
        return data
    body = head + b"\n}"
    if _sealed(body) != data:
        raise ValueError("it was changed after it was written")
    return body


def _sealed(body: bytes) -> bytes:
    return body.removesuffix(b"\n}") + FIELD + hashlib.sha256(body).hexdigest().encode() + b'"\n}\n'
