"""Cuts an evaluation to what this machine can do within `evaluation.max_minutes`.

Measured first, in the state that the machine is in: how fast the trained model reads, how fast the engine that serves
writes several texts at once, and how long it takes to open. Everything that takes time is counted in these. The answers
that are judged have a share of the time to themselves, as only the pipeline that serves knows how it makes them: they
are asked until it is over.
"""

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from configs.settings import EvaluationSettings
from training_pipeline.data.dataset import batches
from training_pipeline.evaluation.conditions import GENERATED
from training_pipeline.evaluation.generation import generator_of
from training_pipeline.evaluation.held_out import POST_TOKENS, POSTS_SHOWN
from training_pipeline.evaluation.style_scorer import BASE_TEXTS
from training_pipeline.model.loss import negative_log_likelihood
from training_pipeline.run_context import RunContext

if TYPE_CHECKING:
    from peft import PeftModel

FEWEST_PROMPTS = 6
FEWEST_TOKENS = 2_000
ANSWERS = 0.25  # of the time
# Ids read for each prompt: the short prompts of every text, five posts once (the engine keeps what prompts share), and
# for every second prompt the likelihood of its text behind each condition's prompt
READ_BY_PROMPT = 60 * (BASE_TEXTS + len(GENERATED)) + (POSTS_SHOWN * POST_TOKENS + 300 * len(GENERATED)) / 2
READ_BY_TOKEN = 3.0  # of `likelihood_tokens`: the author's text twice, half as much of others twice
# In times that an engine takes to open: two for the adapter's, which is merged first, one for the trained model in full
# precision (parity), and three for the scorers and the intervals (13 s where an engine opens in 5 s)
OPENINGS = 6.0
WARM_TEXTS, WARM_TOKENS = 8, 16


@dataclass(frozen=True, slots=True)
class Pace:
    """What this machine takes, in seconds."""

    read: float  # an id that the trained model reads
    write: float  # an id that the engine writes, WARM_TEXTS texts at once
    opening: float  # of an engine
    measuring: float = 0.0  # of all this


def fit_to_time(model: "PeftModel", run: RunContext) -> RunContext:
    """`run` with an evaluation that this machine finishes within max_minutes, and a line that says what was cut."""
    wanted, pace = run.evaluation, measured(model, run)
    cut = shrink(wanted, pace, answers=run.answers is not None)
    expected = seconds(cut, pace, answers=run.answers is not None)
    run.progress.say(describe(wanted, cut, expected))
    answering = ANSWERS * 60 * wanted.max_minutes
    return replace(run, evaluation=cut, answering_seconds=answering)


def shrink(settings: EvaluationSettings, pace: Pace, *, answers: bool) -> EvaluationSettings:
    """`settings` with fewer prompts and tokens where all of them would take longer than max_minutes."""
    fixed = _fixed(settings, pace, answers=answers)
    share = (60 * settings.max_minutes - fixed) / (seconds(settings, pace, answers=answers) - fixed)
    if share >= 1:
        return settings

    def some(all_of_them: int, fewest: int) -> int:
        return min(all_of_them, max(fewest, int(all_of_them * share)))

    return settings.model_copy(
        update={
            "prompts": some(settings.prompts, FEWEST_PROMPTS),
            "likelihood_tokens": some(settings.likelihood_tokens, FEWEST_TOKENS),
        }
    )


def seconds(settings: EvaluationSettings, pace: Pace, *, answers: bool) -> float:
    """How long an evaluation takes from the beginning of the measurement, at most."""
    texts = (BASE_TEXTS + len(GENERATED)) * settings.prompts
    read = READ_BY_PROMPT * settings.prompts + READ_BY_TOKEN * settings.likelihood_tokens
    return _fixed(settings, pace, answers=answers) + pace.write * texts * settings.new_tokens + pace.read * read


def describe(wanted: EvaluationSettings, cut: EvaluationSettings, expected: float) -> str:
    done = f"{cut.prompts} held-out posts and {cut.likelihood_tokens:,} tokens of held-out text"
    minutes = f"{expected:.0f} s" if expected < 90 else f"{expected / 60:.0f} min"
    if expected > 60 * wanted.max_minutes:
        return (
            f"Judging takes about {minutes} on this machine, longer than evaluation.max_minutes "
            f"({wanted.max_minutes:g}) allows: {done} are the least that says anything."
        )
    if cut == wanted:
        return f"Judging: {done}, {minutes} at most."
    return (
        f"Judging: {done}, {minutes} at most; cut from {wanted.prompts} and {wanted.likelihood_tokens:,} to fit "
        "evaluation.max_minutes."
    )


def measured(model: "PeftModel", run: RunContext) -> Pace:
    """The base's engine stays open: its texts come next."""
    began = time.perf_counter()
    read = seconds_per_token(model, run)
    opening = _writing(run, texts=1, tokens=1)
    write = _writing(run, texts=WARM_TEXTS, tokens=WARM_TOKENS) / (WARM_TEXTS * WARM_TOKENS)
    return Pace(read, write, opening, measuring=time.perf_counter() - began)


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


def _writing(run: RunContext, *, texts: int, tokens: int) -> float:
    """Seconds that the base model's engine takes for so many texts."""
    prompt = generator_of(run).prompt("Write a post.")
    began = time.perf_counter()
    written = list(
        run.probe.generate(
            None, [prompt] * texts, max_tokens=tokens, temperature=1.0, top_p=1.0, seeds=list(range(texts))
        )
    )
    took = time.perf_counter() - began
    return took * texts * tokens / max(1, sum(text.tokens for text in written))  # who ended early wrote fewer


def _fixed(settings: EvaluationSettings, pace: Pace, *, answers: bool) -> float:
    return pace.measuring + OPENINGS * pace.opening + answers * ANSWERS * 60 * settings.max_minutes
