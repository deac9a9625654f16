"""LoRA layers and the loss with fewer and smaller passes over memory; figures, files and peft's classes stay the same.

peft computes x Wᵀ, x Aᵀ, (x Aᵀ) Bᵀ, its product with the scale and the sum one after another, and autograd keeps a
node for each. Here a layer is one node, whose sums happen inside the products; the loss goes over the vocabulary some
labels at a time, so that the logits, 49,152 for each label, are never kept for the way back. On two cores that is a
twelfth more pace (docs/experiments).
"""

from types import MethodType
from typing import TYPE_CHECKING, Any

import torch
from torch.nn.functional import linear

if TYPE_CHECKING:
    from peft import PeftModel

# The head's weights are read anew for each product: fewer labels make slow ones, and more gain little. On a CPU these
# are 38 MB of logits with the default vocabulary.
LABELS_AT_ONCE = {"cpu": 192, "cuda": 512}


class LoraProduct(torch.autograd.Function):
    """x Wᵀ + bias + scale · (x Aᵀ) Bᵀ for x (…, inputs); W and bias are frozen.

    A and B are rounded to the precision of x for the products, as autocast does.
    """

    @staticmethod
    def forward(
        context: Any,
        x: torch.Tensor,  # (…, inputs)
        weight: torch.Tensor,  # (outputs, inputs)
        bias: torch.Tensor | None,  # (outputs,)
        a: torch.Tensor,  # (rank, inputs)
        b: torch.Tensor,  # (outputs, rank)
        scale: float,
    ) -> torch.Tensor:
        rows = x.reshape(-1, x.shape[-1])
        a, b = a.to(x.dtype), b.to(x.dtype)
        inner = linear(rows, a)
        context.save_for_backward(rows, inner, weight, a, b)
        context.scale = scale
        found = linear(rows, weight, bias).addmm_(inner, b.t(), alpha=scale)
        return found.view(*x.shape[:-1], -1)

    @staticmethod
    def backward(context: Any, *gradients: Any) -> tuple[torch.Tensor | None, ...]:
        rows, inner, weight, a, b = context.saved_tensors
        (gradient,) = gradients
        over = gradient.reshape(-1, gradient.shape[-1])
        outer = (over @ b).mul_(context.scale)
        of_x = (over @ weight).addmm_(outer, a).view(*gradient.shape[:-1], -1) if context.needs_input_grad[0] else None
        of_b = (over.t() @ inner).mul_(context.scale)
        return of_x, None, None, (outer.t() @ rows).float(), of_b.float(), None


class LinearCrossEntropy(torch.autograd.Function):
    """Nats (labels,) of `labels` (labels,) by the logits of `hidden` (labels, width) and a frozen head (words, width).

    The way back is laid on the way there: the gradient of each nat is (softmax - one-hot) · head.
    """

    @staticmethod
    def forward(context: Any, hidden: torch.Tensor, head: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        at_once = LABELS_AT_ONCE[hidden.device.type]
        nats = torch.empty(len(labels), dtype=torch.float32, device=hidden.device)
        wanted = context.needs_input_grad[0]
        slopes = torch.empty_like(hidden) if wanted else hidden
        for start in range(0, len(labels), at_once):
            part = slice(start, start + at_once)
            logits, own = linear(hidden[part], head).float(), labels[part, None]
            chosen = logits.gather(1, own)
            highest = logits.amax(dim=1, keepdim=True)
            sums = logits.sub_(highest).exp_().sum(dim=1, keepdim=True)
            nats[part] = (sums.log() + highest - chosen)[:, 0]
            if wanted:
                logits.div_(sums).scatter_add_(1, own, torch.full_like(chosen, -1.0))
                slopes[part] = logits.to(head.dtype) @ head
        context.save_for_backward(slopes)
        return nats

    @staticmethod
    def backward(context: Any, *gradients: Any) -> tuple[torch.Tensor | None, ...]:
        (slopes,) = context.saved_tensors
        return slopes * gradients[0][:, None].to(slopes.dtype), None, None


def label_nats(hidden: torch.Tensor, head: torch.nn.Module, labels: torch.Tensor) -> torch.Tensor:
    """Nats (labels,) of `labels` (labels,) by the head over `hidden` (labels, width)."""
    if type(head) is torch.nn.Linear and head.bias is None and not head.weight.requires_grad:
        nats: torch.Tensor = LinearCrossEntropy.apply(hidden.to(head.weight.dtype), head.weight, labels)
        return nats
    return torch.nn.functional.cross_entropy(head(hidden).float(), labels, reduction="none")


def fuse(model: "PeftModel") -> None:
    """Let every plain LoRA layer of `model` take the short way whenever it may: where it is not switched off or merged,
    has no dropout, and is no variant such as DoRA."""
    from peft.tuners.lora import Linear

    for layer in model.modules():
        if type(layer) is Linear and type(layer.base_layer) is torch.nn.Linear:
            layer.forward = MethodType(_forward, layer)  # type: ignore[method-assign]


def _forward(layer: Any, x: torch.Tensor, *args: Any, **options: Any) -> torch.Tensor:
    (name, *more), dropout = layer.active_adapters, layer.lora_dropout
    weight = layer.base_layer.weight
    if (
        args
        or options
        or more
        or layer.disable_adapters
        or layer.merged
        or name in layer.lora_variant
        or not isinstance(dropout[name], torch.nn.Identity)
        or x.dtype != weight.dtype
    ):
        found: torch.Tensor = type(layer).forward(layer, x, *args, **options)
        return found
    a, b = layer.lora_A[name].weight, layer.lora_B[name].weight
    scale = layer.scaling[name]
    result: torch.Tensor = LoraProduct.apply(x, weight, layer.base_layer.bias, a, b, scale)  # type: ignore[no-untyped-call]
    return result
