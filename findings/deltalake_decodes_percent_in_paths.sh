#!/usr/bin/env bash
# deltalake takes a path on the disk as if it were percent-encoded, but only half the time: a table whose folder is
# called "a%20b" is written to "a%20b" and read from "a b", so that it cannot be opened. The write itself ends with that
# error, after the files are there. "100%" works, as "%" with no two hexadecimal digits behind it is left alone. So make
# the folder names of tables out of letters and digits, whatever an author or a collection is called.
#
# Seen with deltalake 1.6.6 on 2026-11-28:
#   a%20b: DeltaError: … File not found: …/a b/_delta_log/00000000000000000000.json, and a%20b holds a log
set -euo pipefail
unset PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq deltalake==1.6.6 pyarrow==26.0.1
cd "$folder"
venv/bin/python - <<'PY'
from pathlib import Path

import pyarrow
from deltalake import DeltaTable, write_deltalake

rows = pyarrow.table({"id": [1, 2, 3]})
for name in ("plain", "100%", "a%20b"):
    path, error = Path.cwd() / name, ""
    try:
        write_deltalake(str(path), rows)
        read = DeltaTable(str(path)).to_pyarrow_table().num_rows
    except Exception as problem:
        error, read = f"{type(problem).__name__}: {problem}", 0
    written = [log.name for log in path.glob("_delta_log/*.json")]
    print(f"{name}: written {written}, rows read {read} {error}")
    assert written, "nothing was written"
    assert (read == 3) == (name != "a%20b"), "the folder that is written is the one that is read"
    assert not error or "a b/_delta_log" in error, error
PY
