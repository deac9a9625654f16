"""Cuts an evaluation to what this machine can do within `evaluation.max_minutes`."""

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from configs.settings import EvaluationSettings
from training_pipeline.data.dataset import batches
from training_pipeline.model.loss import negative_log_likelihood
from training_pipeline.run_context import RunContext

if TYPE_CHECKING:
    from peft import PeftModel

FEWEST_PROMPTS = 6
FEWEST_TOKENS = 2_000
TEXTS = 7.5  # generated for each prompt: five conditions, two for the style scorer, and half of one for answers
READS = 5.0  # of `likelihood_tokens`: the author's text twice, half as much of others twice, and long prompts
WRITTEN = 2.0  # the cost of a generated token, in tokens read (measured, eight texts at once)


def fit_to_time(model: "PeftModel", run: RunContext) -> RunContext:
    """`run` with an evaluation that this machine finishes within max_minutes."""
    evaluation = shrink(run.evaluation, seconds_per_token=seconds_per_token(model, run))
    return replace(run, evaluation=evaluation)


def shrink(settings: EvaluationSettings, *, seconds_per_token: float) -> EvaluationSettings:
    """`settings` with fewer prompts and tokens where all of them would take longer than max_minutes.

    `seconds_per_token`: of reading one id of held-out text.
    """
    reads = READS * settings.likelihood_tokens + WRITTEN * TEXTS * settings.prompts * settings.new_tokens
    share = settings.max_minutes * 60 / (reads * seconds_per_token)
    if share >= 1:
        return settings
    return settings.model_copy(
        update={
            "prompts": min(settings.prompts, max(FEWEST_PROMPTS, int(settings.prompts * share))),
            "likelihood_tokens": min(
                settings.likelihood_tokens, max(FEWEST_TOKENS, int(settings.likelihood_tokens * share))
            ),
        }
    )


def seconds_per_token(model: "PeftModel", run: RunContext) -> float:
    """Seconds that reading one id of held-out text takes: the better of two batches, as the first one warms up."""
    import torch

    pace = math.inf
    found = batches(run.data.test, tokens=run.training.tokens_per_step, seed=None)
    with torch.inference_mode():
        for batch in (found * 2)[:2]:
            started = time.perf_counter()
            negative_log_likelihood(model, batch, run.placement)
            pace = min(pace, (time.perf_counter() - started) / sum(len(sequence.ids) for sequence in batch))
    return pace
