"""JSON files that carry their own sha256 as their last field, so that no flipped byte in them passes for a figure."""

import hashlib
from pathlib import Path

from configs.files import write_whole

FIELD = b',\n  "sha256": "'


def write_sealed(path: Path, body: str) -> None:
    """Put `body`, an indented JSON object, in place of what is at `path`: whole or not at all."""
    write_whole(path, _sealed(body.encode()))


def read_sealed(path: Path) -> bytes:
    """The JSON object without its seal. One that was never sealed is returned as it is: manifests were not, once; who
    reads it must refuse unknown fields, of which a damaged seal is one.

    Raises ValueError when a byte was changed since; OSError.
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
