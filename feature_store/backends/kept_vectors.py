"""Vectors made so far: an embedding that was killed goes on from here. They hold no text, and go with the next commit.

folder/<encoder>/<random>.npz    digests of texts (32 hexadecimal digits each), what was made of each, and its length
"""

import secrets
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

from configs.files import replacing


def keep(folder: Path, encoder: str, vectors: Mapping[str, bytes]) -> None:
    import numpy as np

    target = folder / encoder[:16] / f"{secrets.token_hex(8)}.npz"
    with replacing(target) as staging, staging.open("wb") as file:
        made = np.frombuffer(b"".join(vectors.values()), dtype=np.uint8)
        np.savez(file, ids=np.array([*vectors], dtype="U32"), sizes=[*map(len, vectors.values())], made=made)


def read(folder: Path, encoder: str) -> dict[str, bytes]:
    """A file that cannot be read is deleted: its vectors are made again."""
    import numpy as np

    found: dict[str, bytes] = {}
    for path in sorted((folder / encoder[:16]).glob("*.npz")):
        try:
            with np.load(path, allow_pickle=False) as stored:
                parts = np.split(stored["made"], np.cumsum(stored["sizes"])[:-1])
                found.update(zip(stored["ids"].tolist(), (part.tobytes() for part in parts), strict=True))
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            path.unlink(missing_ok=True)
    return found


def clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=not folder.exists())
