"""The questions themselves: an answer that is counted as wrong must not be the question's fault."""

from collections import Counter
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
from asked import AUTHORS, Asked, asked

from fakes.fetching import opened
from feature_pipeline.cleaning import clean
from feature_store.records import Document, Post
from text.terms import terms
from text.words import folded_words

EXAMPLES = Path(__file__).parents[2] / "examples"
COUNTS = {"fact": 60, "off_topic": 20, "itself": 10, "write": 8, "follow_up": 8}
PARAPHRASES, FEWEST_DATED = 30, 6
SHARED = 1  # content words of a paraphrase that the answer or the title may have
LONGEST = 20  # words of a question to the twin, as a person puts it

every_author = pytest.mark.parametrize("author", AUTHORS)


@cache
def posts(author: str) -> dict[str, Document]:
    """By file name, cleaned as the twin has them."""
    found = [post for post in opened(str(EXAMPLES / author / "posts"), "folder").read() if isinstance(post, Post)]
    return {post.source_id: clean(post, min_words=1) for post in found}


def of_kind(author: str, *kinds: str) -> list[Asked]:
    return [question for question in asked(author) if question.kind in kinds]


@every_author
def test_each_kind_has_its_number_and_halves_of_one_size(author: str) -> None:
    questions = asked(author)
    assert Counter(question.kind for question in questions) == COUNTS
    assert len({(question.before, question.question) for question in questions}) == len(questions)
    for half in ("a", "b"):
        of_half = asked(author, half)  # type: ignore[arg-type]
        assert Counter(question.kind for question in of_half) == {kind: count // 2 for kind, count in COUNTS.items()}
        assert sum(question.paraphrase for question in of_half) == PARAPHRASES // 2
    assert sum(question.dated for question in questions) >= FEWEST_DATED


@every_author
def test_every_listed_post_holds_the_answer(author: str) -> None:
    wrong = [
        (question.question, name)
        for question in of_kind(author, "fact", "follow_up")
        for name in question.posts or ("no post",)
        if name not in posts(author) or not question.stands_in(posts(author)[name].text)
    ]
    assert wrong == []


@every_author
def test_most_posts_are_asked_about(author: str) -> None:
    left_out = posts(author).keys() - set(chain.from_iterable(question.posts for question in asked(author)))
    assert len(left_out) <= len(posts(author)) * 0.1, left_out


@every_author
def test_no_post_holds_what_off_topic_questions_ask_for(author: str) -> None:
    answered = [
        (question.question, name)
        for question in of_kind(author, "off_topic")
        for name, document in posts(author).items()
        if question.is_answered_by(f"{document.title}\n{document.text}")
    ]
    assert answered == []
    assert all(question.fact and not question.posts for question in of_kind(author, "off_topic"))


@every_author
def test_a_paraphrase_hardly_shares_a_word_with_its_answer(author: str) -> None:
    too_close = {}
    for question in asked(author):
        for name in question.posts if question.paraphrase else ():
            document = posts(author)[name]
            there = content_words(document.title) | content_words(question.answering_words(document.text))
            shared = content_words(question.question) & there
            if len(shared) > SHARED:
                too_close[question.question, name] = shared
    assert too_close == {}


@every_author
def test_questions_are_short_and_follow_ups_need_the_turn_before(author: str) -> None:
    for question in asked(author):
        assert len(list(folded_words(question.question))) <= LONGEST, question.question
        assert bool(question.before) == (question.kind == "follow_up"), question.question
    for question in of_kind(author, "write"):
        assert all(name in posts(author) for name in question.posts), question.question


def content_words(text: str) -> set[str]:
    return set(terms(text, frozenset({"en"})))
