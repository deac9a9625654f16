"""Continuous batching: several answers token by token in one model's batch, joining and leaving between two steps.

Every row is one answer. Rows are padded on the left; the padding is masked, and positions count from a row's own
beginning. So no answer depends on the others in its batch, but for the rounding of products of another shape.
"""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inference_pipeline.engines import FinishReason, GenerationRequest
from inference_pipeline.engines.shared.streaming import NewTokens

if TYPE_CHECKING:
    import torch

SEED_BITS = 31
ROWS = 32
# Of keys and values, padding included: 23 KB a token of the default model in bfloat16, 131 KB of Llama-3.1-8B.
TOKENS = 32_768
CANDIDATES = 256  # nearly always hold the nucleus; sorting a whole vocabulary costs a CPU milliseconds


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

    def take(self, token: int, log_prob: float) -> NewTokens:
        self.seen.append(token)
        full = len(self.seen) == _longest(self.request)
        finish: FinishReason | None = "stop" if token in self.end_tokens else "length" if full else None
        return NewTokens((token,), (log_prob,), finish)


class BatchedDecoder:
    """Holds the keys and values of the rows; the model is lent, and nobody else may run it meanwhile.

    After an error of `step` or `drop` the rows are lost: `clear` them. After one of `join` they are as before.
    """

    def __init__(self, model: Any, end_tokens: Collection[int]) -> None:
        self._model = model
        self._end_tokens = end_tokens
        self._rows: list[Row] = []
        self._cache: Any = None  # keys and values of each layer: (rows, heads, longest row's cached, width)
        self._most = ROWS if can_batch(model.config) else 1

    def has_room(self, request: GenerationRequest) -> bool:
        """Whether it may join: a row costs what the longest one will. Alone everybody may."""
        count, lengths = len(self._rows) + 1, [_longest(row.request) for row in self._rows]
        return count == 1 or (count <= self._most and count * max(*lengths, _longest(request)) <= TOKENS)

    def join(self, request: GenerationRequest) -> tuple[Row, NewTokens]:
        """Read the prompt and choose the first token. The row stays until it finishes or is dropped."""
        import torch
        from transformers import DynamicCache

        seed = secrets.randbits(SEED_BITS) if request.seed is None else request.seed
        row = Row(request, torch.Generator().manual_seed(seed), self._end_tokens, list(request.prompt))
        cache = DynamicCache(config=self._model.config)
        ((token, log_prob),) = choose(self._forward([row.seen], cache), [row])
        new = row.take(token, log_prob)
        if new.finish_reason is None:
            self._add(row, cache)
        return row, new

    def step(self) -> list[tuple[Row, NewTokens]]:
        """One more token of every row; those that it finishes leave."""
        import torch

        width, lengths = self._cache.get_seq_length(), [row.cached for row in self._rows]
        sides: dict[str, Any] = {}
        if min(lengths) < width:
            positions = torch.tensor(lengths, device=self._model.device)[:, None]
            seen = torch.arange(width + 1, device=self._model.device) >= width - positions
            sides = {"position_ids": positions, "attention_mask": seen.long()}
        logits = self._forward([row.seen[-1:] for row in self._rows], self._cache, **sides)
        chosen = choose(logits, self._rows)
        found = [(row, row.take(*token)) for row, token in zip(self._rows, chosen, strict=True)]
        self.drop([row for row, new in found if new.finish_reason])
        return found

    def drop(self, rows: Collection[Row]) -> None:
        """Give up rows; one that has left already is no matter."""
        import torch

        kept = [place for place, row in enumerate(self._rows) if row not in rows]
        if not kept:
            self.clear()
        elif len(kept) < len(self._rows):
            self._rows = [self._rows[place] for place in kept]
            width = max(row.cached for row in self._rows)
            places = torch.tensor(kept, device=self._model.device)
            for layer in self._cache.layers:
                layer.keys, layer.values = (held[places, :, -width:] for held in (layer.keys, layer.values))

    def clear(self) -> None:
        self._rows, self._cache = [], None

    def _add(self, row: Row, cache: Any) -> None:
        if self._cache is None:
            self._cache = cache
        else:
            self._join_layers(cache)
        self._rows.append(row)

    def _join_layers(self, cache: Any) -> None:
        """Layer by layer, so that memory for one is wanted besides; what is done of them is undone after an error."""
        held = self._cache.get_seq_length()
        width = max(held, cache.get_seq_length())
        try:
            for ours, new in zip(self._cache.layers, cache.layers, strict=True):
                keys, values = _under(ours.keys, new.keys, width), _under(ours.values, new.values, width)
                ours.keys, ours.values = keys, values
        except Exception:
            for layer in self._cache.layers:
                layer.keys, layer.values = (part[: len(self._rows), :, -held:] for part in (layer.keys, layer.values))
            raise

    def _forward(self, ids: list[list[int]], cache: Any, **sides: Any) -> "torch.Tensor":
        """Logits (rows, vocabulary) after the last id of each row, in float32."""
        import torch

        with torch.inference_mode():
            tensor = torch.tensor(ids, device=self._model.device)
            output = self._model(input_ids=tensor, past_key_values=cache, use_cache=True, logits_to_keep=1, **sides)
            logits: torch.Tensor = output.logits[:, -1].float()
        return logits


def can_batch(config: Any) -> bool:
    """Whether rows may be padded and stay as they are alone: every layer keeps all keys and values, not a window or a
    state, and positions turn them alike however long the longest row is."""
    from transformers.cache_utils import DynamicCache, DynamicLayer

    rope = getattr(config, "rope_parameters", None) or {}
    by_length = rope.get("rope_type") in ("dynamic", "longrope")
    return not by_length and all(type(layer) is DynamicLayer for layer in DynamicCache(config=config).layers)


def choose(logits: "torch.Tensor", rows: Sequence[Row]) -> list[tuple[int, float]]:
    """For each row its next id from `logits` (rows, vocabulary), and the id's log-probability (nats) as they stand.

    Repetition penalty (Keskar et al. 2019, over prompt and answer), then greedy, or temperature and nucleus sampling
    (Holtzman et al. 2020) by one number of the row's own generator.
    """
    import torch

    device, requests = logits.device, [row.request for row in rows]
    wanted = logits
    if any(request.repetition_penalty != 1.0 for request in requests):
        wanted = logits.clone()
        for place, row in enumerate(rows):
            known = torch.tensor(sorted(set(row.seen)), device=device)
            values, penalty = wanted[place, known], row.request.repetition_penalty
            wanted[place, known] = torch.where(values < 0, values * penalty, values / penalty)
    chosen = wanted.argmax(-1)
    if sampled := [place for place, request in enumerate(requests) if request.temperature > 0]:
        own = [rows[place] for place in sampled]
        heat, top_p, draws = torch.tensor(
            [(r.request.temperature, r.request.top_p, torch.rand((), generator=r.generator).item()) for r in own],
            device=device,
        ).T[:, :, None]
        chosen[sampled] = _nucleus((wanted[sampled] / heat).softmax(-1), top_p, draws)
    log_probs = logits.gather(1, chosen[:, None])[:, 0] - logits.logsumexp(-1)
    return list(zip(chosen.tolist(), log_probs.tolist(), strict=True))


def _nucleus(probabilities: "torch.Tensor", top_p: "torch.Tensor", draws: "torch.Tensor") -> "torch.Tensor":
    """Ids (rows,) at `draws` (rows, 1), from 0 to 1, of the likeliest ids that together reach `top_p` (rows, 1)."""
    import torch

    shares, ids = probabilities.topk(min(CANDIDATES, probabilities.shape[1]))
    if (shares.sum(-1, keepdim=True) < top_p).any():
        shares, ids = probabilities.sort(descending=True)
    inside = shares.cumsum(-1) - shares < top_p  # the likeliest one always is
    edges = (shares * inside).cumsum(-1)
    places = torch.searchsorted(edges, draws * edges[:, -1:], right=True)
    return ids.gather(1, places.minimum(inside.sum(-1, keepdim=True) - 1))[:, 0]


def _longest(request: GenerationRequest) -> int:
    return len(request.prompt) + request.max_new_tokens


def _under(held: "torch.Tensor", new: "torch.Tensor", width: int) -> "torch.Tensor":
    """Keys or values (rows, heads, length, size) of those there and of one more, zeros before them up to `width`."""
    import torch

    pad = torch.nn.functional.pad
    return torch.cat([pad(part, (0, 0, width - part.shape[2], 0)) for part in (held, new)])
