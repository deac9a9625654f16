"""Files that people drop into the page, kept below one folder under names that are harmless there.

An upload is a folder of the files that were dropped at once. Each file is streamed beside its place and renamed into
it; nothing that a client says names anything outside its upload.
"""

import hashlib
import re
import secrets
import shutil
import tempfile
import time
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from configs.files import private_folder
from inference_pipeline.errors import UploadRefusedError

ID = re.compile(r"[0-9a-f]{24}")
MEGABYTE = 1_000_000
LONGEST_NAME = 200  # bytes of one part of a path; file systems take 255
DEEPEST = 30  # folders within one another
UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"|?*]')
FORGOTTEN_AFTER = 86_400.0  # seconds after which what was never collected is removed


@dataclass(frozen=True, slots=True)
class Uploaded:
    upload: str
    path: str  # in the upload, as it is called there
    bytes: int


class Uploads:
    def __init__(self, folder: Path, *, max_mb: float, max_files: int, min_free_mb: float) -> None:
        self.folder = folder
        self._max_bytes = round(max_mb * MEGABYTE)
        self._max_files = max_files
        self._min_free = min_free_mb * MEGABYTE
        self._sizes: dict[str, tuple[int, int]] = {}  # bytes and files of uploads: counting them is slow

    async def receive(self, upload: str, path: str, body: AsyncIterator[bytes]) -> Uploaded:
        """Add a file to an upload, or begin one when `upload` is "". Raises UploadRefusedError, and nothing is kept."""
        name, root = safe_path(path), self._root(upload)
        there, files = self._sizes.get(root.name) or _size_of(root)
        if files >= self._max_files:
            raise UploadRefusedError(
                f"more than {self._max_files} files cannot be dropped at once. Put them into one .zip, or start the "
                f"server with --set jobs.max_upload_files={2 * self._max_files}.",
                too_large=True,
            )
        target = root.joinpath(*name.split("/"))
        size = 0
        with tempfile.NamedTemporaryFile(dir=private_folder(self.folder), prefix=".part-", delete=False) as file:
            part = Path(file.name)
            try:
                async for piece in body:
                    size += len(piece)
                    self._require_room(there + size)
                    file.write(piece)
                file.flush()
                if target.is_dir() or any(parent.is_file() for parent in target.parents):
                    raise UploadRefusedError(f"{name!r} is the name of a file and of a folder in this upload.")
                private_folder(target.parent)
                part.replace(target)
                there, files = self._sizes.get(root.name, (there, files))  # others may have come meanwhile
                self._sizes[root.name] = (there + size, files + 1)
            finally:
                part.unlink(missing_ok=True)
        return Uploaded(root.name, name, size)

    def place(self, upload: str) -> Path:
        """What is to be collected: the one file or folder that was dropped, or the folder of all. Raises
        UploadRefusedError."""
        root = self._root(upload)
        dropped = sorted(root.iterdir()) if upload and root.is_dir() else []
        if not dropped:
            raise UploadRefusedError(f"there is no upload {upload!r}. Drop the files again.")
        return dropped[0] if len(dropped) == 1 else root

    def remove_holding(self, place: str) -> bool:
        """Remove the upload in which a place lies. False when it lies in none."""
        path = Path(place)
        if self.folder not in path.parents:
            return False
        root = self.folder / path.relative_to(self.folder).parts[0]
        shutil.rmtree(root, ignore_errors=not root.exists())
        return True

    def remove_unused(self, places: set[str]) -> None:
        """Remove what was dropped some time ago and is none of the `places` that are collected."""
        used = {Path(place).relative_to(self.folder).parts[0] for place in places if self.folder in Path(place).parents}
        for root in self.folder.iterdir() if self.folder.is_dir() else ():
            if root.name not in used and time.time() - root.stat().st_mtime > FORGOTTEN_AFTER:
                shutil.rmtree(root) if root.is_dir() else root.unlink()

    def _root(self, upload: str) -> Path:
        if upload and not ID.fullmatch(upload):
            raise UploadRefusedError(f"there is no upload {upload!r}. Leave it out to begin one.")
        return self.folder / (upload or secrets.token_hex(12))

    def _require_room(self, size: int) -> None:
        if size > self._max_bytes:
            raise UploadRefusedError(
                f"what is dropped at once may have {self._max_bytes // MEGABYTE} MB. Start the server with --set "
                f"jobs.max_upload_mb={2 * self._max_bytes // MEGABYTE}, or collect it there: twin collect PLACE.",
                too_large=True,
            )
        if shutil.disk_usage(self.folder).free < self._min_free:
            raise UploadRefusedError("the disk is nearly full. Free some space and drop it again.", too_large=True)


def safe_path(path: str) -> str:
    """A relative path, its parts separated by "/", that stays within the folder it is joined to on any file system.

    A part that had to be changed ends in a digest of what it was, so that two files stay two. Raises
    UploadRefusedError for a path that has no name, or climbs.
    """
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
    if not parts or ".." in parts or len(parts) > DEEPEST:
        raise UploadRefusedError(f"{path[:100]!r} cannot be the name of a file here. Rename it and drop it again.")
    return "/".join(_safe(part) for part in parts)


def _safe(part: str) -> str:
    whole = part.encode("utf-8", "surrogatepass")
    visible = "".join(c if unicodedata.category(c) not in ("Cc", "Cs", "Cf") else "_" for c in part)
    safe = UNSAFE.sub("_", visible).rstrip(". ")
    stem, dot, ending = safe.rpartition(".")
    ending = f".{ending}" if dot and stem and len(ending) <= 10 else ""
    stem = safe.removesuffix(ending)
    if safe == part and len(whole) <= LONGEST_NAME:
        return part
    digest = hashlib.sha256(whole).hexdigest()[:8]
    return f"{stem.encode()[: LONGEST_NAME - 20].decode(errors='ignore')}-{digest}{ending}"


def _size_of(root: Path) -> tuple[int, int]:
    """Bytes and files."""
    sizes = [path.stat().st_size for path in root.rglob("*") if path.is_file()]
    return sum(sizes), len(sizes)
