"""How long to train, from how much text there is and how fast this machine is."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from configs.files import write_whole
from configs.settings import TrainingSettings
from feature_store.records import ExampleKind
from training_pipeline.dataset import TokenSequence, batches

PLAN_FILE = "plan.json"
# Answering costs a prompt of passages for a short target, so it may take at most this share of a run's tokens: with a
# quarter, an eighth of the gain in bits per byte was lost (docs/experiments).
ANSWER_SHARE = 0.1
# Epochs by label tokens: small collections are read several times, large ones are not even read once on a CPU.
EPOCHS = ((20_000, 4.0), (60_000, 3.0), (400_000, 2.0))
EPOCHS_BEYOND = 1.0
VALIDATIONS = 8  # a run is validated so many times, or fewer when they would take more than VALIDATION_SHARE of it
VALIDATION_SHARE = 0.15
FORWARD_SHARE = 1 / 3  # of a training step's time is its forward pass
LATE = 1.1


@dataclass(frozen=True, slots=True)
class Plan:
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
        """Steps of a run whose `done` steps took `seconds`, one more than `done` at least and no more than `wanted`.

        The plan's, unless they would take LATE times the time allowed, or a plan that was cut would leave as much of
        it: it was made at a quieter moment then, or at a busier one. Asked again later, it may answer otherwise.
        """
        expected = self.steps * seconds / done
        if expected > LATE * seconds_allowed or (self.cut and expected < seconds_allowed / LATE):
            return max(done + 1, min(self.wanted, int(done * seconds_allowed / seconds)))
        return self.steps

    def save(self, folder: Path) -> None:
        write_whole(folder / PLAN_FILE, json.dumps(asdict(self)))

    @staticmethod
    def load(folder: Path) -> "Plan | None":
        path = folder / PLAN_FILE
        found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        # One that another version of the program wrote is made anew.
        return Plan(**found) if found.keys() == {field.name for field in fields(Plan)} else None


def balance(sequences: Sequence[TokenSequence]) -> list[TokenSequence]:
    """Leave out answer examples, evenly over the documents, until they take ANSWER_SHARE of the tokens at most."""
    answers = [s for s in sequences if s.kind is ExampleKind.ANSWER]
    others = [s for s in sequences if s.kind is not ExampleKind.ANSWER]
    allowed = sum(len(s.ids) for s in others) * ANSWER_SHARE / (1 - ANSWER_SHARE)
    total = sum(len(s.ids) for s in answers)
    if not others or total <= allowed:
        return list(sequences)
    every = total / allowed
    return others + [answers[int(i * every)] for i in range(int(len(answers) / every))]


def make_plan(
    sequences: Sequence[TokenSequence],
    validation: Sequence[TokenSequence],
    settings: TrainingSettings,
    *,
    seconds_per_token: Callable[[], float],
) -> Plan:
    """`seconds_per_token` measures real steps; it is asked once."""
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
    return Plan(
        steps=steps,
        validate_every=max(1, -(-steps // validations)),
        epochs=used / tokens,
        tokens=used,
        seconds=used * pace + validations * once,
        wanted=max(1, round(planned / per_step)),
    )
