"""The parity check: what is served must be what was trained.

The serving engine decodes a few real prompts greedily; the trained model (transformers and PEFT, adapter not merged)
then reads the same ids and must choose the same tokens with nearly the same log-probabilities. Errors of merging,
of half precision, of another tokenizer or another attention kernel all show here.

On a CPU it reads in float32, whatever it was trained in: with a strong adapter, the errors of two roundings to
bfloat16, one here and one in the engine, add up (0.19 nats at most, and 0.05 against float32). A GPU may not have the
memory for that.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from configs.progress import Progress
from model_registry.evaluation import ParityResult
from model_registry.ports import ServingProbe
from model_registry.prompting import PromptRenderer
from training_pipeline.model.device import Placement
from training_pipeline.model.loading import load_trained

if TYPE_CHECKING:
    from peft import PeftModel

NEW_TOKENS = 24
# Nats between the two log-probabilities of a token. Half-precision weights move it by about 0.005, an engine that
# computes in bfloat16 by 0.007 to 0.016 on average and by 0.05 to 0.11 at most; an adapter at four fifths of its
# strength by 0.05 to 0.17 on average, one at half by 0.7 to 6 at most (docs/experiments). A tie may be decided either
# way, so nine in ten tokens must be the same.
BOUND = 0.3
MEAN_BOUND = 0.04
SAME_TOKENS = 0.9


def judge(
    model: "PeftModel",
    adapter: Path,
    prompts: Sequence[str],
    *,
    base: Path,
    probe: ServingProbe,
    renderer: PromptRenderer,
    placement: Placement,
    progress: Progress,
) -> ParityResult:
    """`model` is the base in folder `base` with `adapter`, as `placement` has it."""
    if placement.device.type == "cpu" and placement.bfloat16:
        placement = replace(placement, bfloat16=False)
        model = load_trained(base, adapter, placement)
    progress.start("parity", len(prompts))
    answers = probe.greedy(adapter, prompts, NEW_TOKENS)
    same_prompts = all(probe.prompt_tokens(prompt) == renderer.tokenize(prompt) for prompt in prompts)
    same, apart = 0, []
    for prompt, (ids, log_probs) in zip(prompts, answers, strict=True):
        chosen, expected = _read(model, renderer.tokenize(prompt), ids, placement)
        for token, best, served, trained in zip(ids, chosen, log_probs, expected, strict=True):
            same += token == best
            apart.append(abs(served - trained))
        progress.advance()
    share = same / len(apart) if apart else 0.0
    worst, mean = max(apart, default=0.0), fmean(apart or [0.0])
    passed = same_prompts and share >= SAME_TOKENS and worst <= BOUND and mean <= MEAN_BOUND
    progress.finish(f"{share:.0%} same tokens, log-probabilities within {worst:.3f} nats, {mean:.3f} on average")
    return ParityResult(
        engine=probe.engine,
        passed=passed,
        prompts=len(prompts),
        same_prompt_tokens=same_prompts,
        same_greedy_tokens=share,
        max_log_prob_difference=worst,
        bound=BOUND,
        mean_log_prob_difference=mean,
        mean_bound=MEAN_BOUND,
    )


def _read(model: "PeftModel", prompt: list[int], ids: list[int], placement: Placement) -> tuple[list[int], list[float]]:
    """What the trained model would have chosen at each place of `ids`, and its log-probability (nats) of `ids`."""
    import torch

    with torch.inference_mode(), placement.autocast():
        logits = model(input_ids=torch.tensor([prompt + ids], device=placement.device)).logits[0]
    log_probs = logits[len(prompt) - 1 : -1].float().log_softmax(-1)
    wanted = torch.tensor(ids, device=placement.device)
    return log_probs.argmax(-1).tolist(), log_probs.gather(1, wanted[:, None])[:, 0].tolist()
