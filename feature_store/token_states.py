"""The last hidden states of an encoder's tokens, by transformers alone.

sentence-transformers is for the encoders of which more is to be known than that: its import takes 150 MB and seconds
more, for training and measures that nobody asked for.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import torch
    from tokenizers import Tokenizer

BATCH_TOKENS = 2048  # with their padding, and at least one text
MULTIPLE = 8  # of texts and of tokens in a batch: kernels are compiled for each shape, which takes memory and time


class States(NamedTuple):
    """Of one text: an array of shape (tokens, dimensions), and of shape (tokens, 2) which characters each token is;
    none, of a special one."""

    place: int  # of the text among those that were given
    values: "np.ndarray[tuple[int, int], np.dtype[np.float32]]"
    characters: "np.ndarray[tuple[int, int], np.dtype[np.int64]]"


class TokenModel:
    """A model of transformers in a folder, and its tokenizer, which truncates to `longest` tokens: it may have no
    positions beyond. Raises OSError, ValueError, RuntimeError, KeyError and SafetensorError of a folder that holds
    none."""

    def __init__(self, folder: Path, tokenizer: "Tokenizer", longest: int, device: str, dtype: "torch.dtype") -> None:
        import torch
        from transformers import AutoConfig, AutoModel

        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        with torch.device("meta"):
            kind: Any = type(AutoModel.from_config(config, trust_remote_code=False))
        model = kind.from_pretrained(None, config=config, state_dict=dict(_weights(folder, dtype)), dtype=dtype)
        self._model = model.eval().to(device)
        self._tokenizer = tokenizer
        self._longest = longest
        self._device = device
        self._padding: int = getattr(config, "pad_token_id", None) or 0  # some count positions from it

    def states(self, texts: Sequence[str]) -> Iterator[States]:
        """Of texts of like length together, so that little is padded; the longest first, as they need most memory."""
        import numpy as np
        import torch

        encodings = self._tokenizer.encode_batch(list(texts))
        order = sorted(range(len(texts)), key=lambda place: -len(encodings[place].ids))
        while order:
            size = min(self._longest, -(-len(encodings[order[0]].ids) // MULTIPLE) * MULTIPLE)
            count = max(1, BATCH_TOKENS // size)
            batch, order = order[:count], order[count:]
            shape = (len(batch) if len(batch) in (1, count) else -(-len(batch) // MULTIPLE) * MULTIPLE, size)
            ids = torch.full(shape, self._padding)
            mask = torch.zeros(shape, dtype=torch.long)
            mask[:, 0] = 1  # a row of nothing would be divided by nothing
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


def _weights(folder: Path, dtype: "torch.dtype") -> "Iterator[tuple[str, torch.Tensor]]":
    """By name. The file is opened anew for each: all that was read of one that stays open counts as memory, which is
    twice that of the model where it is run in half the precision."""
    from safetensors import safe_open

    whole = folder / "model.safetensors"
    files = [whole] if whole.is_file() else sorted(folder.glob("model-*-of-*.safetensors"))
    if not files:  # a model without weights would be one of chance
        raise FileNotFoundError(f"there is neither model.safetensors nor its parts in {folder}")
    for file in files:
        with safe_open(file, "pt") as opened:
            names = list(opened.keys())
        for name in names:
            with safe_open(file, "pt") as opened:
                tensor = opened.get_tensor(name)
                yield name, tensor.to(dtype if tensor.is_floating_point() else tensor.dtype, copy=True)
