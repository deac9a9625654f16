"""Where posts come from: one module or package a kind of source, with its own formats.

To add one: a module here whose name is the kind, with the attributes of `SourceModule`, whose `open` returns a class on
one of `source_bases`. Nothing else needs to know of it: `twin collect` recognises it, `twin sources` lists it, `twin
sync` collects it again.
"""

import importlib
import os
import pkgutil
import re
from functools import cache

from feature_pipeline.errors import UnknownKindError, UnknownSourceError
from feature_pipeline.limits import foreseen
from feature_pipeline.source_contract import Location, Match, Source, SourceModule, SourceOptions

HOST_AND_PATH = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?(?:[/?#]\S*)?", re.IGNORECASE)


@cache
def kinds() -> tuple[str, ...]:
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def source_module(kind: str) -> SourceModule:
    """Raises UnknownKindError."""
    if kind not in kinds():
        raise UnknownKindError(f"there is no kind of source {kind!r}. Known: {', '.join(kinds())}.")
    module: SourceModule = importlib.import_module(f"{__name__}.{kind}")
    return module


def open_source(location: Location, options: SourceOptions, *, kind: str | None = None) -> tuple[str, Source]:
    """The kind, without one that which `location` is recognised as, and the source. Raises UnknownSourceError and what
    recognising and opening raise; SourceError in place of what is meant for nobody."""
    with foreseen(location.text):
        kind = kind or recognise(location)
        return kind, source_module(kind).open(location, options)


def recognise(location: Location) -> str:
    """The kind of source that `location` is. Raises UnknownSourceError, FetchError, UnsafeArchiveError."""
    modules = {kind: source_module(kind) for kind in kinds()}
    addresses = {kind: module.ADDRESS for kind, module in modules.items() if hasattr(module, "ADDRESS")}
    for kind, address in addresses.items():
        if address.fullmatch(location.text.strip()):
            return kind
    matches = {kind: module.recognises(location) for kind, module in modules.items() if kind not in addresses}
    best = max(matches.values())
    found = [kind for kind, match in matches.items() if match is best]
    if best is Match.NO:
        raise UnknownSourceError(f"{_why_unknown(location)} `twin sources` lists what can be read, with examples.")
    if len(found) > 1:
        raise UnknownSourceError(
            f"{location.text!r} could be {' or '.join(found)}. Say which: twin collect … --as {found[0]}"
            f"{', or name the folder of each by itself.' if location.path and location.path.is_dir() else ''}"
        )
    return found[0]


def _why_unknown(location: Location) -> str:
    text = location.text.strip()
    if location.url:
        return f"{text} answers with nothing that can be read."
    if location.path:
        return f"{text!r} is there, and is of no kind that can be read."
    if HOST_AND_PATH.fullmatch(text):
        return f"there is no file or folder {text!r}. If it is a web address, type https://{text}"
    return f"there is no file or folder {text!r}, and it is no address or name that is known."


def split_kind(text: str) -> tuple[str | None, str]:
    """ "github:maud" → kind and place; anything else is a place without a kind."""
    prefix, colon, rest = text.partition(":")
    return (prefix, rest) if colon and prefix in kinds() and not os.path.exists(text) else (None, text)  # noqa: PTH110
