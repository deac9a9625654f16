import pytest

from text.terms import languages_of, terms


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("When was the ferry built? It's Annie's; don't mend 3.14 clocks.", "en", "ferry built anni mend 3.14 clock"),
        ("Die Uhren der Kirche gehen nicht. Was ist das?", "de", "uhr kirch geh"),
        ("L’horloge de l’église ne marche pas, qu’est-ce que c’est ?", "fr", "horlog églis march"),
        ("El gato come pescado los viernes, y la gata no.", "es", "gato come pescado viern gata"),
        ("Он купил рыбу на рынке, и кошка её съела.", "ru", "купил рыб рынк кошк съел"),
        ("ذهب الولد إلى السوق", "ar", "ذهب الولد السوق"),
        ("猫は魚を食べる。今朝コーヒーを", "ja", "猫 魚 食 今 朝 今朝 コーヒー"),
        ("我今天去了商店，他买鱼。", "zh", "今 天 去 今天 天去 商 店 商店 买 鱼 买鱼"),
        ("나는 생선을 먹는다", "ko", "생선 먹는다"),
    ],
)
def test_terms_are_words_that_mean_something_without_their_endings(text: str, language: str, expected: str) -> None:
    languages = languages_of(text)
    assert languages == {language}
    assert terms(text, languages) == expected.split()


def test_in_a_script_without_spaces_and_without_a_list_neighbours_are_terms() -> None:
    assert terms("ไปตลาด ปลา", frozenset()) == ["ไปต", "ปตล", "ตลา", "ลาด", "ปลา"]


def test_a_text_that_says_no_language_is_read_in_all() -> None:
    assert languages_of("Gladys", "🙂") == frozenset()
    assert terms("the der les Gladys", frozenset()) == ["glady"]


def test_two_texts_may_have_two_languages() -> None:
    languages = languages_of("What is it about?", "Die Uhr steht und der Turm auch.")
    assert languages == {"en", "de"}
    assert terms("What did you write about the Turm?", languages) == terms("der Turm", languages) == ["turm"]


def test_english_endings_are_cut_of_english_alone() -> None:
    assert terms("Boxing trees", frozenset({"en"})) == ["box", "tre"]
    assert terms("Ring Essen", frozenset({"de"})) == ["ring", "ess"]
