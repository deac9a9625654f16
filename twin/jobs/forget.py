"""Erase posts, and all that was made of them, from every store, version and cache.

What must not come back is recorded first, so that neither a kill nor the next collection brings it back. Every step
can be repeated: an interrupted erasure is completed by the next one.
"""

import difflib
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from configs.progress import Progress
from configs.settings import Settings
from feature_store.errors import NothingCollectedError
from feature_store.passages import showing
from feature_store.ports import FeatureReader, FeatureWriter
from feature_store.records import Document, ExampleKind, Post, Split
from feature_store.versions import FeatureVersion, Forgotten
from model_registry.errors import PromotionRefusedError
from model_registry.ports import AdapterVersion
from twin import wiring
from twin.background.folder import erase_ended
from twin.errors import NothingToForgetError
from twin.jobs import features, train, versions
from twin.wording import counted

REASON = "it learnt from text that was erased"


@dataclass(frozen=True, slots=True)
class Selection:
    """What of one author is to be erased."""

    posts: tuple[Post, ...]  # those that were named, and their copies
    named: int  # how many of them were named
    texts: tuple[str, ...]  # of their documents
    sources: tuple[str, ...] = ()  # names of those that are not collected again

    @property
    def copies(self) -> int:
        return len(self.posts) - self.named


@dataclass
class Erased:
    posts: int = 0
    versions: list[str] = field(default_factory=list)  # F_n that held any of it
    tainted: list[str] = field(default_factory=list)  # v_n that learnt from it
    feedback: int = 0  # judgements that showed any of it
    champion: str = ""  # "v3"; "" when no version is champion any more
    features: str = ""  # whether a feature version was made without it
    retrained: str = ""  # the version trained without it

    def summary(self) -> str:
        lines = [f"Forgotten: {counted(self.posts, 'post')}, in {', '.join(self.versions) or 'no version'}."]
        if self.tainted:
            lines.append(f"{', '.join(self.tainted)} learnt from them and may not be used any more.")
        if self.feedback:
            lines.append(f"Feedback that showed them is gone: {counted(self.feedback, 'judgement')}.")
        lines.append(self.features)
        if self.retrained:
            lines.append(self.retrained)
        if self.champion:
            lines.append(f"{self.champion} is the champion.")
        elif self.tainted:
            lines.append("No version is the champion: run twin train and twin promote, or forget with --retrain.")
        return "\n  ".join(lines)


def select(settings: Settings, author: str, *, posts: Sequence[str] = (), sources: Sequence[str] = ()) -> Selection:
    """Find posts by id, address or name, and sources by name or place, in every version, with near-duplicates and
    copies of what is found. Raises NothingToForgetError, which suggests similar names."""
    store = wiring.feature_store(settings)
    ever = {post.id: post for post in store.posts_ever(author)}
    records = store.sources(author)
    chosen = {record.name for wanted in sources for record in records if wanted in (record.name, record.location)}
    chosen |= {name for name in sources if any(post.source == name for post in ever.values())}
    interrupted = bool(store.forgotten(author).pending)  # then what is named may be erased already
    unknown = [s for s in sources if not any(s in (r.name, r.location) for r in records) and s not in chosen]
    if unknown and not interrupted:
        raise NothingToForgetError(f"no source {unknown[0]!r}. There are: {_listed(r.name for r in records)}.")
    named = {post.id for post in ever.values() if post.source in chosen}
    for wanted in posts:
        found = {post.id for post in ever.values() if wanted in (post.id, post.source_id, post.url)}
        if not found and not interrupted:
            raise NothingToForgetError(
                f"no post {wanted!r}. Name it as twin status --posts does. Near: "
                f"{_listed(_near(wanted, [post.source_id for post in ever.values()]))}."
            )
        named |= found
    documents = _documents_ever(store, author)
    ids = _with_copies(named, documents, ever, store.forgotten(author))
    return Selection(
        posts=tuple(ever[key] for key in sorted(ids)),
        named=len(named),
        texts=tuple({document.text for document in documents if document.id in ids}),
        sources=tuple(sorted(chosen)),
    )


def forget(settings: Settings, author: str, selection: Selection, *, retrain: bool, progress: Progress) -> Erased:
    """Erase `selection`, and what an interrupted erasure left to do."""
    from feature_pipeline.errors import NothingUsableError, PoorFeaturesError

    store = wiring.feature_store(settings)
    erased = Erased()
    with store.writing(author):
        store.forget(author, selection.posts, selection.texts)
        _remove_uploads(settings, store, author)
        for name in selection.sources:
            store.remove_source(author, name)
        erased.posts = len(store.forgotten(author).pending)
        erased.feedback = wiring.feedback_log(settings).erase(author)
        erased.tainted = _taint(settings, author, store)
        _remove_served(settings, [version for version in versions.versions(settings, author) if version.tainted])
        progress.start("erase from the feature store", None)
        erased.versions = [version.name for version in store.erase(author)]
        progress.finish(f"{erased.posts} posts, {len(erased.versions)} versions held them")
        kept = store.versions(author)
    progress.start("erase from the index", len(kept))
    with wiring.online_index(settings) as index:
        index.erase(author)
        for version in kept:
            chunks = store.chunks(author, version)
            known = chunks[0].vector if chunks else None
            dimensions = wiring.encoder(settings, author).dimensions if known is None else len(known)
            index.publish(version, chunks, dimensions=dimensions)
            progress.advance()
    progress.finish()
    _clear_caches(settings, author)
    try:
        erased.features = features.summary(features.build_features(settings, author, progress=progress))
    except (NothingCollectedError, NothingUsableError, PoorFeaturesError) as error:  # the erasure stands all the same
        erased.features = str(error)
    store.finish_forgetting(author)
    if retrain:
        trained = train.train(settings, author, progress=progress)
        try:
            promoted = versions.promote_or_keep(settings, trained.version, force=False)
        except PromotionRefusedError as error:  # the erasure stands all the same
            promoted = str(error)
        erased.retrained = f"{trained.summary()} {promoted}"
    champion = versions.champion(settings, author)
    erased.champion = champion.name if champion else ""
    return erased


def post_count(settings: Settings, author: str) -> int:
    return len(wiring.feature_store(settings).posts(author))


def forget_author(settings: Settings, author: str) -> None:
    """Erase the author with everything of theirs; the profile last, so that it can be repeated after a kill."""
    store = wiring.feature_store(settings)
    with store.writing(author):
        _remove_served(settings, versions.versions(settings, author))
        for record in store.sources(author):
            wiring.uploads(settings).remove_holding(record.location)
        wiring.model_registry(settings).erase_author(author)
        with wiring.online_index(settings) as index:
            index.erase(author)
        _clear_caches(settings, author)
        wiring.feedback_log(settings).erase_author(author)
        store.erase_author(author)
        wiring.feedback_log(settings).erase_author(author)  # what a server kept before the author was gone


def _remove_uploads(settings: Settings, store: FeatureWriter, author: str) -> None:
    """Files that were dropped into the page and hold something pending: the other posts of theirs stay as they were
    collected, but are collected no more."""
    pending = set(store.forgotten(author).pending)
    holding = {post.source for post in store.posts_ever(author) if post.id in pending}
    for record in store.sources(author):
        if record.name in holding and wiring.uploads(settings).remove_holding(record.location):
            store.remove_source(author, record.name)


def _documents_ever(store: FeatureReader, author: str) -> list[Document]:
    return [document for version in store.versions(author) for document in store.documents(author, version)]


def _with_copies(
    named: set[str], documents: Sequence[Document], ever: dict[str, Post], forgotten: Forgotten
) -> set[str]:
    """`named`, with the members of their near-duplicate clusters, and posts of the same words elsewhere."""
    ids = set(named)
    while True:
        roots = {d.duplicate_of or d.id for d in documents if d.id in ids}
        more = {d.id for d in documents if (d.duplicate_of or d.id) in roots and d.id in ever}
        words = forgotten.with_posts([ever[key] for key in ids], [d.text for d in documents if d.id in ids])
        more |= {post.id for post in ever.values() if words.hides_text(post.content)}
        if more <= ids:
            return ids
        ids |= more


def _taint(settings: Settings, author: str, store: FeatureReader) -> list[str]:
    """Mark the versions whose training or validation examples show any of what is pending, or that learnt from feedback
    that no longer exists. Feedback is erased first, so that the next erasure completes one that was killed in between.
    Returns their names."""
    registry = wiring.model_registry(settings)
    forgotten = store.forgotten(author)
    features = {version.number: version for version in store.versions(author)}
    saw = {number: _teaches(store, version, forgotten) for number, version in features.items()}
    kept = wiring.feedback_log(settings).ids(author)
    learnt = [
        one
        for one in registry.versions(author)
        if not one.tainted and (saw.get(one.manifest.features.number) or not kept.issuperset(one.manifest.feedback))
    ]
    if learnt:
        registry.taint(author, [one.number for one in learnt], REASON)
    return [one.name for one in learnt]


def _teaches(store: FeatureReader, version: FeatureVersion, forgotten: Forgotten) -> bool:
    doomed = set(forgotten.pending)
    quoting = {d.id for d in store.documents(version.author, version) if d.context and forgotten.quoted_in(d.context)}
    chunks = store.chunks(version.author, version, vectors=False)
    shows_doomed = showing(chunk for chunk in chunks if chunk.document_id in doomed)
    return any(
        example.document_id in doomed
        or any(map(shows_doomed, example.passages))
        or (example.document_id in quoting and example.kind is ExampleKind.REPLY)
        for split in (Split.TRAIN, Split.VALIDATION)
        for example in store.examples(version.author, version, split)
    )


def _remove_served(settings: Settings, erased: Sequence[AdapterVersion]) -> None:
    from model_registry.packaging import remove_served

    for version in erased:
        remove_served(version.folder, settings.cache_dir)


def _clear_caches(settings: Settings, author: str) -> None:
    """What can be made again, or has been seen: checkpoints, reports, fetched pages, requests read out of posts,
    tracebacks, what jobs said."""
    wiring.backward_file(settings, author).unlink(missing_ok=True)
    erase_ended(wiring.jobs_dir(settings), author)
    for folder in (
        wiring.work_dir(settings) / author,
        wiring.reports_dir(settings, author),
        wiring.pages_dir(settings, author),
        settings.data_dir / "logs",
    ):
        shutil.rmtree(folder, ignore_errors=not folder.exists())


def _near(wanted: str, names: Sequence[str]) -> list[str]:
    within = [name for name in dict.fromkeys(names) if wanted and wanted in name]
    return (within or difflib.get_close_matches(wanted, set(names), cutoff=0.5))[:3]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
