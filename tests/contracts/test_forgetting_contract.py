"""What every FeatureWriter remembers of an author beside features, and how it forgets."""

from dataclasses import replace

import numpy as np
import pytest

from fakes.feature_records import (
    ENCODER,
    commit_features,
    make_chunk,
    make_document,
    make_example,
    make_post,
    make_profile,
    random_vector,
)
from feature_store.errors import UnknownAuthorError
from feature_store.ports import FeatureWriter
from feature_store.records import Document, ExampleKind, Passage, Post
from feature_store.versions import FeatureVersion, SourceRecord


def test_sources_are_kept_by_name(store: FeatureWriter) -> None:
    assert store.sources("maud") == []
    folder = SourceRecord(name="folder:/posts", kind="folder", location="/posts", me=("maud@clock.test",))
    feed = SourceRecord(name="feed:https://clock.test/feed", kind="feed", location="https://clock.test/feed")
    store.write_source("maud", folder)
    store.write_source("maud", feed)
    later = folder.model_copy(update={"collected_at": "2026-01-01T00:00:00+00:00"})
    store.write_source("maud", later)
    assert store.sources("maud") == [feed, later]
    store.remove_source("maud", folder.name)
    store.remove_source("maud", "folder:/never")
    assert store.sources("maud") == [feed]
    with pytest.raises(UnknownAuthorError):
        store.sources("dex")


def test_what_is_forgotten_leaves_every_version(store: FeatureWriter) -> None:
    secret, kept = (
        make_post("gone", content="The canary sang in the coal cellar until the lamps went out."),
        make_post("a"),
    )
    reply = replace(make_post("b"), context="The canary sang in the coal cellar, until the lamps went out!")
    with store.writing("maud"):
        store.write_posts("maud", upserts=[secret, kept, reply], deleted_ids=[])
    documents = {post.source_id.removesuffix(".md"): _document_of(post) for post in (secret, kept, reply)}
    first = _commit_rows(store, [*documents.values()])
    second = _commit_rows(store, [documents["a"], documents["gone"]])
    third = _commit_rows(store, [documents["a"]])
    before_third = store.documents("maud", third)

    store.forget("maud", [secret])
    assert store.forgotten("maud").pending == (secret.id,)
    with store.writing("maud"):
        touched = store.erase("maud")
    store.finish_forgetting("maud")
    assert [version.name for version in touched] == ["F1", "F2"]
    assert store.forgotten("maud").pending == ()
    assert {post.source_id: post.context for post in store.posts("maud")} == {"a.md": "", "b.md": ""}
    versions = store.versions("maud")
    assert [version.name for version in versions] == ["F1", "F2", "F3"]
    for version, names in zip(versions, (["a.md", "b.md"], ["a.md"], ["a.md"]), strict=True):
        found = store.documents("maud", version)
        assert sorted(document.source_id for document in found) == names
        assert all(document.context == "" for document in found)
        assert {c.document_id for c in store.chunks("maud", version)} <= {d.id for d in found}
        assert {e.document_id for e in store.examples("maud", version)} <= {d.id for d in found}
        assert version.counts["documents"] == len(names)
    assert (versions[0].digest, versions[1].digest) != (first.digest, second.digest)
    assert (versions[2].digest, versions[2].erasures, store.documents("maud", versions[2])) == (
        third.digest,
        (),
        before_third,
    )
    assert len(versions[0].erasures) == len(versions[1].erasures) == 1
    with store.writing("maud"):
        assert store.erase("maud") == []
    fourth = _commit_rows(store, [documents["a"], documents["b"]])
    assert fourth.name == "F4"


@pytest.mark.parametrize("around", ["{}", "The cellar\n\n{}", "On Monday Maud wrote: {}", "{cut}"])
def test_a_context_that_quotes_what_is_forgotten_leaves_with_its_example(store: FeatureWriter, around: str) -> None:
    """Sources put titles before contexts and cut them; a request shows their end."""
    words = " ".join(f"The canary sang verse {n} in the coal cellar until lamp {n * 7} went out." for n in range(30))
    secret = make_post("gone", content=words)
    answer = replace(make_post("b"), context=around.format(words, cut=words[:1500]))
    document = _document_of(answer)
    request = answer.context[-1000:]
    reply = replace(make_example("b"), document_id=document.id, kind=ExampleKind.REPLY, request=request)
    question = replace(reply, kind=ExampleKind.ANSWER, request="What is in the cellar?")
    with store.writing("maud"):
        store.write_posts("maud", upserts=[secret, answer], deleted_ids=[])
        store.commit(
            "maud", documents=[document], chunks=[], examples=[reply, question], encoder=ENCODER, configuration={}
        )
    store.forget("maud", [secret])
    with store.writing("maud"):
        (touched,) = store.erase("maud")
    assert [post.context for post in store.posts("maud")] == [""]
    assert [made.context for made in store.documents("maud", touched)] == [""]
    assert store.examples("maud", touched) == [question]


def test_what_is_forgotten_is_known_again_by_place_and_by_words(store: FeatureWriter) -> None:
    words = "The canary sang in the coal cellar until the lamps went out."
    store.forget("maud", [make_post("gone", content=words), make_post("short", content="Thanks!")])
    forgotten = store.forgotten("maud")
    assert forgotten.hides(make_post("gone", content="Other words altogether."))
    assert forgotten.hides(make_post("moved", content=words.upper().replace(" ", "  ")))
    assert forgotten.hides(make_post("short", content="Other."))
    assert not forgotten.hides(make_post("another", content="Thanks!"))
    assert not forgotten.hides(make_post("a"))


def test_an_erased_author_is_gone(store: FeatureWriter) -> None:
    store.create_author(make_profile("dex"))
    commit_features(store, "a")
    commit_features(store, "a", author="dex")
    store.forget("maud", [make_post("b")])
    store.erase_author("maud")
    with pytest.raises(UnknownAuthorError):
        store.profile("maud")
    assert [profile.id for profile in store.authors()] == ["dex"]
    assert len(store.documents("dex")) == 1
    store.create_author(make_profile())
    assert (store.posts("maud"), store.versions("maud"), store.forgotten("maud").posts) == ([], [], frozenset())


def _document_of(post: Post) -> Document:
    made = make_document(post.source_id.removesuffix(".md"), post.content)
    return replace(made, id=post.id, context=post.context)


def _commit_rows(store: FeatureWriter, documents: list[Document]) -> FeatureVersion:
    """Commits documents, each with a chunk and an example, and an example that shows a part of another's chunk."""
    chunks = [replace(make_chunk(d.source_id.removesuffix(".md"), d.text), document_id=d.id) for d in documents]
    examples = [replace(make_example(d.source_id.removesuffix(".md"), d.text), document_id=d.id) for d in documents]
    passages = tuple(Passage(chunk.title, chunk.created_at, chunk.text[2:]) for chunk in chunks)
    quoting = replace(examples[0], passages=passages, request="What was there?")
    with store.writing("maud"):
        version, _ = store.commit(
            "maud",
            documents=documents,
            chunks=chunks,
            examples=[*examples, quoting],
            encoder=ENCODER,
            configuration={"chunker": "1"},
        )
    return version


def test_vectors_are_kept_until_the_next_commit(store: FeatureWriter) -> None:
    assert store.kept_vectors("maud", ENCODER) == {}
    first, second = (np.array(random_vector(name), dtype=np.float32).tobytes() for name in ("one", "two"))
    store.keep_vectors("maud", ENCODER, {"a" * 32: first})
    second += b"rows of its sentences"
    store.keep_vectors("maud", ENCODER, {"b" * 32: second, "d" * 32: first})
    store.keep_vectors("maud", "another encoder", {"c" * 32: second})
    assert store.kept_vectors("maud", ENCODER) == {"a" * 32: first, "b" * 32: second, "d" * 32: first}
    commit_features(store, "a")
    assert store.kept_vectors("maud", ENCODER) == {}
    with pytest.raises(UnknownAuthorError):
        store.keep_vectors("dex", ENCODER, {"a" * 32: first})


def test_a_post_that_was_deleted_before_any_version_can_still_be_forgotten(store: FeatureWriter) -> None:
    deleted, kept = make_post("deleted"), make_post("kept")
    assert store.posts_ever("maud") == []
    with store.writing("maud"):
        store.write_posts("maud", upserts=[deleted, kept], deleted_ids=[])
        store.write_posts("maud", upserts=[replace(kept, content="Another.")], deleted_ids=[deleted.id])
    assert store.posts_ever("maud") == [deleted, replace(kept, content="Another.")]
    store.forget("maud", [deleted])
    with store.writing("maud"):
        store.erase("maud")
    assert store.posts_ever("maud") == store.posts("maud") == [replace(kept, content="Another.")]
