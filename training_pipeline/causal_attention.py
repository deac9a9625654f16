"""Causal attention of one document in bfloat16 on a CPU, by plain products.

torch's own kernel reads no keys that a query may not see, and is the quicker one in float32. In bfloat16 it takes
up to three times as long as these products, forward and backward, though they read every key (docs/experiments). The
heads that share a key are one matrix, so keys and values are not repeated for them (grouped queries: Ainslie et al.
2023).
"""

from typing import Any

import torch


class CausalAttention(torch.autograd.Function):
    """softmax(scale · Q Kᵀ) V for query (1, heads, tokens, width), key and value (1, groups, tokens, width); the answer
    is (1, tokens, heads, width). Products in the precision of the query, softmax in float32.

    Every layer keeps heads · tokens² shares until the way back: 11 MB for 768 tokens of the default base model.
    """

    @staticmethod
    def forward(
        context: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scale: float
    ) -> torch.Tensor:
        (heads, tokens, width), groups = query.shape[1:], key.shape[1]
        rows = (query[0] * scale).reshape(groups, -1, width)  # (groups, heads a group · tokens, width)
        keys, values = key[0].contiguous(), value[0].contiguous()
        unseen = torch.full((tokens, tokens), float("-inf")).triu_(1)
        scores = torch.bmm(rows, keys.transpose(1, 2)).float()
        scores.view(heads, tokens, tokens).add_(unseen)
        shares = torch.softmax(scores, -1).to(query.dtype)
        context.save_for_backward(rows, keys, values, shares)
        context.scale = scale
        return torch.bmm(shares, values).view(1, heads, tokens, width).transpose(1, 2)

    @staticmethod
    def backward(context: Any, *gradients: Any) -> tuple[torch.Tensor | None, ...]:
        rows, keys, values, shares = context.saved_tensors
        _, tokens, heads, width = gradients[0].shape
        gradient = gradients[0][0].transpose(0, 1).reshape(rows.shape)
        of_values = torch.bmm(shares.transpose(1, 2), gradient)
        of_shares = torch.bmm(gradient, values.transpose(1, 2)).float()
        weights = shares.float()
        of_scores = of_shares.sub_((of_shares * weights).sum(-1, keepdim=True)).mul_(weights).to(rows.dtype)
        of_query = torch.bmm(of_scores, keys).mul_(context.scale)
        of_keys = torch.bmm(of_scores.transpose(1, 2), rows)
        return of_query.view(1, heads, tokens, width), of_keys[None], of_values[None], None
