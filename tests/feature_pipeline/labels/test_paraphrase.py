from dataclasses import replace

import pytest

from fakes.posts import document
from feature_pipeline.labels.paraphrase import alike, is_paraphrase, paraphrase, rewriting
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
    long = replace(document(" ".join([text] * 8)), language="de")
    assert rewriting(long, blocks(long)) is None


def test_one_span_of_moderate_length_is_rewritten_and_is_verbatim() -> None:
    doc = document(
        f"Short.\n\n## Head\n\n{STYLED}\n\n- an item, which is a sentence.\n\n{STYLED.replace('Tom', 'Ada')}"
    )
    made = rewriting(doc, blocks(doc))
    assert made is not None
    assert 60 <= count_words(doc.text[made.start : made.end]) <= 160
    assert made.plain == plain(doc.text[made.start : made.end])
    assert "item" not in doc.text[made.start : made.end]
    assert rewriting(doc, blocks(doc)) == made


def test_a_plain_text_is_not_rewritten() -> None:
    doc = document(" ".join(f"The clock of street {i} stands on a stone base by the wall." for i in range(8)))
    assert rewriting(doc, blocks(doc)) is None
