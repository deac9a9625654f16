"""Write a version for other software: a PEFT folder, a merged model, a GGUF."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from configs.progress import Progress
from twin.jobs.train import base_model

if TYPE_CHECKING:
    from configs.settings import Settings
    from model_registry.model_card import Form
    from model_registry.ports import AdapterVersion


def export(
    settings: "Settings", version: "AdapterVersion", to: Path, forms: Sequence["Form"], *, progress: Progress
) -> dict["Form", Path]:
    """The folder of each form; `to` itself when there is one. Raises what `model_registry.export.export` raises."""
    from model_registry import export as registry
    from twin import wiring

    base = base_model(settings, progress)
    progress.start(f"export {version.name}", None)
    folders = registry.export(version, base, to, forms, cache_dir=settings.cache_dir, judges=wiring.judges())
    progress.finish(", ".join(folders))
    return folders
