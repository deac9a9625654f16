"""What the body of every request must be before anything else is asked of it."""

from typing import Any

from pydantic import BaseModel, model_validator
from pydantic_core import PydanticCustomError


class RequestBody(BaseModel):
    """Of one route's request. JSON may spell half of a surrogate pair, which is no character: it can be neither
    tokenised nor written into an answer."""

    @model_validator(mode="before")
    @classmethod
    def _is_all_text(cls, value: Any) -> Any:
        if place := _half_character(value):
            raise PydanticCustomError(
                "invalid_unicode",
                "half of a surrogate pair (\\ud800 to \\udfff) is no character. Send the text as UTF-8.",
                {"param": place},
            )
        return value


def _half_character(value: Any) -> str:
    """Where in `value`, as JSON gives it, a text stands that has one, as OpenAI writes places; "" for nowhere."""
    left = [("", value)]
    while left:
        place, one = left.pop()
        if isinstance(one, str):
            if not _is_whole(one):
                return place
        elif isinstance(one, dict):
            if not all(map(_is_whole, one)):
                return place or "body"
            left += ((f"{place}.{name}".removeprefix("."), part) for name, part in one.items())
        elif isinstance(one, list):
            left += ((f"{place}[{number}]", part) for number, part in enumerate(one))
    return ""


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
