"""Small places of sources, as what they hold: to be changed, and opened."""

import io
import json
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fakes.apis import FakeApi
from fakes.fetching import FakeFetcher
from feature_pipeline.fetching import Fetched

TEXT = "The fog came in at six, and the *ferry* went out at seven, as it [does](https://maud.example/x).\n"


@dataclass(frozen=True)
class Seed:
    kind: str
    files: dict[str, bytes]  # by name in the folder; of what is on the web, by address
    place: str = ""  # what is named: a file of the folder ("" for all of it), or an address
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def is_on_the_web(self) -> bool:
        return any(name.startswith("https:") for name in self.files)

    def location(self, files: dict[str, bytes], folder: Path) -> tuple[str, FakeFetcher]:
        """Where `files`, changed, lie: to be opened."""
        if self.is_on_the_web:
            pages = {url: Fetched(url, "", "", {}, body) for url, body in files.items()}
            return self.place, FakeFetcher(dict(pages))
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return str(folder / self.place), FakeFetcher()


def built(kind: str, build: Callable[[Path], object], place: str = "", **options: Any) -> Seed:
    """Of what `build` writes into a folder; an archive alone in it is unpacked."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build(folder)
        files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    if len(files) == 1 and not place:
        (data,) = files.values()
        if data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                files = {member: packed.read(member) for member in packed.namelist()}
    return Seed(kind, files, place, options)


def texts(kind: str, files: dict[str, Any], place: str = "", **options: Any) -> Seed:
    def data_of(value: Any) -> bytes:
        return value if isinstance(value, bytes) else (value if isinstance(value, str) else json.dumps(value)).encode()

    return Seed(kind, {name: data_of(value) for name, value in files.items()}, place, options)


def of_api(kind: str, fake: FakeApi, base_url: str, address: str) -> Seed:
    pages = fake.fetcher(base_url).pages
    return Seed(kind, {url: page.body for url, page in pages.items() if isinstance(page, Fetched)}, address)


def of_pages(kind: str, pages: dict[str, Any], address: str, **options: Any) -> Seed:
    bodies = {url: page.body if isinstance(page, Fetched) else page for url, page in pages.items()}
    return texts(kind, bodies, address, **options)


def tarred(seed: Seed) -> Seed:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as packed:
        for name, content in seed.files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            packed.addfile(info, io.BytesIO(content))
    return Seed(seed.kind, {"all.tar": data.getvalue()}, "all.tar", seed.options)


def zipped(seed: Seed) -> Seed:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in seed.files.items():
            packed.writestr(name, content)
    return Seed(seed.kind, {"all.zip": data.getvalue()}, "all.zip", seed.options)
