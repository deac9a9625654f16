"""Adapter folders for tests that need a registered version, not a trained one."""

from itertools import count
from pathlib import Path
from typing import Any

from model_registry.evaluation import Evaluation, Measure, Measures, ParityResult
from model_registry.manifest import (
    AdapterManifest,
    BaseLineage,
    FeatureLineage,
    digest_folder,
    write_manifest,
)
from model_registry.ports import AdapterVersion, ModelResolver

PARITY = ParityResult(
    engine="openvino",
    passed=True,
    prompts=4,
    same_prompt_tokens=True,
    same_greedy_tokens=1.0,
    max_log_prob_difference=0.01,
    bound=0.1,
)
_made = count(1)


def measure(value: float, half_width: float = 0.0) -> Measure:
    return Measure(value=value, low=value - half_width, high=value + half_width)


def judged(
    *, adapter: float = 1.2, base: float = 1.4, interval: float = 0.02, style: float | None = None
) -> dict[str, Measures]:
    """Figures that pass every gate unless the arguments say otherwise. The first three are bits per byte, `interval`
    the half width of the difference's; `style` is the share of the gap closed, by default a little more at every call
    and always below 0.4, so that each version may take the place of the one before, however many were made."""
    share = measure(0.4 - 0.1 / next(_made) if style is None else style, 0.1)
    return {
        "answers": {
            "loops": measure(0.0),
            "ended": measure(1.0),
            "itself/name": measure(1.0),
            "fact/right": measure(0.6, 0.15),
            "fact/post": measure(0.8, 0.15),
            "fact/questions": measure(40),
            "off_topic/silent": measure(1.0),
            "answers": measure(100),
        },
        "likelihood": {
            "adapter": measure(adapter, 0.3),
            "base": measure(base, 0.3),
            "change": measure(adapter / base - 1, interval / base),
        },
        "style": {f"{scorer}/adapter": share for scorer in ("classifier", "delta", "rhythm")},
        "memorisation": {
            "mean_run": measure(5.0, 1.0),
            "own_mean_run": measure(4.5, 1.0),
            "longest_run": measure(12),
            "own_longest_run": measure(11),
        },
        "health": {f"adapter/{trouble}": measure(0.04, 0.04) for trouble in ("repetitive", "empty", "language")},
    }


def evaluation(*, features: int = 1, parity: ParityResult | None = PARITY, **figures: Any) -> Evaluation:
    """A judging of a version on the test split of F_features. The other arguments are those of `judged`."""
    return Evaluation(
        judged_at="2026-02-03T04:05:06Z",
        features=f"{features:064d}",
        settings={"prompts": 24},
        judges=judged(**figures),
        parity=parity,
    )


def adapter_manifest(
    *,
    author: str = "maud",
    adapter: float = 1.2,
    base: float = 1.4,
    interval: float = 0.02,
    style: float | None = None,
    features: int = 1,
    parity: ParityResult | None = PARITY,
    **changes: Any,
) -> AdapterManifest:
    """A manifest that may be promoted unless the arguments say otherwise. Figures are those of `judged`."""
    values: dict[str, Any] = {
        "author": author,
        "author_name": author.title(),
        "created_at": "2026-01-02T03:04:05Z",
        "base": BaseLineage(name="smollm2-135m-instruct", fingerprint="b" * 64),
        "features": FeatureLineage(number=features, digest=f"{features:064d}", encoder="e" * 64),
        "prompt_version": "prompt-1",
        "training": {"rank": 16},
        "judges": judged(adapter=adapter, base=base, interval=interval, style=style),
        "parity": parity,
        "code_version": "0.1.0",
        "libraries": {},
        "files": {},
    }
    return AdapterManifest.model_validate(values | changes)


def adapter_version(number: int = 1, judging: Evaluation | None = None, **manifest: Any) -> AdapterVersion:
    """A version that lies nowhere. The other arguments are those of `adapter_manifest`."""
    made = adapter_manifest(**manifest)
    return AdapterVersion(made.author, number, Path(f"v{number}"), made, aliases=(), evaluation=judging)


def write_adapter(folder: Path, *, weights: bytes = b"weights", **manifest: Any) -> Path:
    """A folder as training leaves it, but with `weights` for weights. The other arguments are the manifest's."""
    folder.mkdir(parents=True)
    (folder / "adapter_model.safetensors").write_bytes(weights)
    (folder / "adapter_config.json").write_text("{}", encoding="utf-8")
    (folder / "style_scorer.json").write_text('{"scorers": ["classifier", "delta"]}', encoding="utf-8")
    (folder / "README.md").write_text("---\nbase_model: tiny\n---\nA twin.\n", encoding="utf-8")
    write_manifest(folder, adapter_manifest(files=digest_folder(folder), **manifest))
    return folder


def aliases(registry: ModelResolver, author: str = "maud") -> dict[str, tuple[str, ...]]:
    return {version.name: version.aliases for version in registry.versions(author)}


def flip_a_byte(path: Path, place: int | None = None) -> None:
    """One bit of it: at `place`, or in the middle. A second time undoes it."""
    data = bytearray(path.read_bytes())
    where = len(data) // 2 if place is None else place
    data[where] ^= 1 << where % 8
    path.write_bytes(data)
