import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

from training_pipeline.model.causal_attention import CausalAttention

SCALE = 0.3


def own_and_exact(
    heads: int, groups: int, tokens: int, dtype: torch.dtype
) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """The answer and the gradients of query, key and value; the exact ones are torch's in float64."""
    torch.manual_seed(7)
    sizes = ((heads, tokens), (groups, tokens), (groups, tokens))
    inputs = [torch.randn(1, n, length, 8, dtype=torch.float64).to(dtype).requires_grad_() for n, length in sizes]
    slope = torch.randn(1, tokens, heads, 8, dtype=torch.float64).to(dtype)
    found = CausalAttention.apply(*inputs, SCALE)
    doubles = [tensor.detach().double().requires_grad_() for tensor in inputs]
    exact = scaled_dot_product_attention(*doubles, is_causal=True, scale=SCALE, enable_gqa=True).transpose(1, 2)
    return (
        [found, *torch.autograd.grad(found, inputs, slope)],
        [exact, *torch.autograd.grad(exact, doubles, slope.double())],
    )


@pytest.mark.parametrize(("heads", "groups", "tokens"), [(9, 3, 17), (4, 4, 5), (6, 1, 33), (2, 1, 1)])
@pytest.mark.parametrize(("dtype", "bound"), [(torch.float32, 1e-5), (torch.bfloat16, 0.05)])
def test_it_is_torchs_attention_with_its_gradients(
    heads: int, groups: int, tokens: int, dtype: torch.dtype, bound: float
) -> None:
    own, exact = own_and_exact(heads, groups, tokens, dtype)
    for ours, theirs in zip(own, exact, strict=True):
        assert ours.dtype is dtype
        assert (ours.double() - theirs).abs().max() <= bound * max(1.0, theirs.abs().max().item())
