"""Preference tuning as a stage of the pipeline: tune, judge again, and keep the tuned adapter if it is better."""

import math
import shutil
import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from feature_store.records import Split
from model_registry.evaluation import Measure, Measures
from model_registry.style.scorer import STYLE_FILE, StyleScorer
from training_pipeline.evaluation.generation import generator_of
from training_pipeline.evaluation.judging import Judgement, judge
from training_pipeline.preference import tuning
from training_pipeline.preference.pairs import PreferencePair, make_pairs, read_feedback
from training_pipeline.run_context import RunContext

if TYPE_CHECKING:
    from peft import PeftModel

FOLDER = "preferred"
UNMEASURED = Measure(value=math.nan)


@dataclass(frozen=True, slots=True)
class JudgedAdapter:
    folder: Path
    judgement: Judgement
    record: Mapping[str, object] = field(default_factory=dict)  # of tuning, for the manifest
    feedback: tuple[str, ...] = ()  # ids of the rows of feedback that it learned from


def tune_if_better(model: "PeftModel", untuned: JudgedAdapter, scorer: StyleScorer, run: RunContext) -> JudgedAdapter:
    """The tuned adapter, or `untuned` where the judges see no gain, with the record of tuning.

    `model` carries the untuned adapter before, and the tuned one afterwards. Raises SettingsError without trl,
    DivergedError.
    """
    generator, settings = generator_of(run), run.training
    pairs, dropped = make_pairs(
        run.store.examples(run.author, run.features, Split.TRAIN),
        run.renderer,
        end_of_turn=run.base.end_of_turn,
        max_tokens=settings.max_tokens,
        count=settings.preference.pairs,
        seed=settings.seed,
        source="base",
        generate=lambda prompts: generator.generate("write: what is not preferred", None, prompts),
    )
    corrected: list[PreferencePair] = []
    if run.feedback is not None and run.feedback.exists():
        corrected, useless = read_feedback(run.feedback, run.renderer, max_tokens=settings.max_tokens)
        pairs, dropped = [*pairs, *corrected], [*dropped, *useless]
    result = tuning.tune(
        model, pairs, settings=settings, placement=run.placement, folder=untuned.folder.parent, progress=run.progress
    )
    folder = untuned.folder.parent / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(untuned.folder, folder)
    model.save_pretrained(str(folder))
    scorer.save(folder / STYLE_FILE)
    judgement = judge(model, folder, scorer, run)
    better, reasons = is_better(untuned.judgement.judges, judgement.judges)
    record = {
        "preference_pairs": len(pairs),
        "preference_feedback": len(corrected),
        "preference_dropped": len(dropped),
        "preference_accuracy": round(result.after.accuracy, 3),
        "preference_kept": better,
        "preference_reasons": reasons,
    }
    if not better:
        return JudgedAdapter(untuned.folder, untuned.judgement, record)
    return JudgedAdapter(folder, judgement, record, tuple(dict.fromkeys(pair.document_id for pair in corrected)))


def is_better(before: Mapping[str, Measures], after: Mapping[str, Measures]) -> tuple[bool, list[str]]:
    """Whether the tuned adapter is better than the untuned one by the judges' figures, and the reasons.

    The share of the style gap closed (a mean over scorers) must be higher. Likelihood, memorisation and health must not
    be worse: the figure before tuning may not lie below the whole interval of the one after. Likelihood is taken
    relative to the base, as the interval of the change is the narrower one. Repeating the training text is no worse
    while the author's own held-out text does so as much. A figure that was not measured refuses.
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
    for judge_name, name, allowed in watched:
        was, now = (judged.get(judge_name, {}).get(name, UNMEASURED) for judged in (before, after))
        own = after.get(judge_name, {}).get(allowed, UNMEASURED).value
        lowest = now.value if now.low is None else now.low
        if not (lowest <= was.value or now.value <= own):
            reasons.append(f"{judge_name}: {name} is {now.value:.4g} after tuning, {was.value:.4g} before.")
    return not reasons, reasons or [f"style: {new:.1%} of the gap closed, {old:.1%} before, and no judge is worse."]
