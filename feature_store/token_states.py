"""The last hidden states of an encoder's tokens, by transformers alone.

sentence-transformers is for the encoders of which more is to be known than that: its import takes 150 MB and seconds
more, for training and measures that nobody asked for.
"""

import ctypes
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import torch
    from tokenizers import Tokenizer

BATCH_TOKENS = 4096  # with their padding, and at least one text
KEPT_KERNELS = "64"  # compiled for shapes that were met; by default 1024, in which 5,000 short texts leave 200 MB
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, LARGE = -1, -3, 1 << 20  # malloc.h; bytes


class States(NamedTuple):
    """Of one text: an array of shape (tokens, dimensions), and of shape (tokens, 2) which characters each token is;
    none, of a special one."""

    place: int  # of the text among those that were given
    values: "np.ndarray[tuple[int, int], np.dtype[np.float32]]"
    characters: "np.ndarray[tuple[int, int], np.dtype[np.int64]]"


class TokenModel:
    """A model of transformers in a folder. Raises OSError, ValueError, RuntimeError, KeyError and SafetensorError of a
    folder that holds none."""

    def __init__(self, folder: Path, tokenizer: "Tokenizer", device: str, dtype: "torch.dtype") -> None:
        from transformers import AutoModel

        model: Any = AutoModel.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, use_safetensors=True, dtype=dtype
        )
        self._model = model.eval().to(device)
        self._tokenizer = tokenizer
        self._device = device
        self._padding: int = getattr(model.config, "pad_token_id", None) or 0  # some count positions from it

    def states(self, texts: Sequence[str]) -> Iterator[States]:
        """Of texts of like length together, so that little is padded; the longest first, as they need most memory."""
        import numpy as np
        import torch

        encodings = self._tokenizer.encode_batch(list(texts))
        order = sorted(range(len(texts)), key=lambda place: -len(encodings[place].ids))
        while order:
            size = len(encodings[order[0]].ids)
            count = max(1, BATCH_TOKENS // size)
            batch, order = order[:count], order[count:]
            ids = torch.full((len(batch), size), self._padding)
            mask = torch.zeros((len(batch), size), dtype=torch.long)
            for row, place in enumerate(batch):
                length = len(encodings[place].ids)
                ids[row, :length] = torch.tensor(encodings[place].ids)
                mask[row, :length] = 1
            with torch.inference_mode():
                output = self._model(input_ids=ids.to(self._device), attention_mask=mask.to(self._device))
            values = output.last_hidden_state.float().cpu().numpy()
            for row, place in enumerate(batch):
                encoding = encodings[place]
                yield States(place, values[row, : len(encoding.ids)], np.array(encoding.offsets))


def keep_memory_small() -> None:
    """Before torch is loaded. Batches differ in shape: what oneDNN compiles for each is not kept for ever, and large
    arrays go back to the system, where glibc would keep ever larger holes between what lives longer."""
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", KEPT_KERNELS)
    with suppress(AttributeError, OSError):  # another C library
        for limit in (M_MMAP_THRESHOLD, M_TRIM_THRESHOLD):
            ctypes.CDLL(None).mallopt(limit, LARGE)
