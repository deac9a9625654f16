"""Times as programs write them for people."""

from datetime import datetime

import pytest

from feature_pipeline.formats.local_times import afternoon_hour, is_day_first, local_time, month_of

NINE = datetime(2024, 9, 25, 21, 3)


@pytest.mark.parametrize(
    "text",
    [
        "Sep 25, 2024 9:03 pm",
        "Sep 25, 2024, 9:03\u202fPM",
        "Sept. 25, 2024 at 9:03 p.m.",
        "Wednesday, September 25, 2024 9:03 PM",
        "25. Sept. 2024, 21:03",
        "25 sept. 2024 à 21:03",
        "25 sep 2024, 21:03",
        "25 de setembro de 2024 21:03",
        "25 set 2024, 21.03",
        "25 wrz 2024, 21:03",
        "25 сент. 2024 г., 21:03",
        "2024년 9월 25일 오후 9:03",
        "2024年9月25日 21:03",
        "2024年9月25日 下午9:03",
        "2024. 9. 25. 오후 9:03",
        "2024-09-25 21:03",
        "25.09.2024 21:03",
        "25/09/2024 21:03",
        "9/25/2024 9:03 PM",
        "21:03, 25 Sep 2024",
    ],
)
def test_a_moment_in_many_languages(text: str) -> None:
    assert local_time(text) == NINE


@pytest.mark.parametrize(
    "text", ["", "9:03 PM", "Sep 25, 2024", "04/05/2024 9:03", "fog at 9:03 on the 40th of May 2024"]
)
def test_what_is_not_surely_a_moment_is_none(text: str) -> None:
    assert local_time(text) is None


def test_twelve_is_noon_and_midnight() -> None:
    assert [afternoon_hour(12, half) for half in ("AM", "PM", "")] == [0, 12, 12]
    assert [afternoon_hour(13, "오후"), afternoon_hour(9, "오후"), afternoon_hour(9, "a. m.")] == [13, 21, 9]


def test_months_that_begin_alike() -> None:
    assert [month_of(word) for word in ("juin", "juillet", "mars", "mai", "março", "fog")] == [6, 7, 3, 5, 3, 0]


@pytest.mark.parametrize(
    ("texts", "day_first"),
    [
        (["04/05/2024 9:03", "13/05/2024 9:03"], True),
        (["04/05/2024 9:03", "05/13/2024 9:03"], False),
        (["12/05/2024 9:03", "01/06/2024 9:03"], True),  # else it would go back from December to January
        (["01/12/2024 9:03", "02/01/2024 9:03"], False),
        (["04/05/2024 9:03 PM"], False),
        (["04/05/2024 21:03"], True),
        ([], True),
    ],
)
def test_the_order_of_day_and_month_by_all_of_a_file(texts: list[str], day_first: bool) -> None:
    assert is_day_first(texts) is day_first


def test_an_order_that_is_known_decides() -> None:
    assert local_time("04/05/2024 9:03", day_first=True) == datetime(2024, 5, 4, 9, 3)
    assert local_time("04/05/2024 9:03", day_first=False) == datetime(2024, 4, 5, 9, 3)
    assert local_time("25/09/2024 21:03", day_first=False) is None
