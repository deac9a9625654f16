"""Reads *.safetensors with numpy alone, bfloat16 too, which safetensors' own numpy reader refuses.

The format: 8 bytes with the header's length, the header as JSON, the tensors one after another
(https://huggingface.co/docs/safetensors, "Format").
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from model_registry.errors import IncompatibleModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

LENGTH_BYTES = 8
TYPES = {"F32": np.float32, "F16": np.float16, "BF16": np.uint16}  # bfloat16 is the upper half of a float32


def read_tensors(file: Path) -> Iterator[tuple[str, "NDArray[np.float32]"]]:
    """Every tensor of `file` by name, float32, one in memory at a time. Raises IncompatibleModelError for other types
    than 16 and 32-bit floats."""
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(LENGTH_BYTES), "little")
        header: dict[str, Any] = json.loads(stream.read(length))
    header.pop("__metadata__", None)
    content = np.memmap(file, np.uint8, "r", offset=LENGTH_BYTES + length)
    for name, said in header.items():
        start, end = said["data_offsets"]
        yield name, _float32(content[start:end], said["dtype"], file).reshape(said["shape"])


def _float32(content: "NDArray[np.uint8]", kind: str, file: Path) -> "NDArray[np.float32]":
    if kind not in TYPES:
        raise IncompatibleModelError(f"{file} holds tensors of type {kind}; only {', '.join(TYPES)} are read.")
    values = np.frombuffer(content, np.dtype(TYPES[kind]).newbyteorder("<"))
    if kind == "BF16":
        return (values.astype(np.uint32) << 16).view(np.float32)
    return values.astype(np.float32)
