"""The LoRA training loop, on CPU or GPU, resumable after a kill.

The run's state is (step, adapter, optimiser, elapsed time); data order and learning rate follow from it and the seed.
"""

import itertools
import math
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from configs.progress import Progress
from configs.settings import TrainingSettings
from training_pipeline.data.dataset import TokenSequence, batches, schedule
from training_pipeline.errors import DivergedError
from training_pipeline.finetuning import checkpoints
from training_pipeline.finetuning.checkpoints import TrainerState
from training_pipeline.finetuning.plan import TrainingPlan
from training_pipeline.model.device import Placement
from training_pipeline.model.loss import mean_loss, negative_log_likelihood

if TYPE_CHECKING:
    from peft import PeftModel

WARMUP_SHARE = 0.06
# Adam's second moment is an average over about 1 / (1 - beta_2) steps: a warm-up of twice that is enough for a run of
# any length (Ma and Yarats 2021).
LONGEST_WARMUP = 100
FINAL_RATE = 0.1  # of the peak learning rate
CLIP = 1.0
BETAS = (0.9, 0.98)


def learning_rate(step: int, steps: int, peak: float) -> float:
    """Linear warm-up, then a cosine to FINAL_RATE of the peak."""
    warmup = min(LONGEST_WARMUP, max(1, round(steps * WARMUP_SHARE)))
    if step < warmup:
        return peak * (step + 1) / warmup
    done = (step - warmup) / max(1, steps - warmup)
    return peak * (FINAL_RATE + (1 - FINAL_RATE) * 0.5 * (1 + math.cos(math.pi * done)))


def seconds_per_token(
    model: "PeftModel", sequences: Sequence[TokenSequence], settings: TrainingSettings, placement: Placement
) -> float:
    """Seconds that this machine takes for one id of a training step: the best of three steps, without an update.

    The first one warms up, and a busy moment must not shorten a whole run.
    """
    pace = math.inf
    for batch in itertools.islice(schedule(sequences, tokens=settings.tokens_per_step, seed=settings.seed), 3):
        started = time.perf_counter()
        nats, _ = negative_log_likelihood(model, batch, placement)
        nats.mean().backward()
        pace = min(pace, (time.perf_counter() - started) / sum(len(sequence.ids) for sequence in batch))
    model.zero_grad(set_to_none=True)
    return pace


def finetune(
    model: "PeftModel",
    train: Sequence[TokenSequence],
    validation: Sequence[TokenSequence],
    *,
    plan: TrainingPlan,
    settings: TrainingSettings,
    placement: Placement,
    folder: Path,
    progress: Progress,
) -> TrainerState:
    """Train to the end of the plan, or until validation stops improving; the best adapter is in `model` afterwards.

    Resumes from the checkpoint in `folder` when there is one. The curve holds train_loss (nats per label) for every
    step, validation_loss (the same) for every validation and, for every checkpoint, seconds (of the run so far) and
    tokens_per_second (since the checkpoint before, validation included). Raises DivergedError when the loss is not
    finite.
    """
    import torch
    from peft import set_peft_model_state_dict

    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=settings.learning_rate, betas=BETAS, weight_decay=0.0)
    state = checkpoints.load(folder) or TrainerState(steps=plan.steps)
    if state.step:
        set_peft_model_state_dict(model, state.adapter)
        optimizer.load_state_dict(state.optimizer)
    steps_per_epoch = len(batches(train, tokens=settings.tokens_per_step, seed=settings.seed))
    labels_per_step = sum(sequence.label_tokens for sequence in train) / steps_per_epoch
    progress.start("fine-tune", state.steps)
    progress.advance(state.step)
    for step, series, value in state.curve:
        if series.endswith("loss"):
            progress.point(series, step, value)
    data = itertools.islice(schedule(train, tokens=settings.tokens_per_step, seed=settings.seed), state.step, None)
    tokens_read, seconds_before = 0, state.seconds  # at the last checkpoint
    model.train()
    while not state.finished:
        batch, started = next(data), time.perf_counter()
        torch.manual_seed(settings.seed + state.step)  # the same dropout masks after a resume
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(state.step, state.steps, settings.learning_rate)
        nats, _ = negative_log_likelihood(model, batch, placement)
        # Every label has the same weight, whichever step it falls into. With the mean of each step, one of the few
        # labels that follow retrieved passages would weigh as much as ten others.
        loss = nats.sum() / labels_per_step
        if not torch.isfinite(loss):
            raise DivergedError(
                f"the loss is {loss.item()} at step {state.step} of {state.steps}. "
                f"Lower the learning rate: --set training.learning_rate={settings.learning_rate / 4:g}."
            )
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, CLIP)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        tokens_read += sum(len(sequence.ids) for sequence in batch)
        state.step += 1
        state.curve.append((state.step, "train_loss", nats.mean().item()))
        progress.point("train_loss", state.step, state.curve[-1][2])
        last = state.step == state.steps
        if validation and (last or state.step % plan.validate_every == 0):
            _validate(model, validation, state, settings, placement)
            progress.point("validation_loss", state.step, state.curve[-1][2])
        state.seconds += time.perf_counter() - started
        state.finished = last or state.worse >= settings.patience
        if state.finished or state.step % settings.checkpoint_steps == 0:
            pace = tokens_read / (state.seconds - seconds_before)
            state.curve += [(state.step, "seconds", state.seconds), (state.step, "tokens_per_second", pace)]
            tokens_read, seconds_before = 0, state.seconds
            if not state.finished:  # afterwards no steps are to come, and the share that is done must not fall
                state.steps = plan.steps_within(settings.max_minutes * 60, done=state.step, seconds=state.seconds)
                progress.expect(state.steps)
            state.adapter, state.optimizer = _get_adapter(model), optimizer.state_dict()
            checkpoints.save(folder, state)
        progress.advance()
    if state.best_adapter:
        set_peft_model_state_dict(model, state.best_adapter)
    progress.finish(_summary(state))
    return state


def _validate(
    model: "PeftModel",
    validation: Sequence[TokenSequence],
    state: TrainerState,
    settings: TrainingSettings,
    placement: Placement,
) -> None:
    loss = mean_loss(model, validation, settings, placement)
    state.curve.append((state.step, "validation_loss", loss))
    if loss < state.best_loss:
        state.best_loss, state.best_step, state.worse = loss, state.step, 0
        state.best_adapter = _get_adapter(model)
    else:
        state.worse += 1


def _get_adapter(model: "PeftModel") -> dict[str, Any]:
    from peft import get_peft_model_state_dict

    return {name: tensor.detach().cpu().clone() for name, tensor in get_peft_model_state_dict(model).items()}


def _summary(state: TrainerState) -> str:
    paces = [value for _, name, value in state.curve if name == "tokens_per_second"]
    said = f"{state.step} steps, {statistics.median(paces):.0f} tokens a second"
    return said + (f", best validation loss {state.best_loss:.3f} at step {state.best_step}" if state.best_step else "")
