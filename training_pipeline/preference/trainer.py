"""trl's DPOTrainer, restricted: our token ids, our reference log-probabilities, our checkpoints; it writes into one
folder, and uses no network.

By itself trl would tokenize again, keep a second copy of the adapter, write model cards, and send telemetry. Some of
what is overridden here is private to trl, so the extra pins its version.
"""

import contextlib
import importlib
import math
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from configs.errors import SettingsError
from configs.progress import Progress
from configs.settings import TrainingSettings
from training_pipeline.errors import DivergedError
from training_pipeline.finetuning.loop import BETAS, CLIP, learning_rate
from training_pipeline.model.device import Placement
from training_pipeline.preference.pairs import PreferencePair

if TYPE_CHECKING:
    from peft import PeftModel

COMPLETE = "complete"  # marker file: written last into a checkpoint
EPOCHS = 2
PAIRS_PER_STEP = 4
BETA = {"dpo": 0.1, "simpo": 2.0}  # Rafailov et al. 2023, Meng et al. 2024
SFT_WEIGHT = 0.2  # Llama 3 (Dubey et al. 2024, section 4.1.4)
TARGET_MARGIN = 0.5  # γ / β, nats per token (Meng et al. 2024)


def diverged(loss: float, settings: TrainingSettings) -> DivergedError:
    return DivergedError(
        f"the loss of preference tuning is {loss}. Lower its learning rate: "
        f"--set training.preference.learning_rate={settings.preference.learning_rate / 4:g}."
    )


def make_trainer(
    model: "PeftModel",
    pairs: Sequence[PreferencePair],
    reference: Sequence[tuple[float, float]],
    settings: TrainingSettings,
    placement: Placement,
    folder: Path,
    progress: Progress,
) -> Any:
    """What tunes the adapter of `model`, to be used inside `restored`. Its log has an entry with "loss" for each step.

    `reference`: log-probabilities (nats) of the chosen and the rejected text of each pair before tuning. Training
    raises DivergedError. Raises SettingsError without trl.
    """
    try:
        datasets: Any = importlib.import_module("datasets")
        trl: Any = importlib.import_module("trl")
    except ImportError as error:
        raise SettingsError(
            f"training.preference.method is {settings.preference.method}, which needs trl, and it cannot be imported "
            f"({error}). Run: pip install -e '.[preference]', or tune without it: "
            "--set training.preference.method=none"
        ) from error
    import torch
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from transformers import PreTrainedTokenizerFast, PrinterCallback, TrainerCallback

    class Trainer(trl.DPOTrainer):  # type: ignore[misc]
        def _prepare_dataset(self, dataset: Any, *_: Any) -> Any:
            return dataset  # already tokenized

        def _send_telemetry(self) -> None:
            return None

        def create_model_card(self, *_: Any, **__: Any) -> None:
            return None

        def _save_checkpoint(self, model: Any, trial: Any) -> None:
            super()._save_checkpoint(model, trial)
            (folder / f"checkpoint-{self.state.global_step}" / COMPLETE).touch()

    class ReportProgress(TrainerCallback):
        def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            progress.start("preference tuning", state.max_steps)
            progress.advance(state.global_step)

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            progress.advance()

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            if not math.isfinite(logs.get("loss", 0.0)):
                raise diverged(logs["loss"], settings)

        def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            progress.finish(f"{state.global_step} steps")

    chosen = settings.preference
    if chosen.method == "simpo":
        # sigmoid_norm divides the log-ratio of a text by its length. Without a reference this is SimPO's reward, and
        # a reference of γ / β for each token of the chosen text is its margin.
        reference = [(TARGET_MARGIN * len(pair.chosen_ids), 0.0) for pair in pairs]
    with_room = settings.tokens_per_step // max(2 * len(p.prompt_ids + p.chosen_ids) for p in pairs)
    at_once = max(n for n in (1, 2, PAIRS_PER_STEP) if n <= max(1, with_room))
    arguments = trl.DPOConfig(
        output_dir=str(folder),
        loss_type=["sigmoid" if chosen.method == "dpo" else "sigmoid_norm", "sft"],
        loss_weights=[1.0, SFT_WEIGHT],
        beta=chosen.beta or BETA[chosen.method],
        max_grad_norm=CLIP,
        num_train_epochs=EPOCHS,
        per_device_train_batch_size=at_once,
        gradient_accumulation_steps=PAIRS_PER_STEP // at_once,
        gradient_checkpointing=settings.gradient_checkpointing,
        max_length=None,
        bf16=placement.bfloat16,
        use_cpu=placement.device.type == "cpu",
        dataloader_pin_memory=False,
        seed=settings.seed,
        save_steps=settings.checkpoint_steps,
        save_total_limit=2,  # the previous one stays until the new one is complete
        logging_steps=1,
        logging_nan_inf_filter=False,
        disable_tqdm=True,
        report_to="none",
    )
    arguments._n_gpu = min(arguments.n_gpu, 1)  # it would count every GPU that it sees, and then refuse several
    adapter = [(parameter, parameter.data) for parameter in model.parameters() if parameter.requires_grad]
    steps = EPOCHS * math.ceil(len(pairs) / PAIRS_PER_STEP)
    optimizer = torch.optim.AdamW(
        [parameter for parameter, _ in adapter], lr=chosen.learning_rate, betas=BETAS, weight_decay=0.0
    )
    rate = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: learning_rate(min(step, steps), steps, 1.0))
    trainer = Trainer(
        model=model,
        args=arguments,
        train_dataset=datasets.Dataset.from_dict(
            {
                "prompt_ids": [list(pair.prompt_ids) for pair in pairs],
                "chosen_ids": [list(pair.chosen_ids) for pair in pairs],
                "rejected_ids": [list(pair.rejected_ids) for pair in pairs],
                "ref_chosen_logps": [of_chosen for of_chosen, _ in reference],
                "ref_rejected_logps": [of_rejected for _, of_rejected in reference],
            }
        ),
        # Its vocabulary is the padding token alone: if trl tokenized anything again, the ids would be wrong at once.
        processing_class=PreTrainedTokenizerFast(tokenizer_object=Tokenizer(WordLevel({"_": 0})), pad_token="_"),  # noqa: S106
        optimizers=(optimizer, rate),
        callbacks=[ReportProgress()],
    )
    trainer.remove_callback(PrinterCallback)
    trainer.precompute_ref_logps = True  # read them from the columns above
    model.delete_adapter("ref")  # the copy of the adapter that would be read in every step instead
    for parameter, data in adapter:
        parameter.data = data  # over a 4-bit base trl makes bfloat16 of it, in which small updates vanish
    return trainer


@contextlib.contextmanager
def restored(model: "PeftModel") -> Iterator[None]:
    """Undoes what trl and accelerate change in `model` besides the adapter: `forward`, and the padding token."""
    causal: Any = model.get_base_model()
    forwards = [(module, module.__dict__.get("forward")) for module in (model, causal)]
    padding = [(config, config.pad_token_id) for config in (causal.config, causal.generation_config)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of trl's use of transformers
        try:
            yield
        finally:
            for module, forward in forwards:
                module.__dict__.pop("_original_forward", None)
                module.__dict__.pop("forward", None)
                if forward is not None:
                    module.__dict__["forward"] = forward
            for config, token in padding:
                config.pad_token_id = token


def newest(folder: Path) -> str | None:
    """The last complete checkpoint."""
    complete = [marker.parent for marker in folder.glob(f"checkpoint-*/{COMPLETE}")]
    return str(max(complete, key=lambda path: int(path.name.rpartition("-")[2]))) if complete else None
