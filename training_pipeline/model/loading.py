"""Loads the base model with an adapter: a fresh one to be trained, or a trained one to be judged."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from configs.settings import TrainingSettings
from training_pipeline.model.device import Placement
from training_pipeline.model.packing import register_attention

if TYPE_CHECKING:
    from peft import PeftModel


def load_for_training(folder: Path, settings: TrainingSettings, placement: Placement) -> "PeftModel":
    """The frozen base in `folder` with a fresh LoRA adapter, the same for the same seed.

    The base is float32, bfloat16 where that is native, or 4-bit; the adapter is float32 (peft sees to it), as small
    updates vanish in lower precision.
    """
    import torch
    from peft import LoraConfig, get_peft_model

    from training_pipeline.model.fused import fuse

    base = _load_base(folder, placement, quantised=settings.quantise == "4bit")
    if settings.gradient_checkpointing:
        base.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    torch.manual_seed(settings.seed)
    model = get_peft_model(
        base,
        LoraConfig(
            r=settings.rank,
            lora_alpha=settings.alpha,
            lora_dropout=settings.dropout,
            target_modules=settings.targets,
            use_rslora=settings.rslora,  # Kalajdzievski 2023
            use_dora=settings.dora,  # Liu et al. 2024
            task_type="CAUSAL_LM",
        ),
    )
    fuse(model)
    return model


def load_trained(folder: Path, adapter: Path, placement: Placement) -> "PeftModel":
    """The base in `folder` with a version's adapter, in evaluation mode and not trainable.

    The base is never 4-bit here, whatever it was in training: this is what is served.
    """
    from peft import PeftModel

    return PeftModel.from_pretrained(_load_base(folder, placement), adapter).eval()


def _load_base(folder: Path, placement: Placement, *, quantised: bool = False) -> Any:
    import torch
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    dtype = torch.bfloat16 if placement.bfloat16 else torch.float32
    options: dict[str, Any] = {}
    if quantised:  # QLoRA: NF4 with double quantisation (Dettmers et al. 2023)
        options["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=dtype,
        )
        options["device_map"] = {"": placement.device}
    base: Any = AutoModelForCausalLM.from_pretrained(
        folder, dtype=dtype, local_files_only=True, attn_implementation=register_attention(), **options
    )
    return base if quantised else base.to(placement.device)
