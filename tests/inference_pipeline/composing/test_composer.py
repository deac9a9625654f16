"""What is said where no post answers. How the other ways are chosen is tested through the pipeline."""

from dataclasses import replace

import pytest

from configs.settings import Settings
from fakes.feature_records import make_chunk
from feature_store.records import ScoredChunk
from inference_pipeline.answers import Way
from inference_pipeline.composing.composer import Composed, compose
from inference_pipeline.composing.turns import read_turn
from inference_pipeline.retrieval import Candidate, Query

CLOCK = "The harbour clock loses four minutes a day."


def answered(question: str, settings: Settings, *, cosine: float, text: str = CLOCK) -> Composed:
    """With one candidate, whose only sentence has `cosine`."""
    scored = ScoredChunk(make_chunk("clock", text), score=1.0, similarity=cosine, sentences=(cosine,))
    composed = compose(
        read_turn(question, "Maud Ferrier"),
        query=Query(question),
        author_name="Maud Ferrier",
        settings=settings.serving,
        find=lambda _: [Candidate(scored, frozenset(), relevance=cosine)],
    )
    assert isinstance(composed, Composed)
    return composed


def topics(settings: Settings, *titled: tuple[str, str]) -> Composed:
    """Of one candidate for each title and date, the newest first."""
    chunks = [
        replace(make_chunk(f"post {n}", CLOCK), title=title, created_at=date)
        for n, (title, date) in enumerate(reversed(titled))
    ]
    found = [Candidate(ScoredChunk(chunk, 1.0, 0.1), frozenset(), 0.1) for chunk in chunks]
    question = "What do you write about?"
    composed = compose(
        read_turn(question, "Maud Ferrier"),
        query=Query(question),
        author_name="Maud Ferrier",
        settings=settings.serving,
        find=lambda _: found,
    )
    assert isinstance(composed, Composed)
    return composed


def test_what_the_posts_are_about_is_told_by_titles_of_every_time(settings: Settings) -> None:
    few = topics(settings, ("Fog", "2024-01-02T10:00:00Z"), ("", "2024-01-03T10:00:00Z"), ("Oil", ""))
    assert few.way is Way.ITSELF
    assert few.text.startswith("I am the writing twin of Maud Ferrier")
    assert few.text.endswith("\n\n- “Oil”\n- “Fog” (2024-01-02)")
    assert [scored.chunk.title for scored in few.chunks] == ["Oil", "Fog"]
    many = topics(settings, *((f"Day {day:02}", f"2024-01-{day:02}T10:00:00Z") for day in range(1, 32)))
    assert [line[3:9] for line in many.text.splitlines()[2:]] == [f"Day {day:02}" for day in (1, 7, 13, 19, 25, 31)]


def test_where_no_post_has_a_title_it_says_who_it_is(settings: Settings) -> None:
    assert topics(settings, ("", "2024-01-02T10:00:00Z")).text.startswith("I am the writing twin of Maud Ferrier: a")


@pytest.mark.parametrize(
    ("question", "tells"), [("What is the harbour clock?", True), ("Does the harbour clock keep time?", False)]
)
def test_what_explains_the_thing_that_is_asked_for_is_searched_for(
    question: str, settings: Settings, *, tells: bool
) -> None:
    searched: list[Query] = []
    compose(
        read_turn(question, "Maud Ferrier"),
        query=Query(question),
        author_name="Maud Ferrier",
        settings=settings.serving,
        find=lambda query: searched.append(query) or [],  # type: ignore[func-returns-value]
    )
    (query,) = searched
    assert bool(query.telling and query.telling.search("The Harbour clock is a turret clock.")) is tells


@pytest.mark.parametrize(("cosine", "way"), [(0.6, Way.QUOTED), (0.36, Way.NEAREST), (0.2, Way.NOTHING)])
def test_how_near_a_sentence_is_decides_what_it_is_shown_as(cosine: float, way: Way, settings: Settings) -> None:
    composed = answered("Does it keep time?", settings, cosine=cosine)
    assert composed.way is way
    assert bool(composed.citations) == (way is not Way.NOTHING)
    for citation in composed.citations:
        assert composed.text[citation.answer_start : citation.answer_end] == citation.quote == CLOCK


def test_what_is_near_is_said_to_be_no_answer_in_the_language_of_the_question(settings: Settings) -> None:
    english = answered("Does it keep time?", settings, cosine=0.36)
    german = answered("Geht die Uhr denn auch richtig, oder geht sie nach?", settings, cosine=0.36)
    assert english.text.startswith("I have not written about exactly that.")
    assert german.text.startswith("Genau darüber habe ich nichts geschrieben.")


def test_nothing_is_near_to_a_question_about_a_name_that_no_post_has(settings: Settings) -> None:
    assert answered("Does it keep time in Paris?", settings, cosine=0.36).way is Way.NOTHING
    assert answered("Does it keep time in the Harbour?", settings, cosine=0.36).way is Way.NEAREST


def test_what_is_very_near_is_quoted_whatever_the_question_names(settings: Settings) -> None:
    assert answered("Is it OK that it loses time?", settings, cosine=0.6).way is Way.QUOTED


@pytest.mark.parametrize(
    ("question", "way"),
    [
        ("Does it keep time in Paris?", Way.NOTHING),
        ("Does Maud know whether it keeps time?", Way.QUOTED),  # the author
        ("Does it keep time for Walter Sprake?", Way.QUOTED),
        ("Does it keep time for Mr Walter Sprake of Paris?", Way.QUOTED),  # one of them is known
        ("Does it keep time for Walter Spraek?", Way.QUOTED),
        ("Does it keep time for Sprak?", Way.QUOTED),
    ],
)
def test_what_names_only_strangers_is_not_answered_and_a_misspelt_name_is_none(
    question: str, way: Way, settings: Settings
) -> None:
    assert answered(question, settings, cosine=0.5, text="The clock of Walter Sprake loses time.").way is way


SAID = (
    "Half past six. Rope holds a boat well.\n\n"
    "It keeps poor time, that clock. Oil is all that a slow clock needs. Kettle is on."
)


def about_the_clock(request: str, settings: Settings, *cosines: float, said: str = SAID) -> str:
    """What is told of `said`, whose sentences have `cosines`."""
    scored = ScoredChunk(make_chunk("clock", said), score=1.0, similarity=0.6, sentences=cosines)
    turn = read_turn(request, "Maud Ferrier")
    composed = compose(
        turn,
        query=Query("What does a slow clock need?"),
        author_name="Maud Ferrier",
        settings=settings.serving,
        find=lambda _: [Candidate(scored, frozenset(), relevance=0.6)],
    )
    assert isinstance(composed, Composed)
    return turn.length.cut(composed.text) if turn.length else composed.text


@pytest.mark.parametrize(("best", "first"), [("Oil is what a clock needs.", True), ("It wants oil, I say.", False)])
def test_an_answer_begins_with_what_says_most_unless_that_leans_on_the_rest(
    best: str, settings: Settings, *, first: bool
) -> None:
    earlier = "The clock was slow in May."
    text = about_the_clock("What does a clock need?", settings, 0.6, 0.7, said=f"{earlier}\n\n{best}")
    assert text == (f"{best}\n\n{earlier}" if first else f"{earlier}\n\n{best}")


def test_what_a_thing_is_comes_before_what_scores_higher(settings: Settings) -> None:
    said = "What a clock costs!\n\nThe clock is a turret clock."
    for question, first in (("What is the clock?", "The clock is"), ("How is the clock?", "What a clock")):
        scored = ScoredChunk(make_chunk("clock", said), score=1.0, similarity=0.6, sentences=(0.9, 0.5))
        composed = compose(
            read_turn(question, "Maud Ferrier"),
            query=Query(question),
            author_name="Maud Ferrier",
            settings=settings.serving,
            find=lambda _, scored=scored: [Candidate(scored, frozenset(), relevance=0.6)],  # type: ignore[misc]
        )
        assert isinstance(composed, Composed)
        assert composed.text.startswith(first)


@pytest.mark.parametrize("length", ["in one sentence", "in 8 words"])
def test_a_short_answer_begins_with_what_says_most(length: str, settings: Settings) -> None:
    cosines = (0.1, 0.65, 0.5, 0.7, 0.5)
    assert about_the_clock("What does a slow clock need?", settings, *cosines).startswith("Half past six.")
    text = about_the_clock(f"What does a slow clock need, {length}?", settings, *cosines)
    assert text == "Oil is all that a slow clock needs."


def test_an_answer_of_several_sentences_has_as_many(settings: Settings) -> None:
    text = about_the_clock("What does a slow clock need, in four sentences?", settings, 0.1, 0.65, 0.6, 0.7, 0.6)
    assert text == SAID.removesuffix(" Kettle is on.")


@pytest.mark.parametrize(
    "request_", ["What does a slow clock need, in one sentence?", "Write a sentence about clocks."]
)
def test_a_short_text_begins_with_nothing_that_leans_on_what_is_not_there(request_: str, settings: Settings) -> None:
    text = about_the_clock(request_, settings, 0.1, 0.1, 0.9, 0.8, 0.5)
    assert text == "Oil is all that a slow clock needs."


def test_what_leans_is_said_where_there_is_nothing_else(settings: Settings) -> None:
    text = about_the_clock("Write a sentence on clocks.", settings, 0.0, 0.0, 0.9, 0.0, 0.0)
    assert text == "It keeps poor time, that clock."
