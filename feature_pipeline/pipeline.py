"""The feature pipeline: a person's posts → features. The two functions are the stage list.

collect:         source ──▶ posts
build_features:  posts ──clean──▶ mask ──▶ deduplicate ──▶ split ──▶ gates ──▶ chunk ──▶ label ──▶ check ──▶ embed
                 ──▶ store ──▶ publish
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from configs.memory import return_free_memory
from configs.progress import Progress, track
from configs.settings import FeaturePipelineSettings
from feature_pipeline import chunking, cleaning, deduplication, gates, privacy, splitting
from feature_pipeline.chunkers import chunker_module
from feature_pipeline.collecting import CollectReport, collect
from feature_pipeline.embedding import embed
from feature_pipeline.errors import NothingUsableError, UnreadableItemError
from feature_pipeline.labels import checks as example_checks
from feature_pipeline.labels import examples
from feature_pipeline.labels.backward_prompts import BackwardPrompts
from feature_pipeline.labels.languages import without_makers
from feature_pipeline.limits import within_limits
from feature_store.errors import NothingCollectedError
from feature_store.index_terms import TERM_RULES
from feature_store.ports import Encoder, FeatureWriter, OnlineIndex
from feature_store.records import Document, Post
from feature_store.sentence_vectors import SENTENCE_RULES
from feature_store.versions import CHOSEN_ENCODER, FeatureVersion
from text import language

__all__ = ["CollectReport", "FeaturesReport", "build_features", "collect"]

REASONS_SHOWN = 3
MANY = 5000  # posts, of which models go as soon as they can; with fewer they stay for the next author or round
LOOKED_AT = 300  # posts, to tell the language of most


@dataclass(frozen=True, slots=True)
class FeaturesReport:
    version: FeatureVersion
    written: bool  # False: nothing differs from the newest version
    counts: dict[str, int]  # the version's
    quarantined: tuple[tuple[str, str], ...]  # (source_id, reason)
    duplicates: tuple[tuple[str, str], ...]  # (source_id, source_id of the document kept in its place)


def build_features(
    author: str,
    *,
    store: FeatureWriter,
    index: OnlineIndex,
    encoder: Encoder,
    settings: FeaturePipelineSettings,
    progress: Progress,
    backward: BackwardPrompts | None = None,
    chosen_encoder: str = "",
) -> FeaturesReport:
    """Make F_{n+1} of the author's posts, or find that F_n still holds; and make it searchable.

    Raises UnknownAuthorError, NothingCollectedError, NothingUsableError, PoorFeaturesError, PromptMakerError,
    UnknownEncoderError, and what the store and the index raise. A kill at any moment leaves the last version as it
    was, and the next call ends in the same one. `backward` lets a model say which requests some of the posts answer.
    `chosen_encoder` is the name of `encoder` where the language of the posts chose it; the version keeps it.
    """
    configuration = {
        "cleaning": cleaning.fingerprint(settings.min_words, settings.min_words_short),
        "privacy": privacy.fingerprint(settings.allow, settings.phone_region) if settings.mask else "off",
        "deduplication": deduplication.fingerprint(settings.near_duplicate),
        "splitting": splitting.fingerprint(settings.validation_share, settings.test_share),
        "chunking": chunking.fingerprint(settings.chunker, settings.chunk_tokens),
        "sentence vectors": SENTENCE_RULES,
        "index terms": TERM_RULES,
        "examples": examples.fingerprint(settings.example_tokens, backward.fingerprint if backward else ""),
    }
    if chosen_encoder:
        configuration[CHOSEN_ENCODER] = chosen_encoder
    with store.writing(author):
        posts = store.posts(author)
        versions = store.versions(author)
        newest = versions[-1] if versions else None
        if not posts:
            raise NothingCollectedError(f"{author} has no posts yet. Run: twin collect PLACE --author {author}")
        settled = newest and not newest.erasures  # what was erased from a version may change its splits
        if newest and settled and newest.configuration == configuration and newest.encoder == encoder.fingerprint:
            documents = store.documents(author, newest)
            unchanged = {d.id: d.post_hash for d in documents} == {p.id: p.content_hash for p in posts}
            if unchanged and index.published(author, encoder.fingerprint) == newest.number:
                index.verify(author, encoder.fingerprint)
                return _report(newest, False, documents)

        documents = _clean(posts, store, newest, configuration, settings, progress)
        if many := len(posts) >= MANY:
            language.unload()
        del posts
        progress.start("deduplicate and split", len(documents))
        documents = deduplication.join_near_duplicates(documents, threshold=settings.near_duplicate)
        documents = splitting.assign_splits(
            documents, validation_share=settings.validation_share, test_share=settings.test_share
        )
        usable = [document for document in documents if document.usable]
        progress.finish(f"{len(usable)} of {len(documents)} usable")
        if not usable:
            raise NothingUsableError(_reasons(author, documents))
        gates.require_good(usable, settings.gates)

        progress.start("chunk", None)
        chunks = chunking.chunk_documents(
            usable, encoder=encoder, chunk_tokens=settings.chunk_tokens, chunker=chunker_module(settings.chunker)
        )
        progress.finish(f"{len(chunks)} chunks")
        requests = backward.requests(examples.beginnings(usable, settings.example_tokens), progress) if backward else {}
        progress.start("label", examples.PASSES * len(usable))
        labelled = examples.label(
            usable, chunks, example_tokens=settings.example_tokens, requests=requests, progress=progress
        )
        checked = example_checks.check(labelled, usable, chunks)
        progress.finish(f"{len(checked.examples)} examples{checked.left_out}{without_makers(usable)}")
        kept = store.kept_vectors(author, encoder.fingerprint)
        keep = partial(store.keep_vectors, author, encoder.fingerprint)
        return_free_memory()
        chunks = embed(chunks, store.chunks(author), kept, encoder=encoder, keep=keep, progress=progress)
        if many:
            encoder.unload()

        progress.start("store and publish", None)
        version, written = store.commit(
            author,
            documents=documents,
            chunks=chunks,
            examples=checked.examples,
            encoder=encoder.fingerprint,
            configuration=configuration,
        )
        del labelled, checked
        return_free_memory()
        published = index.published(author, encoder.fingerprint)
        if published > version.number:  # of tables that are gone: somebody removed them, or put back an older copy
            index.erase(author)
        if published != version.number:
            index.publish(version, chunks, dimensions=encoder.dimensions)
        progress.finish(version.name)
    return _report(version, written, documents)


def mostly_english(posts: Sequence[Post], settings: FeaturePipelineSettings) -> bool:
    """Whether most of the text of `posts`, in characters, is English, of what says its language. Some are looked at."""
    ordered = sorted(posts, key=lambda post: post.id)  # by hash: of every source and time
    looked_at = ordered[:: max(1, len(ordered) // LOOKED_AT)]
    sizes: Counter[str] = Counter()
    for post in looked_at:
        document = cleaning.clean(post, min_words=settings.min_words, min_words_short=settings.min_words_short)
        sizes[document.language] += len(document.text)
    del sizes[""]
    return 2 * sizes["en"] >= sizes.total()


def _clean(
    posts: Sequence[Post],
    store: FeatureWriter,
    newest: FeatureVersion | None,
    configuration: dict[str, str],
    settings: FeaturePipelineSettings,
    progress: Progress,
) -> list[Document]:
    """A document for every post; those that the newest version has of the same post are taken as they are."""
    author = store.profile(posts[0].author)
    known: dict[tuple[str, str], Document] = {}
    if newest and all(newest.configuration.get(key) == configuration[key] for key in ("cleaning", "privacy")):
        stored = store.documents(author.id, newest)
        known = {(d.id, d.post_hash): replace(d, split=None, duplicate_of="") for d in stored}

    allow = (*settings.allow, author.name)
    masked = partial(privacy.mask, allow=allow, phone_region=settings.phone_region)

    def document(post: Post) -> Document:
        made = cleaning.clean(post, min_words=settings.min_words, min_words_short=settings.min_words_short)
        if not settings.mask:
            return made
        try:
            return within_limits(partial(masked, made, people=post.private_people), characters=len(post.content))
        except UnreadableItemError as error:  # nothing of it is stored unmasked
            reason = f"personal data in it cannot be looked for: {error}"
            return replace(cleaning.unread(post, reason), title="", context="")

    return [
        known.get((post.id, post.content_hash)) or document(post)
        for post in track(posts, progress, "clean", len(posts))
    ]


def _report(version: FeatureVersion, written: bool, documents: Sequence[Document]) -> FeaturesReport:
    names = {document.id: document.source_id for document in documents}
    return FeaturesReport(
        version=version,
        written=written,
        counts=version.counts,
        quarantined=tuple((d.source_id, d.quarantine) for d in documents if d.quarantine),
        duplicates=tuple((d.source_id, names[d.duplicate_of]) for d in documents if d.duplicate_of),
    )


def _reasons(author: str, documents: Sequence[Document]) -> str:
    kinds = Counter(document.quarantine.partition(":")[0] for document in documents)
    first = {document.quarantine.partition(":")[0]: document for document in reversed(documents)}
    shown = "; ".join(
        f"{count} × {kind} (e.g. {first[kind].source_id}: {first[kind].quarantine})"
        for kind, count in kinds.most_common(REASONS_SHOWN)
    )
    shorter = ", or lower feature_pipeline.min_words," if cleaning.TOO_SHORT in kinds else ""
    none = "the one post" if len(documents) == 1 else f"none of the {len(documents)} posts"
    cannot = "cannot" if len(documents) == 1 else "can"
    return f"{none} of {author} {cannot} be used. {shown}. Fix the files{shorter} and collect again."
