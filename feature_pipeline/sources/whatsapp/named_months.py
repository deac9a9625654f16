"""The times of Android's exports until 2016: "23:59, 31 Dec - ", with the year where it was not that of the export."""

import re
from collections.abc import Iterable
from datetime import datetime

from feature_pipeline.formats.local_times import afternoon_hour, month_of

NAMED = re.compile(
    r"[\u200e\u200f\ufeff]*(\d{1,2})[:.h](\d{2})(?:[:.]\d{2})?[\s\u202f]?([^\d\s,\-–]{0,14}), "
    r"(?:(\d{1,2})\.? )?([^\W\d_]{3,10})\.?(?: (\d{1,2}))?(?:,? (\d{4}))? [-–] "
)


def named_moments(heads: Iterable[re.Match[str]]) -> list[datetime | None]:
    """Of matches of NAMED, in their order. Without a year it is the year after the last that is written; None where
    none is written, or there is no such day."""
    found: list[datetime | None] = []
    year = 0
    for hour, minute, half, before, month, after, written in (head.groups(default="") for head in heads):
        year = int(written) if written else year
        try:
            day = int(before or after or 0)
            clock = (afternoon_hour(int(hour), half), int(minute))
            moment = datetime(year + (not written), month_of(month), day, *clock) if year else None
        except ValueError:
            moment = None
        found.append(moment)
    return found
