"""Preference tuning: after fine-tuning, the author's text is to be likelier than a model's for the same prompt.

Two losses, by trl (training_pipeline/preference_trainer.py):

- dpo: -log σ(β [log π/π_ref (chosen) - log π/π_ref (rejected)]) (Rafailov et al. 2023, eq. 7). π_ref is the adapter
  that tuning starts from. With the bare base in its place, all that fine-tuning gained would count as preference, and
  the loss would be met before the first step. It never changes, so it is read once: no second copy is kept.
- simpo: -log σ(β [mean log π (chosen) - mean log π (rejected)] - γ) (Meng et al. 2024, eq. 6), without a reference.

To both is added SFT_WEIGHT times the mean negative log-likelihood of the chosen text: without it the chosen text may
become less likely too, as long as the rejected one falls faster (Pal et al. 2024, "Smaug").
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from configs.progress import Progress, track
from configs.settings import TrainingSettings
from feature_store.records import ExampleKind, digest_of
from model_registry.evaluation import Measure, Measures
from training_pipeline import preference_trainer
from training_pipeline.dataset import TokenSequence
from training_pipeline.device import Placement
from training_pipeline.finetune import negative_log_likelihood
from training_pipeline.preference_pairs import PreferencePair

if TYPE_CHECKING:
    from peft import PeftModel

FOLDER = "preference"
UNMEASURED = Measure(value=math.nan)
CURVES = {  # trl's name → ours; log-probabilities are nats a text, a mean over the step's pairs
    "loss": "preference_loss",
    "logps/chosen": "preference_chosen_log_prob",
    "logps/rejected": "preference_rejected_log_prob",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a model ranks the pairs. Log-probabilities are nats a token, a mean over pairs."""

    accuracy: float  # share of pairs whose chosen text is the likelier one, in [0, 1]
    chosen: float
    rejected: float

    @property
    def margin(self) -> float:
        return self.chosen - self.rejected


@dataclass(frozen=True, slots=True)
class PreferenceResult:
    steps: int
    curve: list[tuple[int, str, float]]  # (step, name, value)
    before: Standing
    after: Standing
    seconds: float  # of tuning, over all the calls that it took


def tune(
    model: "PeftModel",
    pairs: Sequence[PreferencePair],
    *,
    settings: TrainingSettings,
    placement: Placement,
    folder: Path,
    progress: Progress,
) -> PreferenceResult:
    """Tune the adapter of `model` in place. The model comes with the adapter before tuning, after a kill as well: the
    same call then goes on from the last checkpoint in `folder`, where all that is written lies.

    Raises SettingsError without trl, ValueError without a method or pairs, DivergedError when the loss is not finite.
    """
    if not pairs or settings.preference.method == "none":
        raise ValueError(f"nothing to tune: {len(pairs)} pairs, method {settings.preference.method}")
    # Feedback comes in, and champions change: a checkpoint of other pairs is another's.
    folder = folder / FOLDER / digest_of([astuple(pair) for pair in pairs], settings.model_dump())[:16]
    reference = log_probabilities(model, pairs, placement, progress)
    log = preference_trainer.train(
        model, pairs, reference, settings=settings, placement=placement, folder=folder, progress=progress
    )
    after = _standing(pairs, log_probabilities(model, pairs, placement, progress))
    if not math.isfinite(after.margin):
        raise preference_trainer.diverged(after.margin, settings)
    return PreferenceResult(
        steps=log[-1]["step"],
        curve=[(entry["step"], name, entry[key]) for entry in log for key, name in CURVES.items()],
        before=_standing(pairs, reference),
        after=after,
        seconds=sum(entry["seconds"] for entry in log),
    )


def log_probabilities(
    model: "PeftModel", pairs: Sequence[PreferencePair], placement: Placement, progress: Progress
) -> list[tuple[float, float]]:
    """Of the chosen and the rejected text of each pair, given its prompt: nats a text."""
    import torch

    found = []
    model.eval()
    with torch.inference_mode():
        for pair in track(pairs, progress, "read pairs", len(pairs)):
            sides = [
                TokenSequence(pair.document_id, ExampleKind.WRITE, pair.prompt_ids + side, len(pair.prompt_ids), 0)
                for side in (pair.chosen_ids, pair.rejected_ids)
            ]
            nats, rows = negative_log_likelihood(model, sides, placement)
            found.append((-float(nats[rows == 0].sum()), -float(nats[rows == 1].sum())))
    return found


def keep(before: Mapping[str, Measures], after: Mapping[str, Measures]) -> tuple[bool, list[str]]:
    """Whether the tuned adapter stays, and why or why not, by the judges' figures of the same adapter untuned.

    The share of the style gap that is closed (a mean over scorers) must be higher. Likelihood, memorisation and health
    must not be worse: the figure before tuning may not lie below the whole interval of the one after. Likelihood is
    taken relative to the base, whose interval is that of the difference. Repeating the training text is no worse as
    long as the author does it as much. A figure that was not measured refuses.
    """
    reasons = []
    scorers = sorted(name for name in after.get("style", {}) if name.endswith("/adapter"))
    shares = [[judged.get("style", {}).get(s, UNMEASURED).value for s in scorers] for judged in (before, after)]
    old, new = (statistics.fmean(values) if values else math.nan for values in shares)
    if not new > old:
        reasons.append(f"style: {new:.1%} of the gap closed after tuning, {old:.1%} before: it must be more.")
    watched = [("likelihood", "change", ""), ("memorisation", "longest_run", "own_longest_run"),
               ("memorisation", "mean_run", "own_mean_run")]  # fmt: skip
    health = sorted({name for judged in (before, after) for name in judged.get("health", {})} | {"adapter/repetitive"})
    watched += [("health", name, "") for name in health if name.startswith("adapter")]
    for judge, name, allowed in watched:
        was, now = (judged.get(judge, {}).get(name, UNMEASURED) for judged in (before, after))
        own = after.get(judge, {}).get(allowed, UNMEASURED).value
        lowest = now.value if now.low is None else now.low
        if not (lowest <= was.value or now.value <= own):
            reasons.append(f"{judge}: {name} is {now.value:.4g} after tuning, {was.value:.4g} before.")
    return not reasons, reasons or [f"style: {new:.1%} of the gap closed, {old:.1%} before, and no judge is worse."]


def _standing(pairs: Sequence[PreferencePair], found: Sequence[tuple[float, float]]) -> Standing:
    chosen = [c / len(pair.chosen_ids) for pair, (c, _) in zip(pairs, found, strict=True)]
    rejected = [r / len(pair.rejected_ids) for pair, (_, r) in zip(pairs, found, strict=True)]
    wins = sum(c > r for c, r in zip(chosen, rejected, strict=True))
    return Standing(wins / len(pairs), statistics.fmean(chosen), statistics.fmean(rejected))
