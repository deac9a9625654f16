"""LoRA fine-tuning: one loop, on CPU or GPU, that survives a kill.

The head is applied only at label positions: with a vocabulary of 49,152 the logits of a prompt cost more than a
layer. The run's state is (step, adapter, optimiser); data order and learning rate follow from the step and the seed.
"""

import itertools
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from configs.progress import Progress
from configs.settings import TrainingSettings
from training_pipeline import checkpoints
from training_pipeline.checkpoints import RunState
from training_pipeline.dataset import IGNORED, TokenSequence, batches, schedule, to_tensors
from training_pipeline.device import Placement
from training_pipeline.errors import DivergedError
from training_pipeline.plan import Plan

if TYPE_CHECKING:
    import torch
    from peft import PeftModel

WARMUP_SHARE = 0.06
FINAL_RATE = 0.1  # of the peak learning rate
CLIP = 1.0
BETAS = (0.9, 0.98)


def load_for_training(folder: Path, settings: TrainingSettings, placement: Placement) -> "PeftModel":
    """The frozen base with a fresh LoRA adapter: float32, or a bfloat16 base where that is native."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    torch.manual_seed(settings.seed)
    dtype = torch.bfloat16 if placement.bfloat16 else torch.float32
    base: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, local_files_only=True)
    base.config.use_cache = False
    if settings.gradient_checkpointing:
        base.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        base.enable_input_require_grads()
    model = get_peft_model(
        base.to(placement.device),
        LoraConfig(
            r=settings.rank,
            lora_alpha=settings.alpha,
            lora_dropout=settings.dropout,
            target_modules=settings.targets,
            task_type="CAUSAL_LM",
        ),
    )
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()  # small updates vanish in bfloat16
    return model


def negative_log_likelihood(
    model: "PeftModel", batch: Sequence[TokenSequence], placement: Placement
) -> tuple["torch.Tensor", "torch.Tensor"]:
    """Nats of every label token, flat (labels,), and the row of the batch that each belongs to (labels,)."""
    import torch.nn.functional as functional

    ids, labels = to_tensors(batch, placement.device)
    causal: Any = model.get_base_model()
    with placement.autocast():
        hidden = causal.get_decoder()(input_ids=ids).last_hidden_state[:, :-1]
        wanted = labels[:, 1:]
        kept = wanted != IGNORED
        logits = causal.get_output_embeddings()(hidden[kept])
    nats = functional.cross_entropy(logits.float(), wanted[kept], reduction="none")
    return nats, kept.nonzero()[:, 0]


def mean_loss(
    model: "PeftModel", sequences: Sequence[TokenSequence], settings: TrainingSettings, placement: Placement
) -> float:
    """Nats a label token, without gradients."""
    import torch

    total, count = 0.0, 0
    model.eval()
    with torch.inference_mode():
        for batch in batches(sequences, tokens=settings.tokens_per_step, seed=None):
            nats, _ = negative_log_likelihood(model, batch, placement)
            total += nats.sum().item()
            count += len(nats)
    model.train()
    return total / count


def learning_rate(step: int, steps: int, peak: float) -> float:
    """Linear warm-up, then a cosine to FINAL_RATE of the peak."""
    warmup = max(1, round(steps * WARMUP_SHARE))
    if step < warmup:
        return peak * (step + 1) / warmup
    done = (step - warmup) / max(1, steps - warmup)
    return peak * (FINAL_RATE + (1 - FINAL_RATE) * 0.5 * (1 + math.cos(math.pi * done)))


def seconds_per_token(
    model: "PeftModel", sequences: Sequence[TokenSequence], settings: TrainingSettings, placement: Placement
) -> float:
    """The pace of this machine: the best of three real steps whose gradients are thrown away.

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
    plan: Plan,
    settings: TrainingSettings,
    placement: Placement,
    folder: Path,
    progress: Progress,
) -> RunState:
    """Train to the end of the plan or until validation stops improving; leave the best adapter in `model`.

    Goes on from the checkpoint in `folder` when there is one. Raises DivergedError when the loss is not finite.
    """
    import torch

    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=settings.learning_rate, betas=BETAS, weight_decay=0.0)
    state = checkpoints.load(folder) or RunState()
    if state.step:
        _set_adapter(model, state.adapter)
        optimizer.load_state_dict(state.optimizer)
    progress.start("fine-tune", plan.steps)
    progress.advance(state.step)
    data = schedule(train, tokens=settings.tokens_per_step, seed=settings.seed)
    model.train()
    for batch in itertools.islice(data, state.step, plan.steps):
        if state.finished:
            break
        started = time.perf_counter()
        torch.manual_seed(settings.seed + state.step)  # dropout, if any, repeats after a resume
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(state.step, plan.steps, settings.learning_rate)
        nats, _ = negative_log_likelihood(model, batch, placement)
        loss = nats.mean()
        if not torch.isfinite(loss):
            raise DivergedError(
                f"the loss is {loss.item()} at step {state.step} of {plan.steps}. "
                f"Lower the learning rate: --set training.learning_rate={settings.learning_rate / 4:g}."
            )
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, CLIP)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        state.step += 1
        state.curve.append((state.step, "train_loss", loss.item()))
        if validation and (state.step % plan.validate_every == 0 or state.step == plan.steps):
            _validate(model, validation, state, settings, placement)
        state.seconds += time.perf_counter() - started
        state.finished = state.step == plan.steps or state.worse >= settings.patience
        if state.finished or state.step % settings.checkpoint_steps == 0:
            state.adapter, state.optimizer = _get_adapter(model), optimizer.state_dict()
            checkpoints.save(folder, state)
        progress.advance()
    if state.best_adapter:
        _set_adapter(model, state.best_adapter)
    progress.finish(f"{state.step} steps, best validation loss {state.best_loss:.3f} at step {state.best_step}")
    return state


def _validate(
    model: "PeftModel",
    validation: Sequence[TokenSequence],
    state: RunState,
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


def _set_adapter(model: "PeftModel", adapter: dict[str, Any]) -> None:
    from peft import set_peft_model_state_dict

    set_peft_model_state_dict(model, adapter)
