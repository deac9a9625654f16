import asyncio
from collections.abc import Sequence
from contextlib import aclosing

import pytest
from tokenizers import Tokenizer

from fakes.world import POSTS, World
from feature_store.errors import UnknownFeatureVersionError
from inference_pipeline import answerer
from inference_pipeline.answers import AnswerDelta, AnswerEvent, Finished, Question, Started, Way
from inference_pipeline.errors import PromptTooLongError
from inference_pipeline.pipeline import AnswerPipeline
from model_registry.prompting import ChatMessage

WRITE = "Write something short."
BUILT = "Right then. The Patient Annie was built in Carrick in 1974."


def question(*texts: str, author: str = "maud", reference: str = "champion", **more: object) -> Question:
    messages = tuple(ChatMessage("user" if i % 2 == 0 else "assistant", text) for i, text in enumerate(texts))
    return Question(author, messages, reference, **more)  # type: ignore[arg-type]


def ask(world: World, asked: Question) -> tuple[list[AnswerEvent], Finished]:
    async def go() -> list[AnswerEvent]:
        async with aclosing(world.pipeline.answer(asked)) as events:
            return [event async for event in events]

    events = asyncio.run(go())
    finished = events[-1]
    assert isinstance(finished, Finished)
    return events, finished


def prompt_of(world: World, engine: str = "maud v1") -> str:
    tokenizer = Tokenizer.from_str(world.base.tokenizer_json)
    text: str = tokenizer.decode(world.engines[engine].requests[-1].prompt, skip_special_tokens=False)
    return text


def titles(events: Sequence[AnswerEvent]) -> list[str]:
    started = events[0]
    assert isinstance(started, Started)
    return [scored.chunk.title for scored in started.chunks]


def test_a_question_becomes_a_cited_answer_that_names_its_versions(world: World) -> None:
    world.text = BUILT
    events, finished = ask(world, question("When was the ferry Patient Annie built?"))
    assert "The Patient Annie" in titles(events)
    assert "".join(event.text for event in events if isinstance(event, AnswerDelta)) == finished.text == BUILT
    assert (finished.origin.adapter, finished.origin.features) == ("v1", "F1")
    assert finished.grounded
    (citation,) = finished.citations
    assert citation.quote == "She was built in Carrick in 1974."
    assert finished.prompt_tokens == len(world.engines["maud v1"].requests[0].prompt)
    assert finished.completion_tokens == len(BUILT.split())


def test_the_prompt_is_the_shared_renderers_with_persona_and_passages(world: World) -> None:
    ask(world, question("When was the ferry Patient Annie built?"))
    prompt = prompt_of(world)
    assert prompt.startswith("<|im_start|>system\nYou are the writing twin of Maud.")
    assert POSTS["maud"]["The Patient Annie"] in prompt
    assert prompt.endswith("When was the ferry Patient Annie built?<|im_end|>\n<|im_start|>assistant\n")


def test_every_request_has_delimiters_of_its_own(world: World) -> None:
    ask(world, question("When was the ferry Patient Annie built?"))
    first = prompt_of(world)
    ask(world, question("When was the ferry Patient Annie built?"))
    assert prompt_of(world) != first


def test_authors_never_see_one_anothers_passages(world: World) -> None:
    words = " ".join(text for posts in POSTS.values() for text in posts.values())
    for author, other in (("maud", "dex"), ("dex", "maud")):
        for text in (*POSTS[other].values(), words):
            events, finished = ask(world, question(text, author=author))
            assert set(titles(events)) <= set(POSTS[author])
            assert {citation.title for citation in finished.citations} <= set(POSTS[author])
            if finished.way is Way.WRITTEN:
                prompt = prompt_of(world, f"{author} v1").removesuffix(f"{text}<|im_end|>\n<|im_start|>assistant\n")
                assert not any(post in prompt for post in POSTS[other].values())
            else:
                assert finished.way in (Way.NOTHING, Way.NEAREST)
                assert not any(post in finished.text for post in POSTS[other].values())


def test_a_champion_knows_new_posts_and_forgets_deleted_ones_without_training(world: World) -> None:
    later = {title: text for title, text in POSTS["maud"].items() if title != "Mainspring"}
    world.publish("maud", 2, {**later, "Fog": "The fog horn on Gannet Head sounded nine times at dawn."})
    events, finished = ask(world, question("How often did the fog horn on Gannet Head sound?"))
    assert ("Fog" in titles(events), finished.origin.features, finished.origin.adapter) == (True, "F2", "v1")
    events, _ = ask(world, question("What does Mainspring the shop cat eat?"))
    assert "Mainspring" not in titles(events)


def test_a_pinned_version_retrieves_as_of_its_own_features(world: World) -> None:
    world.publish("maud", 2, {"Fog": "The fog horn sounded nine times."})
    events, finished = ask(world, question("What does Mainspring the shop cat eat?", reference="v1"))
    assert ("Mainspring" in titles(events), finished.origin.features) == (True, "F1")


def test_a_pinned_version_whose_features_are_not_published_says_which_it_used(world: World) -> None:
    world.register("maud", trained_on=7, promote=False)
    _, finished = ask(world, question("What does Mainspring eat?", reference="v2"))
    assert (finished.origin.adapter, finished.origin.features) == ("v2", "F1")


def test_the_base_model_answers_from_the_same_posts(world: World) -> None:
    events, finished = ask(world, question("What does Mainspring the shop cat eat?", reference="base"))
    assert ("Mainspring" in titles(events), finished.origin.adapter, finished.origin.features) == (True, "base", "F1")


def test_an_author_whose_posts_were_never_published_is_an_error_and_not_an_empty_answer(world: World) -> None:
    world.register("nell")
    with pytest.raises(UnknownFeatureVersionError, match="twin features nell"):
        ask(world, question("Hello?", author="nell"))


def test_a_question_that_no_post_bears_on_is_answered_without_passages(world: World) -> None:
    events, finished = ask(world, question("Qwzx vbnm plok?"))
    assert (titles(events), finished.citations, finished.grounded) == ([], (), False)
    assert finished.text.startswith("I have not written about that.")
    assert (finished.way, finished.finish_reason, world.engines["maud v1"].requests) == (Way.NOTHING, "stop", [])


def test_a_follow_up_is_retrieved_with_what_it_follows(world: World) -> None:
    asked = question("Tell me about Mainspring the shop cat.", "She sleeps a lot.", "What does she eat?")
    events, _ = ask(world, asked)
    assert titles(events)[0] == "Mainspring"


def test_settings_fill_what_the_question_leaves_open(world: World) -> None:
    ask(world, question(WRITE))
    ask(world, question(WRITE, max_new_tokens=7, temperature=0.0, top_p=0.5, stop=("x",), seed=3))
    first, second = world.engines["maud v1"].requests
    settings = world.settings
    assert (first.max_new_tokens, first.temperature, first.top_p) == (
        settings.max_new_tokens,
        settings.temperature,
        settings.top_p,
    )
    assert (second.max_new_tokens, second.temperature, second.top_p, second.stop, second.seed) == (7, 0, 0.5, ("x",), 3)
    assert first.repetition_penalty == second.repetition_penalty == settings.repetition_penalty


def test_a_conversation_that_does_not_fit_is_refused_before_anything_is_said(world: World) -> None:
    async def go() -> None:
        await anext(world.pipeline.answer(question(WRITE, max_new_tokens=9000)))

    with pytest.raises(PromptTooLongError):
        asyncio.run(go())


def test_leaving_early_frees_the_engine_and_its_version(world: World) -> None:
    async def go() -> None:
        async with aclosing(world.pipeline.answer(question(WRITE))) as events:
            async for event in events:
                if isinstance(event, AnswerDelta):
                    break
        assert world.engines["maud v1"].running == 0
        await world.pool.close()

    asyncio.run(go())
    assert world.engines["maud v1"].finished == 0


@pytest.fixture(autouse=True)
def _longest_is_best(monkeypatch: pytest.MonkeyPatch) -> None:
    """The versions of these tests carry no style scorer."""
    monkeypatch.setattr(answerer, "_score_by", lambda folder: len)


@pytest.fixture
def quoting(world: World) -> World:
    """As served by default: the author's own sentences answer."""
    settings = world.settings.model_copy(update={"compose": "quote", "candidates": 4})
    world.pipeline = AnswerPipeline(
        pool=world.pool, index=world.index, encoder_of=lambda _: world.encoder, base=world.base, settings=settings
    )
    return world


def test_a_question_is_answered_in_the_authors_own_words(quoting: World) -> None:
    events, finished = ask(quoting, question("When was the ferry Patient Annie built?"))
    assert "".join(event.text for event in events if isinstance(event, AnswerDelta)) == finished.text
    assert (finished.way, finished.finish_reason, finished.grounded) == (Way.QUOTED, "stop", True)
    first = finished.citations[0]
    assert (first.title, first.quote) == ("The Patient Annie", POSTS["maud"]["The Patient Annie"])
    for citation in finished.citations:
        assert finished.text[citation.answer_start : citation.answer_end] == citation.quote
    assert quoting.engines["maud v1"].requests == []


def test_who_it_is_is_no_matter_of_the_model(quoting: World) -> None:
    _, finished = ask(quoting, question("Hello, who are you?"))
    assert "Maud" in finished.text
    assert "machine" in finished.text
    assert (finished.way, finished.citations) == (Way.ITSELF, ())


def test_a_clients_limit_cuts_at_a_sentence_and_says_so(quoting: World) -> None:
    _, finished = ask(quoting, question("When was the ferry Patient Annie built?", max_new_tokens=24))
    assert finished.text == "The ferry is the Patient Annie. She was built in Carrick in 1974."
    assert finished.finish_reason == "length"
    assert [citation.quote for citation in finished.citations] == [finished.text]
    assert finished.completion_tokens <= 24


def test_a_stop_string_ends_a_quotation(quoting: World) -> None:
    _, finished = ask(quoting, question("When was the ferry Patient Annie built?", stop=("Carrick",)))
    assert finished.text == "The ferry is the Patient Annie. She was built in "


def test_a_post_on_a_known_topic_is_made_of_the_authors_sentences(quoting: World) -> None:
    _, finished = ask(quoting, question("Write a post about the ferry Patient Annie."))
    assert finished.way is Way.JOINED
    assert POSTS["maud"]["The Patient Annie"] in finished.text
    assert quoting.engines["maud v1"].requests == []


def test_a_post_on_a_new_topic_is_the_best_of_several_and_says_that_it_is_free(quoting: World) -> None:
    quoting.text = "The mint is up. The mint is up. The mint is up. The mint is up."
    _, finished = ask(quoting, question("Write a post about qwzx vbnm plok.", seed=5))
    assert finished.text == "The mint is up.\n\n(Written freely: no post of mine is about this.)"
    assert (finished.way, finished.finish_reason) == (Way.FREE, "stop")
    assert sorted(request.seed or 0 for request in quoting.engines["maud v1"].requests) == [5, 6, 7, 8]


@pytest.mark.parametrize(
    ("compose", "said", "way"),
    [
        ("blend", "She was built in Carrick in 1974.", Way.WRITTEN),
        ("blend", "It went to the moon and back in a day.", Way.QUOTED),
        ("write", "It went to the moon and back in a day.", Way.WRITTEN),
    ],
)
def test_blending_shows_only_what_rests_on_posts(world: World, compose: str, said: str, way: Way) -> None:
    settings = world.settings.model_copy(update={"compose": compose, "candidates": 2})
    world.pipeline = AnswerPipeline(
        pool=world.pool, index=world.index, encoder_of=lambda _: world.encoder, base=world.base, settings=settings
    )
    world.text = said
    _, finished = ask(world, question("When was the ferry Patient Annie built?"))
    assert finished.way is way
    assert (finished.text == said) == (way is Way.WRITTEN)


def test_a_sentence_with_a_name_that_nobody_gave_is_not_shown(world: World) -> None:
    world.text = "She was built in Carrick. It was Bartholomew who paid. A return is £6.40."
    _, finished = ask(world, question("When was the ferry Patient Annie built?"))
    assert finished.text == "She was built in Carrick. A return is £6.40."


def test_a_text_that_meets_the_servers_limit_ends_at_a_sentence_and_stops(world: World) -> None:
    world.text = "The boat came in. The sea was flat and the"
    world.engines.clear()
    lease = question(WRITE)
    ask(world, lease)
    world.engines["maud v1"].finish_reason = "length"
    _, finished = ask(world, lease)
    assert finished.text.startswith("The boat came in.")
    assert "flat and the" not in finished.text
    assert finished.finish_reason == "stop"
    _, limited = ask(world, question(WRITE, max_new_tokens=11))
    assert limited.finish_reason == "length"
