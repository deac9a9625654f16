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
from model_registry.ports import CHAMPION, AdapterVersion, UnreadableVersion
from twin import wiring
from twin.background.folder import erase_ended
from twin.errors import NothingToForgetError
from twin.jobs import features, train, versions
from twin.wording import counted

AnyVersion = AdapterVersion | UnreadableVersion
REASON = "it learnt from text that was erased"
PERHAPS = "what it learnt from cannot be read, and text was erased since"


@dataclass(frozen=True, slots=True)
class Selection:
    """What of one author is to be erased."""

    posts: tuple[Post, ...]  # those that were named, and their copies
    named: int  # how many of them were named
    texts: tuple[str, ...]  # of their documents
    sources: tuple[str, ...] = ()  # names of those that are not collected again
    already: tuple[str, ...] = ()  # what of the named was erased before
    resumes: bool = False  # an erasure was interrupted

    @property
    def is_done(self) -> bool:
        return bool(self.already) and not (self.posts or self.sources or self.resumes)

    @property
    def copies(self) -> int:
        return len(self.posts) - self.named


@dataclass
class Erased:
    posts: int = 0
    already: list[str] = field(default_factory=list)  # of what was named, erased before
    versions: list[str] = field(default_factory=list)  # F_n that held any of it
    tainted: list[str] = field(default_factory=list)  # v_n that learnt from it, or may have
    unreadable: dict[str, str] = field(default_factory=dict)  # F_n and v_n whose manifest cannot be read, and why
    purged: list[str] = field(default_factory=list)  # v_n that are gone with their weights
    feedback: int = 0  # judgements that showed any of it
    champion: str = ""  # "v3"; "" when no version is champion any more
    features: str = ""  # whether a feature version was made without it
    retrained: str = ""  # the version trained without it

    def summary(self) -> str:
        lines = [f"Erased already: {', '.join(self.already)}."] if self.already else []
        if self.posts or not self.already:
            lines.append(f"Forgotten: {counted(self.posts, 'post')}, in {', '.join(self.versions) or 'no version'}.")
        learnt = [name for name in self.tainted if name not in self.unreadable]
        if learnt:
            lines.append(f"{', '.join(learnt)} learnt from them and may not be used any more.")
        for name, reason in self.unreadable.items():
            became = (
                "may have learnt from them: it may not be used any more" if name[0] == "v" else "is gone as a whole"
            )
            lines.append(f"{name} cannot be read, and {became}. ({reason})")
        if self.purged:
            lines.append(f"{', '.join(self.purged)} are removed, with their weights.")
        elif self.tainted:
            lines.append("Their weights are still there: twin forget --purge removes them.")
        if self.feedback:
            lines.append(f"Feedback that showed them is gone: {counted(self.feedback, 'judgement')}.")
        if self.features:
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
    records, forgotten = store.sources(author), store.forgotten(author)
    already = [name for name in (*posts, *sources) if forgotten.is_named(name)]
    chosen = {record.name for wanted in sources for record in records if wanted in (record.name, record.location)}
    chosen |= {name for name in sources if any(post.source == name for post in ever.values())}
    interrupted = bool(forgotten.pending)  # by an earlier release: then what is named may be erased already
    unknown = [
        name
        for name in sources
        if not any(name in (record.name, record.location) for record in records) and name not in {*chosen, *already}
    ]
    if unknown and not interrupted:
        raise NothingToForgetError(f"no source {unknown[0]!r}. There are: {_listed(r.name for r in records)}.")
    named = {post.id for post in ever.values() if post.source in chosen}
    for wanted in posts:
        found = {post.id for post in ever.values() if wanted in (post.id, post.source_id, post.url)}
        if not found and not interrupted and wanted not in already:
            raise NothingToForgetError(
                f"no post {wanted!r}. Name it as twin status --posts does. Near: "
                f"{_listed(_near(wanted, [post.source_id for post in ever.values()]))}."
            )
        named |= found
    documents = _documents_ever(store, author)
    ids = _with_copies(named, documents, ever, forgotten)
    return Selection(
        posts=tuple(ever[key] for key in sorted(ids)),
        named=len(named),
        texts=tuple({document.text for document in documents if document.id in ids}),
        sources=tuple(sorted(chosen)),
        already=tuple(name for name in already if name not in {*chosen, *_names(ever[key] for key in ids)}),
        resumes=interrupted,
    )


def forget(
    settings: Settings, author: str, selection: Selection, *, retrain: bool, purge: bool = False, progress: Progress
) -> Erased:
    """Erase `selection`, and what an interrupted erasure left to do. Versions whose manifest cannot be read do not stop
    it: they are taken out of use, and named. `purge`: tainted versions go with their weights."""
    from feature_pipeline.errors import NothingUsableError, PoorFeaturesError

    store = wiring.feature_store(settings)
    erased = Erased(already=[*selection.already])
    if selection.is_done and not retrain:
        erased.purged = purge_tainted(settings, author) if purge else []
        return erased
    with store.writing(author):
        places = [record.location for record in store.sources(author) if record.name in selection.sources]
        store.forget(author, selection.posts, selection.texts, (*selection.sources, *places))
        _remove_uploads(settings, store, author)
        for name in selection.sources:
            store.remove_source(author, name)
        erased.posts = len(store.forgotten(author).pending)
        erased.feedback = wiring.feedback_log(settings).erase(author, _texts_of_pending(store, author))
        erased.tainted, erased.unreadable = _taint(settings, author, store)
        _remove_served(settings, author)
        progress.start("erase from the feature store", None)
        erased.versions = [version.name for version in store.erase(author)]
        held_by = counted(len(erased.versions), "version")
        progress.finish(f"{counted(erased.posts, 'post')}, held by {held_by}")
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
    if purge:
        erased.purged = purge_tainted(settings, author)
    store.finish_forgetting(author)
    if retrain:
        trained = train.train(settings, author, progress=progress)
        try:
            promoted = versions.promote_or_keep(settings, trained.version, force=False)
        except PromotionRefusedError as error:  # the erasure stands all the same
            promoted = str(error)
        erased.retrained = f"{trained.summary()} {promoted}"
    readable, _ = wiring.model_registry(settings).readable_versions(author)
    erased.champion = next((version.name for version in readable if CHAMPION in version.aliases), "")
    return erased


def tainted(settings: Settings, author: str) -> list[str]:
    """Names of the versions that learnt from what was erased, or may have."""
    return [version.name for version in _tainted(settings, author)]


def purge_tainted(settings: Settings, author: str) -> list[str]:
    """Remove the versions that learnt from what was erased, with their weights and evaluations. Returns their names."""
    _remove_served(settings, author)
    doomed = _tainted(settings, author)
    for version in doomed:
        wiring.model_registry(settings).delete(author, version.number)
    return [version.name for version in doomed]


def post_count(settings: Settings, author: str) -> int:
    return len(wiring.feature_store(settings).posts(author))


def forget_author(settings: Settings, author: str) -> None:
    """Erase the author with everything of theirs; the profile last, so that it can be repeated after a kill."""
    store = wiring.feature_store(settings)
    with store.writing(author):
        _remove_served(settings, author, whole=True)
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
    readable, _ = store.readable_versions(author)
    return [document for version in readable for document in store.documents(author, version)]


def _texts_of_pending(store: FeatureReader, author: str) -> set[str]:
    """As long as the store still has them."""
    pending = set(store.forgotten(author).pending)
    texts = {post.content for post in store.posts_ever(author) if post.id in pending}
    return texts | {document.text for document in _documents_ever(store, author) if document.id in pending}


def _names(posts: Iterable[Post]) -> set[str]:
    return {name for post in posts for name in (post.id, post.source_id, post.url)}


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


def _taint(settings: Settings, author: str, store: FeatureReader) -> tuple[list[str], dict[str, str]]:
    """Mark the versions whose training or validation examples show any of what is pending, or that learnt from feedback
    that no longer exists; and those of which that cannot be told, as a manifest cannot be read. Feedback is erased
    first, so that the next erasure completes one that was killed in between.

    Returns the names of those that were marked, and why a version of the features or a model cannot be read.
    """
    registry = wiring.model_registry(settings)
    forgotten = store.forgotten(author)
    features, unreadable = store.readable_versions(author)
    saw = {f"F{version.number}": _teaches(store, version, forgotten) for version in features}
    kept = wiring.feedback_log(settings).ids(author)
    readable, hidden = registry.readable_versions(author)
    learnt, perhaps = [], [one for one in hidden if not one.tainted]
    for one in readable:
        of = f"F{one.manifest.features.number}"
        if not one.tainted and (of in unreadable or saw.get(of) or not kept.issuperset(one.manifest.feedback)):
            learnt.append(one)
    for group, reason in ((learnt, REASON), (perhaps, PERHAPS)):
        if group:
            registry.taint(author, [one.number for one in group], reason)
    marked: list[AnyVersion] = [*learnt, *perhaps]
    names = [one.name for one in sorted(marked, key=lambda one: one.number)]
    return names, unreadable | {one.name: one.reason for one in perhaps}


def _tainted(settings: Settings, author: str) -> list[AnyVersion]:
    return [version for version in _every_version(settings, author) if version.tainted]


def _every_version(settings: Settings, author: str) -> list[AnyVersion]:
    readable, unreadable = wiring.model_registry(settings).readable_versions(author)
    return [*readable, *unreadable]


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


def _remove_served(settings: Settings, author: str, *, whole: bool = False) -> None:
    """From the cache, the merged models of the author's tainted versions and of trainings that were never registered;
    `whole`: of all versions."""
    from model_registry.packaging import ADAPTER_WEIGHTS, remove_served

    erased = [version.folder for version in _every_version(settings, author) if whole or version.tainted]
    erased += [path.parent for path in (wiring.work_dir(settings) / author).rglob(ADAPTER_WEIGHTS)]
    remove_served(erased, settings.cache_dir)


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
