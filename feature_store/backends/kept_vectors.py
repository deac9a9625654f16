"""Vectors made so far: an embedding that was killed goes on from here. They hold no text, and go with the next commit.

folder/<encoder>/<random>.npz    ids (32 hexadecimal digits each) and float32 vectors, a row each
"""

import secrets
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

from configs.files import replacing
from feature_store.records import Vector


def keep(folder: Path, encoder: str, vectors: Mapping[str, Vector]) -> None:
    import numpy as np

    target = folder / encoder[:16] / f"{secrets.token_hex(8)}.npz"
    with replacing(target) as staging, staging.open("wb") as file:
        np.savez(file, ids=np.array([*vectors], dtype="U32"), vectors=np.array([*vectors.values()], dtype=np.float32))


def read(folder: Path, encoder: str) -> dict[str, Vector]:
    """A file that cannot be read is deleted: its vectors are made again."""
    import numpy as np

    found: dict[str, Vector] = {}
    for path in sorted((folder / encoder[:16]).glob("*.npz")):
        try:
            with np.load(path, allow_pickle=False) as stored:
                found.update(zip(stored["ids"].tolist(), map(tuple, stored["vectors"].tolist()), strict=True))
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            path.unlink(missing_ok=True)
    return found


def clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=not folder.exists())
