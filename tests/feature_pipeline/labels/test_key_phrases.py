import pytest

from feature_pipeline.labels.key_phrases import key_phrases, notes

TEXT = """The harbour clock is slow. Col Brandreth puts the harbour clock right with the handle of a broom.
I quickly climbed the ladder, and a woman named Odette watched. The brass locknut cost little."""


def phrases(text: str, *, language: str = "en", limit: int = 4, document: str = "") -> list[str]:
    return key_phrases(text, document=document or text, language=language, limit=limit)


def test_phrases_are_names_and_nouns_in_the_order_of_the_text() -> None:
    assert phrases(TEXT) == ["harbour clock", "Col Brandreth", "Odette", "brass locknut"]


def test_no_two_phrases_share_a_word() -> None:
    found = phrases("The tide clock stopped. The harbour clock stopped. The clocks of the harbour stopped.", limit=9)
    words = [word.rstrip("s") for phrase in found for word in phrase.split()]
    assert len(words) == len(set(words)) > 1


@pytest.mark.parametrize(
    "junk",
    ["the `getElementById` call", "the https://example.org/ladder/page", "the my_var_name", "a foo.bar(baz)",
     "the thing", "the **previous** one", "on Tuesday morning",
     "three hundred times", "the IsNullOrEmptyString", "the problem"],
)  # fmt: skip
def test_code_addresses_and_empty_words_are_no_phrases(junk: str) -> None:
    assert phrases(f"Then there was {junk} again.") == []


def test_a_word_that_begins_a_sentence_is_a_name_only_where_it_is_one_elsewhere() -> None:
    assert phrases("Yesterday Carrick was wet. Ropes broke.") == ["Carrick"]
    assert phrases("Carrick was wet. I like Carrick.") == ["Carrick"]


def test_what_is_often_in_the_document_comes_first() -> None:
    text = "The lathe stood by the anvil and the kiln."
    assert phrases(text, document=f"{text} {'The anvil is old. ' * 5}", limit=1) == ["anvil"]


def test_another_document_changes_nothing_and_the_order_is_always_the_same() -> None:
    before = phrases(TEXT)
    phrases(TEXT.replace("harbour", "tower"), document=TEXT * 3)
    assert phrases(TEXT) == before


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("de", "Der Regen fiel auf das Dach der alten Werkstatt.", ["Regen", "Dach", "Werkstatt"]),
        ("es", "El reloj de la torre perdió la cuenta.", ["reloj", "torre", "cuenta"]),
        ("ja", "時計は毎日四分遅れる。", []),
        ("pl", "Zegar na wieży spóźnia się cztery minuty.", []),
        ("", "Zegar na wieży spóźnia się cztery minuty.", []),
    ],
)
def test_languages_without_a_list_have_no_phrases(language: str, text: str, found: list[str]) -> None:
    assert phrases(text, language=language) == found


def test_notes_follow_the_text_and_name_nothing_twice() -> None:
    lines = notes(TEXT, document=TEXT, language="en", count=3)
    assert 2 <= len(lines) <= 3
    items = [item for line in lines for item in line.split(", ")]
    assert len(items) == len(set(items))
    places = [TEXT.index(item) for item in items]
    assert places == sorted(places)
