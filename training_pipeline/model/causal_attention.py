"""Causal attention over one document in bfloat16 on a CPU, by plain matrix products.

torch's own kernel skips the keys that a query may not see, and is faster in float32. In bfloat16 it takes up to three
times as long as these products, forward and backward, although they read every key (docs/experiments). The query heads
that share a key head form one matrix, so keys and values are not repeated for them (grouped-query attention: Ainslie
et al. 2023).
"""

from typing import Any

import torch


class CausalAttention(torch.autograd.Function):
    """softmax(scale · Q Kᵀ) V for query (1, heads, tokens, width), key and value (1, groups, tokens, width); returns
    (1, tokens, heads, width). Products in the precision of the query, softmax in float32.

    Every layer saves heads · tokens² attention weights for the backward pass: 11 MB for 768 tokens of the default base
    model.
    """

    @staticmethod
    def forward(
        context: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scale: float
    ) -> torch.Tensor:
        (heads, tokens, width), groups = query.shape[1:], key.shape[1]
        rows = (query[0] * scale).reshape(groups, -1, width)  # (groups, heads a group · tokens, width)
        keys, values = key[0].contiguous(), value[0].contiguous()
        mask = torch.full((tokens, tokens), float("-inf")).triu_(1)
        scores = torch.bmm(rows, keys.transpose(1, 2)).float()
        scores.view(heads, tokens, tokens).add_(mask)
        weights = torch.softmax(scores, -1).to(query.dtype)
        context.save_for_backward(rows, keys, values, weights)
        context.scale = scale
        return torch.bmm(weights, values).view(1, heads, tokens, width).transpose(1, 2)

    @staticmethod
    def backward(context: Any, *gradients: Any) -> tuple[torch.Tensor | None, ...]:
        rows, keys, values, weights = context.saved_tensors
        _, tokens, heads, width = gradients[0].shape
        grad = gradients[0][0].transpose(0, 1).reshape(rows.shape)
        grad_values = torch.bmm(weights.transpose(1, 2), grad)
        grad_weights = torch.bmm(grad, values.transpose(1, 2)).float()
        exact = weights.float()
        grad_scores = grad_weights.sub_((grad_weights * exact).sum(-1, keepdim=True)).mul_(exact).to(rows.dtype)
        grad_query = torch.bmm(grad_scores, keys).mul_(context.scale)
        grad_keys = torch.bmm(grad_scores.transpose(1, 2), rows)
        return grad_query.view(1, heads, tokens, width), grad_keys[None], grad_values[None], None
