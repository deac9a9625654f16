"""Untrusted JSON: parsed with a clear error, and looked into without trusting its shape."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from feature_pipeline.errors import SourceError, UnreadableItemError
from feature_pipeline.formats.text_files import decode, without_surrogates

Json = Any
DIGITS = re.compile(r"[0-9]{1,18}")  # str.isdigit() holds for "²" as well, and int() takes no more than 4300 digits
MOST = 10**18  # a float or a date can be made of it


def parse_json(data: bytes | str, *, what: str, way_out: str = "Download it again.") -> Json:
    """`what` names the file in messages, `way_out` what to do where it is broken. Raises SourceError."""
    try:
        with not_too_deep(what):
            return json.loads(decode(data) if isinstance(data, bytes) else data)
    except UnreadableItemError as error:
        raise SourceError(f"{what}: {error}.") from error
    except ValueError as error:
        raise SourceError(f"{what} is broken JSON: {error}. {way_out}") from error


@contextmanager
def not_too_deep(what: str) -> Iterator[None]:
    """For what goes into JSON level by level. Raises SourceError."""
    try:
        yield
    except RecursionError:
        raise SourceError(f"{what} is JSON nested too deep to be an export.") from None


def text_at(value: Json, *path: str | int) -> str:
    """The string (or number, as a string) under nested keys; "" where there is none.

    Half of a surrogate pair, which JSON can spell and UTF-8 cannot, becomes U+FFFD.
    """
    found = at(value, *path)
    if isinstance(found, str):
        return without_surrogates(found)
    return str(found) if isinstance(found, int | float) and not isinstance(found, bool) else ""


def number_at(value: Json, *path: str | int) -> int:
    """The whole number under nested keys, or the one that a string there spells; 0 where there is none."""
    found = at(value, *path)
    if isinstance(found, str) and DIGITS.fullmatch(found):
        return int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) and abs(found) < MOST else 0


def list_at(value: Json, *path: str | int) -> list[Json]:
    found = at(value, *path)
    return found if isinstance(found, list) else []


def dict_at(value: Json, *path: str | int) -> dict[str, Json]:
    found = at(value, *path)
    return found if isinstance(found, dict) else {}


def at(value: Json, *path: str | int) -> Json:
    """What lies under nested keys and indices; None where the way ends."""
    for key in path:
        if isinstance(key, str) and isinstance(value, dict):
            value = value.get(key)
        elif isinstance(key, int) and isinstance(value, list) and -len(value) <= key < len(value):
            value = value[key]
        else:
            return None
    return value
