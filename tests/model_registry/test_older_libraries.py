"""What a folder says to transformers 4; that 4.57 reads it so is findings/transformers4_loses_rope_theta.sh."""

import json
from pathlib import Path
from typing import Any

import pytest

from model_registry.older_libraries import write_for_older

PLAIN = {"rope_type": "default", "rope_theta": 100_000.0}
STRETCHED = {"rope_type": "llama3", "rope_theta": 500_000.0, "factor": 8.0, "low_freq_factor": 1.0}


def rewritten(folder: Path, name: str, said: dict[str, Any]) -> dict[str, Any]:
    (folder / name).write_text(json.dumps(said), encoding="utf-8")
    write_for_older(folder)
    read: dict[str, Any] = json.loads((folder / name).read_text(encoding="utf-8"))
    return read


@pytest.mark.parametrize(
    ("said", "added"),
    [
        ({"rope_parameters": PLAIN}, {"rope_theta": 100_000.0}),
        (
            {"rope_parameters": STRETCHED},
            {
                "rope_theta": 500_000.0,
                "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0},
            },
        ),
        (
            {"rope_parameters": {"full_attention": PLAIN, "sliding_attention": {**PLAIN, "rope_theta": 10_000.0}}},
            {"rope_theta": 100_000.0, "rope_local_base_freq": 10_000.0},
        ),
        ({"rope_theta": 7.0}, {}),
    ],
)
def test_a_rotary_embedding_is_said_in_both_ways(said: dict[str, Any], added: dict[str, Any], tmp_path: Path) -> None:
    assert rewritten(tmp_path, "config.json", said) == {**said, **added}


def test_a_tokenizer_has_a_class_and_keys_that_both_know(tmp_path: Path) -> None:
    said = {"tokenizer_class": "TokenizersBackend", "backend": "tokenizers", "is_local": True, "eos_token": "<é>",
            "extra_special_tokens": ["<a>"]}  # fmt: skip
    assert rewritten(tmp_path, "tokenizer_config.json", said) == {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": "<é>",
        "additional_special_tokens": ["<a>"],
    }
    kept = {"tokenizer_class": "Qwen2Tokenizer", "extra_special_tokens": {"image_token": "<i>"}}
    assert rewritten(tmp_path, "tokenizer_config.json", kept) == kept
