#!/usr/bin/env bash
# deltalake compresses a table's files by Snappy, until it is given any WriterProperties: WriterProperties(
# max_row_group_size=500), which says nothing of compression, writes them uncompressed, by write_deltalake and by merge
# alike. Nothing is said, and the table reads as before: it is only larger. So name the compression wherever another
# property is set.
#
# Seen with deltalake 1.6.6 on 2026-11-29, of 5,000 rows of one sentence, numbered:
#   write: without properties SNAPPY; with max_row_group_size UNCOMPRESSED; with compression="SNAPPY" as well SNAPPY
#   merge: likewise
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
from deltalake import DeltaTable, WriterProperties, write_deltalake
from pyarrow import parquet

SENTENCE = "The tide is a metre and a half today, and the fog is in."


def rows(first: int) -> pyarrow.Table:
    numbers = range(first, first + 5000)
    return pyarrow.table({"id": [*numbers], "text": [f"{SENTENCE} {number}" for number in numbers]})


def codecs(paths: set[Path]) -> set[str]:
    return {
        metadata.row_group(group).column(column).compression
        for metadata in (parquet.ParquetFile(path).metadata for path in paths)
        for group in range(metadata.num_row_groups)
        for column in range(metadata.num_columns)
    }


cases = {
    "no properties": (None, "SNAPPY"),
    "max_row_group_size": (WriterProperties(max_row_group_size=500), "UNCOMPRESSED"),
    "max_row_group_size and compression": (WriterProperties(max_row_group_size=500, compression="SNAPPY"), "SNAPPY"),
}
for name, (properties, expected) in cases.items():
    table = Path.cwd() / name.replace(" ", "-")
    write_deltalake(str(table), rows(0), writer_properties=properties)
    written = set(table.glob("*.parquet"))
    (
        DeltaTable(str(table))
        .merge(rows(5000), "t.id = s.id", source_alias="s", target_alias="t", writer_properties=properties)
        .when_not_matched_insert_all()
        .execute()
    )
    merged = set(table.glob("*.parquet")) - written
    size = sum(path.stat().st_size for path in written)
    print(f"{name}: write {codecs(written)}, {size} bytes; merge {codecs(merged)}")
    assert codecs(written) == codecs(merged) == {expected}, "the compression follows from the properties as said above"
PY
