#!/usr/bin/env bash
# transformers 5 writes the rotary base into "rope_parameters" of config.json and nowhere else. transformers 4 looks for
# "rope_theta", does not find it, and takes 10,000 without a warning: a model of another base (SmolLM2: 100,000; Llama 3:
# 500,000) loads and writes nonsense. So a folder for others also carries "rope_theta" at the top of config.json.
#
# Seen with transformers 5.23.0 and 4.57.6 on 2026-11-28: saved 100000.0, read 10000.0; with the line added 100000.0.
set -euo pipefail
unset PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for version in 5.23.0 4.57.6; do
    "${PYTHON:-python3}" -m venv "$folder/$version"
    "$folder/$version/bin/pip" install -qq "transformers==$version"
done
cd "$folder"
export TRANSFORMERS_VERBOSITY=error
5.23.0/bin/python - <<'PY'
from transformers import LlamaConfig

LlamaConfig(rope_parameters={"rope_type": "default", "rope_theta": 100_000.0}).save_pretrained("model")
PY
4.57.6/bin/python - <<'PY'
import json
from pathlib import Path

from transformers import AutoConfig

file = Path("model/config.json")
saved = json.loads(file.read_text())
read = AutoConfig.from_pretrained("model").rope_theta
file.write_text(json.dumps({**saved, "rope_theta": saved["rope_parameters"]["rope_theta"]}))
repaired = AutoConfig.from_pretrained("model").rope_theta
print("saved", saved["rope_parameters"], "read", read, "with the line added", repaired)
assert "rope_theta" not in saved and read == 10_000 and repaired == 100_000
PY
