import pytest

from text.facts import names, numbers


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
