"""The number of the format of all that is kept in the data folder, so that a newer release's data is refused plainly.

A file without a number is of the first format. The number is raised, and written from then on, when an earlier release
would misread what is written: reading alone what an earlier release wrote needs none.
"""

import json
from pathlib import Path
from typing import Any

from configs.errors import NewerFormatError

DATA_FORMAT = 1
FIELD = "format"  # of a JSON object


def require_known(path: Path, found: Any) -> None:
    """Raises NewerFormatError when `found`, the number that `path` carries, is of a newer release."""
    if isinstance(found, int) and found > DATA_FORMAT:
        raise NewerFormatError(
            f"{path} was written by a newer release: its format is {found}, and this release knows those up to "
            f"{DATA_FORMAT}. It stays as it is. Use the newer release for this data folder, or another folder here: "
            "--set data_dir=FOLDER"
        )


def require_known_json(path: Path, data: bytes) -> None:
    """The same of a JSON file, or of a line of one. What is no JSON object carries no number."""
    if b'"format"' not in data:
        return
    try:
        value = json.loads(data)
    except ValueError:
        return
    if isinstance(value, dict):
        require_known(path, value.get(FIELD))
