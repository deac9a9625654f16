from dataclasses import replace

import pytest

from fakes.posts import document
from feature_pipeline.labels.paraphrase import alike, draft, is_paraphrase, paraphrase, rewritings
from feature_pipeline.prose import blocks
from text.words import count_words

STYLED = (
    "Honestly, I can't say it's a masterpiece — it's a shed! (I measured twice.) When the rain came, the roof leaked "
    "on the bench; however, the tools stayed dry... Tom brought 14 buckets, and I emptied them, and we didn't sleep. "
    "It was, of course, a truly dreadful night, but I've kept the buckets. Folks still ask me about them. "
    "Right then. Tea. And so I utilised the entire week to obtain a new roof, and it's very good 🙂"
)


def plain(text: str, language: str = "en") -> str:
    return paraphrase(text, language=language)


@pytest.mark.parametrize(
    ("text", "flat"),
    [
        ("I can't go and it's late.", "I cannot go and it is late."),
        ("It's been wet and he's got a cold.", "It has been wet and he has got a cold."),
        ("What a gale! It took the sign...", "What a gale, it took the sign."),
        ("The clock — a brass one — stopped at noon today.", "The clock, a brass one, stopped at noon today."),
        ("The tide was out (I checked) at four today.", "The tide was out at four today."),
        ("The tide (2.1 metres) was out at four today.", "The tide, 2.1 metres, was out at four today."),
        ("Well, the very old clock stopped again today.", "The old clock stopped again today."),
        ("It is not very big, as clocks go here.", "It is not very big, as clocks go here."),
        ("When the rain came, the roof leaked on the bench.", "The roof leaked on the bench when the rain came."),
        ("Fog. Kettle on. No post.", "Fog, kettle on, no post."),
        ("Methinks he hath bespoke a coat thither.", "He has ordered a coat there."),
        ("I met Mr. Osgood; he was wet through once again.", "I met Mr Osgood. He was wet through once again."),
        ("I like *this* one 🙂 and **that** one too.", "I like this one and that one too."),
    ],
)
def test_style_is_flattened(text: str, flat: str) -> None:
    assert plain(text) == flat


def test_a_long_sentence_is_parted_before_new_subjects_and_not_inside_a_list() -> None:
    text = (
        "Tom brought a bag of nails, a saw and the long ladder from the store, and he held it while I went up to the "
        "roof with the hammer, but we had no felt."
    )
    assert plain(text) == (
        "Tom brought a bag of nails, a saw and the long ladder from the store. He held it while I went up to the roof "
        "with the hammer. We had no felt."
    )


def test_facts_stay_and_the_words_change() -> None:
    made = plain(STYLED)
    assert is_paraphrase(made, STYLED)
    assert "14" in made
    assert "Tom" in made
    assert not any(mark in made for mark in "!;—…()🙂'’")


def test_a_near_copy_a_remnant_and_a_lost_number_are_no_paraphrases() -> None:
    made = plain(STYLED)
    assert not is_paraphrase(STYLED, STYLED)
    assert not is_paraphrase(made[: len(made) // 3], STYLED)
    assert not is_paraphrase(made.replace("14", "some"), STYLED)
    assert alike(STYLED, STYLED) == 1
    assert alike("another text of other words", STYLED) == 0


def test_of_other_languages_the_punctuation_alone_is_flattened() -> None:
    text = "Das Dach war neu – und dicht! Der Regen fiel; niemand kam…"
    assert plain(text, "de") == "Das Dach war neu, und dicht. Der Regen fiel, niemand kam."


@pytest.mark.parametrize(
    ("language", "text", "jotted"),
    [
        ("en", "I climbed the ladder. It has forty-three steps.", "Climbed ladder. It has 43 steps."),
        ("en", "There were two hundred and six at a funeral.", "There were two hundred and six at funeral."),
        ("de", "Ich sah, dass die Uhr steht. Der Küster schwieg.", "Ich sah, dass Uhr steht. Der Küster schwieg."),
        ("fr", "Je monte sur l’échelle de la tour.", "Je monte sur échelle de tour."),
        ("es", "Subo por la escalera de una torre.", "Subo por escalera de torre."),
        ("pt", "Subo por uma escada.", "Subo por escada."),
        ("it", "Salgo con la scala sotto il tetto.", "Salgo con scala sotto tetto."),
        ("nl", "Ik zie de klok en het dak.", "Ik zie klok en dak."),
        ("sv", "Jag ser en klocka.", "Jag ser en klocka."),
    ],
)
def test_a_draft_leaves_out_articles_and_the_i_that_begins_a_sentence(language: str, text: str, jotted: str) -> None:
    assert draft(text, language=language) == jotted


def test_what_has_a_near_copy_alone_for_a_plain_text_is_rewritten_from_a_draft() -> None:
    german = "Ich stieg auf die Leiter und sah in das Werk der Uhr. Der Küster hielt die Lampe und ein Tuch. "
    english = "The clock of the tower stands on a stone base by the wall. I oil the wheels with a feather. "
    for language, sentence in (("de", german), ("en", english)):
        doc = replace(document(sentence * 6), language=language)
        assert not is_paraphrase(plain(doc.text, language), doc.text)
        found = list(rewritings(doc, blocks(doc)))
        assert found
        assert all(r.plain == draft(plain(doc.text[r.start : r.end], language), language=language) for r in found)


def test_spans_of_moderate_length_are_rewritten_and_are_verbatim() -> None:
    doc = document(
        f"Short.\n\n## Head\n\n{STYLED}\n\n- an item, which is a sentence.\n\n{STYLED.replace('Tom', 'Ada')}"
    )
    found = list(rewritings(doc, blocks(doc)))
    assert 1 < len(found) <= 3
    for made in found:
        text = doc.text[made.start : made.end]
        assert 30 <= count_words(text) <= 130
        assert is_paraphrase(made.plain, text)
        assert "item" not in text
    assert list(rewritings(doc, blocks(doc))) == found


def test_a_plain_text_of_a_language_without_drafts_is_not_rewritten() -> None:
    text = " ".join(f"Klockan vid gata {i} har gått fel sedan i höstas och ingen lagar henne." for i in range(8))
    doc = replace(document(text), language="sv")
    assert list(rewritings(doc, blocks(doc))) == []
