"""Make a key for somebody who may use the server."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from configs.errors import SettingsError
from configs.settings import Settings
from twin import wiring
from twin.jobs.authors import find_author

if TYPE_CHECKING:
    from inference_pipeline.keys import ApiKey

SECONDS_A_DAY = 86400


def create_key(
    settings: Settings, name: str, *, scopes: Sequence[str], authors: Sequence[str] | None, days: float | None
) -> tuple[str, "ApiKey"]:
    """The key itself, which is kept nowhere, and its record. No authors: all; no days: it never expires.

    Raises SettingsError, UnknownAuthorError, and what the key store raises.
    """
    from inference_pipeline.keys import MAX_DAYS, SCOPES

    if unknown := sorted(set(scopes) - set(SCOPES)):
        raise SettingsError(f"there is no scope {unknown[0]!r}. Known: {', '.join(SCOPES)}.")
    if days is not None and not 0 < days <= MAX_DAYS:
        raise SettingsError(
            f"--days {days:g}: a key is good for more than 0 and at most {MAX_DAYS} days. "
            "Without --days it never expires."
        )
    store = wiring.feature_store(settings)
    ids = [find_author(store, author, settings.data_dir).id for author in authors] if authors else None
    expires_at = None if days is None else time.time() + SECONDS_A_DAY * days
    ordered = [scope for scope in SCOPES if scope in scopes]
    return wiring.key_store(settings).create(name, scopes=ordered, authors=ids, expires_at=expires_at)
