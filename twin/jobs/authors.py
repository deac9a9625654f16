"""Which author is meant: names become ids, ids are looked up."""

import re
import unicodedata
from pathlib import Path

from configs.settings import Settings
from feature_store.errors import UnknownAuthorError
from feature_store.ports import FeatureReader, FeatureWriter
from feature_store.versions import AuthorProfile
from twin import wiring
from twin.errors import AuthorNameError

MAX_ID_CHARACTERS = 64
# Letters that Unicode does not take apart into a base letter and an accent.
UNDECOMPOSED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"})
CONSENT = "{whoever} states that these texts are theirs, or that their author agreed to a twin, on {date}."


def author_id(name: str) -> str:
    """The id of an author called `name`: [a-z0-9-], accents folded. Raises AuthorNameError when nothing is left."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(UNDECOMPOSED)).encode("ascii", "ignore").decode()
    made = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MAX_ID_CHARACTERS].strip("-")
    if not made:
        raise AuthorNameError(
            f"no id can be made of the author's name {name!r}: it has no letter from a to z and no digit. "
            "Write the name in Latin letters: --author NAME."
        )
    return made


def nobody(data_dir: Path) -> str:
    """What to say of a data folder without authors; it is named, as it may be mistyped."""
    return f"There is no author in {data_dir} yet. Begin with: twin up PLACE --author NAME"


def find_author(store: FeatureReader, name: str | None, data_dir: Path) -> AuthorProfile:
    """The author with this name or id in the `store` of `data_dir`; the only one there is when `name` is None.

    Raises AuthorNameError when several could be meant, UnknownAuthorError when there is none such.
    """
    wanted = None if name is None else author_id(name)
    authors = store.authors()
    if not authors:
        raise UnknownAuthorError(nobody(data_dir))
    if wanted is not None:
        return store.profile(wanted)
    if len(authors) > 1:
        known = ", ".join(profile.id for profile in authors)
        raise AuthorNameError(f"there are several authors: {known}. Say which one: --author NAME.")
    return authors[0]


def new_profile(name: str) -> AuthorProfile:
    """The profile that an author called `name` would be given now. Raises AuthorNameError."""
    from datetime import UTC, datetime

    now = datetime.now(UTC).isoformat(timespec="seconds")
    return AuthorProfile(
        id=author_id(name),
        name=name.strip(),
        created_at=now,
        consent=CONSENT.format(whoever=f"Whoever made this twin of {name.strip()}", date=now[:10]),
    )


def ensure_author(store: FeatureWriter, name: str) -> tuple[AuthorProfile, bool]:
    """The stored profile of an author called `name`, made with its consent when new; and whether it is new.

    Raises AuthorNameError when another author has the id of this name.
    """
    profile = new_profile(name)
    was_there = any(known.id == profile.id for known in store.authors())  # two profiles of one second are equal
    stored = store.create_author(profile)
    if _letters_of(name) not in (_letters_of(stored.name), _letters_of(stored.id)):
        raise AuthorNameError(
            f"{name!r} would have the id {stored.id!r}, which is that of {stored.name!r}. If they are one person, "
            f"write --author {stored.id}; if not, add something: --author {author_id(name)}-2."
        )
    return stored, not was_there and stored == profile


def _letters_of(name: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold()))


def named_or_all(settings: Settings, name: str | None) -> list[AuthorProfile]:
    """The author with this name or id; every author when `name` is None. Raises UnknownAuthorError."""
    store = wiring.feature_store(settings)
    return store.authors() if name is None else [find_author(store, name, settings.data_dir)]
