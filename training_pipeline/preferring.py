"""Preference tuning as a stage: tune, judge again, and keep what the judges find better."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from feature_store.records import Split
from model_registry.style import STYLE_FILE, StyleScorer
from training_pipeline import preference
from training_pipeline.evaluation.generation import generator_of
from training_pipeline.evaluation.judging import Judgement, judge
from training_pipeline.preference_pairs import PreferencePair, make_pairs, read_feedback
from training_pipeline.run_context import RunContext

if TYPE_CHECKING:
    from peft import PeftModel

FOLDER = "preferred"


def prefer(
    model: "PeftModel", adapter: Path, before: Judgement, scorer: StyleScorer, run: RunContext
) -> tuple[Path, Judgement, dict[str, object], tuple[str, ...]]:
    """The folder of the tuned adapter and its figures, or `adapter` and `before` where the judges see no gain; what
    became of it, for the manifest; and the ids of the feedback that the adapter learnt from. `model` is with
    `adapter`; it is with the tuned one afterwards.

    Raises SettingsError without trl, DivergedError.
    """
    generator = generator_of(run)
    pairs, dropped = make_pairs(
        run.store.examples(run.author, run.features, Split.TRAIN),
        run.renderer,
        end_of_turn=run.base.end_of_turn,
        max_tokens=run.training.max_tokens,
        count=run.training.preference.pairs,
        seed=run.training.seed,
        source="base",
        write=lambda prompts: generator.generate("write: what is not preferred", None, prompts),
    )
    corrected: list[PreferencePair] = []
    if run.feedback is not None and run.feedback.exists():
        corrected, useless = read_feedback(run.feedback, run.renderer, max_tokens=run.training.max_tokens)
        pairs, dropped = [*pairs, *corrected], [*dropped, *useless]
    tuned = preference.tune(
        model, pairs, settings=run.training, placement=run.placement, folder=adapter.parent,
        progress=run.progress,
    )  # fmt: skip
    preferred = adapter.parent / FOLDER
    shutil.rmtree(preferred, ignore_errors=True)
    shutil.copytree(adapter, preferred)
    model.save_pretrained(str(preferred))
    scorer.save(preferred / STYLE_FILE)
    after = judge(model, preferred, scorer, run)
    better, reasons = preference.keep(before.judges, after.judges)
    became = {
        "preference_pairs": len(pairs),
        "preference_feedback": len(corrected),
        "preference_dropped": len(dropped),
        "preference_accuracy": round(tuned.after.accuracy, 3),
        "preference_kept": better,
        "preference_reasons": reasons,
    }
    if not better:
        return adapter, before, became, ()
    return preferred, after, became, tuple(dict.fromkeys(pair.document_id for pair in corrected))
