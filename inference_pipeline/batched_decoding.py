"""Several answers token by token in one model's batch: who comes joins between two steps, who is done leaves.

Every row is one answer. Rows end together: before a shorter one lies padding that is masked, and its positions count
from its own beginning. So no answer depends on its company, but for the rounding of products of another shape.
"""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inference_pipeline.engines import FinishReason, GenerationRequest
from inference_pipeline.streaming import NewTokens

if TYPE_CHECKING:
    import torch

SEED_BITS = 31


@dataclass(eq=False, slots=True)
class Row:
    """An answer under way. All of `seen` but its last id is in the cache."""

    request: GenerationRequest
    generator: "torch.Generator"
    end_tokens: Collection[int]
    seen: list[int]  # prompt and answer

    @property
    def cached(self) -> int:
        return len(self.seen) - 1

    def take(self, logits: "torch.Tensor") -> NewTokens:
        """Choose the next id from `logits` (vocabulary,), on the CPU; its log-probability (nats) is that under the
        unmodified distribution."""
        token = _choose(logits, self.seen, self.request, self.generator)
        self.seen.append(token)
        full = len(self.seen) == len(self.request.prompt) + self.request.max_new_tokens
        finish: FinishReason | None = "stop" if token in self.end_tokens else "length" if full else None
        return NewTokens((token,), (float(logits.log_softmax(-1)[token]),), finish)


class BatchedDecoder:
    """Holds the keys and values of the rows; the model is lent, and nobody else may run it meanwhile."""

    def __init__(self, model: Any, end_tokens: Collection[int]) -> None:
        self._model = model
        self._end_tokens = end_tokens
        self._rows: list[Row] = []
        self._cache: Any = None  # keys and values of each layer: (rows, heads, longest row's cached, width)

    def join(self, request: GenerationRequest) -> tuple[Row, NewTokens]:
        """Read the prompt. The row stays until it finishes or is dropped; at once only where `can_batch`."""
        import torch
        from transformers import DynamicCache

        seed = secrets.randbits(SEED_BITS) if request.seed is None else request.seed
        row = Row(request, torch.Generator().manual_seed(seed), self._end_tokens, list(request.prompt))
        cache = DynamicCache(config=self._model.config)
        new = row.take(self._forward([row.seen], cache)[0])
        if new.finish_reason is None:
            self._add(row, cache)
        return row, new

    def step(self) -> list[tuple[Row, NewTokens]]:
        """One more token of every row; those that it finishes leave."""
        import torch

        width, lengths = self._cache.get_seq_length(), [row.cached for row in self._rows]
        device = self._model.device
        sides: dict[str, Any] = {"position_ids": torch.tensor(lengths, device=device)[:, None]}
        if min(lengths) < width:
            places = torch.arange(width + 1, device=device)
            sides["attention_mask"] = (places >= width - sides["position_ids"]).long()
        logits = self._forward([row.seen[-1:] for row in self._rows], self._cache, **sides)
        found = [(row, row.take(own)) for row, own in zip(self._rows, logits, strict=True)]
        self.drop([row for row, new in found if new.finish_reason])
        return found

    def drop(self, rows: Collection[Row]) -> None:
        """Give up rows; one that has left already is no matter."""
        import torch

        kept = [place for place, row in enumerate(self._rows) if row not in rows]
        if len(kept) == len(self._rows):
            return
        self._rows = [self._rows[place] for place in kept]
        if not kept:
            self._cache = None
            return
        width = max(row.cached for row in self._rows)
        places = torch.tensor(kept, device=self._model.device)
        for layer in self._cache.layers:
            layer.keys, layer.values = (held[places, :, -width:] for held in (layer.keys, layer.values))

    def _add(self, row: Row, cache: Any) -> None:
        import torch

        self._rows.append(row)
        if self._cache is None:
            self._cache = cache
            return
        width = max(held.get_seq_length() for held in (self._cache, cache))
        for ours, new in zip(self._cache.layers, cache.layers, strict=True):
            ours.keys = torch.cat([_padded(ours.keys, width), _padded(new.keys, width)])
            ours.values = torch.cat([_padded(ours.values, width), _padded(new.values, width)])

    def _forward(self, ids: list[list[int]], cache: Any, **sides: Any) -> "torch.Tensor":
        """Logits (rows, vocabulary) after the last id of each row, in float32 on the CPU."""
        import torch

        with torch.inference_mode():
            tensor = torch.tensor(ids, device=self._model.device)
            output = self._model(input_ids=tensor, past_key_values=cache, use_cache=True, logits_to_keep=1, **sides)
            logits: torch.Tensor = output.logits[:, -1].float().cpu()
        return logits


def can_batch(config: Any) -> bool:
    """Whether every layer of a model keeps all keys and values: a window or a state cannot be padded as they can."""
    from transformers.cache_utils import DynamicCache, DynamicLayer

    return all(type(layer) is DynamicLayer for layer in DynamicCache(config=config).layers)


def _padded(held: "torch.Tensor", width: int) -> "torch.Tensor":
    """`held` (rows, heads, length, size) with zeros before it, up to `width`."""
    import torch

    return torch.nn.functional.pad(held, (0, 0, width - held.shape[2], 0))


def _choose(
    logits: "torch.Tensor", seen: Sequence[int], request: GenerationRequest, generator: "torch.Generator"
) -> int:
    """The next id from `logits` (vocabulary,): repetition penalty (Keskar et al. 2019, over prompt and answer), then
    greedy, or temperature and nucleus sampling (Holtzman et al. 2020)."""
    import torch

    if request.repetition_penalty != 1.0:
        known = torch.tensor(sorted(set(seen)))
        values = logits[known]
        penalty = request.repetition_penalty
        logits = logits.index_copy(0, known, torch.where(values < 0, values * penalty, values / penalty))
    if request.temperature == 0:
        return int(logits.argmax())
    probabilities, order = (logits / request.temperature).softmax(-1).sort(descending=True)
    outside = probabilities.cumsum(-1) - probabilities >= request.top_p  # the most likely one is always inside
    probabilities = probabilities.masked_fill(outside, 0.0)
    return int(order[torch.multinomial(probabilities, 1, generator=generator)])
