"""Preference tuning: raises the likelihood of the author's text over a model's for the same prompt.

Two losses, both trl's (trainer.py):

- dpo: -log σ(β [log π/π_ref (chosen) - log π/π_ref (rejected)]) (Rafailov et al. 2023, eq. 7). π_ref is the adapter
  that tuning starts from. With the bare base in its place, all that fine-tuning gained would count as preference, and
  the loss would be low before the first step. It is constant, so its log-probabilities are computed once and no second
  copy is kept.
- simpo: -log σ(β [mean log π (chosen) - mean log π (rejected)] - γ) (Meng et al. 2024, eq. 6), without a reference.

Both add SFT_WEIGHT times the mean negative log-likelihood of the chosen text: without it the chosen text may become
less likely too, as long as the rejected one falls faster (Pal et al. 2024, "Smaug").
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from configs.progress import Progress, track
from configs.settings import TrainingSettings
from feature_store.records import ExampleKind, digest_of
from training_pipeline.data.dataset import TokenSequence
from training_pipeline.model.device import Placement
from training_pipeline.model.loss import negative_log_likelihood
from training_pipeline.preference import trainer
from training_pipeline.preference.pairs import PreferencePair

if TYPE_CHECKING:
    from peft import PeftModel

FOLDER = "preference"
CURVES = {  # trl's name → ours; log-probabilities are nats per text, a mean over the step's pairs
    "loss": "preference_loss",
    "logps/chosen": "preference_chosen_log_prob",
    "logps/rejected": "preference_rejected_log_prob",
}


@dataclass(frozen=True, slots=True)
class PairScores:
    """How a model ranks the pairs. Log-probabilities are nats per token, a mean over pairs."""

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
    before: PairScores
    after: PairScores


def tune(
    model: "PeftModel",
    pairs: Sequence[PreferencePair],
    *,
    settings: TrainingSettings,
    placement: Placement,
    folder: Path,
    progress: Progress,
) -> PreferenceResult:
    """Tune the adapter of `model` in place. After a kill, call it with the untuned adapter again: it resumes from the
    last checkpoint in `folder`, outside of which nothing is written.

    Raises SettingsError without trl, ValueError without a method or pairs, DivergedError when the loss is not finite.
    """
    if not pairs or settings.preference.method == "none":
        raise ValueError(f"nothing to tune: {len(pairs)} pairs, method {settings.preference.method}")
    # Feedback comes in between two calls: a checkpoint belongs to its pairs and settings.
    folder = folder / FOLDER / digest_of([astuple(pair) for pair in pairs], settings.model_dump())[:16]
    reference = log_probabilities(model, pairs, placement, progress)
    with trainer.restored(model):
        tuner = trainer.make_trainer(model, pairs, reference, settings, placement, folder, progress)
        tuner.train(resume_from_checkpoint=trainer.newest(folder))
    log = [entry for entry in tuner.state.log_history if "loss" in entry]
    after = _scores(pairs, log_probabilities(model, pairs, placement, progress))
    if not math.isfinite(after.margin):
        raise trainer.diverged(after.margin, settings)
    return PreferenceResult(
        steps=log[-1]["step"],
        curve=[(entry["step"], name, entry[key]) for entry in log for key, name in CURVES.items()],
        before=_scores(pairs, reference),
        after=after,
    )


def log_probabilities(
    model: "PeftModel", pairs: Sequence[PreferencePair], placement: Placement, progress: Progress
) -> list[tuple[float, float]]:
    """Of the chosen and the rejected text of each pair, given its prompt, in nats per text."""
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


def _scores(pairs: Sequence[PreferencePair], found: Sequence[tuple[float, float]]) -> PairScores:
    chosen = [c / len(pair.chosen_ids) for pair, (c, _) in zip(pairs, found, strict=True)]
    rejected = [r / len(pair.rejected_ids) for pair, (_, r) in zip(pairs, found, strict=True)]
    wins = sum(c > r for c, r in zip(chosen, rejected, strict=True))
    return PairScores(wins / len(pairs), statistics.fmean(chosen), statistics.fmean(rejected))
