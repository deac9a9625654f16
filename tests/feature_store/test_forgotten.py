"""What was forgotten is known again where it is quoted, and cannot be read out of what is remembered."""

import pytest

from fakes.feature_records import make_post
from feature_store.versions import RUN, Forgotten

SENTENCE = "The canary is called Zyzzogeton, and she sings behind the lamp room whenever the tide turns at night"
POST = f"Well. {SENTENCE}! I fed her on Friday."
CHINESE = "老灯塔看守人每天晚上都会爬上一百二十级台阶去点亮那盏铜灯然后坐在窗边听海浪拍打礁石直到天亮"
WORDS = SENTENCE.split()


def remembering(*texts: str) -> Forgotten:
    return Forgotten(salt="salt").with_posts([make_post("canary")], texts)


@pytest.mark.parametrize(
    "text",
    [
        SENTENCE,
        f'I said: "{SENTENCE}."',
        f"As I wrote, {SENTENCE.lower()} -- and so on",
        f"> {SENTENCE.replace(', ', chr(10) + '> ')}",
        "They say " + " ".join(WORDS[:8]) + ", do they?",
        "They say " + " ".join(WORDS[-8:]) + ", do they?",
        POST,
    ],
)
def test_a_repeated_sentence_is_known_wherever_it_stands(text: str) -> None:
    assert remembering(POST).quoted_in(text)


@pytest.mark.parametrize("text", ["", "Well.", "She sings behind the lamp room.", "The tide turns at night. " * 9])
def test_a_few_words_in_common_hide_nothing(text: str) -> None:
    assert not remembering(POST).quoted_in(text)


@pytest.mark.parametrize("sentence", [SENTENCE, CHINESE])
def test_every_run_within_a_sentence_of_twice_as_many_letters_is_known(sentence: str) -> None:
    forgotten = remembering(sentence)
    letters = "".join(filter(str.isalnum, sentence))
    long = min(2 * RUN - 1, len(letters))
    for start in range(len(letters) - long + 1):
        assert forgotten.quoted_in(f"Ich sagte: {letters[start : start + long]}")


def test_no_remembered_run_can_be_guessed_from_the_one_before() -> None:
    """Whoever knows one must guess RUN letters to know the next; only the last of a sentence may overlap."""
    sentence = "".join(f"{number:04}" for number in range(8 * RUN))
    assert len(remembering(sentence).sentences) == 8 * 4 == len(sentence) // RUN


def test_what_is_remembered_under_another_salt_says_nothing() -> None:
    forgotten = remembering(POST)
    assert not forgotten.model_copy(update={"salt": "other"}).quoted_in(POST)
