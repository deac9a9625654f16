"""A tiny but real llama with the real tokenizer and chat template: the training loop on it takes seconds."""

from pathlib import Path

import pytest

from configs.settings import TrainingSettings, load_settings
from model_registry.base_models import BaseModelFiles
from model_registry.prompting import PromptRenderer


@pytest.fixture(scope="session")
def tiny_base(base_model: BaseModelFiles, tmp_path_factory: pytest.TempPathFactory) -> BaseModelFiles:
    import shutil

    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    folder: Path = tmp_path_factory.mktemp("tiny-base")
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=49152,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        tie_word_embeddings=True,
        bos_token_id=1,
        eos_token_id=2,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        shutil.copy(base_model.folder / name, folder / name)
    return BaseModelFiles(name="tiny", fingerprint="tiny", folder=folder, gguf=None)


@pytest.fixture(scope="session")
def renderer(tiny_base: BaseModelFiles) -> PromptRenderer:
    return PromptRenderer("Maud Ferrier", tiny_base.chat_template, tiny_base.tokenizer_json)


@pytest.fixture
def training_settings() -> TrainingSettings:
    overrides = ["training.device=cpu", "training.precision=float32", "training.tokens_per_step=256",
                 "training.checkpoint_steps=2", "training.rank=4", "training.alpha=8",
                 "training.learning_rate=0.03", "training.dropout=0.1"]  # fmt: skip
    return load_settings(overrides=overrides, environ={}).training
