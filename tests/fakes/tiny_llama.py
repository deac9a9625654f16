"""A tiny but real llama with the real tokenizer, and adapters of it that PEFT makes."""

import shutil
from pathlib import Path
from typing import Any

from model_registry.base_models import BaseModelFiles


def write_tiny_llama(folder: Path, tokenizer_of: BaseModelFiles) -> BaseModelFiles:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=49152,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        tie_word_embeddings=True,
        bos_token_id=1,
        eos_token_id=2,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "generation_config.json"):
        shutil.copy(tokenizer_of.folder / name, folder / name)
    return BaseModelFiles(name=tokenizer_of.name, fingerprint="f" * 64, folder=folder, gguf=None)


def write_lora(folder: Path, base: BaseModelFiles, **lora: Any) -> Path:
    """An untrained adapter whose every tensor is random, so that it changes every linear layer. `lora` are
    LoraConfig's arguments."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(1)
    settings = {"r": 4, "lora_alpha": 8, "target_modules": "all-linear", "task_type": "CAUSAL_LM"} | lora
    plain = AutoModelForCausalLM.from_pretrained(base.folder, dtype=torch.float32)
    model = get_peft_model(plain, LoraConfig(init_lora_weights=False, **settings))
    for name, parameter in model.named_parameters():
        if "magnitude" in name:
            parameter.data *= torch.empty_like(parameter).uniform_(0.5, 1.5)
    model.save_pretrained(str(folder))
    return folder
