"""A run's checkpoint: one file, replaced atomically, so that a kill at any moment leaves a whole one."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from configs.files import replacing

FILE = "checkpoint.pt"


@dataclass(slots=True)
class RunState:
    """Everything that the rest of a run depends on. `step` steps of `steps` are done."""

    step: int = 0
    steps: int = 0  # the plan's, or fewer where the machine turned out slower
    adapter: dict[str, Any] = field(default_factory=dict)
    optimizer: dict[str, Any] = field(default_factory=dict)
    best_adapter: dict[str, Any] = field(default_factory=dict)
    best_loss: float = float("inf")
    best_step: int = 0
    worse: int = 0  # validations since the best
    seconds: float = 0.0
    curve: list[tuple[int, str, float]] = field(default_factory=list)  # (step, name, value)
    finished: bool = False


def save(folder: Path, state: RunState) -> None:
    import torch

    with replacing(folder / FILE) as staging, staging.open("wb") as file:
        torch.save({name: getattr(state, name) for name in RunState.__slots__}, file)


def load(folder: Path) -> RunState | None:
    """The state that was saved last, None before the first. Tensors only: nothing in the file is executed."""
    import torch

    path = folder / FILE
    if not path.is_file():
        return None
    return RunState(**torch.load(path, map_location="cpu", weights_only=True))
