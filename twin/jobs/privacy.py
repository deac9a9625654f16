"""What is masked in an author's posts, and why."""

from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial

from configs.progress import Progress, track
from configs.settings import Settings
from feature_store.versions import AuthorProfile
from twin import wiring


@dataclass(frozen=True, slots=True)
class Masked:
    post: str
    field: str
    kind: str
    pseudonym: str
    reason: str
    excerpt: str


def masked(settings: Settings, profile: AuthorProfile, *, progress: Progress) -> list[Masked]:
    """Found again in the collected posts, as nothing else keeps the values; excerpts show them in part."""
    from feature_pipeline.cleaning import clean
    from feature_pipeline.errors import UnreadableItemError
    from feature_pipeline.limits import within_limits
    from feature_pipeline.privacy import explain

    features = settings.feature_pipeline
    posts = wiring.feature_store(settings).posts(profile.id)
    rows: list[Masked] = []
    for post in track(posts, progress, "look for what is masked", len(posts)):
        document = clean(post, min_words=features.min_words, min_words_short=features.min_words_short)
        if document.quarantine:
            continue
        explained = partial(
            explain,
            document,
            people=post.private_people,
            allow=(*features.allow, profile.name),
            phone_region=features.phone_region,
        )
        with suppress(UnreadableItemError):  # `twin features` quarantines it
            for found in within_limits(explained, characters=len(post.content)):
                rows.append(Masked(post=post.source_id, **asdict(found)))
    return rows
