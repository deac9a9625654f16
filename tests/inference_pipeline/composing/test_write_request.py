import pytest

from inference_pipeline.composing.turns import read_turn
from inference_pipeline.platforms import PLATFORMS

# Request: topic, words, sentences, characters
WISHED = {
    "Write a tweet about the rain": ("the rain", 40, None, 280),
    "tweet about the ferry": ("the ferry", 40, None, 280),
    "Write a post on Mastodon about fog": ("fog", 70, None, 500),
    "Write a 100-word post about fog, for LinkedIn": ("fog", 100, None, 3000),
    "Write a toot about fog in one sentence": ("fog", PLATFORMS["mastodon"].words, 1, 500),
    "Write about fog in two sentences, for Bluesky.": ("fog", PLATFORMS["bluesky"].words, 2, 300),
    "Write about fog for Bluesky, in two sentences.": ("fog", PLATFORMS["bluesky"].words, 2, 300),
    "write two sentences about the clock": ("the clock", PLATFORMS["blog"].words, 2, None),
    "Write a post about brooms in 50 words.": ("brooms", 50, None, None),
    "Please write about brooms in no more than 50 words": ("brooms", 50, None, None),
    "write something about cheese under 280 characters": ("cheese", 51, None, 280),
    "Write a few words about rye bread": ("rye bread", 36, None, None),
    "Give me one line about Col Brandreth": ("Col Brandreth", 12, None, None),
    "a paragraph about rain please": ("rain", 80, None, None),
    "Write an email about the rent": ("the rent", 200, None, None),
    "Schreib einen Beitrag über Nebel in zwei Sätzen.": ("Nebel", PLATFORMS["blog"].words, 2, None),
    "Écris deux phrases sur la pluie": ("la pluie", PLATFORMS["blog"].words, 2, None),
}
NOT_WISHED = {
    "Write a short post about my cat": "my cat",
    "Write a post titled “In 3 words”.": "In 3 words",
    "Write about the forty-three steps in the harbour clock": "the forty-three steps in the harbour clock",
    "write a post about how I counted 30 words": "how I counted 30 words",
    "Write about my life on Twitter": "my life on Twitter",
    "Write a post on Mastodon.": "Mastodon",
}


@pytest.mark.parametrize(("request_", "wished"), WISHED.items())
def test_a_request_says_how_long_and_where(request_: str, wished: tuple[str, int, int | None, int | None]) -> None:
    turn = read_turn(request_, "Maud Ferrier")
    assert turn.length is not None
    assert (turn.topic, turn.length.words, turn.length.sentences, turn.length.limits.characters) == wished


@pytest.mark.parametrize(("request_", "topic"), NOT_WISHED.items())
def test_what_belongs_to_the_topic_says_nothing_of_length(request_: str, topic: str) -> None:
    turn = read_turn(request_, "Maud Ferrier")
    assert (turn.topic, turn.length) == (topic, None)


# Question: what is asked, words, sentences
ASKED_SHORTLY = {
    "What do you think of fog, in one sentence?": ("What do you think of fog", PLATFORMS["blog"].words, 1),
    "Summarise your view on oil in two sentences.": ("Summarise your view on oil", PLATFORMS["blog"].words, 2),
    "Hello, what is a pier in 20 words?": ("what is a pier", 20, None),
    "Summarise in two sentences why you like oil.": ("Summarise why you like oil.", PLATFORMS["blog"].words, 2),
    "In 20 words, what is a pier?": ("what is a pier?", 20, None),
    "Erkläre in drei Sätzen, was Nebel ist.": ("Erkläre was Nebel ist.", PLATFORMS["blog"].words, 3),
    "Briefly, why did you move here?": ("why did you move here?", PLATFORMS["blog"].words, 2),
    "Why did you move here, in a nutshell?": ("Why did you move here", PLATFORMS["blog"].words, 2),
    "tl;dr what is a pier": ("what is a pier", PLATFORMS["blog"].words, 2),
    "Was hältst du von Nebel, in zwei Sätzen?": ("Was hältst du von Nebel", PLATFORMS["blog"].words, 2),
}
ASKED_AS_EVER = (
    "Did you say in two sentences what oil is?",
    "In two lines of verse, what did you say of fog?",
    "Explain what in two sentences of his you liked.",
    "How many words are in the two sentences on the sign?",
    "What was in short supply?",
    "Did the letter of 200 words arrive?",
    "Why a brief answer and not a long one?",
)


@pytest.mark.parametrize(("question", "wished"), ASKED_SHORTLY.items())
def test_a_question_says_how_long_its_answer_is_to_be(question: str, wished: tuple[str, int, int | None]) -> None:
    turn = read_turn(question, "Maud Ferrier")
    assert turn.length is not None
    assert (turn.text, turn.length.words, turn.length.sentences) == wished


@pytest.mark.parametrize("question", ASKED_AS_EVER)
def test_a_question_about_a_length_asks_for_none(question: str) -> None:
    turn = read_turn(question, "Maud Ferrier")
    assert (turn.text, turn.length) == (question, None)
