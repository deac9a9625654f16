"""What a base model's own files say about generating with it."""

import json

from inference_pipeline.errors import PromptTooLongError
from model_registry.base_models import BaseModelFiles
from model_registry.errors import UnknownBaseModelError


def context_tokens(base: BaseModelFiles) -> int:
    """How many tokens prompt and answer may have together."""
    return int(base.config["max_position_embeddings"])


def end_tokens(base: BaseModelFiles) -> tuple[int, ...]:
    """The ids that end an answer, generation_config.json before config.json."""
    file = base.folder / "generation_config.json"
    generation = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    ids = generation.get("eos_token_id", base.config.get("eos_token_id"))
    if ids is None:
        raise UnknownBaseModelError(f"{base.name} names no eos_token_id. Choose an instruction-tuned model.")
    return tuple(ids) if isinstance(ids, list) else (int(ids),)


def cache_bytes_per_token(base: BaseModelFiles) -> int:
    """Keys and values of one token in 16 bits, all layers."""
    config = base.config
    heads = config["num_attention_heads"]
    width = config.get("head_dim") or config["hidden_size"] // heads
    return int(2 * 2 * config["num_hidden_layers"] * config.get("num_key_value_heads", heads) * width)


def check_fits(base: BaseModelFiles, prompt_tokens: int, max_new_tokens: int) -> None:
    """Raises PromptTooLongError when prompt and answer together exceed the context."""
    if prompt_tokens + max_new_tokens > (limit := context_tokens(base)):
        raise PromptTooLongError(
            f"the prompt has {prompt_tokens} tokens and the answer may have {max_new_tokens}: together more than the "
            f"{limit} that {base.name} can hold. Shorten the conversation, or ask for a shorter answer."
        )
