"""Check whether this machine can run a twin, and say what to do where it cannot."""

import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from configs.errors import TwinError
from configs.settings import Settings
from feature_store.encoder_files import AUTO, FOR_ENGLISH, FOR_OTHERS
from feature_store.errors import UnknownEncoderError
from twin import wiring
from twin.jobs import capacity
from twin.jobs.capacity import GB
from twin.jobs.serve import require_free_port
from twin.jobs.train import require_servable
from twin.wording import counted

# Unpacked base, one merged model and the checkpoints of a run of the default model, in MB.
WORKING_SPACE_MB = 2000


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    ok: bool
    found: str
    way_out: str = ""


def check_all(settings: Settings) -> Iterator[Check]:
    yield Check("python", True, f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    yield _packages()
    yield _torch(settings)
    yield _asked("base model", lambda: _base_model(settings))
    yield _asked("encoder", lambda: _encoder(settings))
    yield _data_folder(settings.data_dir)
    yield _disk(settings)
    yield _asked("port", lambda: _port(settings))
    yield _asked("engine", lambda: _engine(settings))
    yield _asked("search index", lambda: _index(settings))
    yield _asked("model registry", lambda: _registry(settings))
    yield from _base_models_that_fit()


def _asked(name: str, question: Callable[[], str]) -> Check:
    """A check whose own error says what is wrong and the way out."""
    try:
        return Check(name, True, question())
    except TwinError as error:
        return Check(name, False, str(error))


def _packages() -> Check:
    """What the project says that it needs, compared with what is installed."""
    from importlib.metadata import PackageNotFoundError, requires, version

    from packaging.requirements import Requirement

    needed = [Requirement(line) for line in requires("llm-twin") or [] if "extra ==" not in line]
    missing = []
    for requirement in needed:
        try:
            version(requirement.name)
        except PackageNotFoundError:
            missing.append(requirement.name)
    if missing:
        return Check("packages", False, f"missing: {', '.join(missing)}", "Run: make setup")
    return Check("packages", True, f"all {len(needed)} are installed")


def _torch(settings: Settings) -> Check:
    import torch

    from training_pipeline.model.device import place

    try:
        chosen = place(settings.training)
    except TwinError as error:
        return Check("torch", False, f"{torch.__version__}: {error}")
    threads = "" if chosen.device.type == "cuda" else f", {torch.get_num_threads()} threads"
    return Check("torch", True, f"{torch.__version__}, {chosen.description}{threads}")


def _base_model(settings: Settings) -> str:
    base = wiring.base_model(settings)
    return f"{base.name}, fingerprint {base.fingerprint[:12]}"


def _encoder(settings: Settings) -> str:
    name = settings.feature_store.encoder
    if name != AUTO:
        return _described(settings, name)
    try:
        others = _described(settings, FOR_OTHERS)
    except UnknownEncoderError as error:  # whoever writes English needs none
        others = f"none for posts that are not English: {error}"
    return f"{_described(settings, FOR_ENGLISH)}; {others}"


def _described(settings: Settings, name: str) -> str:
    found = wiring.encoder_called(settings, name)
    return f"{name}, {found.dimensions} dimensions, reads {found.max_tokens} tokens"


def _data_folder(folder: Path) -> Check:
    existing = _nearest(folder)
    try:
        with tempfile.TemporaryFile(dir=existing):
            return Check("data folder", True, str(folder))
    except OSError as error:
        found = f"{existing} cannot be written to: {error.strerror}"
        return Check("data folder", False, found, "Choose another one: --set data_dir=FOLDER")


def _disk(settings: Settings) -> Check:
    free_mb = shutil.disk_usage(_nearest(settings.data_dir)).free // 1_000_000
    needed_mb = settings.feature_store.min_free_mb + WORKING_SPACE_MB
    found = f"{free_mb:,} MB free, {needed_mb:,} MB wanted"
    if free_mb >= needed_mb:
        return Check("disk", True, found)
    return Check("disk", False, found, "Free some space, or put the data elsewhere: --set data_dir=FOLDER")


def _port(settings: Settings) -> str:
    require_free_port(settings)
    return f"{settings.serving.host}:{settings.serving.port} is free"


def _engine(settings: Settings) -> str:
    base = wiring.base_model(settings)
    wiring.engine_loader(settings, base)
    require_servable(settings, base)
    return settings.serving.engine


def _index(settings: Settings) -> str:
    with wiring.online_index(settings) as index:
        store = wiring.feature_store(settings)
        for profile in store.authors():
            for encoder in {version.encoder for version in store.versions(profile.id)}:
                index.verify(profile.id, encoder)
    return settings.feature_store.qdrant_url or "in process"


def _registry(settings: Settings) -> str:
    authors = wiring.model_registry(settings).authors()
    return f"{settings.model_registry.tracking_uri or 'SQLite in the data folder'}, {counted(len(authors), 'author')}"


def _base_models_that_fit() -> Iterator[Check]:
    """Nothing is wrong with a machine that is too small for a larger model. Takes about half a second."""
    memory, bandwidth = capacity.memory_bytes(), capacity.read_bandwidth()
    yield Check("memory", True, f"{memory / GB:.0f} GB, weights are read at {bandwidth / GB:.1f} GB/s")
    for shape in capacity.SHAPES:
        fits = "fits" if memory > max(shape.training, shape.serving) else "does not fit"
        found = (
            f"{fits} on the CPU: {shape.training / GB:.1f} GB to train, {shape.serving / GB:.1f} GB to serve, "
            f"about {shape.tokens_per_second(bandwidth):.0f} tokens/s"
        )
        yield Check(shape.name, True, found + (f" (--config {shape.config})" if shape.config else ""))


def _nearest(folder: Path) -> Path:
    """The folder, or the closest one above it that exists."""
    return next(path for path in (folder, *folder.parents) if path.exists())
