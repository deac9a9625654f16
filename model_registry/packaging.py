"""Packages base and adapter as one merged GGUF file, which is what is served on a CPU.

openvino-genai, llama.cpp, Ollama and LM Studio open the same file. It is cached under the digest of what it was made
from, and can always be made again. The merge runs in float32 with numpy (a server never loads the trainer):
W' = W + (alpha / r) B A, with alpha / sqrt(r) for rank-stabilised LoRA (Hu et al. 2021; Kalajdzievski 2023). DoRA (Liu
et al. 2024) learns the length of each row of weights apart from its direction: row i becomes m_i W'_i / |W'_i|.
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from configs.files import replacing
from feature_store.file_digests import is_whole, seal
from feature_store.records import digest_of
from model_registry.base_models import SERVED, BaseModelFiles
from model_registry.errors import CorruptModelError, IncompatibleModelError
from model_registry.gguf_families import require_packable, write_metadata
from model_registry.manifest import digest_file, read_manifest
from model_registry.safetensors_files import read_tensors

if TYPE_CHECKING:
    from gguf import GGUFWriter
    from numpy.typing import NDArray

ADAPTER_WEIGHTS = "adapter_model.safetensors"
ADAPTER_CONFIG = "adapter_config.json"
PACKAGING_VERSION = "1"
WRITTEN_ANEW = ("general.architecture", "general.file_type", "general.quantization_version", "tokenizer.chat_template")
GGUF_FILE_TYPE_F16 = 1
PAIRED_ROTARY = ("llama",)  # families whose q and k have another order of rows in a GGUF
OUTPUT_WEIGHT = "lm_head.weight"
PEFT_PREFIX = "base_model.model."
NAMED_BY = 24  # hexadecimal digits of the sha256 of an adapter's weights
# Anything else in a LoRA file (biases, embeddings, whole modules) would be lost in a merge, so it is refused.
LORA_TENSOR = re.compile(rf"{re.escape(PEFT_PREFIX)}(.+)\.(?:lora_[AB]\.weight|lora_magnitude_vector)$")
# PEFT settings under which the same tensors mean a different update of the weights.
OTHER_LORAS = ("fan_in_fan_out", "layer_replication", "alora_invocation_tokens", "use_qalora", "use_bdlora",
               "velora_config", "monteclora_config", "arrow_config", "kasa_config", "target_parameters")  # fmt: skip
DECIDING = ("peft_type", "lora_alpha", "alpha_pattern", "use_rslora", "use_dora", *OTHER_LORAS)  # with the tensors


def served_gguf(base: BaseModelFiles, adapter: Path | None, cache_dir: Path) -> Path:
    """The merged F16 GGUF of `base` and the PEFT folder `adapter` (None: the base alone), made when it is not cached,
    or is not what was: the cached file is looked at before it is served.

    Raises IncompatibleModelError when the base is of a kind that openvino-genai does not read from a GGUF, or the
    adapter is not a plain LoRA of it.
    """
    require_packable(base)
    path = served_path(base.fingerprint, adapter, cache_dir)
    if not is_whole(path, cache_dir):
        with replacing(path) as staging:
            write_gguf(staging, base, adapter)
        seal(path, cache_dir)
    return path


def served_path(base_fingerprint: str, adapter: Path | None, cache_dir: Path) -> Path:
    """Where the merged GGUF is cached: named by what decides its weights, and first of all by the adapter's."""
    settings: dict[str, Any] = {}
    if adapter:
        # Its base's name is written anew after judging, and PEFT adds keys from release to release.
        config = json.loads((adapter / ADAPTER_CONFIG).read_text(encoding="utf-8"))
        settings = {key: config[key] for key in DECIDING if config.get(key)}
    key = digest_of(PACKAGING_VERSION, base_fingerprint, settings)
    return cache_dir / SERVED / f"{_weights_name(adapter)}-{key[:12]}.gguf"


def remove_served(adapters: Iterable[Path], cache_dir: Path) -> None:
    """Every merged GGUF of the PEFT folders `adapters`, whatever its base and the release that made it, and what killed
    writers left of one. Of weights that were damaged since, that of what the manifest names too. A server that has one
    open lets go of it by itself."""
    for name in {name for adapter in adapters for name in _weights_names(adapter)}:
        for beginning in ("", "."):
            for path in (cache_dir / SERVED).glob(f"{beginning}{name}-*"):
                path.unlink(missing_ok=True)


def _weights_names(adapter: Path) -> Iterator[str]:
    if (adapter / ADAPTER_WEIGHTS).is_file():
        yield _weights_name(adapter)
    with suppress(CorruptModelError):
        registered = read_manifest(adapter).files.get(ADAPTER_WEIGHTS)
        if registered:
            yield registered.sha256[:NAMED_BY]


def _weights_name(adapter: Path | None) -> str:
    return digest_file(adapter / ADAPTER_WEIGHTS).sha256[:NAMED_BY] if adapter else "base"


def write_gguf(path: Path, base: BaseModelFiles, adapter: Path | None, *, chat_template: str = "") -> None:
    """The file that `served_gguf` caches, with another chat template for other programs where one is given.

    Raises IncompatibleModelError for an adapter that is no plain LoRA of `base`, which `require_packable` let through.
    """
    from gguf import MODEL_ARCH_NAMES, GGUFWriter, get_tensor_name_map

    family, config = str(base.config["model_type"]), base.config
    heads = {"q_proj": config["num_attention_heads"], "k_proj": config["num_key_value_heads"]}
    writer = GGUFWriter(path, family)
    if base.gguf is None:
        write_metadata(base, writer)
    else:
        _copy_metadata(base.gguf, writer)
    writer.add_file_type(GGUF_FILE_TYPE_F16)
    writer.add_chat_template(chat_template or base.chat_template)
    architecture = next(known for known, name in MODEL_ARCH_NAMES.items() if name == family)
    names = get_tensor_name_map(architecture, config["num_hidden_layers"])
    for name, tensor in merged_tensors(base.folder, adapter):
        if name == OUTPUT_WEIGHT and config.get("tie_word_embeddings"):
            continue  # a copy of the embedding, which the reader uses
        target = names.get_name(name, try_suffixes=(".weight", ".bias"))
        if target is None:
            raise IncompatibleModelError(f"the base model's tensor {name!r} has no place in a GGUF of a {family}.")
        projection = name.removesuffix(".weight").rpartition(".")[2]
        if family in PAIRED_ROTARY and projection in heads:
            tensor = to_gguf_rotary(tensor, heads[projection])
        writer.add_tensor(target, tensor.astype(np.float32 if tensor.ndim == 1 else np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def to_gguf_rotary(weight: "NDArray[np.float32]", heads: int) -> "NDArray[np.float32]":
    """Rows of q or k from Hugging Face's rotary order (halves) to GGUF's (pairs), per head. Shape unchanged."""
    rows, columns = weight.shape
    return weight.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def _copy_metadata(source: Path, writer: "GGUFWriter") -> None:
    from gguf import GGUFReader, GGUFValueType

    for key, field in GGUFReader(source).fields.items():
        if key.startswith("GGUF.") or key in WRITTEN_ANEW:
            continue
        inner = field.types[1] if field.types[0] == GGUFValueType.ARRAY else None
        writer.add_key_value(key, field.contents(), field.types[0], sub_type=inner)


def merged_tensors(weights: Path, adapter: Path | None) -> Iterator[tuple[str, "NDArray[np.float32]"]]:
    """Every tensor of the model folder `weights` by name, float32, with the PEFT folder `adapter` merged in.

    Raises IncompatibleModelError for an adapter that is no LoRA of linear layers of this base.
    """
    lora = _Lora(adapter) if adapter else None
    for file in sorted(weights.glob("*.safetensors")):
        for name, weight in read_tensors(file):
            yield name, lora.merge(name, weight) if lora else weight
    if lora and lora.left:
        raise IncompatibleModelError(
            f"the adapter changes {sorted(lora.left)[0]!r}, which the base model does not have: "
            "it was trained on another base."
        )


class _Lora:
    """The weight changes of a PEFT LoRA folder."""

    def __init__(self, adapter: Path) -> None:
        self._config: dict[str, Any] = json.loads((adapter / ADAPTER_CONFIG).read_text(encoding="utf-8"))
        self._tensors = dict(read_tensors(adapter / ADAPTER_WEIGHTS))
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
        b, a = (self._tensors[f"{PEFT_PREFIX}{module}.lora_{part}.weight"] for part in "BA")
        merged: NDArray[np.float32] = weight + self._scale(module, rank=len(a)) * (b @ a)
        magnitude = self._tensors.get(f"{PEFT_PREFIX}{module}.lora_magnitude_vector")
        if magnitude is not None:
            merged *= (magnitude / np.linalg.norm(merged, axis=1))[:, None]
        return merged

    def _scale(self, module: str, *, rank: int) -> float:
        """A key of alpha_pattern is a regular expression that the end of a module's name matches, the first one wins:
        PEFT's rule. The rank is that of the tensors, whatever rank_pattern says."""
        patterns: dict[str, float] = self._config.get("alpha_pattern") or {}
        matching = (alpha for key, alpha in patterns.items() if re.match(rf"(.*\.)?({key})$", module))
        alpha = float(next(matching, self._config["lora_alpha"]))
        return alpha / (rank**0.5 if self._config.get("use_rslora") else rank)
