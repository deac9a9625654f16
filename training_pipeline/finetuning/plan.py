"""Plans the number of steps, from the amount of text and the speed of this machine."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from configs.files import write_whole
from configs.settings import TrainingSettings
from training_pipeline.data.dataset import TokenSequence, batches

PLAN_FILE = "plan.json"
# Epochs by label tokens: small collections are read several times, large ones are not even read once on a CPU.
EPOCHS = ((20_000, 4.0), (60_000, 3.0), (400_000, 2.0))
EPOCHS_BEYOND = 1.0
VALIDATIONS = 8  # of a run, or fewer when they would take more than VALIDATION_SHARE of its time
VALIDATION_SHARE = 0.15
FORWARD_SHARE = 1 / 3  # of a training step's time
LATE = 1.1  # times the time allowed, from which a plan is cut


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    steps: int
    validate_every: int
    epochs: float  # of the sequences that are trained on
    tokens: int  # ids read
    seconds: float  # expected
    wanted: int  # steps, if there were time for all of them

    @property
    def cut(self) -> bool:
        """Shortened to fit training.max_minutes."""
        return self.steps < self.wanted

    def steps_within(self, seconds_allowed: float, *, done: int, seconds: float) -> int:
        """Total steps, re-estimated after `done` steps took `seconds`: more than `done`, and at most `wanted`.

        The planned number, unless that would take LATE times the time allowed, or a shortened plan would leave as much
        of it unused: the machine was less busy when the plan was made, or busier.
        """
        expected = self.steps * seconds / done
        if expected > LATE * seconds_allowed or (self.cut and expected < seconds_allowed / LATE):
            return max(done + 1, min(self.wanted, int(done * seconds_allowed / seconds)))
        return self.steps

    def save(self, folder: Path) -> None:
        write_whole(folder / PLAN_FILE, json.dumps(asdict(self)))

    @staticmethod
    def load(folder: Path) -> "TrainingPlan | None":
        path = folder / PLAN_FILE
        found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        # Another version of the program may have written it: then a new one is made.
        return TrainingPlan(**found) if found.keys() == {field.name for field in fields(TrainingPlan)} else None


def make_plan(
    sequences: Sequence[TokenSequence],
    validation: Sequence[TokenSequence],
    settings: TrainingSettings,
    *,
    seconds_per_token: Callable[[], float],
) -> TrainingPlan:
    """`seconds_per_token` measures real training steps; it is called once."""
    tokens = sum(len(s.ids) for s in sequences)
    per_step = tokens / len(batches(sequences, tokens=settings.tokens_per_step, seed=settings.seed))
    labels = sum(s.label_tokens for s in sequences)
    epochs = settings.epochs or next((e for bound, e in EPOCHS if labels < bound), EPOCHS_BEYOND)
    pace = seconds_per_token()
    planned = tokens * epochs
    budget = min(settings.max_minutes * 60, planned * pace / (1 - VALIDATION_SHARE))
    once = sum(len(s.ids) for s in validation) * pace * FORWARD_SHARE
    validations = min(VALIDATIONS, max(1, int(budget * VALIDATION_SHARE / once))) if once else 1
    affordable = max(budget - validations * once, budget * (1 - VALIDATION_SHARE)) / pace
    steps = max(1, round(min(planned, affordable) / per_step))
    used = round(steps * per_step)
    return TrainingPlan(
        steps=steps,
        validate_every=max(1, -(-steps // validations)),
        epochs=used / tokens,
        tokens=used,
        seconds=used * pace + validations * once,
        wanted=max(1, round(planned / per_step)),
    )
