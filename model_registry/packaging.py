"""Packages base and adapter as one merged GGUF file, which is what is served on a CPU.

openvino-genai, llama.cpp, Ollama and LM Studio open the same file. It is cached under the digest of what it was made
from, and can always be made again. The merge runs in float32 with numpy (a server never loads the trainer):
W' = W + (alpha / r) B A, with alpha / sqrt(r) for rank-stabilised LoRA (Hu et al. 2021; Kalajdzievski 2023). DoRA (Liu
et al. 2024) learns the length of each row of weights apart from its direction: row i becomes m_i W'_i / |W'_i|.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from configs.files import replacing
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
PEFT_PREFIX = "base_model.model."
# Anything else in a LoRA file (biases, embeddings, whole modules) would be lost in a merge, so it is refused.
LORA_TENSOR = re.compile(rf"{re.escape(PEFT_PREFIX)}(.+)\.(?:lora_[AB]\.weight|lora_magnitude_vector)$")
# PEFT settings under which the same tensors mean a different update of the weights.
OTHER_LORAS = ("fan_in_fan_out", "layer_replication", "alora_invocation_tokens", "use_qalora", "use_bdlora",
               "velora_config", "monteclora_config", "arrow_config", "kasa_config", "target_parameters")  # fmt: skip


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
        with replacing(path) as staging:
            _write(staging, base.gguf, base.folder, adapter)
    return path


def served_path(base_fingerprint: str, adapter: Path | None, cache_dir: Path) -> Path:
    """Where the merged GGUF is cached: named by what it is made of."""
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
    for name, tensor in merged_tensors(weights, adapter):
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


def merged_tensors(weights: Path, adapter: Path | None) -> Iterator[tuple[str, "NDArray[np.float32]"]]:
    """Every tensor of the model folder `weights` by name, float32, with the PEFT folder `adapter` merged in.

    Raises IncompatibleModelError for an adapter that is no LoRA of linear layers of this base.
    """
    from safetensors.numpy import load_file

    lora = _Lora(adapter) if adapter else None
    for file in sorted(weights.glob("*.safetensors")):
        for name, tensor in load_file(file).items():
            weight = tensor.astype(np.float32)
            yield name, lora.merge(name, weight) if lora else weight
    if lora and lora.left:
        raise IncompatibleModelError(
            f"the adapter changes {sorted(lora.left)[0]!r}, which the base model does not have: "
            "it was trained on another base."
        )


class _Lora:
    """The weight changes of a PEFT LoRA folder."""

    def __init__(self, adapter: Path) -> None:
        from safetensors.numpy import load_file

        self._config: dict[str, Any] = json.loads((adapter / ADAPTER_CONFIG).read_text(encoding="utf-8"))
        self._tensors = load_file(adapter / ADAPTER_WEIGHTS)
        unsupported = [key for key in OTHER_LORAS if self._config.get(key)]
        unsupported += [name for name in self._tensors if not LORA_TENSOR.match(name)][:1]
        if self._config.get("peft_type") != "LORA" or unsupported:
            raise IncompatibleModelError(
                f"{adapter / ADAPTER_CONFIG} is not a plain LoRA ({self._config.get('peft_type')}, {unsupported}): "
                "it cannot be merged here. Use --set serving.engine=transformers."
            )
        modules = {match.group(1) for name in self._tensors if (match := LORA_TENSOR.match(name))}
        self.left = {f"{module}.weight" for module in modules}  # of the base, not asked for yet

    def merge(self, name: str, weight: "NDArray[np.float32]") -> "NDArray[np.float32]":
        """The base's tensor `name` (out, in) with the adapter's update, where it has one."""
        if name not in self.left:
            return weight
        self.left.discard(name)
        module = name.removesuffix(".weight")
        b, a = (self._tensors[f"{PEFT_PREFIX}{module}.lora_{part}.weight"].astype(np.float32) for part in "BA")
        merged: NDArray[np.float32] = weight + self._scale(module, rank=len(a)) * (b @ a)
        magnitude = self._tensors.get(f"{PEFT_PREFIX}{module}.lora_magnitude_vector")
        if magnitude is not None:
            merged *= (magnitude.astype(np.float32) / np.linalg.norm(merged, axis=1))[:, None]
        return merged

    def _scale(self, module: str, *, rank: int) -> float:
        """A key of alpha_pattern is a regular expression that the end of a module's name matches, the first one wins:
        PEFT's rule. The rank is that of the tensors, whatever rank_pattern says."""
        patterns: dict[str, float] = self._config.get("alpha_pattern") or {}
        matching = (alpha for key, alpha in patterns.items() if re.match(rf"(.*\.)?({key})$", module))
        alpha = float(next(matching, self._config["lora_alpha"]))
        return alpha / (rank**0.5 if self._config.get("use_rslora") else rank)
