"""The state of every post, and which versions there are."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from configs.settings import Settings
from feature_store.ports import FeatureReader
from feature_store.records import Document, Post
from feature_store.versions import AuthorProfile, FeatureVersion
from model_registry.ports import CANDIDATE, CHAMPION, PREVIOUS
from twin import wiring
from twin.jobs import authors, versions

STATES = KEPT, WAITING, DUPLICATE, QUARANTINED = "kept", "waiting", "near-duplicate", "quarantined"

COLLECTED = "collected by itself"


@dataclass(frozen=True, slots=True)
class PostStatus:
    id: str
    source: str
    file: str  # its name there
    url: str
    title: str
    kind: str
    created_at: str
    collected_at: str
    state: str  # one of STATES
    reason: str  # of a quarantine; the file that is kept instead, for a near-duplicate
    chunks: int  # of the newest version
    versions: str  # in which it is used, e.g. "F1-F3"; "" for none


@dataclass(frozen=True, slots=True)
class SourceStatus:
    name: str
    kind: str
    location: str
    changed_at: str  # the last collection that changed anything; "" before the first came to its end
    posts: int


@dataclass(frozen=True, slots=True)
class AuthorStatus:
    author: str
    name: str
    consent: str
    sources: list[SourceStatus]
    unfinished: int  # posts whose erasure was interrupted
    posts: list[PostStatus]  # every collected post has exactly one state
    features: list[str]  # oldest first
    published: str  # the newest F_n that can be searched, "" before the first
    chunks: int  # of the newest version
    models: dict[str, str]  # alias → v_n
    model_versions: list[str]  # oldest first; those too that may not be used any more

    def count(self, state: str) -> int:
        return sum(post.state == state for post in self.posts)

    def as_data(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "collected": len(self.posts),
            "kept": self.count(KEPT),
            "waiting": self.count(WAITING),
            "near_duplicates": self.count(DUPLICATE),
            "quarantined": self.count(QUARANTINED),
        }


def status(settings: Settings, author: str | None, *, every_version: bool) -> list[AuthorStatus]:
    """Of the author with this name or id; of all when it is None.

    `every_version`: also in which versions each post is used, and its chunks; that reads all of them.
    """
    return [_gather(settings, one, every_version=every_version) for one in authors.named_or_all(settings, author)]


def _gather(settings: Settings, profile: AuthorProfile, *, every_version: bool) -> AuthorStatus:
    store = wiring.feature_store(settings)
    features = store.versions(profile.id)
    trained = versions.versions(settings, profile.id)
    models = {alias: one.name for one in trained for alias in one.aliases}
    posts = store.posts(profile.id)
    of_source = Counter(post.source for post in posts)
    return AuthorStatus(
        author=profile.id,
        name=profile.name,
        consent=profile.consent,
        sources=[
            SourceStatus(source.name, source.kind, source.location, source.collected_at, of_source[source.name])
            for source in store.sources(profile.id)
        ],
        unfinished=len(store.forgotten(profile.id).pending),
        posts=_account_for(store, profile, posts, features, every_version=every_version),
        features=[version.name for version in features],
        published=_published(settings, features),
        chunks=features[-1].counts.get("chunks", 0) if features else 0,
        models={alias: models[alias] for alias in (CHAMPION, PREVIOUS, CANDIDATE) if alias in models},
        model_versions=[one.name for one in sorted(trained, key=lambda one: one.number)],
    )


def _account_for(
    store: FeatureReader,
    profile: AuthorProfile,
    posts: list[Post],
    features: list[FeatureVersion],
    *,
    every_version: bool,
) -> list[PostStatus]:
    from feature_pipeline.advice import is_followed, made_whole

    author = profile.id
    locations = {source.name: source.location for source in store.sources(author)}
    by_id = {document.id: document for document in store.documents(author)}
    used: defaultdict[str, list[int]] = defaultdict(list)
    chunks = Counter[str]()
    if every_version and features:
        for version in features:
            for document in store.documents(author, version):
                if document.usable:
                    used[document.id].append(version.number)
        chunks.update(chunk.document_id for chunk in store.chunks(author, features[-1], vectors=False))
    rows = []
    for post in posts:
        state, reason = state_of(post, by_id.get(post.id), by_id)
        location = locations.get(post.source, "")
        if is_followed(reason, location=location, source_id=post.source_id, collected=locations.values()):
            reason = COLLECTED
        elif location:
            reason = made_whole(reason, location=location, source_id=post.source_id, author_name=profile.name)
        rows.append(
            PostStatus(
                id=post.id,
                source=post.source,
                file=post.source_id,
                url=post.url,
                title=post.title,
                kind=post.kind,
                created_at=post.created_at,
                collected_at=post.fetched_at,
                state=state,
                reason=reason,
                chunks=chunks[post.id],
                versions=_ranges(used[post.id]),
            )
        )
    return rows


def state_of(post: Post, document: Document | None, by_id: dict[str, Document]) -> tuple[str, str]:
    if post.problem:
        return QUARANTINED, post.problem
    if document is None or document.post_hash != post.content_hash:
        return WAITING, ""
    if document.quarantine:
        return QUARANTINED, document.quarantine
    if document.duplicate_of:
        kept = by_id.get(document.duplicate_of)
        return DUPLICATE, f"of {kept.source_id if kept else document.duplicate_of}"
    return KEPT, ""


def _ranges(numbers: Sequence[int]) -> str:
    """[1, 2, 3, 5] → "F1-F3 F5"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1] = [runs[-1][0], number]
        else:
            runs.append([number])
    return " ".join("-".join(f"F{number}" for number in run) for run in runs)


def _published(settings: Settings, versions: list[FeatureVersion]) -> str:
    if not versions:
        return ""
    with wiring.online_index(settings) as index:
        number = index.published(versions[-1].author, versions[-1].encoder)
    return f"F{number}" if number else ""
