#!/usr/bin/env bash
# openvino-genai makes a tokenizer of what a GGUF says, and knows two ways of splitting text before BPE by name, "qwen2"
# and "smollm". For any other, "llama-bpe" of Llama 3 among them, it takes a third one without a word: the ids differ
# from the model's own, first of all after an empty line, which stands in every turn of Llama 3's chat template. So give
# such a model ids from its own tokenizer.json, and never text.
#
# Seen with openvino-genai 2026.4.1.0, gguf 0.19.0 and tokenizers 0.23.3 on 2026-11-29: "Fog\n\nTea" is Fog ĊĊ Tea for the
# model, and Fog Ċ Ċ Tea from its GGUF; a file of the way "qwen2" is read right.
set -euo pipefail
unset PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq openvino-genai==2026.4.1.0 gguf==0.19.0 tokenizers==0.23.3 numpy==2.4.6
cd "$folder"
venv/bin/python - <<'PY'
import json

import gguf
import openvino_genai
from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

WORDS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s"
OTHERS = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
TEXT = "Fog\n\nTea in 1984.\n"


def pieces(way, digits):
    """TEXT as a small tokenizer of that way cuts it, and as openvino-genai does by the same tokenizer in a GGUF."""
    model = Tokenizer(models.BPE())
    split = pre_tokenizers.Split(Regex(WORDS % digits + OTHERS), "isolated")
    as_bytes = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    model.pre_tokenizer = pre_tokenizers.Sequence([split, as_bytes])
    letters = pre_tokenizers.ByteLevel.alphabet()
    model.train_from_iterator([TEXT] * 50, trainers.BpeTrainer(vocab_size=290, initial_alphabet=letters))
    model.add_special_tokens(["<end>"])
    tokens = sorted(model.get_vocab(), key=model.token_to_id)
    writer = gguf.GGUFWriter(f"{way}.gguf", "llama")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(way)
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.NORMAL] * (len(tokens) - 1) + [gguf.TokenType.CONTROL])
    writer.add_token_merges([" ".join(pair) for pair in json.loads(model.to_str())["model"]["merges"]])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    read = openvino_genai.Tokenizer(f"{way}.gguf").encode(TEXT, add_special_tokens=False).input_ids.data[0]
    return model.encode(TEXT).tokens, [tokens[token] for token in read]


for way, digits, right in (("qwen2", "", True), ("llama-bpe", "{1,3}", False)):
    theirs, from_gguf = pieces(way, digits)
    print(f"{way}: {theirs}, from the GGUF {from_gguf}")
    assert (theirs == from_gguf) is right
PY
