"""Which models in Hugging Face format become a GGUF that openvino-genai opens, and what such a file says of them.

Its reader (2026.4) builds the graphs of llama, qwen2 and qwen3, takes byte-level BPE alone for a tokenizer, and ignores
whatever else a file says, such as scaled rotary embeddings. What it would get wrong without a word is refused here.
How text is split before BPE is for other programs: they know the ways by name, and we serve ids, as the reader gets
Llama 3's way wrong (findings/openvino_genai_splits_llama3_text_wrong.sh).
"""

import json
from typing import TYPE_CHECKING, Any

from model_registry.base_models import BaseModelFiles
from model_registry.errors import IncompatibleModelError

if TYPE_CHECKING:
    from gguf import GGUFWriter

FAMILIES = ("llama", "qwen2", "qwen3")  # model_type in config.json, and the architecture in a GGUF
ROTARY_BASE = 10_000.0  # where config.json names none
# Keys of config.json with the value under which the reader's graph is the model's. It is what a missing key means.
GRAPH = {
    "hidden_act": "silu",
    "attention_bias": False,  # qwen2 has its biases without saying so, and the reader takes those
    "mlp_bias": False,
    "use_sliding_window": False,
    "partial_rotary_factor": 1.0,
}
NORMALIZERS = (None, "NFC")
# A text, and the pieces that each way of splitting cuts it into, by the way's name in a GGUF.
PROBE = "It's 1234 O'CLOCK, we'LL (say)...\n\n \tcamelCase-日本 नमस्  end\n"
PIECES = {
    "llama-bpe": "It|'s| |123|4| O|'CLOCK|,| we|'LL| (|say|)...\n\n| |\tcamelCase|-日本| नमस|्| | end|\n",
    "qwen2": "It|'s| |1|2|3|4| O|'CLOCK|,| we|'LL| (|say|)...\n\n| |\tcamelCase|-日本| नमस|्| | end|\n",
    "gpt-2": "It|'s| 1234| O|'|CLOCK|,| we|'|LL| (|say|)...|\n\n |\t|camelCase|-|日本| नमस|्| | end|\n",
    "smollm": "It|'s| |1|2|3|4| O|'|CLOCK|,| we|'|LL| (|say|)...|\n\n |\t|camelCase|-|日本| नमस|्| | end|\n",
}
BYTE_LEVEL_SPACE = "Ġ"


def require_packable(base: BaseModelFiles) -> None:
    """Raises IncompatibleModelError, with the reason, for a base that cannot become a GGUF for openvino-genai."""
    if base.gguf is None and (reason := _obstacle(base)):
        raise IncompatibleModelError(
            f"base model {base.name!r} cannot be packed for the engine openvino: {reason}. The engine transformers "
            "serves it: --set serving.engine=transformers"
        )


def write_metadata(base: BaseModelFiles, writer: "GGUFWriter") -> None:
    """Shape and tokenizer, but for the chat template, of a base that `require_packable` lets through."""
    config = base.config
    heads = int(config["num_attention_heads"])
    width = int(config.get("head_dim") or config["hidden_size"] // heads)
    writer.add_name(base.name.rpartition("/")[2])
    writer.add_vocab_size(config["vocab_size"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(config.get("num_key_value_heads") or heads)
    writer.add_key_length(width)
    writer.add_value_length(width)
    writer.add_rope_dimension_count(width)
    writer.add_rope_freq_base(float(_rotary(config).get("rope_theta", ROTARY_BASE)))
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    _write_tokenizer(base, writer)


def _obstacle(base: BaseModelFiles) -> str:
    """Why the reader would not open the model, or get it wrong; "" when it reads it right."""
    config = base.config
    family = config.get("model_type")
    if family not in FAMILIES:
        return f"it is of the family {family!r}, and openvino-genai reads {', '.join(FAMILIES)} from a GGUF"
    scaling = _rotary(config).get("rope_type") or _rotary(config).get("type") or "default"
    if scaling != "default":
        return f"its rotary embedding is scaled ({scaling!r}), which openvino-genai ignores in a GGUF"
    for key, taken in GRAPH.items():
        if config.get(key, taken) not in (taken, None):
            return f"its config.json says {key}: {config[key]!r}, which openvino-genai ignores in a GGUF"
    if any(kind != "full_attention" for kind in config.get("layer_types") or ()):
        return "some of its layers have a sliding window, which openvino-genai ignores in a GGUF"
    tokenizer = json.loads(base.tokenizer_json)
    if tokenizer["model"].get("type") != "BPE" or _splitting(tokenizer) is None:
        return f"its tokenizer is no byte-level BPE that splits text as {', '.join(PIECES)} do"
    return ""


def _rotary(config: dict[str, Any]) -> dict[str, Any]:
    """As transformers 5 writes it (`rope_parameters`), or as 4 does (`rope_theta` and `rope_scaling`)."""
    said = config.get("rope_parameters") or config.get("rope_scaling") or {}
    return {"rope_theta": config["rope_theta"], **said} if "rope_theta" in config else said


def _splitting(tokenizer: dict[str, Any]) -> str | None:
    """What a GGUF calls the tokenizer's way of splitting text before byte-level BPE; None for one without a name here.

    Told by what it does to PROBE, as the same way is spelt differently from model to model.
    """
    from tokenizers import Tokenizer

    splitter, normalizer = tokenizer.get("pre_tokenizer"), tokenizer.get("normalizer")
    if not splitter or (normalizer and normalizer["type"]) not in NORMALIZERS:
        return None
    empty = {"type": "BPE", "vocab": {}, "merges": []}
    alone = Tokenizer.from_str(json.dumps({"version": "1.0", "pre_tokenizer": splitter, "model": empty}))
    pieces = alone.pre_tokenizer.pre_tokenize_str(PROBE)
    if not any(text.startswith(BYTE_LEVEL_SPACE) for text, _ in pieces):
        return None
    cut = "|".join(PROBE[start:end] for _, (start, end) in pieces)
    return next((name for name, expected in PIECES.items() if expected == cut), None)


def _write_tokenizer(base: BaseModelFiles, writer: "GGUFWriter") -> None:
    from gguf import TokenType

    tokenizer = json.loads(base.tokenizer_json)
    kinds = dict.fromkeys(tokenizer["model"]["vocab"].values(), TokenType.NORMAL)
    texts = {token: text for text, token in tokenizer["model"]["vocab"].items()}
    for added in tokenizer["added_tokens"]:
        texts[added["id"]] = added["content"]
        kinds[added["id"]] = TokenType.CONTROL if added["special"] else TokenType.USER_DEFINED
    rows = range(base.config["vocab_size"])  # more than there are tokens, where a model was padded
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(_splitting(tokenizer) or "")
    writer.add_token_list([texts.get(row, f"[unused {row}]") for row in rows])
    writer.add_token_types([kinds.get(row, TokenType.UNUSED) for row in rows])
    pairs = (pair.split(" ") if isinstance(pair, str) else pair for pair in tokenizer["model"]["merges"])
    writer.add_token_merges([" ".join(pair) for pair in pairs])
    ids = {text: token for token, text in texts.items()}
    writer.add_eos_token_id(base.end_of_turn)
    for name, add in (("bos", writer.add_bos_token_id), ("pad", writer.add_pad_token_id)):
        if (token := ids.get(base.special_tokens.get(f"{name}_token", ""))) is not None:
            add(token)
    writer.add_add_bos_token(False)  # the chat template writes it where the model wants one
