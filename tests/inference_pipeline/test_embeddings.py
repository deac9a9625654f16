"""/v1/embeddings: the encoder's own vectors, and what is refused."""

import numpy as np
import openai
import pytest

from fakes.service import Service
from feature_store.ports import Encoder

MODEL = "hash-encoder"


def test_vectors_are_the_encoders_own_in_either_encoding(service: Service) -> None:
    texts = [f"Text {number} of the harbour clock." for number in range(70)]
    expected = service.world.encoder.encode(texts)
    for encoding in ("float", "base64"):
        made = service.openai.embeddings.create(model=MODEL, input=texts, encoding_format=encoding)  # type: ignore[call-overload]
        assert [one.index for one in made.data] == list(range(70))
        if encoding == "float":
            assert np.array_equal([one.embedding for one in made.data], expected)
    by_default = service.openai.embeddings.create(model=MODEL, input=texts[0])  # as base64
    assert by_default.data[0].embedding == pytest.approx(expected[0])
    assert by_default.usage.total_tokens == sum(service.world.encoder.count_tokens(texts[:1]))


@pytest.mark.parametrize(
    ("body", "param", "said"),
    [
        ({"input": [1, 2, 3]}, "input", "token ids"),
        ({"input": [[1, 2], [3]]}, "input", "token ids"),
        ({"input": ""}, "input[0]", "at least 1"),
        ({"input": []}, "input", "at least 1"),
        ({"input": ["a"] * 2049}, "input", "at most 2048"),
        ({"input": "word " * 300}, "input", "302 tokens"),
        ({"dimensions": 32}, "dimensions", "64 dimensions"),
        ({"encoding_format": "hex"}, "encoding_format", "base64"),
    ],
)
def test_what_cannot_be_embedded_is_refused(service: Service, body: dict[str, object], param: str, said: str) -> None:
    with pytest.raises(openai.BadRequestError, match=said) as caught:
        service.openai.embeddings.create(**{"model": MODEL, "input": "a", "encoding_format": "float", **body})  # type: ignore[arg-type]
    assert caught.value.param == param
    assert service.under_way == 0


def test_the_encoders_own_dimensions_may_be_asked_for(service: Service) -> None:
    encoder: Encoder = service.world.encoder
    made = service.openai.embeddings.create(model=MODEL, input="a", dimensions=encoder.dimensions)
    assert len(made.data[0].embedding) == encoder.dimensions


def test_another_encoder_is_not_found(service: Service) -> None:
    with pytest.raises(openai.NotFoundError, match=MODEL) as caught:
        service.openai.embeddings.create(model="text-embedding-3-small", input="a")
    assert caught.value.code == "model_not_found"
