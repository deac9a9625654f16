"""All judges over one adapter, one after another, on the same held-out posts; then parity.

The base's texts are the same for every version of an author and are generated once. Texts are cached, so that a kill
costs one of them; figures take seconds, and are computed anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from model_registry.evaluation import Measures, ParityResult
from model_registry.style.scorer import StyleScorer
from training_pipeline.evaluation import parity
from training_pipeline.evaluation.answering.exchanges import Exchange
from training_pipeline.evaluation.conditions import Generations
from training_pipeline.evaluation.context import EvaluationContext
from training_pipeline.evaluation.judges import load_judges
from training_pipeline.run_context import RunContext

if TYPE_CHECKING:
    from peft import PeftModel


@dataclass(frozen=True, slots=True)
class Judgement:
    judges: dict[str, Measures]
    parity: ParityResult
    generations: Generations
    exchanges: Sequence[Exchange]  # none where the features cannot be searched


def judge(model: "PeftModel", adapter: Path, scorer: StyleScorer, run: RunContext) -> Judgement:
    """Every judge's figures of `adapter`, which `model` carries."""
    context = EvaluationContext(run, model, adapter, scorer)
    measured = {name: judge.measure(context) for name, judge in load_judges().items()}
    checked = parity.judge(
        model, adapter, run.data.prompts, base=run.base.folder, probe=run.probe, renderer=run.renderer,
        placement=run.placement, progress=run.progress,
    )  # fmt: skip
    return Judgement(
        judges={name: figures for name, figures in measured.items() if figures},
        parity=checked,
        generations=context.generations,
        exchanges=context.exchanges,
    )
