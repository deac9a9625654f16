"""The device and the precision to train in."""

import importlib.util
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from configs.settings import TrainingSettings
from feature_store.precision import bfloat16_is_faster
from training_pipeline.errors import DeviceUnavailableError

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class Placement:
    """`bfloat16`: matrix products run in bfloat16 by autocast; the adapter itself stays in float32."""

    device: "torch.device"
    bfloat16: bool

    def autocast(self) -> AbstractContextManager[object]:
        import torch

        return torch.autocast(self.device.type, dtype=torch.bfloat16) if self.bfloat16 else nullcontext()

    @property
    def description(self) -> str:
        return f"{self.device.type}, {'bfloat16' if self.bfloat16 else 'float32'}"


def place(settings: TrainingSettings) -> Placement:
    """Raises DeviceUnavailableError when what is asked for is not there."""
    import torch

    cuda = torch.cuda.is_available()
    if settings.device == "cuda" and not cuda:
        raise DeviceUnavailableError("training.device is cuda, and torch sees no GPU. Use --set training.device=auto.")
    on_gpu = cuda and settings.device != "cpu"
    native = torch.cuda.is_bf16_supported() if on_gpu else bfloat16_is_faster()
    wanted = native if settings.precision == "auto" else settings.precision == "bfloat16"
    if settings.quantise == "4bit":
        _require_quantisation(on_gpu)
    if wanted and on_gpu and not native:
        raise DeviceUnavailableError("this GPU has no bfloat16. Use --set training.precision=float32.")
    return Placement(torch.device("cuda" if on_gpu else "cpu"), bool(wanted))


def _require_quantisation(on_gpu: bool) -> None:
    if not on_gpu:
        raise DeviceUnavailableError(
            "training.quantise is 4bit, which needs a GPU, and this run would be on the CPU. "
            "Use --set training.quantise=none."
        )
    if importlib.util.find_spec("bitsandbytes") is None:
        raise DeviceUnavailableError(
            "training.quantise is 4bit, which needs bitsandbytes. Run: pip install -e '.[qlora]', or use "
            "--set training.quantise=none."
        )
