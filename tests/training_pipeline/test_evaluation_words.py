import pytest

from training_pipeline.evaluation.words import names, numbers, plain, size, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It’s Annie's 2nd — rusty_old — bell!", ["it's", "annie's", "2nd", "rusty", "old", "bell"]),
        ("'quoted' o'clock", ["quoted", "o'clock"]),
        ("Straße naïve e\u0301te\u0301", ["strasse", "naïve", "e\u0301te\u0301"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("霧が a1 ไป", ["霧", "が", "a1", "ไ", "ป"]),
        ("🙂 … --", []),
    ],
)
def test_words_of_any_script(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_a_character_without_spaces_around_is_half_a_word() -> None:
    assert [size(word) for word in words("clock 霧 ก नदी")] == [1, 0.5, 0.5, 1]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Annie saw Dorothea’s cat. Then I'm told Bella did: Osgood knew.", "en", {"dorothea", "bella"}),
        ("“Right,” said Maud. “Annie is out.”", "en", {"maud"}),
        ("# Heading\nLine with Émile", "fr", {"émile"}),
        ("Das Schiff von Annie", "de", set()),
        ("船は Annie です", "ja", {"annie"}),
    ],
)
def test_names_are_capitals_inside_of_sentences(text: str, language: str, expected: set[str]) -> None:
    assert names(text, language) == expected


def test_numbers_are_compared_without_separators() -> None:
    assert numbers("In 1974 it cost £1,200.50, at 10:30. No 7.") == {"1974", "1200.50", "10:30", "7"}


def test_plain_is_without_case_and_possessive() -> None:
    assert [plain(word) for word in ("Annie’s", "O'Brien", "boss's")] == ["annie", "o'brien", "boss"]
