"""What older libraries need to read a folder that newer ones wrote: transformers 4.57 and PEFT of 2024.

transformers 4 takes 10,000 for the base of the rotary embedding, without a word, where `rope_parameters` alone says it
(findings/transformers4_loses_rope_theta.sh), and does not know the tokenizer class of transformers 5. Both generations
read what is written here.
"""

import json
from pathlib import Path
from typing import Any

ROTARY = "rope_parameters"
LOCAL, GLOBAL = "sliding_attention", "full_attention"  # layers that have a rotary embedding each, as in Gemma 3
NEW_CLASS, OLD_CLASS = "TokenizersBackend", "PreTrainedTokenizerFast"
OF_A_SESSION = ("backend", "is_local", "local_files_only")  # how the tokenizer was loaded, not what it is


def write_for_older(folder: Path) -> None:
    """Rewrite config.json and tokenizer_config.json, those that are in `folder`."""
    for name, complete in (("config.json", _config), ("tokenizer_config.json", _tokenizer)):
        file = folder / name
        if file.is_file():
            said: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            file.write_text(json.dumps(complete(said), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _config(config: dict[str, Any]) -> dict[str, Any]:
    rotary = config.get(ROTARY)
    if not rotary:
        return config
    overall = rotary.get(GLOBAL, rotary)
    older = {"rope_theta": overall["rope_theta"]} if "rope_theta" in overall else {}
    if LOCAL in rotary:
        older["rope_local_base_freq"] = rotary[LOCAL]["rope_theta"]
    if overall.get("rope_type", "default") != "default":
        older["rope_scaling"] = {key: value for key, value in overall.items() if key != "rope_theta"}
    return config | older


def _tokenizer(config: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in config.items() if key not in OF_A_SESSION}
    if kept.get("tokenizer_class") == NEW_CLASS:
        kept["tokenizer_class"] = OLD_CLASS
    if isinstance(kept.get("extra_special_tokens"), list):  # a mapping in transformers 4
        kept["additional_special_tokens"] = kept.pop("extra_special_tokens")
    return kept
