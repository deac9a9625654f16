"""The model below the encoder: the shapes that it is given, and how it is loaded and let go."""

import json
import random
import weakref
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from feature_store import token_states
from feature_store.encoder import SentenceEncoder
from feature_store.errors import UnknownEncoderError

NO_CACHE = Path("/nowhere")  # what lies in a folder is not unpacked
TEXTS = ["How deep is the harbour?", "", "The fog came in. " * 40, "naïve café, 東京, кошка", "word " * 600]


def test_texts_of_many_lengths_are_given_to_the_model_in_few_shapes(
    encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes = set()

    def seen(*, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> object:
        shapes.add(tuple(input_ids.shape))
        return SimpleNamespace(last_hidden_state=torch.ones(*attention_mask.shape, encoder.dimensions))

    monkeypatch.setattr(encoder._token_model, "_model", seen)
    source = random.Random(1)
    for _ in range(40):
        encoder.encode(["tide " * source.randint(1, 60) for _ in range(source.randint(30, 60))])
    assert len(shapes) <= 20
    largest = max(rows * tokens for rows, tokens in shapes)
    assert largest <= token_states.BATCH_TOKENS
    encoder.encode(["How deep is the harbour?"])
    assert min(rows for rows, _ in shapes) == 1  # a question waits for no rows of padding


def test_a_model_is_given_no_more_tokens_than_it_has_positions(folder: Path) -> None:
    positions = 250  # no multiple of what lengths are rounded to
    config = json.loads((folder / "config.json").read_text()) | {"max_position_embeddings": positions}
    (folder / "config.json").write_text(json.dumps(config))
    weights = load_file(folder / "model.safetensors")
    name = next(name for name in weights if name.endswith("position_embeddings.weight"))
    save_file({**weights, name: weights[name][:positions].clone()}, folder / "model.safetensors")
    encoder = SentenceEncoder(folder, NO_CACHE)
    assert encoder.max_tokens == positions
    assert len(encoder.encode(["word " * 600, "tide " * 245])) == 2


def test_an_encoder_loads_its_model_again_when_it_was_let_go(folder: Path) -> None:
    encoder = SentenceEncoder(folder, NO_CACHE)
    before = encoder.encode(TEXTS)
    model = weakref.ref(encoder._token_model._model)
    encoder.unload()
    assert model() is None
    assert np.array_equal(encoder.encode(TEXTS), before)


def test_weights_in_parts_are_all_read_and_weights_of_another_name_are_none(folder: Path) -> None:
    whole = SentenceEncoder(folder, NO_CACHE).encode(TEXTS)
    weights = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    names = sorted(weights)
    for number, part in enumerate((names[::2], names[1::2]), start=1):
        save_file({name: weights[name] for name in part}, folder / f"model-0000{number}-of-00002.safetensors")
    assert np.array_equal(SentenceEncoder(folder, NO_CACHE).encode(TEXTS), whole)
    for number, path in enumerate(folder.glob("*.safetensors")):
        path.rename(folder / f"weights{number}.safetensors")
    with pytest.raises(UnknownEncoderError, match=r"model\.safetensors"):
        SentenceEncoder(folder, NO_CACHE).encode(TEXTS)
