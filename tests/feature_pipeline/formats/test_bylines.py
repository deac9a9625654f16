"""Names in front matter and bylines, and the spellings of one person's."""

from typing import Any

import pytest

from feature_pipeline.formats.bylines import is_same_person, may_be_same_person, written_by

MAUD = ("Maud Ferrier", "maud-ferrier")


@pytest.mark.parametrize(
    ("value", "people"),
    [
        ("Ann Sellick", [("Ann Sellick",)]),
        ("  By   Ann Sellick ", [("Ann Sellick",)]),
        ("Guest post by Ann Sellick", [("Ann Sellick",)]),
        ("von Ann Sellick", [("Ann Sellick",)]),
        ("Ann Sellick & Bo Lindqvist", [("Ann Sellick",), ("Bo Lindqvist",)]),
        ("Ann Sellick, Bo Lindqvist and Cai", [("Ann Sellick",), ("Bo Lindqvist",), ("Cai",)]),
        ("ann, bo", [("ann",), ("bo",)]),
        ("Sellick, Ann", [("Sellick, Ann",)]),
        ("[[Ann Sellick]]", [("Ann Sellick",)]),
        ("[[people/ann|Ann Sellick]]", [("Ann Sellick",)]),
        ("[Ann Sellick](https://ann.example)", [("Ann Sellick",)]),
        ("Ann Sellick^1^", [("Ann Sellick",)]),
        (["[[Ann Sellick]]", "Bo"], [("Ann Sellick",), ("Bo",)]),
        ({"name": "Ann Sellick", "email": "ann@fog.example"}, [("Ann Sellick", "ann@fog.example")]),
        ([{"name": {"given": "Ann", "family": "Sellick"}, "affiliations": "x"}], [("Ann Sellick",)]),
        ([{"id": "ann"}, "bo"], [("ann",), ("bo",)]),
        ("山田太郎", [("山田太郎",)]),
        *[(nobody, []) for nobody in ("", None, "null", [], [None], {}, {"name": ""}, "admin", 3.5, "x" * 81)],
    ],
)
def test_who_a_field_names(value: Any, people: list[tuple[str, ...]]) -> None:
    assert list(written_by(value)) == people


@pytest.mark.parametrize(
    "name",
    ["maud ferrier", "Maud E. Ferrier", "M. Ferrier", "Ferrier, Maud", "mferrier", "maudferrier", "@Maud_Ferrier"],
)
def test_spellings_of_one_name(name: str) -> None:
    assert is_same_person((name,), MAUD)


@pytest.mark.parametrize("name", ["Mark Ferrier", "Ann Ferrier", "Maud Sellick", "Maud", "Ferrier", "MF", "ann"])
def test_other_names_are_not_taken_for_it(name: str) -> None:
    assert not is_same_person((name,), MAUD)


def test_a_part_of_a_name_may_be_the_same_person() -> None:
    assert [may_be_same_person((name,), MAUD) for name in ("maud", "Ferrier", "MF", "maudf")] == [True] * 4
    assert [may_be_same_person((name,), MAUD) for name in ("Mark Ferrier", "Maud Sellick", "bo")] == [False] * 3
