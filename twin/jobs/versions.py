"""An author's model versions: which one is meant, which is served, what each is made of; one for other software."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from configs.progress import Progress
from configs.settings import Settings
from model_registry.errors import PromotionRefusedError
from model_registry.evaluation import Measures
from model_registry.model_card import Form
from model_registry.ports import CANDIDATE, CHAMPION, AdapterVersion
from twin import wiring
from twin.jobs.train import base_model


def versions(settings: Settings, author: str | None = None) -> list[AdapterVersion]:
    """Every version of the author with this id; of all authors when it is None."""
    registry = wiring.model_registry(settings)
    return [version for one in ([author] if author else registry.authors()) for version in registry.versions(one)]


def resolve(settings: Settings, author: str, reference: str | None) -> AdapterVersion:
    """The version called `reference` ("v3", or an alias); the candidate, else the champion, when it is None.

    Raises UnknownModelError, TaintedModelError.
    """
    registry = wiring.model_registry(settings)
    if reference is None:
        aliases = {alias for version in registry.versions(author) for alias in version.aliases}
        reference = CANDIDATE if CANDIDATE in aliases else CHAMPION
    return registry.resolve(author, reference)


def champion(settings: Settings, author: str) -> AdapterVersion | None:
    return next((version for version in versions(settings, author) if CHAMPION in version.aliases), None)


def promote(
    settings: Settings, author: str, reference: str, *, force: bool = False, reason: str = ""
) -> AdapterVersion:
    """Make a version the champion. Raises UnknownModelError, TaintedModelError, PromotionRefusedError."""
    registry = wiring.model_registry(settings)
    return registry.promote(author, registry.resolve(author, reference).number, force=force, reason=reason)


def promote_or_keep(settings: Settings, version: AdapterVersion, *, force: bool, reason: str = "") -> str:
    """Make `version` champion, and say so; where a gate refuses, say why and which champion stays.

    Raises PromotionRefusedError when there is none.
    """
    try:
        return f"{promote(settings, version.author, version.name, force=force, reason=reason).name} is the champion."
    except PromotionRefusedError as error:
        if kept := champion(settings, version.author):
            return f"{error}\n  {kept.name} stays the champion."
        raise


def rollback(settings: Settings, author: str) -> AdapterVersion:
    """Swap champion and previous. Raises UnknownModelError, TaintedModelError."""
    return wiring.model_registry(settings).rollback(author)


def export(
    settings: Settings, version: AdapterVersion, to: Path, forms: Sequence[Form], *, progress: Progress
) -> dict[Form, Path]:
    """The folder of each form; `to` itself when there is one. Raises what `model_registry.export.export` raises."""
    from model_registry import export as registry

    base = base_model(settings, progress)
    progress.start(f"export {version.name}", None)
    folders = registry.export(version, base, to, forms, judges=wiring.judges())
    progress.finish(", ".join(folders))
    return folders


def as_data(version: AdapterVersion) -> dict[str, Any]:
    from training_pipeline.evaluation.judges.style import mean_share

    manifest, likelihood = version.manifest, version.judges.get("likelihood")
    return {
        "author": version.author,
        "version": version.name,
        "features": f"F{manifest.features.number}",
        "features_digest": manifest.features.digest,
        "encoder": manifest.features.encoder,
        "base": manifest.base.name,
        "base_fingerprint": manifest.base.fingerprint,
        "prompt": manifest.prompt_version,
        "bits_per_byte": measures_as_data(likelihood) if likelihood else None,
        "style": mean_share(version.judges.get("style", {})),
        "judges": {judge: measures_as_data(measures) for judge, measures in version.judges.items()},
        "judged_at": version.evaluation.judged_at if version.evaluation else manifest.created_at,
        "unreadable": version.unreadable,
        "parity": version.parity.model_dump() if version.parity else None,
        "aliases": list(version.aliases),
        "forced": version.forced,
        "tainted": version.tainted,
        "training": json.loads(manifest.model_dump_json(include={"training"}))["training"],
        "bytes": sum(file.bytes for file in manifest.files.values()),
        "created_at": manifest.created_at,
        "code": manifest.code_version,
        "libraries": manifest.libraries,
        "folder": str(version.folder),
    }


def measures_as_data(measures: Measures) -> dict[str, Any]:
    """As JSON has it: infinity and not-a-number are strings there."""
    return {name: json.loads(measure.model_dump_json()) for name, measure in measures.items()}
