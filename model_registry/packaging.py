"""What is served on a CPU: base and adapter merged into one GGUF file.

openvino-genai, llama.cpp, Ollama and LM Studio open the same file. It is a cache, named by the digest of what it was
made from, and can always be made again. The merge runs in float32 with numpy (a server never loads the trainer):
W' = W + (alpha / r) B A, with alpha / sqrt(r) for rank-stabilised LoRA (Hu et al. 2021; Kalajdzievski 2023).
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from feature_store.records import digest_of
from model_registry.base_models import BaseModelFiles
from model_registry.errors import IncompatibleModelError
from model_registry.manifest import digest_file

if TYPE_CHECKING:
    from gguf import GGUFReader, GGUFWriter
    from numpy.typing import NDArray

ADAPTER_WEIGHTS = "adapter_model.safetensors"
ADAPTER_CONFIG = "adapter_config.json"
PACKAGING_VERSION = "1"
SERVED_ARCHITECTURES = ("llama",)
QUANTISATION_KEYS = ("general.file_type", "general.quantization_version")
GGUF_FILE_TYPE_F16 = 1


def served_gguf(base: BaseModelFiles, adapter: Path | None, cache_dir: Path) -> Path:
    """The merged F16 GGUF of `base` and the PEFT folder `adapter` (None: the base alone), made when not cached.

    Raises IncompatibleModelError when the base has no GGUF to take the metadata from, is of another architecture
    than those in SERVED_ARCHITECTURES, or the adapter is not a plain LoRA of it.
    """
    if base.gguf is None:
        raise IncompatibleModelError(
            f"base model {base.name!r} comes without a GGUF, so it cannot be packed for this engine. "
            "Use --set serving.engine=transformers."
        )
    path = served_path(base.fingerprint, adapter, cache_dir)
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        staging = path.with_suffix(f".{os.getpid()}.part")
        try:
            _write(staging, base.gguf, base.folder, adapter)
            staging.replace(path)
        finally:
            staging.unlink(missing_ok=True)
    return path


def served_path(base_fingerprint: str, adapter: Path | None, cache_dir: Path) -> Path:
    """Where the merged GGUF is kept: named by what it is made of."""
    parts = [digest_file(adapter / name).sha256 for name in (ADAPTER_CONFIG, ADAPTER_WEIGHTS)] if adapter else []
    return cache_dir / "served" / f"{digest_of(PACKAGING_VERSION, base_fingerprint, parts)[:24]}.gguf"


def _write(path: Path, metadata: Path, weights: Path, adapter: Path | None) -> None:
    from gguf import MODEL_ARCH, GGUFReader, GGUFWriter, get_tensor_name_map

    config = json.loads((weights / "config.json").read_text(encoding="utf-8"))
    reader = GGUFReader(metadata)
    architecture = str(reader.fields["general.architecture"].contents())
    if architecture not in SERVED_ARCHITECTURES:
        raise IncompatibleModelError(
            f"models of architecture {architecture!r} cannot be packed as GGUF here (only "
            f"{', '.join(SERVED_ARCHITECTURES)}). Use --set serving.engine=transformers."
        )
    writer = GGUFWriter(path, architecture)
    _copy_metadata(reader, writer)
    names = get_tensor_name_map(MODEL_ARCH.LLAMA, config["num_hidden_layers"])
    for name, tensor in _merged_tensors(weights, adapter):
        target = names.get_name(name, try_suffixes=(".weight", ".bias"))
        if target is None:
            raise IncompatibleModelError(f"the base model's tensor {name!r} has no place in a GGUF of a llama.")
        if name.endswith("q_proj.weight"):
            tensor = to_gguf_rotary(tensor, config["num_attention_heads"])
        elif name.endswith("k_proj.weight"):
            tensor = to_gguf_rotary(tensor, config["num_key_value_heads"])
        writer.add_tensor(target, tensor.astype(np.float32 if tensor.ndim == 1 else np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def to_gguf_rotary(weight: "NDArray[np.float32]", heads: int) -> "NDArray[np.float32]":
    """Rows of q or k from Hugging Face's rotary order (halves) to GGUF's (pairs), per head. Shape unchanged."""
    rows, columns = weight.shape
    return weight.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def _copy_metadata(reader: "GGUFReader", writer: "GGUFWriter") -> None:
    from gguf import GGUFValueType

    for key, field in reader.fields.items():
        if key.startswith("GGUF.") or key in QUANTISATION_KEYS or key == "general.architecture":
            continue
        inner = field.types[1] if field.types[0] == GGUFValueType.ARRAY else None
        writer.add_key_value(key, field.contents(), field.types[0], sub_type=inner)
    writer.add_file_type(GGUF_FILE_TYPE_F16)


def _merged_tensors(weights: Path, adapter: Path | None) -> Iterator[tuple[str, "NDArray[np.float32]"]]:
    from safetensors.numpy import load_file

    deltas = _LoraDeltas(adapter) if adapter else None
    for file in sorted(weights.glob("*.safetensors")):
        for name, tensor in load_file(file).items():
            merged = tensor.astype(np.float32)
            if deltas and (delta := deltas.take(name)) is not None:
                merged = merged + delta
            yield name, merged
    if deltas and deltas.left:
        raise IncompatibleModelError(
            f"the adapter changes {sorted(deltas.left)[0]!r}, which the base model does not have: "
            "it was trained on another base."
        )


class _LoraDeltas:
    """The weight changes of a PEFT LoRA folder, by the base tensor's name."""

    def __init__(self, adapter: Path) -> None:
        from safetensors.numpy import load_file

        config: dict[str, Any] = json.loads((adapter / ADAPTER_CONFIG).read_text(encoding="utf-8"))
        unsupported = [
            key for key in ("use_dora", "modules_to_save", "rank_pattern", "alpha_pattern") if config.get(key)
        ]
        if config.get("peft_type") != "LORA" or unsupported:
            raise IncompatibleModelError(
                f"{adapter / ADAPTER_CONFIG} is not a plain LoRA ({config.get('peft_type')}, {unsupported}): "
                "it cannot be merged here. Use --set serving.engine=transformers."
            )
        rank = config["r"]
        self._scale = config["lora_alpha"] / (rank**0.5 if config.get("use_rslora") else rank)
        self._tensors = load_file(adapter / ADAPTER_WEIGHTS)
        pattern = re.compile(r"base_model\.model\.(.+)\.lora_A\.weight$")
        self.left = {f"{m.group(1)}.weight" for name in self._tensors if (m := pattern.match(name))}

    def take(self, name: str) -> "NDArray[np.float32] | None":
        if name not in self.left:
            return None
        self.left.discard(name)
        stem = f"base_model.model.{name.removesuffix('.weight')}"
        a = self._tensors[f"{stem}.lora_A.weight"].astype(np.float32)
        b = self._tensors[f"{stem}.lora_B.weight"].astype(np.float32)
        delta: NDArray[np.float32] = self._scale * (b @ a)
        return delta
