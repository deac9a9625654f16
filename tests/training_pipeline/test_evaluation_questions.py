"""Questions have one post that answers them, and give neither the answer nor the sentence away."""

from dataclasses import replace

import pytest

from fakes.feature_records import make_document
from fakes.world import make_chunk
from feature_store.records import Document, Span, Split
from text.words import folded_words
from training_pipeline.evaluation.off_topic import QUESTIONS, off_topic
from training_pipeline.evaluation.questions import by_fact, by_title, held_out
from training_pipeline.evaluation.suffix_automaton import longest_runs

FERRY = (
    "I took the ferry on a grey morning. The Patient Annie was launched by the Osgood brothers at their yard in 1974."
)
CLOCK = "The harbour clock lost four minutes again. I oiled its escapement twice, and Dorothea held the ladder for me."
CAT = (
    "My shop cat sleeps in the oil drawer all winter. On Fridays Mainspring gets sardines, which she eats on the lathe."
)
TEXTS = {"The Patient Annie": FERRY, "The harbour clock, mended": CLOCK, "A cat in the drawer": CAT}


def document(title: str, text: str, split: Split = Split.TEST, **changes: object) -> Document:
    made = replace(make_document(title, text), title=title, marked=(), split=split)
    return replace(made, **changes)  # type: ignore[arg-type]


POSTS = [document(title, text) for title, text in TEXTS.items()]


def test_questions_are_about_posts_that_nothing_was_learned_from_newest_first() -> None:
    splits = [Split.VALIDATION, Split.TEST, Split.TRAIN, Split.TEST]
    posts = [document(f"Post {n}", FERRY, split, created_at=f"202{n}-01-01") for n, split in enumerate(splits)]
    assert [post.created_at[3] for post in held_out(posts)] == ["3", "1", "0"]
    titled = [
        replace(post, title=name) for post, name in zip(posts, ["Clocks", "Ferries", "Sardines", "Gulls"], strict=True)
    ]
    asked = [question.text for question in by_title(titled, 10)]
    assert [name in "".join(asked) for name in ("Gulls", "Ferries", "Clocks", "Sardines")] == [True, True, True, False]
    assert by_title(titled, 2) == by_title(titled, 10)[:2]


def test_a_title_becomes_a_question_that_holds_it() -> None:
    (question,) = by_title([document("The harbour clock, mended.", CLOCK)], 5)
    assert "The harbour clock, mended" in question.text
    assert "mended." not in question.text
    assert question.text.endswith("?")
    assert question.document_id == document("The harbour clock, mended.", CLOCK).id


@pytest.mark.parametrize(
    "title", ["", "2024-03-05", "March 5th", "Tue 14 January 1668–69", "#12", "Untitled", "?!", "II"]
)
def test_titles_that_say_nothing_are_not_asked_by(title: str) -> None:
    assert by_title([document(title, CLOCK)], 5) == []


def test_titles_that_other_posts_have_too_are_not_asked_by() -> None:
    learned = document("Notes of the week, 11", CAT, Split.TRAIN)
    posts = [document("Notes of the week: 12", CLOCK), document("A fern", FERRY), learned]
    assert ["fern" in question.text for question in by_title(posts, 5)] == [True]
    dropped = replace(learned, duplicate_of="x", split=None)
    assert len(by_title([*posts[:2], dropped], 5)) == 2


def test_a_fact_is_asked_for_by_other_words_than_its_own() -> None:
    questions = by_fact(POSTS, 10)
    assert {question.document_id for question in questions} == {post.id for post in POSTS}
    by_id = {post.id: post for post in POSTS}
    for question in questions:
        (run,) = longest_runs([folded_words(question.text)], [by_id[question.document_id].text])
        assert run <= 3
    ferry = next(q.text for q in questions if q.document_id == POSTS[0].id)
    assert "1974" not in ferry
    assert "launched" in ferry
    clock = next(q.text for q in questions if q.document_id == POSTS[1].id)
    assert "dorothea" not in clock.lower()
    assert "escapement" in clock


def test_words_that_stand_together_in_another_post_do_not_make_a_question() -> None:
    # the learned post holds every word of the held-out one
    learned = document("Again", f"{FERRY} {CLOCK}", Split.TRAIN)
    assert {q.document_id for q in by_fact([*POSTS, learned], 10)} == {POSTS[2].id}


def test_every_post_is_asked_about_before_one_is_asked_about_twice() -> None:
    long = document("Long", " ".join(f"{FERRY} {CAT}".replace("Annie", name) for name in ("Bella", "Carol", "Della")))
    asked = [question.document_id for question in by_fact([long, POSTS[1]], 2)]
    assert sorted(asked) == sorted([long.id, POSTS[1].id])


def test_code_quotations_headings_and_links_are_not_asked_about() -> None:
    quoted = "The Regent of Carrick banished all ferrymen from the estuary in 1802."
    text = f"{CLOCK}\n\n{quoted}\n\n# {quoted}\n\n- {quoted}\n\n{quoted[:-1]} (https://example.org)."
    start = text.index(quoted)
    post = document("Clock", text, marked=(Span(start, start + len(quoted), "quote"),))
    assert by_fact([post], 10)
    assert not any("regent" in question.text or "banished" in question.text for question in by_fact([post], 10))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "de",
            "Die Hafenuhr geht seit Dienstag falsch. Ich habe das Pendel zweimal geölt, und Dorothea hielt die Leiter.",
        ),
        (
            "ja",
            "今朝は霧が深かった。港の時計は一九七四年に弟が修理したまま、また四分遅れている。店の猫は油の引き出しで眠っている。",
        ),
        ("th", "เช้านี้หมอกลงจัดมากจนมองไม่เห็นนาฬิกาที่ท่าเรือ. แมวของร้านนอนหลับอยู่ในลิ้นชักน้ำมันตลอดฤดูหนาว."),
        ("ar", "تأخرت ساعة الميناء أربع دقائق مرة أخرى هذا الصباح. قمت بتزييت الميزان مرتين بينما أمسكت أختي بالسلم."),
        ("hi", "बंदरगाह की घड़ी आज फिर चार मिनट पीछे चल रही है। मैंने कमानी में दो बार तेल डाला और बहन ने सीढ़ी पकड़ी."),
        ("", "qwert yuiop asdfg hjklz xcvbn mqwer tyuio pasdf."),
    ],
)
def test_in_another_language_the_words_are_the_question(language: str, text: str) -> None:
    post = document(" ".join(text.split()[:2]), text, language=language)
    questions = by_title([post], 5) + by_fact([post], 5)
    assert questions
    for question in questions:
        assert question.text.endswith("?")
        assert set(folded_words(question.text)) <= set(folded_words(text))


def test_what_the_author_wrote_about_is_not_off_topic() -> None:
    fruit = make_chunk("maud", "In the garden", "I pruned the pomegranate on Sunday.")
    bees = make_chunk("maud", "Varroa mites", "They came in spring.")
    left = off_topic([fruit, bees], len(QUESTIONS))
    assert not any("pomegranate" in question or "varroa" in question for question in left)
    assert len(left) == len(QUESTIONS) - 2


def test_one_word_in_common_is_no_topic_in_common() -> None:
    tree = make_chunk("maud", "A tree", "The tree fell.")
    assert "How do you prune a pomegranate tree?" in off_topic([tree], len(QUESTIONS))


def test_off_topic_questions_are_spread_over_the_list_and_no_two_are_alike() -> None:
    few = off_topic([], 4)
    assert len(few) == 4
    assert max(QUESTIONS.index(question) for question in few) > len(QUESTIONS) / 2
    assert len(set(QUESTIONS)) == len(QUESTIONS)
