"""Preference tuning as a stage: tune, judge again, and keep what the judges find better."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from feature_store.records import Split
from model_registry.style import STYLE_FILE, StyleScorer
from training_pipeline import preference
from training_pipeline.evaluation.judging import Judgement, judge, writer_of
from training_pipeline.preference_pairs import PreferencePair, make_pairs, read_feedback
from training_pipeline.workshop import Workshop

if TYPE_CHECKING:
    from peft import PeftModel

FOLDER = "preferred"


def prefer(
    model: "PeftModel", adapter: Path, before: Judgement, scorer: StyleScorer, workshop: Workshop
) -> tuple[Path, Judgement, dict[str, object], tuple[str, ...]]:
    """The folder of the tuned adapter and its figures, or `adapter` and `before` where the judges see no gain; what
    became of it, for the manifest; and the ids of the feedback that the adapter learnt from. `model` is with
    `adapter`; it is with the tuned one afterwards.

    Raises SettingsError without trl, DivergedError.
    """
    writer = writer_of(workshop)
    pairs, dropped = make_pairs(
        workshop.store.examples(workshop.author, workshop.features, Split.TRAIN),
        workshop.renderer,
        end_of_turn=workshop.base.end_of_turn,
        max_tokens=workshop.training.max_tokens,
        count=workshop.training.preference.pairs,
        seed=workshop.training.seed,
        source="base",
        write=lambda prompts: writer.write("write: what is not preferred", None, prompts),
    )
    corrected: list[PreferencePair] = []
    if workshop.feedback is not None and workshop.feedback.exists():
        corrected, useless = read_feedback(
            workshop.feedback, workshop.renderer, max_tokens=workshop.training.max_tokens
        )
        pairs, dropped = [*pairs, *corrected], [*dropped, *useless]
    tuned = preference.tune(
        model, pairs, settings=workshop.training, placement=workshop.placement, folder=adapter.parent,
        progress=workshop.progress,
    )  # fmt: skip
    preferred = adapter.parent / FOLDER
    shutil.rmtree(preferred, ignore_errors=True)
    shutil.copytree(adapter, preferred)
    model.save_pretrained(str(preferred))
    scorer.save(preferred / STYLE_FILE)
    after = judge(model, preferred, scorer, workshop)
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
