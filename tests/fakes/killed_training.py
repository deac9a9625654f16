"""Run as a program: fine-tunes a tiny llama in WORK/1, WORK/2 …, killed (SIGKILL) in the n-th before its n-th step.

    python -P killed_training.py WORK

Steps are a batch learned, half of a file written, a file written, and a file put in its place. The last folder is that
of a run which came to its end. Forks, because importing torch anew for every step would take minutes.
"""

import os
import random
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import torch

from configs.progress import Silent
from configs.settings import TrainingSettings, load_settings
from feature_store.records import ExampleKind
from training_pipeline.data.dataset import TokenSequence
from training_pipeline.finetuning import loop as finetune
from training_pipeline.finetuning.checkpoints import TrainerState
from training_pipeline.finetuning.plan import TrainingPlan, make_plan
from training_pipeline.model.device import Placement
from training_pipeline.model.loading import load_for_training

BASE = "base"
WORDS = 64
CPU = Placement(torch.device("cpu"), bfloat16=False)


def settings() -> TrainingSettings:
    overrides = ["training.tokens_per_step=64", "training.checkpoint_steps=2", "training.rank=4",
                 "training.dropout=0.1", "training.learning_rate=0.02", "training.epochs=1"]  # fmt: skip
    return load_settings(overrides=overrides, environ={}).training


def sequences() -> list[TokenSequence]:
    pick = random.Random(0)
    return [
        TokenSequence(f"d{i}", ExampleKind.WRITE, tuple(pick.choices(range(WORDS), k=30)), 5, 60) for i in range(18)
    ]


def train(work: Path, folder: Path) -> TrainerState:
    """What the pipeline does of it: a plan, then the loop."""
    examples, chosen = sequences(), settings()
    model = load_for_training(work / BASE, chosen, CPU)
    plan = TrainingPlan.load(folder)
    if plan is None:
        plan = make_plan(examples[:12], examples[12:], chosen, seconds_per_token=lambda: 1e-6)
        plan.save(folder)
    return finetune.finetune(
        model, examples[:12], examples[12:], plan=plan, settings=chosen, placement=CPU, folder=folder,
        progress=Silent(),
    )  # fmt: skip


def write_base(folder: Path) -> None:
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(vocab_size=WORDS, hidden_size=16, intermediate_size=32, num_hidden_layers=2,
                         num_attention_heads=2, num_key_value_heads=2)  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)


def die_before(step: int) -> None:
    steps = count(1)

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*arguments: Any, **named: Any) -> Any:
            if next(steps) == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **named)

        return stepped

    for owner, name in ((finetune, "learning_rate"), (Path, "replace"), (os, "fsync")):
        setattr(owner, name, wrap(getattr(owner, name)))

    write_text, save = Path.write_text, torch.save
    text_to_come, state_to_come = wrap(lambda: None), wrap(lambda: None)

    def half_then_whole_text(path: Path, text: str, **options: Any) -> int:
        write_text(path, text[: len(text) // 2], **options)
        text_to_come()
        return write_text(path, text, **options)

    def half_then_whole_state(state: Any, file: Any) -> None:
        save(state, file)
        file.truncate(file.tell() // 2)
        file.flush()
        state_to_come()
        file.seek(0)
        save(state, file)

    Path.write_text = half_then_whole_text  # type: ignore[assignment, method-assign]
    torch.save = half_then_whole_state


def kill_everywhere(work: Path) -> None:
    for step in count(1):
        folder = work / str(step)
        folder.mkdir()
        child = os.fork()
        if child == 0:
            die_before(step)
            train(work, folder)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        if not os.WIFSIGNALED(status):
            assert status == 0, "training failed before it could be killed"
            return


if __name__ == "__main__":
    torch.set_num_threads(1)  # OpenMP's threads do not survive a fork
    here = Path(sys.argv[1])
    write_base(here / BASE)
    kill_everywhere(here)
