"""However tokens come, the same text comes out, whole characters at a time, and never a piece of a stop string."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from inference_pipeline.engines.shared.streaming import TextAssembler
from model_registry.base_models import BaseModelFiles


@pytest.fixture(scope="session")
def tokenizer(base_model: BaseModelFiles) -> Tokenizer:
    return Tokenizer.from_str(base_model.tokenizer_json)


def pieces(tokenizer: Tokenizer, ids: list[int], stop: tuple[str, ...], sizes: list[int]) -> tuple[list[str], bool]:
    """What is shown when the ids come in steps of `sizes`, one by one after these."""
    assembler = TextAssembler(tokenizer, stop)
    shown = []
    while ids:
        size = sizes.pop(0) if sizes else 1
        step, ids = ids[:size], ids[size:]
        text, stopped = assembler.push(step, last=not ids)
        shown.append(text)
        if stopped:
            return shown, True
    return shown, False


def cut(text: str, stop: tuple[str, ...]) -> tuple[str, bool]:
    """By definition: read character by character until the text ends with a stop string."""
    for end in range(1, len(text) + 1):
        if ending := max((s for s in stop if text[:end].endswith(s)), key=len, default=""):
            return text[: end - len(ending)], True
    return text, False


@given(
    text=st.text(alphabet="ab \n🙂é日🏳️‍🌈", min_size=1, max_size=40),
    stop=st.lists(st.text(alphabet="ab \n🙂é", min_size=1, max_size=4), max_size=3).map(tuple),
    sizes=st.lists(st.integers(1, 5), max_size=10),
)
def test_the_pieces_make_the_text_up_to_the_first_stop_string(
    tokenizer: Tokenizer, text: str, stop: tuple[str, ...], sizes: list[int]
) -> None:
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    shown, stopped = pieces(tokenizer, ids, stop, sizes)
    assert ("".join(shown), stopped) == cut(text, stop)


def test_a_character_of_several_tokens_comes_in_one_piece(tokenizer: Tokenizer) -> None:
    ids = tokenizer.encode("語 and 🏳️‍🌈", add_special_tokens=False).ids
    shown, _ = pieces(tokenizer, ids, (), [])
    assert len(ids) > len([piece for piece in shown if piece])
    assert not any("\ufffd" in piece for piece in shown)


def test_an_unfinished_character_at_the_end_is_shown_as_such(tokenizer: Tokenizer) -> None:
    ids = tokenizer.encode("tea 語", add_special_tokens=False).ids[:-1]
    shown, _ = pieces(tokenizer, ids, (), [])
    assert "".join(shown) == "tea \ufffd"


def test_what_may_begin_a_stop_string_is_held_back_and_given_when_it_does_not(tokenizer: Tokenizer) -> None:
    assembler = TextAssembler(tokenizer, ("END",))
    encode = lambda text: tokenizer.encode(text, add_special_tokens=False).ids  # noqa: E731
    assert assembler.push(encode("so E"), last=False) == ("so ", False)
    assert assembler.push(encode("N"), last=False) == ("", False)
    assert assembler.push(encode("V"), last=False) == ("ENV", False)
    assert assembler.push(encode("E"), last=True) == ("E", False)


def test_the_end_token_is_not_shown(tokenizer: Tokenizer) -> None:
    end = tokenizer.token_to_id("<|im_end|>")
    assert TextAssembler(tokenizer).push([*tokenizer.encode("Tea.").ids, end], last=True) == ("Tea.", False)
