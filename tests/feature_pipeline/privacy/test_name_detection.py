"""Cases of people's names that a snippet of the fixture would only count, each with what it must become."""

import pytest

from fakes.privacy_snippets import message
from feature_pipeline.privacy.masking import Masker

PEOPLE = (
    *("Sarah Connor", "Mark", "Will Smith", "June", "Dr. Max Stein", "Jean-Luc Picard", "O'Neil, Pat", "José García"),
    *("~Lena~", "Mum", "Dave Work", "The Tide Club", "mike_99", "@old.pier@fog.social", "+44 7911 123456"),
)


def found(text: str, *, language: str = "en", people: tuple[str, ...] = PEOPLE) -> list[str]:
    masker = Masker(message(text, language=language), people=people, allow=(), phone_region=None)
    return [text[one.start : one.end] for one in masker.detect(text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Mark my words, Mark.", ["Mark"]),
        ("Mark was late, mark that.", ["Mark"]),
        ("Will you come, Will? Will, can you?", ["Will", "Will"]),
        ("MARK THIS, SARAH", ["SARAH"]),
        ("June called. June is warm; in June, June 3.", ["June"]),
        ("Hi June! Dear Mark", ["June", "Mark"]),
        ("the max is 3, ask Max Stein or hey max", ["Max Stein", "max"]),
        ("Jean-Luc, Jean and Picard's", ["Jean-Luc", "Jean", "Picard"]),
        ("Pat O'Neil, O'Neil’s", ["Pat O'Neil", "O'Neil"]),
        ("Garcia, GARCÍA, Jose\u0301, josé, picard", ["Garcia", "GARCÍA", "Jose\u0301", "josé"]),
        ("_Lena_ *Lena* Lena: lena2 x_lena_y Lenas", ["Lena", "Lena", "Lena"]),
        ("Mum says the work is done by Dave at the Club", ["Dave"]),
        ("The Tide Club meets; the tide is out", ["The Tide Club"]),
        ("@mike_99 mike_99 mike", ["@mike_99", "mike_99"]),
        ("@Sarah and @old.pier, old pier, @old.pier@fog.social", ["Sarah", "@old.pier", "@old.pier@fog.social"]),
        ("sarah@tidewrack.net", ["sarah@tidewrack.net"]),
        ("sarahs smithy, remarkable", []),
        ("Will Smith's and Sarah Connor’s", ["Will Smith", "Sarah Connor"]),
    ],
)
def test_names_in_a_conversation(text: str, names: list[str]) -> None:
    assert found(text) == names


def test_german_writes_every_noun_with_a_capital_and_a_genitive_without_an_apostrophe() -> None:
    people = ("Anna Koch", "Stein")
    assert found("Der Koch fand einen Stein. Annas Boot, Hallo Stein!", language="de", people=people) == [
        "Anna",
        "Stein",
    ]


def test_scripts_without_spaces_or_capitals() -> None:
    people = ("张伟", "田中さくら", "김지은", "Анна Петрова", "محمد علي")
    text = "张伟说田中さくらさん 김지은이 Анна и Петрова, التقيت محمد أمس"
    assert found(text, people=people) == ["张伟", "田中さくら", "김지은", "Анна", "Петрова", "محمد"]
