"""Stop collecting a source. Nothing is erased: its posts leave with the next feature version."""

from typing import TYPE_CHECKING

from twin.errors import NothingToForgetError

if TYPE_CHECKING:
    from configs.settings import Settings
    from feature_store.versions import AuthorProfile


def drop(settings: "Settings", profile: "AuthorProfile", source: str) -> tuple[str, int]:
    """The name of the source with this name or place, and how many posts it had. Raises NothingToForgetError."""
    from twin import wiring

    store = wiring.feature_store(settings)
    records = store.sources(profile.id)
    found = next((record.name for record in records if source in (record.name, record.location)), None)
    if found is None:
        known = ", ".join(record.name for record in records) or "none"
        raise NothingToForgetError(f"{profile.name} has no source {source!r}. There are: {known}.")
    with store.writing(profile.id):
        posts = [post.id for post in store.posts(profile.id) if post.source == found]
        store.write_posts(profile.id, upserts=[], deleted_ids=posts)
        store.remove_source(profile.id, found)
    return found, len(posts)
