"""Sources over the public JSON API of a service."""

import re
from dataclasses import dataclass

from feature_pipeline.errors import HttpStatusError, SourceError
from feature_pipeline.formats.json_api import GONE, JsonApi
from feature_pipeline.source_bases.base import RemoteSource


@dataclass
class ApiSource(RemoteSource):
    """One account at a service."""

    api: JsonApi


def unknown_account(error: HttpStatusError, message: str) -> SourceError:
    """What to raise when looking an account up fails: `message` where the service does not know it."""
    return SourceError(message) if error.status in (400, *GONE) else error


def account_name(text: str, *spellings: re.Pattern[str], examples: str) -> str:
    """The group `name` of the spelling that `text` has. Raises SourceError."""
    for spelling in spellings:
        if match := spelling.fullmatch(text.strip()):
            return match["name"]
    raise SourceError(f"{text!r} is no name or address of an account there. Write it like {examples}.")
