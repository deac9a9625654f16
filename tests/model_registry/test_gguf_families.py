"""Models of several families packed for openvino-genai, against transformers; what its reader gets wrong is refused."""

import json
from collections.abc import Callable
from itertools import takewhile
from operator import eq
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fakes.precision import knows_bfloat16
from fakes.tiny_families import PACKED, SHAPE, write_tiny, write_tokenizer
from fakes.tiny_llama import write_lora
from inference_pipeline.engines import LocalEngine, engine_module
from model_registry.base_models import BaseModelFiles
from model_registry.errors import IncompatibleModelError
from model_registry.gguf_families import PIECES, PROBE, _splitting, require_packable
from model_registry.packaging import served_gguf
from model_registry.prompting import ChatMessage, PromptRenderer
from model_registry.safetensors_files import read_tensors

POSTS = Path(__file__).parents[2] / "examples" / "maud_ferrier" / "posts"
QUESTIONS = ("Why is the sky blue in 1984?", "Who's mending clocks?\n\nYou say 日本語 and 🙂.")
NEW_TOKENS = 16


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(POSTS.glob("*.md"))[:12]]


@pytest.fixture
def described(tmp_path: Path, texts: list[str]) -> Callable[..., BaseModelFiles]:
    """A model of a family without its weights; the arguments are keys of config.json."""

    def describe(family: str = "qwen2", **config: Any) -> BaseModelFiles:
        write_tokenizer(family, tmp_path, texts[:1])
        (tmp_path / "config.json").write_text(json.dumps({"model_type": family, **SHAPE, **config}), encoding="utf-8")
        return BaseModelFiles("tiny", "f" * 64, tmp_path, gguf=None)

    return describe


@pytest.mark.parametrize("family", PACKED)
def test_the_plain_model_of_a_family_is_taken(family: str, described: Callable[..., BaseModelFiles]) -> None:
    require_packable(described(family, rope_theta=1e6, rope_scaling=None, sliding_window=4096))


@pytest.mark.parametrize(
    ("config", "why"),
    [
        ({"model_type": "gemma3_text"}, "family 'gemma3_text'"),
        ({"rope_scaling": {"rope_type": "llama3", "factor": 8}}, "scaled .'llama3'"),
        ({"rope_scaling": {"type": "linear", "factor": 2}}, "scaled .'linear'"),
        ({"rope_parameters": {"rope_type": "yarn", "rope_theta": 1e6}}, "scaled .'yarn'"),
        ({"use_sliding_window": True}, "use_sliding_window: True"),
        ({"hidden_act": "gelu"}, "hidden_act: 'gelu'"),
        ({"layer_types": ["full_attention", "sliding_attention"]}, "sliding window"),
    ],
)
def test_what_the_reader_would_get_wrong_is_refused_with_the_way_out(
    config: dict[str, Any], why: str, described: Callable[..., BaseModelFiles]
) -> None:
    with pytest.raises(IncompatibleModelError, match=f"'tiny'.*{why}.*--set serving.engine=transformers"):
        require_packable(described(**config))


def test_a_tokenizer_that_is_no_byte_level_bpe_is_refused(described: Callable[..., BaseModelFiles]) -> None:
    base = described("gemma3", model_type="llama")
    with pytest.raises(IncompatibleModelError, match="byte-level BPE"):
        require_packable(base)


@pytest.mark.parametrize(
    ("splitter", "name"),
    [
        ({"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}, "gpt-2"),
        ({"type": "Whitespace"}, None),
        (None, None),
    ],
)
def test_a_way_of_splitting_is_told_by_what_it_does(splitter: dict[str, Any] | None, name: str | None) -> None:
    assert _splitting({"pre_tokenizer": splitter}) == name
    if splitter and name:
        digits = {"type": "Digits", "individual_digits": True}
        assert _splitting({"pre_tokenizer": {"type": "Sequence", "pretokenizers": [digits, splitter]}}) == "smollm"
    assert all(pieces.replace("|", "") == PROBE for pieces in PIECES.values())


def test_tensors_are_read_in_every_float_type(tmp_path: Path) -> None:
    values = np.array([[1.0, -2.5], [0.0, 3e-5]], np.float32)
    halves = (values.view(np.uint32) >> 16).astype("<u2")
    parts = {"F32": values.tobytes(), "F16": values.astype("<f2").tobytes(), "BF16": halves.tobytes()}
    header, start = {}, 0
    for kind, content in parts.items():
        header[kind] = {"dtype": kind, "shape": [2, 2], "data_offsets": [start, start + len(content)]}
        start += len(content)
    head = json.dumps(header | {"__metadata__": {"format": "pt"}}).encode()
    file = tmp_path / "a.safetensors"
    file.write_bytes(len(head).to_bytes(8, "little") + head + b"".join(parts.values()))
    read = dict(read_tensors(file))
    assert read["F32"].tolist() == values.tolist()
    assert read["F16"] == pytest.approx(values, rel=1e-2)
    assert read["BF16"] == pytest.approx(values, rel=1e-2)


def test_a_quantised_tensor_is_refused(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    save_file({"w": np.ones(4, np.int8)}, tmp_path / "a.safetensors")
    with pytest.raises(IncompatibleModelError, match="type I8"):
        list(read_tensors(tmp_path / "a.safetensors"))


@pytest.mark.slow
@pytest.mark.parametrize("family", PACKED)
def test_a_packed_family_answers_as_transformers_does(family: str, tmp_path: Path, texts: list[str]) -> None:
    """With an adapter merged in: greedy tokens, and log-probabilities within the error of half-precision weights. In
    bfloat16 two near words may change places."""
    base = write_tiny(family, tmp_path / "base", texts, tmp_path)
    adapter = write_lora(tmp_path / "adapter", base)
    renderer = PromptRenderer("Maud", base.chat_template, base.tokenizer_json, base.special_tokens)
    served = engine_module("openvino").load(base, adapter, tmp_path, "cpu")
    with pytest.MonkeyPatch.context() as patch:  # in float32 on any machine
        patch.setattr("inference_pipeline.engines.transformers.bfloat16_is_faster", lambda: False)
        reference, plain = (engine_module("transformers").load(base, one, tmp_path, "cpu") for one in (adapter, None))
    engines: tuple[LocalEngine, ...] = (served, reference, plain)
    written = []
    for question in QUESTIONS:
        ids = renderer.tokenize(renderer.text(renderer.messages([ChatMessage("user", question)], nonce="n")))
        tokens, log_probs = zip(*(engine.greedy(ids, NEW_TOKENS) for engine in engines), strict=True)
        alike = sum(takewhile(bool, map(eq, tokens[0], tokens[1])))
        assert alike == NEW_TOKENS or (knows_bfloat16() and alike >= NEW_TOKENS // 4)
        rounding = 0.05 if knows_bfloat16() else 0.01
        assert log_probs[0][:alike] == pytest.approx(log_probs[1][:alike], abs=rounding)
        written.append(log_probs)
    assert any(served[:4] != pytest.approx(plain[:4], abs=0.1) for served, _, plain in written)  # the adapter acts
    for engine in engines:
        engine.close()


@pytest.mark.slow
@pytest.mark.parametrize("family", ["qwen2", "qwen3"])
def test_the_tokenizer_in_the_file_is_the_models(family: str, tmp_path: Path, texts: list[str]) -> None:
    """Of llama 3's way of splitting text openvino-genai knows nothing; llama.cpp does."""
    import openvino_genai

    base = write_tiny(family, tmp_path / "base", texts, tmp_path)
    renderer = PromptRenderer("Maud", base.chat_template, base.tokenizer_json, base.special_tokens)
    inside = openvino_genai.Tokenizer(str(served_gguf(base, None, tmp_path)))
    for question in (*QUESTIONS, PROBE):
        prompt = renderer.text(renderer.messages([ChatMessage("user", question)], nonce="n"))
        assert inside.encode(prompt, add_special_tokens=False).input_ids.data[0].tolist() == renderer.tokenize(prompt)
