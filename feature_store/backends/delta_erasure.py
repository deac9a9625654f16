"""Erasure from Delta tables: their whole history is written anew without what is forgotten.

Deleting rows and vacuuming would leave them in the log's statistics and in every version that a manifest names. So a
second generation of the tables is made beside the first, version by version, and takes its place by one rename.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from feature_store.backends.delta_rows import CHUNKS, DOCUMENTS, EXAMPLES, POSTS
from feature_store.backends.delta_table import RecordTable
from feature_store.passages import showing
from feature_store.records import Chunk, Document, Example, ExampleKind, Post
from feature_store.versions import FeatureVersion, Forgotten, digest_of_features, row_counts


def rewrite(
    old: Path, new: Path, versions: Sequence[FeatureVersion], *, doomed: Collection[str], forgotten: Forgotten
) -> tuple[list[FeatureVersion], list[FeatureVersion]]:
    """Make in `new` what `old` holds, without the posts `doomed` (ids) and without contexts that quote one.

    Returns all versions as they now are, oldest first, and those of them that held any of it.
    """
    posts, documents = RecordTable(old / POSTS.table, POSTS), RecordTable(old / DOCUMENTS.table, DOCUMENTS)
    chunks, examples = RecordTable(old / CHUNKS.table, CHUNKS), RecordTable(old / EXAMPLES.table, EXAMPLES)
    kept: list[FeatureVersion] = []
    touched: list[FeatureVersion] = []
    for version in versions:
        tables = version.tables
        before = documents.read(tables[DOCUMENTS.table])
        all_chunks = chunks.read(tables[CHUNKS.table])
        shows_gone = showing(chunk for chunk in all_chunks if chunk.document_id in doomed)
        quoting = {d.id for d in before if d.context and forgotten.quoted_in(d.context)}
        after_documents = [_document(d, quoting) for d in before if d.id not in doomed]
        after_chunks = [chunk for chunk in all_chunks if chunk.document_id not in doomed]
        all_examples = examples.read(tables[EXAMPLES.table])
        after_examples = [
            example
            for example in all_examples
            if example.document_id not in doomed
            and not (example.document_id in quoting and example.kind is ExampleKind.REPLY)
            and not any(map(shows_gone, example.passages))
        ]
        after_posts = _posts(posts.read(tables[POSTS.table]), doomed, forgotten)
        moved = _write(new, after_posts, after_documents, after_chunks, after_examples)
        gone = len(before) - len(after_documents)
        if gone or quoting or len(all_examples) != len(after_examples):
            now = datetime.now(UTC).isoformat(timespec="seconds")
            changed = version.model_copy(
                update={
                    "tables": moved,
                    "counts": row_counts(len(after_posts), after_documents, after_chunks, after_examples),
                    "digest": digest_of_features(
                        after_documents, after_chunks, after_examples, version.encoder, version.configuration
                    ),
                    "erasures": (*version.erasures, f"{now}: {gone} documents"),
                }
            )
            touched.append(changed)
            kept.append(changed)
        else:
            kept.append(version.model_copy(update={"tables": moved}))
    if posts.exists:
        RecordTable(new / POSTS.table, POSTS).replace(_posts(posts.read(), doomed, forgotten))
    return kept, touched


def _posts(posts: Sequence[Post], doomed: Collection[str], forgotten: Forgotten) -> list[Post]:
    return [
        replace(post, context="") if post.context and forgotten.quoted_in(post.context) else post
        for post in posts
        if post.id not in doomed
    ]


def _document(document: Document, quoting: Collection[str]) -> Document:
    return replace(document, context="") if document.id in quoting else document


def _write(
    folder: Path,
    posts: Sequence[Post],
    documents: Sequence[Document],
    chunks: Sequence[Chunk],
    examples: Sequence[Example],
) -> dict[str, int]:
    """Table → the Delta version that holds exactly these rows."""
    moved: dict[str, int] = {}
    for table, records in (
        (RecordTable(folder / POSTS.table, POSTS), posts),
        (RecordTable(folder / DOCUMENTS.table, DOCUMENTS), documents),
        (RecordTable(folder / CHUNKS.table, CHUNKS), chunks),
        (RecordTable(folder / EXAMPLES.table, EXAMPLES), examples),
    ):
        table.replace(records)  # type: ignore[arg-type]  # each pair is of one kind
        moved[table.rows.table] = table.version
    return moved
