"""Texts end with a sentence, within what a platform allows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_pipeline.platforms import PLATFORMS, Platform, end_within, length_on_mastodon, length_on_x

ADDRESS = "https://example.org/" + "a" * 80


@pytest.mark.parametrize(
    ("text", "on_x"),
    [("Fog.", 4), ("霧です", 6), ("naïve “quotes” — dash", 21), (ADDRESS, 23), (f"霧 {ADDRESS} ok", 29), ("🌫", 2)],
)
def test_length_on_x(text: str, on_x: int) -> None:
    assert length_on_x(text) == on_x


def test_an_address_counts_the_same_however_long_it_is() -> None:
    assert length_on_mastodon(f"See {ADDRESS} now") == length_on_mastodon("See https://e.org now") == 31


def test_what_fits_is_left_as_it_is() -> None:
    assert end_within("One. Two!\n\nThree?", PLATFORMS["x"], words=40, complete=True) == "One. Two!\n\nThree?"


def test_it_ends_with_the_last_sentence_that_fits() -> None:
    text = "I oiled the wheel. " * 20
    ended = end_within(text, PLATFORMS["x"], words=400, complete=True)
    assert ended == ("I oiled the wheel. " * 14).strip()
    assert end_within(text, PLATFORMS["blog"], words=9, complete=True) == "I oiled the wheel. I oiled the wheel."
    assert end_within("時計が遅い。" * 60, PLATFORMS["x"], words=4000, complete=True) == "時計が遅い。" * 23


def test_a_sentence_that_was_cut_off_goes_unless_it_is_the_only_one() -> None:
    blog = PLATFORMS["blog"]
    assert end_within("The tide turned. And then I", blog, words=99, complete=False) == "The tide turned."
    assert end_within("The tide turned. And then I", blog, words=99, complete=True) == "The tide turned. And then I"
    assert end_within("And then I", blog, words=99, complete=False) == "And then I"


def test_one_sentence_that_is_too_long_is_cut_between_words() -> None:
    ended = end_within("harbour " * 100, PLATFORMS["bluesky"], words=500, complete=True)
    assert ended == "harbour " * 36 + "harbour…"
    assert len(end_within("a" * 1000, PLATFORMS["bluesky"], words=500, complete=True)) == 300


@given(st.text(max_size=900), st.sampled_from(sorted(PLATFORMS)), st.integers(5, 300), st.booleans())
def test_it_is_a_beginning_of_the_text_and_never_too_long(
    text: str, platform: Platform, words: int, complete: bool
) -> None:
    limits = PLATFORMS[platform]
    ended = end_within(text, limits, words=words, complete=complete)
    assert limits.characters is None or limits.measure(ended) <= limits.characters
    assert text.strip().startswith(ended.removesuffix("…"))
    assert ended or not text.strip()
