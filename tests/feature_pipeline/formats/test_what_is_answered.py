"""What a message answers."""

from datetime import timedelta

import pytest

from feature_pipeline.formats.conversations import Dialogue


def at(clock: str, day: int = 1) -> str:
    return f"2024-05-{day:02}T{clock}:00+00:00"


def answers(*said: tuple[str, str, str], within: int = 60) -> list[str]:
    """What each message of Maud's in `said` (sender, text, ISO 8601) answers."""
    dialogue = Dialogue(timedelta(minutes=within))
    found = []
    for sender, text, moment in said:
        if sender == "Maud":
            found.append(dialogue.answered_at(moment, text)[0])
        else:
            dialogue.add(text, sender=sender, at=moment)
    return found


def test_one_turn_of_several_messages_is_answered_by_one_turn() -> None:
    assert answers(
        ("Ann", "Fog?", at("10:00")),
        ("Ann", "At the pier?", at("10:01")),
        ("Maud", "Yes.", at("10:02")),
        ("Maud", "All over.", at("10:03")),
        ("Maud", "I wound the clock.", at("10:40")),
    ) == ["Fog?\nAt the pier?", "Fog?\nAt the pier?", ""]


def test_only_what_was_said_within_the_window_is_answered() -> None:
    said = (("Ann", "Cake?", at("10:00")), ("Ann", "Fog?", at("10:50")), ("Maud", "Yes.", at("11:10")))
    assert answers(*said) == ["Fog?"]
    assert answers(*said, within=90) == ["Cake?\nFog?"]
    assert answers(*said, within=10) == [""]


def test_days_later_nothing_is_answered_a_second_time() -> None:
    assert answers(
        ("Ann", "Dinner?", at("10:00")), ("Maud", "At seven.", at("10:05")), ("Maud", "No class.", at("10:06", 6))
    ) == ["Dinner?", ""]


def test_where_several_speak_only_whom_the_message_names_is_answered() -> None:
    busy = (("Ann Lee", "Did you feed the cat?", at("10:00")), ("Bo", "The ladder is gone.", at("10:01")))
    assert answers(*busy, ("Maud", "Yes, at six.", at("10:02"))) == [""]
    assert answers(*busy, ("Maud", "Ann, at six.", at("10:02"))) == ["Did you feed the cat?"]
    assert answers(*busy, ("Maud", "@Bo: the smith has it", at("10:02"))) == ["The ladder is gone."]
    assert answers(*busy, ("Maud", "Ann and Bo, come in.", at("10:02"))) == ["Did you feed the cat?"]


def test_who_is_mentioned_is_answered() -> None:
    dialogue = Dialogue(timedelta(hours=1))
    dialogue.add("Fog?", sender="Ann", at="")
    dialogue.add("Cake?", sender="Bo", at="")
    assert dialogue.answered_at("", "no", ("@bo",)) == ("Cake?", ("Bo",))


@pytest.mark.parametrize("moment", ["", at("10:02")])
def test_a_message_whose_time_is_unknown_may_be_answered(moment: str) -> None:
    assert answers(("Ann", "Fog?", ""), ("Maud", "Yes.", moment)) == ["Fog?"]
