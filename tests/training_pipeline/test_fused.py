"""The short way through LoRA layers and the loss gives peft's and torch's own figures and gradients."""

from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch.nn.functional import cross_entropy

from training_pipeline.model import fused
from training_pipeline.model.fused import LABEL_CHUNK, fuse, label_nats


class Two(torch.nn.Module):
    """One layer with a bias, one without."""

    def __init__(self, dtype: torch.dtype) -> None:
        super().__init__()
        self.first = torch.nn.Linear(24, 40, bias=True, dtype=dtype)
        self.second = torch.nn.Linear(40, 16, bias=False, dtype=dtype)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.second(self.first(x))
        return found


def adapted(*, dtype: torch.dtype = torch.float32, **options: Any) -> Any:
    torch.manual_seed(1)
    config = LoraConfig(r=4, lora_alpha=12, target_modules=["first", "second"], **options)
    model = get_peft_model(Two(dtype), config)  # type: ignore[arg-type]
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:  # a fresh adapter changes nothing
                parameter.normal_(std=0.3)
    return model


def figures(model: Any, x: torch.Tensor) -> list[torch.Tensor]:
    """Outputs, and gradients of the inputs and of all that is learned."""
    model.zero_grad()
    x = x.clone().requires_grad_()
    torch.manual_seed(3)  # for dropout
    found = model(x)
    (found.float() * torch.linspace(-1, 1, found.numel()).view(found.shape)).sum().backward()
    assert x.grad is not None
    return [found.detach(), x.grad, *(p.grad for p in model.parameters() if p.requires_grad)]


def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Filled with one item for every layer that took the short way."""
    taken: list[int] = []
    original = fused.LoraProduct.apply

    def counted(*given: Any) -> Any:
        taken.append(1)
        return original(*given)

    monkeypatch.setattr(fused.LoraProduct, "apply", counted)
    return taken


@pytest.mark.parametrize("shape", [(7, 24), (1, 7, 24), (2, 3, 24)])
@pytest.mark.parametrize(("dtype", "apart"), [(torch.float32, 1e-5), (torch.bfloat16, 0.1)])
def test_a_layer_has_pefts_outputs_and_gradients(
    monkeypatch: pytest.MonkeyPatch, shape: tuple[int, ...], dtype: torch.dtype, apart: float
) -> None:
    taken = calls(monkeypatch)
    model = adapted(dtype=dtype)
    x = torch.randn(shape, generator=torch.Generator().manual_seed(2)).to(dtype)
    expected = figures(model, x)
    assert not taken
    fuse(model)
    found = figures(model, x)
    assert len(taken) == 2
    assert [f.dtype for f in found] == [e.dtype for e in expected]
    for ours, pefts in zip(found, expected, strict=True):
        torch.testing.assert_close(ours.float(), pefts.float(), atol=apart, rtol=apart / 10)


@pytest.mark.parametrize("options", [{"lora_dropout": 0.5}, {"use_dora": True}])
def test_what_is_no_plain_lora_goes_pefts_way(monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]) -> None:
    taken = calls(monkeypatch)
    model, x = adapted(**options), torch.ones(5, 24)
    expected = figures(model, x)
    fuse(model)
    for ours, pefts in zip(figures(model, x), expected, strict=True):
        assert torch.equal(ours, pefts)
    assert not taken


def test_an_adapter_can_be_switched_off_and_merged(monkeypatch: pytest.MonkeyPatch) -> None:
    model, x = adapted(), torch.ones(5, 24)
    with model.disable_adapter():
        base = model(x)
    fuse(model)
    whole = model(x)
    taken = calls(monkeypatch)
    with model.disable_adapter():
        assert torch.equal(model(x), base)
    model.merge_adapter()
    torch.testing.assert_close(model(x), whole, atol=1e-5, rtol=0)
    assert not taken
    assert not torch.allclose(whole, base)


@pytest.mark.parametrize("count", [0, 1, LABEL_CHUNK["cpu"], 2 * LABEL_CHUNK["cpu"] + 3])
def test_the_loss_is_torchs_cross_entropy_with_its_gradient(count: int) -> None:
    torch.manual_seed(4)
    head = torch.nn.Linear(8, 50, bias=False).requires_grad_(False)
    hidden, labels = 3 * torch.randn(count, 8), torch.randint(0, 50, (count,))
    weights = torch.rand(count)  # each nat has a gradient of its own

    def found(nats: Any) -> tuple[torch.Tensor, torch.Tensor]:
        x = hidden.clone().requires_grad_()
        losses = nats(x)
        (losses * weights).sum().backward()
        assert x.grad is not None
        return losses.detach(), x.grad

    ours = found(lambda x: label_nats(x, head, labels))
    torchs = found(lambda x: cross_entropy(head(x), labels, reduction="none"))
    torch.testing.assert_close(ours[0], torchs[0], atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(ours[1], torchs[1], atol=1e-5, rtol=1e-5)


def test_far_logits_do_not_overflow() -> None:
    head = torch.nn.Linear(2, 3, bias=False).requires_grad_(False)
    head.weight.copy_(torch.tensor([[1e4, 0.0], [0.0, 1e4], [0.0, 0.0]]))
    nats = label_nats(torch.tensor([[1.0, 0.0]]), head, torch.tensor([1]))
    assert nats.tolist() == [1e4]


def test_a_head_that_learns_or_has_a_bias_gets_its_gradients() -> None:
    labels = torch.tensor([1, 2, 0])
    for head in (torch.nn.Linear(4, 5, bias=False), torch.nn.Linear(4, 5)):
        label_nats(torch.randn(3, 4), head, labels).mean().backward()
        assert all(p.grad is not None for p in head.parameters())
