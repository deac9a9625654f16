"""`twin status`: what became of every post, and which versions there are."""

from collections import Counter, defaultdict
from collections.abc import Sequence
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

SHOWN_PER_REASON = 5
KEPT, WAITING, QUARANTINED, DUPLICATE = "kept", "waiting", "quarantined", "near-duplicate"


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
    state: str  # one of the four above
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
    found = [_gather(session.settings, store, profile, every_post=posts or as_json) for profile in profiles]
    if as_json:
        emit_json({"authors": [_as_data(one) for one in found]})
    elif found:
        typer.echo("\n\n".join(_in_words(one, every_post=posts) for one in found))
    else:
        note("There is no author yet. Begin with: twin up PLACE --author NAME")


def _as_data(status: AuthorStatus) -> dict[str, Any]:
    return {
        **asdict(status),
        "collected": len(status.posts),
        "kept": status.count(KEPT),
        "waiting": status.count(WAITING),
        "near_duplicates": status.count(DUPLICATE),
        "quarantined": status.count(QUARANTINED),
    }


def _gather(
    settings: "Settings", store: "FeatureReader", profile: "AuthorProfile", *, every_post: bool
) -> AuthorStatus:
    from model_registry.ports import CANDIDATE, CHAMPION, PREVIOUS
    from twin import wiring

    versions = store.versions(profile.id)
    models = {
        alias: version.name
        for version in wiring.model_registry(settings).versions(profile.id)
        for alias in version.aliases
    }
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
        posts=_account_for(store, profile.id, posts, versions, every_version=every_post),
        features=[version.name for version in versions],
        published=_published(settings, versions),
        chunks=versions[-1].counts.get("chunks", 0) if versions else 0,
        models={alias: models[alias] for alias in (CHAMPION, PREVIOUS, CANDIDATE) if alias in models},
    )


def _account_for(
    store: "FeatureReader",
    author: str,
    posts: list["Post"],
    versions: list["FeatureVersion"],
    *,
    every_version: bool,
) -> list[PostStatus]:
    """`every_version`: say in which versions a post is used, and its chunks; that reads all of them."""
    by_id = {document.id: document for document in store.documents(author)}
    used: defaultdict[str, list[int]] = defaultdict(list)
    chunks = Counter[str]()
    if every_version and versions:
        for version in versions:
            for document in store.documents(author, version):
                if document.usable:
                    used[document.id].append(version.number)
        chunks.update(chunk.document_id for chunk in store.chunks(author, versions[-1], vectors=False))
    rows = []
    for post in posts:
        state, reason = _state_of(post, by_id.get(post.id), by_id)
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


def _state_of(post: "Post", document: "Document | None", by_id: dict[str, "Document"]) -> tuple[str, str]:
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
    lines += [f"  source     {source.name}: {source.posts} posts{_place(source)}" for source in status.sources]
    if status.unfinished:
        lines.append(f"  FORGET     the erasure of {status.unfinished} posts was interrupted: run twin forget again")
    if status.features:
        newest = f"{status.features[-1]}, {status.chunks} chunks, {status.published or 'nothing'} published"
        lines.append(f"  features   {newest}")
    else:
        lines.append("  features   none yet: twin features")
    models = ", ".join(f"{name} {alias}" for alias, name in status.models.items())
    lines.append(f"  models     {models or 'none yet: twin train'}")
    if every_post:
        lines += [_row(post) for post in status.posts]
    else:
        lines += _set_aside([post for post in status.posts if post.state in (QUARANTINED, DUPLICATE)])
    return "\n".join(lines)


def _set_aside(posts: Sequence[PostStatus]) -> list[str]:
    """A line each; of many for the same reason, the first few."""

    def kind_of(post: PostStatus) -> tuple[str, str]:
        return post.state, post.reason.partition(":")[0] if post.state == QUARANTINED else ""

    of_kind = Counter(kind_of(post) for post in posts)
    shown = Counter[tuple[str, str]]()
    lines = []
    for post in posts:
        kind = kind_of(post)
        shown[kind] += 1
        if shown[kind] <= SHOWN_PER_REASON or of_kind[kind] <= SHOWN_PER_REASON + 1:
            lines.append(f"  {post.state:<14} {post.file}: {post.reason}")
        elif shown[kind] == SHOWN_PER_REASON + 1:
            more = f"{of_kind[kind] - SHOWN_PER_REASON} more{': ' if kind[1] else ''}{kind[1]}"
            lines.append(f"  {post.state:<14} … and {more} (twin status --posts)")
    return lines


def _place(source: SourceStatus) -> str:
    """Where it lies, unless the name says so."""
    return "" if source.location in source.name else f", from {source.location}"


def _row(post: PostStatus) -> str:
    date = post.created_at[:10] or "no date"
    used = f"{post.versions}, {post.chunks} chunks" if post.versions else "in no version"
    reason = f": {post.reason}" if post.reason else ""
    return f"  {post.state:<14} {date:<10} {post.file}, {post.kind} ({used}){reason}"
