"""A run's checkpoint: one file, replaced atomically, so that a kill at any moment leaves a complete one."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from configs.files import replacing

FILE = "checkpoint.pt"


@dataclass(slots=True)
class TrainerState:
    """Everything that the rest of a run depends on. `step` of `steps` steps are done. Field names are stored."""

    step: int = 0
    steps: int = 0  # the plan's, or re-estimated while running
    adapter: dict[str, Any] = field(default_factory=dict)
    optimizer: dict[str, Any] = field(default_factory=dict)
    best_adapter: dict[str, Any] = field(default_factory=dict)
    best_loss: float = float("inf")
    best_step: int = 0
    worse: int = 0  # validations since the best
    seconds: float = 0.0
    curve: list[tuple[int, str, float]] = field(default_factory=list)  # (step, name, value)
    finished: bool = False


def save(folder: Path, state: TrainerState) -> None:
    import torch

    with replacing(folder / FILE) as staging, staging.open("wb") as file:
        torch.save({name: getattr(state, name) for name in TrainerState.__slots__}, file)


def load(folder: Path) -> TrainerState | None:
    """The last state saved, None before the first. Only tensors are read: nothing in the file is executed."""
    import torch

    path = folder / FILE
    if not path.is_file():
        return None
    return TrainerState(**torch.load(path, map_location="cpu", weights_only=True))
