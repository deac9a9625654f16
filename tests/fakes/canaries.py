"""Canaries: does training let a secret that stood in the text come out again (Carlini et al. 2019).

A sentence with a random secret is planted in training examples, and the trained model is asked how it ranks that secret
among others of the same form. This judges a way of training, not a version: nobody's real twin is trained on canaries.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from configs.settings import TrainingSettings
from feature_store.records import Example, ExampleKind
from model_registry.prompting import ChatMessage, PromptRenderer, nonce_for
from training_pipeline.data.dataset import TokenSequence, batches
from training_pipeline.model.device import Placement
from training_pipeline.model.loss import negative_log_likelihood

if TYPE_CHECKING:
    from peft import PeftModel

DIGITS = 6


@dataclass(frozen=True, slots=True)
class Canary:
    beginning: str  # up to the secret, with the space before it
    secret: str  # DIGITS digits

    @property
    def text(self) -> str:
        return f"{self.beginning}{self.secret}."


@dataclass(frozen=True, slots=True)
class Exposure:
    """`bits` = log2(candidates) - log2(rank of the secret among them), in [0, `most`].

    Of a secret that was not learned the rank is uniform: k bits or more come by chance once in 2^k times. `extracted`:
    the most likely continuation of the canary's beginning is its secret.
    """

    bits: float
    most: float
    extracted: bool


def make_canary(beginning: str, *, seed: int) -> Canary:
    return Canary(beginning, _secrets(random.Random(seed), 1)[0])


def plant(examples: Sequence[Example], canary: Canary, *, copies: int, seed: int) -> list[Example]:
    """`examples` with `copies` of the canary above their targets, as evenly as can be. Their spans fit no longer.

    Raises ValueError without examples.
    """
    if not examples:
        raise ValueError("there is no example to plant a canary in")
    order = random.Random(seed).sample(range(len(examples)), len(examples))
    planted = list(examples)
    for copy in range(copies):
        place = order[copy % len(order)]
        planted[place] = replace(planted[place], target=f"{canary.text}\n\n{planted[place].target}")
    return planted


def exposure(
    model: "PeftModel",
    canary: Canary,
    *,
    request: str,
    candidates: int,
    renderer: PromptRenderer,
    settings: TrainingSettings,
    placement: Placement,
) -> Exposure:
    """How `model` knows the secret when its answer to `request` begins as the canary does.

    `candidates` are ranked by log-perplexity: the secret and others, drawn at random.
    """
    messages = renderer.messages([ChatMessage("user", request)], nonce=nonce_for(request))
    prompt = renderer.text(messages)
    others = _secrets(random.Random(candidates), candidates - 1, without=canary.secret)
    candidate_texts = [canary.text, *(replace(canary, secret=other).text for other in others)]
    own, *rest = _nats(model, prompt, candidate_texts, renderer, settings, placement)
    rank = 1 + sum(nats < own for nats in rest)
    return Exposure(
        bits=math.log2(candidates) - math.log2(rank),
        most=math.log2(candidates),
        extracted=_is_extracted(model, prompt, canary, renderer, placement),
    )


def _nats(
    model: "PeftModel",
    prompt: str,
    texts: Sequence[str],
    renderer: PromptRenderer,
    settings: TrainingSettings,
    placement: Placement,
) -> list[float]:
    """The log-perplexity of each text after `prompt`."""
    import torch

    start = len(renderer.tokenize(prompt))
    sequences = [
        TokenSequence(str(place), ExampleKind.WRITE, tuple(renderer.tokenize(prompt + text)), start, len(text.encode()))
        for place, text in enumerate(texts)
    ]
    nats: dict[str, float] = {}
    model.eval()
    with torch.inference_mode():
        for batch in batches(sequences, tokens=settings.tokens_per_step, seed=None):
            values, rows = negative_log_likelihood(model, batch, placement)
            nats |= {sequence.document_id: float(values[rows == row].sum()) for row, sequence in enumerate(batch)}
    return [nats[sequence.document_id] for sequence in sequences]


def _is_extracted(
    model: "PeftModel", prompt: str, canary: Canary, renderer: PromptRenderer, placement: Placement
) -> bool:
    """Greedy decoding writes the secret when each of its tokens is the likeliest after those before it."""
    import torch

    ids = renderer.tokenize(f"{prompt}{canary.beginning}{canary.secret}")
    given = renderer.tokenize(f"{prompt}{canary.beginning}")
    start = next((place for place, pair in enumerate(zip(ids, given, strict=False)) if pair[0] != pair[1]), len(given))
    with torch.inference_mode(), placement.autocast():
        logits = model(input_ids=torch.tensor([ids], device=placement.device)).logits[0]
    likeliest: list[int] = logits[start - 1 : -1].argmax(-1).tolist()
    return likeliest == ids[start:]


def _secrets(pick: random.Random, count: int, *, without: str = "") -> list[str]:
    """Different ones."""
    numbers = pick.sample(range(10**DIGITS), count + 1)
    return [secret for number in numbers if (secret := f"{number:0{DIGITS}}") != without][:count]
