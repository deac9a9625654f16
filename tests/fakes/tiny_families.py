"""Random models of real families, 2 layers deep, each with the tokenizer and the kind of chat template of its family.

The templates are of this project, and turn the same corners as those of the families: who opens with a token of its
own, who calls the assistant "model", who has no system turn.
"""

import json
from pathlib import Path
from typing import Any

from model_registry.base_models import BaseModelFiles, find_base_model

FAMILIES = ("llama", "qwen2", "qwen3", "gemma3")
PACKED = ("llama", "qwen2", "qwen3")  # openvino-genai opens these; the others are served by transformers
CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
WORDS = (
    CONTRACTIONS
    + r"|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}{digits}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
DIGITS = {"llama": "{1,3}", "qwen2": "", "qwen3": ""}  # how many stand together in a piece
VOCABULARY = 700
ROWS = 768  # of the embedding: padded, as real ones are
SHAPE = {
    "vocab_size": ROWS,
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 8192,
}
# Begin of text, end of turn, and what else the template writes as one token.
TOKENS = {
    "llama": ("<|begin_of_text|>", "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>"),
    "qwen2": ("<|endoftext|>", "<|im_end|>", "<|im_start|>"),
    "qwen3": ("<|endoftext|>", "<|im_end|>", "<|im_start|>", "<think>", "</think>"),
    "gemma3": ("<bos>", "<end_of_turn>", "<start_of_turn>"),
}
CHATML = """\
{%- if messages[0].role != 'system' %}<|im_start|>system
You are helpful.<|im_end|>
{% endif %}
{%- for m in messages %}<|im_start|>{{ m.role }}
{{ m.content }}<|im_end|>
{% endfor %}
{%- if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""
TEMPLATES = {
    "llama": """\
{{- bos_token }}
{%- for m in messages %}
{{- '<|start_header_id|>' + m.role + '<|end_header_id|>\\n\\n' + m.content | trim + '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}""",
    "qwen2": CHATML,
    "qwen3": CHATML + "{%- if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>\n\n{% endif %}",
    "gemma3": """\
{{- bos_token }}
{%- set opening = '' %}
{%- if messages[0].role == 'system' %}
{%- set opening = messages[0].content + '\\n\\n' %}
{%- set messages = messages[1:] %}
{%- endif %}
{%- for m in messages %}
{%- if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Turns must take turns.') }}{% endif %}
{{- '<start_of_turn>' + ('model' if m.role == 'assistant' else m.role) + '\\n' }}
{{- (opening if loop.first else '') + m.content | trim + '<end_of_turn>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}""",
}


def write_tiny(family: str, folder: Path, texts: list[str], cache_dir: Path, **config: Any) -> BaseModelFiles:
    """A model of `family` in `folder`, with a tokenizer learnt from `texts`. `config` are settings of its shape."""
    import torch
    from transformers import AutoModelForCausalLM

    torch.manual_seed(3)
    folder.mkdir(parents=True, exist_ok=True)
    ids = write_tokenizer(family, folder, texts)
    begin, end, *_ = TOKENS[family]
    model = AutoModelForCausalLM.from_config(
        _config(family, bos_token_id=ids[begin], eos_token_id=ids[end], pad_token_id=ids[begin], **config)
    )
    for name, parameter in model.named_parameters():
        if parameter.ndim == 1:  # norms and biases, which would be ones and zeros
            parameter.data += torch.empty_like(parameter).uniform_(-0.3, 0.3)
        elif "embed" not in name:
            parameter.data *= 4  # so that it prefers some tokens clearly
    model.to(torch.bfloat16).save_pretrained(folder)
    return find_base_model(str(folder), cache_dir)


def _config(family: str, **more: Any) -> Any:
    from transformers import Gemma3TextConfig, LlamaConfig, Qwen2Config, Qwen3Config

    rotary = {"rope_parameters": {"rope_type": "default", "rope_theta": 50_000.0}}
    if family == "llama":
        return LlamaConfig(**SHAPE | rotary | {"tie_word_embeddings": True} | more)
    if family == "qwen2":
        return Qwen2Config(**SHAPE | rotary | {"tie_word_embeddings": False} | more)
    if family == "qwen3":  # its heads are wider together than the model
        return Qwen3Config(**SHAPE | rotary | {"head_dim": 32, "tie_word_embeddings": True} | more)
    return Gemma3TextConfig(**SHAPE | {"head_dim": 32, "query_pre_attn_scalar": 32, "sliding_window": 64} | more)


def write_tokenizer(family: str, folder: Path, texts: list[str]) -> dict[str, int]:
    """Tokenizer and chat template of `family`; returns the ids by token."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE(byte_fallback=family == "gemma3"))
    if family == "gemma3":
        alphabet = ["<pad>", "<eos>", *(f"<0x{byte:02X}>" for byte in range(256))]
        tokenizer.normalizer = normalizers.Replace(" ", "▁")
        tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
        tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
        trainer = trainers.BpeTrainer(vocab_size=VOCABULARY, special_tokens=alphabet, show_progress=False)
    else:
        if family != "llama":
            tokenizer.normalizer = normalizers.NFC()
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(WORDS.format(digits=DIGITS[family])), "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
        tokenizer.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=VOCABULARY, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
        )
    tokenizer.train_from_iterator(texts, trainer)
    thoughts = [token for token in TOKENS[family] if "think" in token]
    tokenizer.add_special_tokens([AddedToken(token) for token in TOKENS[family] if token not in thoughts])
    tokenizer.add_tokens([AddedToken(token) for token in thoughts])
    tokenizer.save(str(folder / "tokenizer.json"))
    begin, end, *_ = TOKENS[family]
    named = {"bos_token": begin, "eos_token": end, "pad_token": begin, "tokenizer_class": "PreTrainedTokenizerFast"}
    (folder / "tokenizer_config.json").write_text(json.dumps(named), encoding="utf-8")
    (folder / "chat_template.jinja").write_text(TEMPLATES[family], encoding="utf-8")
    return tokenizer.get_vocab(with_added_tokens=True)
