"""Packing: several documents in one row, without padding and without attention across documents.

Position ids restart with every document, from which transformers derives a block-diagonal causal mask (or, for flash
attention, sequence boundaries) where no cache is used. That alone is correct. `attention` is faster: each document
attends on its own, so a row costs the sum of the squares of its documents' lengths instead of the square of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from training_pipeline.data.dataset import TokenSequence

if TYPE_CHECKING:
    import torch

ATTENTION = "per_document"  # its name among transformers' attention functions


@dataclass(frozen=True, slots=True)
class PackedRow:
    """`labels` are the tokens that carry loss, `predicting` the positions before them, `documents` their documents."""

    ids: "torch.Tensor"  # (1, tokens)
    positions: "torch.Tensor"  # (1, tokens), from 0 in every document
    lengths: list[int]  # tokens of each document
    predicting: "torch.Tensor"  # (labels,)
    labels: "torch.Tensor"  # (labels,)
    documents: "torch.Tensor"  # (labels,): index into the batch


def pack(batch: Sequence[TokenSequence], device: "torch.device") -> PackedRow:
    """The batch in one row, in its order. The first token of a document is no label: nothing stands before it."""
    import torch

    lengths = [len(sequence.ids) for sequence in batch]
    starts = [0, *accumulate(lengths)]
    learned = [(n, t) for n, s in enumerate(batch) for t in range(max(1, s.prompt_tokens), len(s.ids))]
    ids = torch.tensor([token for sequence in batch for token in sequence.ids], device=device)
    places = torch.tensor([starts[n] + t for n, t in learned], dtype=torch.long, device=device)
    return PackedRow(
        ids=ids[None],
        positions=torch.cat([torch.arange(length, device=device) for length in lengths])[None],
        lengths=lengths,
        predicting=places - 1,
        labels=ids[places],
        documents=torch.tensor([n for n, _ in learned], dtype=torch.long, device=device),
    )


def register_attention() -> str:
    """Register `attention` with transformers; returns the name to load a model with."""
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import sdpa_mask

    AttentionInterface.register(ATTENTION, attention)
    AttentionMaskInterface.register(ATTENTION, sdpa_mask)  # for calls of other code, which may pad
    return ATTENTION


def attention(
    module: "torch.nn.Module",
    query: "torch.Tensor",
    key: "torch.Tensor",
    value: "torch.Tensor",
    attention_mask: "torch.Tensor | None",
    document_lengths: Sequence[int] | None = None,
    **options: Any,
) -> tuple["torch.Tensor", None]:
    """transformers' scaled dot-product attention, document by document when their lengths are given.

    Query, key and value are (1, heads, tokens, width) then; returns (1, tokens, heads, width).
    """
    import torch
    from transformers.integrations.sdpa_attention import sdpa_attention_forward

    from training_pipeline.model.causal_attention import CausalAttention

    if document_lengths is None:
        return sdpa_attention_forward(module, query, key, value, attention_mask, **options)
    window = options.get("sliding_window")
    plain = query.device.type == "cpu" and query.dtype is torch.bfloat16 and not options.get("dropout")
    scale = options.get("scaling") or query.shape[-1] ** -0.5
    # Split, not sliced: the backward pass of a slice fills a whole row with zeros, that of a split concatenates once.
    parts = (tensor.split(list(document_lengths), dim=2) for tensor in (query, key, value))
    attended, start = [], 0
    for length, q, k, v in zip(document_lengths, *parts, strict=True):
        span = slice(start, start + length)
        # Without a mask it is causal. A window narrower than the document is cut from the mask for the whole row.
        mask = attention_mask[..., span, span] if attention_mask is not None and window and length > window else None
        if plain and mask is None:
            attended.append(CausalAttention.apply(q, k, v, scale))  # type: ignore[no-untyped-call]
        else:
            attended.append(sdpa_attention_forward(module, q, k, v, mask, **options)[0])
        start += length
    return torch.cat(attended, dim=1), None
