from datetime import date, datetime, timedelta, timezone

import pytest

from feature_pipeline.dates import from_path, to_utc


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2023-04-02", "2023-04-02T00:00:00+00:00"),
        ("2023/4/2", "2023-04-02T00:00:00+00:00"),
        ("20230402", "2023-04-02T00:00:00+00:00"),
        ("2015-02-17T04:06:11Z", "2015-02-17T04:06:11+00:00"),
        ("2023-04-02T10:00:00.123456789Z", "2023-04-02T10:00:00+00:00"),
        ("2023-04-02 10:00:00 +0200", "2023-04-02T08:00:00+00:00"),
        ("2023-04-02 9:05", "2023-04-02T09:05:00+00:00"),
        ("2023-04-02 10:15 PM", "2023-04-02T22:15:00+00:00"),
        ("2023-04-02 10:00 EST", "2023-04-02T15:00:00+00:00"),
        ("2023-04-02 10:00:00 Europe/London", "2023-04-02T09:00:00+00:00"),
        ("2023-04-02T10:00[Europe/Paris]", "2023-04-02T08:00:00+00:00"),
        ("Mon, 02 Jan 2006 15:04:05 -0700", "2006-01-02T22:04:05+00:00"),
        ("Mon, 02 Jan 2006 15:04:05 PST", "2006-01-02T23:04:05+00:00"),
        ("Sunday, April 2nd, 2023", "2023-04-02T00:00:00+00:00"),
        ("Sept. 3, 2021 at 5:30 PM", "2021-09-03T17:30:00+00:00"),
        ("2 April 2023", "2023-04-02T00:00:00+00:00"),
        ("02.03.2023", "2023-03-02T00:00:00+00:00"),
        ("13/02/2023", "2023-02-13T00:00:00+00:00"),
        ("2023-04-02 in the evening", "2023-04-02T00:00:00+00:00"),
        (1680436800, "2023-04-02T12:00:00+00:00"),
        ("1680436800000", "2023-04-02T12:00:00+00:00"),
        (date(2023, 4, 2), "2023-04-02T00:00:00+00:00"),
        (datetime(2023, 4, 2, 3, tzinfo=timezone(timedelta(hours=2))), "2023-04-02T01:00:00+00:00"),
    ],
)
def test_dates_as_people_write_them(written: object, expected: str) -> None:
    assert to_utc(written) == expected


@pytest.mark.parametrize(
    "written",
    ["", "soon", "04/05/2023", "2023-13-45", "2024-02-30", "2023", "Jan 2024", True, None, [], 99999999999999],
)
def test_what_is_not_surely_a_date_is_unknown(written: object) -> None:
    assert to_utc(written) == ""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("2023-04-02-fog.md", "2023-04-02T00:00:00+00:00"),
        ("blog/2009/10/12/x.html", "2009-10-12T00:00:00+00:00"),
        ("20230402 a note.md", "2023-04-02T00:00:00+00:00"),
        ("v2023-04-02.md", ""),
        ("12-fog.md", ""),
    ],
)
def test_dates_in_paths(path: str, expected: str) -> None:
    assert from_path(path) == expected
