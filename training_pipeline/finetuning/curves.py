"""A run's loss and throughput curves, stored with the version so that its report can be made later."""

import json
from collections.abc import Sequence
from pathlib import Path

FILE = "curves.json"


def write(adapter: Path, curve: Sequence[tuple[int, str, float]]) -> None:
    """`curve`: (step, name, value)."""
    (adapter / FILE).write_text(json.dumps(list(curve)) + "\n", encoding="utf-8")


def read(adapter: Path) -> list[tuple[int, str, float]]:
    """Empty for a version without the file."""
    path = adapter / FILE
    if not path.is_file():
        return []
    return [(int(step), str(name), float(value)) for step, name, value in json.loads(path.read_text(encoding="utf-8"))]
