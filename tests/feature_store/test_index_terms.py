from dataclasses import replace

import pytest

from fakes.feature_records import make_chunk
from feature_store import index_terms
from feature_store.records import Chunk


def written_in(language: str, text: str) -> Chunk:
    return replace(make_chunk(f"{language} {text}", text), language=language)


def shared(question: str, chunk: Chunk, languages: list[str]) -> int:
    """Terms of the question that the chunk has."""
    return len(set(index_terms.of_question(question, languages).indices) & set(index_terms.of_chunk(chunk).indices))


@pytest.mark.parametrize(
    ("language", "text", "question", "none"),
    [
        ("de", "Die Häuser am Hafen haben keine Uhren mehr.", "Welche Häuser haben keine Uhr?", "Wer ist das?"),
        ("fr", "Les cloches du troupeau sonnaient.", "Combien de cloche au troupeau ?", "Qui est-ce ?"),
        ("es", "Los membrillos salieron duros.", "¿Y el membrillo duro?", "¿Qué es esto?"),
        ("sv", "Klockorna i hamnen stannade.", "Vad hände med hamnens klocka?", "Vad är det?"),
        ("fi", "Kello pysähtyi satamassa.", "Mikä kello satama?", "Missä se on?"),
        ("pl", "Zegar w porcie stanął.", "Kiedy stanął zegar?", "Co to jest?"),
        ("ru", "Часы на башне остановились.", "Что с часами на башне?", "Что это?"),
        ("zh", "港口的钟停在三点五十分。", "钟什么时候停的？", "什么？"),
        ("ja", "港の時計は三時五十分で止まった。", "時計はいつ止まった？", "それは？"),
        ("th", "นาฬิกาที่ท่าเรือหยุดเดินตอนสี่โมงเย็น", "นาฬิกาหยุดเมื่อไหร่", "ใคร"),
    ],
)
def test_a_question_shares_terms_with_the_text_that_answers_it(
    language: str, text: str, question: str, none: str
) -> None:
    chunk = written_in(language, text)
    assert shared(question, chunk, [language]) >= 2
    assert shared(none, chunk, [language]) == 0


def test_a_text_is_read_in_its_own_language_whatever_most_are_in() -> None:
    """ "boxes" ends in -es in English and in nothing in Finnish."""
    english, finnish = written_in("en", "Boxes of Gladys"), written_in("fi", "Boxes of Gladys")
    for chunk in (english, finnish):
        assert shared("boxes", chunk, ["fi", "en"]) == 1
    assert shared("boxes", english, ["fi"]) == 0


def test_what_says_nothing_in_the_language_of_a_question_is_not_looked_for() -> None:
    """ "die" and "hat" are nothing in a German question, and words in an English text."""
    assert shared("Wo ist die Uhr, die er hat?", written_in("en", "A hat to die for"), ["de", "en"]) == 0
    assert shared("Where is the hat?", written_in("en", "A hat to die for"), ["de", "en"]) == 1


def test_in_doubt_a_question_is_read_as_most_of_the_texts() -> None:
    assert shared("Uhr?", written_in("de", "Die Uhren stehen."), ["de"]) == 1
    assert shared("Dover?", written_in("", "To Dover, and back."), ["", "en"]) == 1


def test_a_language_without_lists_is_compared_word_by_word() -> None:
    assert shared("saa bandari", written_in("sw", "Saa ya bandari ilisimama."), ["sw"]) == 2


def test_a_term_weighs_more_the_oftener_it_stands_and_the_shorter_the_text() -> None:
    def weight(text: str) -> float:
        return dict(zip(*index_terms.of_chunk(written_in("en", text)), strict=True))[bell]

    (bell,) = index_terms.of_question("bell", ["en"]).indices
    once, twice, longer = weight("bell"), weight("bell bell"), weight("bell " + "rope " * 200)
    assert longer < once < twice < 2.2
    # the part of the formula that a text's own counts give, of one term in one
    assert once == pytest.approx(2.2 / (1 + 1.2 * (0.25 + 0.75 / 100)))


def test_languages_come_with_the_commonest_first_and_unknown_ones_among_them() -> None:
    chunks = [written_in(language, str(n)) for n, language in enumerate(["de", "en", "de", "", "", "de"])]
    assert index_terms.languages_of_chunks(chunks) == ["de", "", "en"]
    assert index_terms.languages_of_chunks([]) == []


@pytest.mark.parametrize("text", ["", "🙂", "a", "?!"])
def test_a_text_without_terms_has_an_empty_vector(text: str) -> None:
    assert index_terms.of_chunk(written_in("en", text)).indices == []
    assert index_terms.of_question(text, []).indices == []
