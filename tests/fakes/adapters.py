"""Adapter folders for tests that need a registered version, not a trained one."""

from pathlib import Path
from typing import Any

from model_registry.manifest import (
    AdapterManifest,
    BaseLineage,
    FeatureLineage,
    ParityResult,
    digest_folder,
    write_manifest,
)

PARITY = ParityResult(
    engine="openvino",
    passed=True,
    prompts=4,
    same_prompt_tokens=True,
    same_greedy_tokens=1.0,
    max_log_prob_difference=0.01,
    bound=0.1,
)


def adapter_manifest(
    *,
    author: str = "maud",
    adapter: float = 1.2,
    base: float = 1.4,
    interval: float = 0.02,
    features: int = 1,
    parity: ParityResult | None = PARITY,
    **changes: Any,
) -> AdapterManifest:
    """A manifest that may be promoted unless the arguments say otherwise. The first three are bits per byte."""
    values: dict[str, Any] = {
        "author": author,
        "author_name": author.title(),
        "created_at": "2026-01-02T03:04:05Z",
        "base": BaseLineage(name="smollm2-135m-instruct", fingerprint="b" * 64),
        "features": FeatureLineage(number=features, digest=f"{features:064d}", encoder="e" * 64),
        "prompt_version": "prompt-1",
        "training": {"rank": 16},
        "judges": {"likelihood": {"adapter": adapter, "base": base, "interval": interval}},
        "parity": parity,
        "code_version": "0.1.0",
        "libraries": {},
        "files": {},
    }
    return AdapterManifest.model_validate(values | changes)


def write_adapter(folder: Path, *, weights: bytes = b"weights", **manifest: Any) -> Path:
    """A folder as training leaves it, but with `weights` for weights. The other arguments are the manifest's."""
    folder.mkdir(parents=True)
    (folder / "adapter_model.safetensors").write_bytes(weights)
    (folder / "adapter_config.json").write_text("{}", encoding="utf-8")
    write_manifest(folder, adapter_manifest(files=digest_folder(folder), **manifest))
    return folder
