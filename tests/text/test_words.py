from pathlib import Path

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from text.words import UNSPACED, count_words, folded_words, is_unspaced, size, without_possessive, words

POSTS = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don’t say “l’eau” — it's 3.14, or 1,000!", ["Don’t", "say", "l’eau", "it's", "3.14", "or", "1,000"]),
        ("a well-known snake_case, _em_ and __init__", ["a", "well", "known", "snake", "case", "em", "and", "init"]),
        (
            "The U.S. Army, e.g. 'quoted' o'clock at 10:30",
            ["The", "U.S", "Army", "e.g", "quoted", "o'clock", "at", "10", "30"],
        ),
        ("see www.example.org:80, sold.Then", ["see", "www.example.org", "80", "sold.Then"]),
        ("हिन्दी में e\u0301te\u0301 می\u200cخواهم", ["हिन्दी", "में", "e\u0301te\u0301", "می\u200cخواهم"]),
        ("猫はコーヒーを飲む。", ["猫", "は", "コーヒー", "を", "飲", "む"]),
        ("霧が a1 ไป ໄປ ကို", ["霧", "が", "a1", "ไ", "ป", "ໄ", "ປ", "ကို"]),
        ('한국어를 Straße צה"ל l·l', ["한국어를", "Straße", 'צה"ל', "l·l"]),
        ("🙂 👍🏽 … -- ½ _ ·", []),
    ],
)
def test_words_of_any_script(text: str, expected: list[str]) -> None:
    assert words(text) == expected
    assert count_words(text) == len(expected)


def as_unicode(text: str) -> list[str]:
    """Words by the default boundaries of UAX #29, as another implementation finds them."""
    return [piece for piece in regex.split(r"(?wV1)\b", text) if regex.search(r"[\p{Alphabetic}\p{Nd}]", piece)]


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="_:：﹕\"'’‘", exclude_categories=["Pc"])))
def test_words_are_those_of_unicode_but_for_underscores_and_colons(text: str) -> None:
    assert "".join(words(text)) == "".join(words(" ".join(words(text))))
    inside = [piece for piece in as_unicode(text) if not regex.search(r"\p{M}|\p{Cf}", piece)]
    assert set(inside) <= set(words(text))


def test_words_of_real_posts_are_those_of_unicode() -> None:
    for file in sorted(POSTS.glob("*/posts/*.md")):
        text = file.read_text(encoding="utf-8").replace("_", " ").replace(":", " ")
        assert words(text) == as_unicode(text)


def test_every_character_that_is_a_word_by_itself_is_in_the_class_for_patterns() -> None:
    alone = regex.compile(r"[\p{Alphabetic}&&\p{WB=Other}]", regex.V1)
    others = {  # scripts of which no author was seen: Tai, Cham, Ahom, Tangut and the like
        chr(code) for code in (*range(0x1950, 0x1AB0), *range(0xA9E0, 0xAAE0), *range(0x10000, 0x20000))
    }
    common = {chr(code) for code in range(0x10000) if alone.match(chr(code))} - others
    assert {character for character in common if not regex.match(f"[{UNSPACED}々〆〇〡-〩〸-〺]", character)} == set()
    assert all(map(is_unspaced, common))


def test_compared_words_have_no_case_and_straight_apostrophes() -> None:
    assert folded_words("It’s Annie’s STRASSE, Straße") == ["it's", "annie's", "strasse", "strasse"]
    assert [without_possessive(word) for word in ("annie's", "o'brien", "boss's")] == ["annie", "o'brien", "boss"]


def test_a_character_without_spaces_around_is_half_a_word() -> None:
    assert [size(word) for word in words("clock 霧 ก नदी コーヒー")] == [1, 0.5, 0.5, 1, 1]
