#!/usr/bin/env bash
# Of a robots.txt, RFC 9309 (2.2.1) gives a program the group whose name is the program's, whole and in any case, without
# the version that may follow there. Protego looks whether the group's name stands in the program's, from the beginning
# of a word on: a group "LLM" forbids LLM-Twin, and a group "LLM-Twin/0.1" does not. So write the groups that are ours
# under our name, and all others under another, before the text is parsed.
#
# Seen with Protego 0.7.0 on 2026-11-29:
#   "LLM": forbidden, "LLM-Twin": forbidden, "LLM-Twin/0.1": allowed, "Twin": allowed
set -euo pipefail
unset PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq protego==0.7.0
cd "$folder"
venv/bin/python - <<'PY'
from protego import Protego

allowed = {}
for name in ("LLM", "LLM-Twin", "LLM-Twin/0.1", "Twin"):
    rules = Protego.parse(f"User-agent: {name}\nDisallow: /\n")
    allowed[name] = rules.can_fetch("https://maud.example/fog", "LLM-Twin")
    print(f"{name}: {'allowed' if allowed[name] else 'forbidden'}")
assert allowed == {"LLM": False, "LLM-Twin": False, "LLM-Twin/0.1": True, "Twin": True}
PY
