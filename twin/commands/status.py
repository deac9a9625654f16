"""`twin status`: what became of every post, and which versions there are."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from twin.commands.options import Author, Json, SameAuthor
from twin.session import Session

if TYPE_CHECKING:
    from configs.settings import Settings
    from feature_store.ports import FeatureReader
    from feature_store.records import Document, Post
    from feature_store.versions import AuthorProfile, FeatureVersion

KEPT, WAITING, QUARANTINED, DUPLICATE = "kept", "waiting", "quarantined", "near-duplicate"


@dataclass(frozen=True, slots=True)
class PostStatus:
    file: str
    state: str  # one of the four above
    reason: str  # of a quarantine; the file that is kept instead, for a near-duplicate


@dataclass(frozen=True, slots=True)
class AuthorStatus:
    author: str
    name: str
    consent: str
    posts: list[PostStatus]  # every collected post has exactly one state
    features: list[str]  # oldest first
    published: str  # the newest F_n that can be searched, "" before the first
    chunks: int  # of the newest version
    models: dict[str, str]  # alias → v_n

    def count(self, state: str) -> int:
        return sum(post.state == state for post in self.posts)


def status(
    ctx: typer.Context,
    author: Author = None,
    named: SameAuthor = None,
    posts: Annotated[bool, typer.Option("--posts", help="List every post, kept ones too.")] = False,
    as_json: Json = False,
) -> None:
    """Say what became of every post."""
    from twin import wiring
    from twin.authors import find_author
    from twin.console import emit_json, note

    session: Session = ctx.obj
    store = wiring.feature_store(session.settings)
    wanted = author or named
    profiles = [find_author(store, wanted)] if wanted else store.authors()
    found = [_gather(session.settings, store, profile) for profile in profiles]
    if as_json:
        emit_json({"authors": [_as_data(one) for one in found]})
    elif found:
        typer.echo("\n\n".join(_in_words(one, every_post=posts) for one in found))
    else:
        note("There is no author yet. Begin with: twin up PATH --author NAME")


def _as_data(status: AuthorStatus) -> dict[str, Any]:
    return {
        **asdict(status),
        "collected": len(status.posts),
        "kept": status.count(KEPT),
        "waiting": status.count(WAITING),
        "near_duplicates": status.count(DUPLICATE),
        "quarantined": status.count(QUARANTINED),
    }


def _gather(settings: "Settings", store: "FeatureReader", profile: "AuthorProfile") -> AuthorStatus:
    from model_registry.ports import CANDIDATE, CHAMPION, PREVIOUS
    from twin import wiring

    versions = store.versions(profile.id)
    models = {
        alias: version.name
        for version in wiring.model_registry(settings).versions(profile.id)
        for alias in version.aliases
    }
    return AuthorStatus(
        author=profile.id,
        name=profile.name,
        consent=profile.consent,
        posts=_account_for(store.posts(profile.id), store.documents(profile.id)),
        features=[version.name for version in versions],
        published=_published(settings, versions),
        chunks=versions[-1].counts.get("chunks", 0) if versions else 0,
        models={alias: models[alias] for alias in (CHAMPION, PREVIOUS, CANDIDATE) if alias in models},
    )


def _account_for(posts: list["Post"], documents: list["Document"]) -> list[PostStatus]:
    by_id = {document.id: document for document in documents}
    return [_state_of(post, by_id.get(post.id), by_id) for post in posts]


def _state_of(post: "Post", document: "Document | None", by_id: dict[str, "Document"]) -> PostStatus:
    if post.problem:
        return PostStatus(post.source_id, QUARANTINED, post.problem)
    if document is None or document.post_hash != post.content_hash:
        return PostStatus(post.source_id, WAITING, "")
    if document.quarantine:
        return PostStatus(post.source_id, QUARANTINED, document.quarantine)
    if document.duplicate_of:
        kept = by_id.get(document.duplicate_of)
        return PostStatus(post.source_id, DUPLICATE, f"of {kept.source_id if kept else document.duplicate_of}")
    return PostStatus(post.source_id, KEPT, "")


def _published(settings: "Settings", versions: list["FeatureVersion"]) -> str:
    from twin import wiring

    if not versions:
        return ""
    with wiring.online_index(settings) as index:
        number = index.published(versions[-1].author, versions[-1].encoder)
    return f"F{number}" if number else ""


def _in_words(status: AuthorStatus, *, every_post: bool) -> str:
    states = (KEPT, WAITING, DUPLICATE, QUARANTINED)
    counts = ", ".join(f"{status.count(state)} {state}" for state in states if status.count(state))
    lines = [f"{status.name} ({status.author})", f"  posts      {len(status.posts)} collected: {counts or 'none'}"]
    if status.features:
        newest = f"{status.features[-1]}, {status.chunks} chunks, {status.published or 'nothing'} published"
        lines.append(f"  features   {newest}")
    else:
        lines.append("  features   none yet: twin features")
    models = ", ".join(f"{name} {alias}" for alias, name in status.models.items())
    lines.append(f"  models     {models or 'none yet: twin train'}")
    shown = [post for post in status.posts if every_post or post.state in (QUARANTINED, DUPLICATE)]
    lines += [f"  {post.state:<12} {post.file}{': ' if post.reason else ''}{post.reason}" for post in shown]
    return "\n".join(lines)
