"""The command that an item's problem advises: made whole, with the item's place and the author, where it is shown.

Stored is the problem without them, so that many items of one folder have one problem.
"""

import shlex
from collections.abc import Collection
from pathlib import Path

COLLECT_IT = "twin collect …"  # and the options of this kind of item


def made_whole(problem: str, *, location: str, source_id: str, author_name: str) -> str:
    """`problem` of the item `source_id` of the source at `location`, with a command that can be copied into a shell. An
    item without a path of its own, as in an archive, keeps the ellipsis."""
    if COLLECT_IT not in problem:
        return problem
    place = _place(Path(location), source_id)
    command = f"twin collect {shlex.quote(str(place)) if place else '…'} --author {shlex.quote(author_name)}"
    return problem.replace(COLLECT_IT, command)


def is_followed(problem: str, *, location: str, source_id: str, collected: Collection[str]) -> bool:
    """Whether the item is to be collected by itself, and is: it is among the locations `collected`."""
    return COLLECT_IT in problem and str(_place(Path(location), source_id)) in collected


def _place(root: Path, source_id: str) -> Path | None:
    if root.is_dir():
        path = root / source_id
        return path if path.exists() else None
    return root if root.name == source_id else None
