"""What every FeatureWriter does, whatever it is made of."""

import threading
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.feature_records import (
    ENCODER,
    ODD_TEXT,
    commit_features,
    make_chunk,
    make_document,
    make_example,
    make_post,
    make_profile,
    without_vectors,
)
from feature_store.errors import StoreBusyError, UnknownAuthorError, UnknownFeatureVersionError
from feature_store.ports import FeatureWriter
from feature_store.records import ContentType, Post, PostKind, Split


def test_an_unknown_author_is_an_error_that_names_the_known_ones(store: FeatureWriter) -> None:
    for read in (store.profile, store.versions, store.version, store.posts, store.documents, store.chunks):
        with pytest.raises(UnknownAuthorError, match=r"'dex'.*maud"):
            read("dex")
    with pytest.raises(UnknownAuthorError):
        store.document("dex", "an id")
    with pytest.raises(UnknownAuthorError):
        store.write_posts("dex", upserts=[], deleted_ids=["1"])
    with pytest.raises(UnknownAuthorError):
        store.commit("dex", documents=[], chunks=[], examples=[], encoder=ENCODER, configuration={})


def test_a_profile_is_kept_as_it_was_first_written(store: FeatureWriter) -> None:
    stored = store.create_author(make_profile().model_copy(update={"name": "Another"}))
    assert stored == make_profile() == store.profile("maud")
    store.create_author(make_profile("dex"))
    assert [profile.id for profile in store.authors()] == ["dex", "maud"]


def test_posts_are_read_as_they_were_written_in_the_order_of_their_names(store: FeatureWriter) -> None:
    odd = replace(
        make_post("b", ODD_TEXT),
        title=ODD_TEXT,
        content_type=ContentType.HTML,
        kind=PostKind.REPLY,
        visibility="draft",
        tags=(ODD_TEXT,),
    )
    empty = replace(make_post("a", ""), url="", title="", created_at="", tags=(), problem="it is empty")
    store.write_posts("maud", upserts=[odd, empty], deleted_ids=[])
    assert store.posts("maud") == [empty, odd]


@given(
    st.lists(
        st.builds(
            Post,
            author=st.just("maud"),
            source=st.just("folder:/posts"),
            **dict.fromkeys(
                ["source_id", "url", "title", "created_at", "fetched_at", "content", "visibility", "problem"],
                st.text(max_size=40),
            ),
            content_type=st.sampled_from(ContentType),
            kind=st.sampled_from(PostKind),
            tags=st.lists(st.text(max_size=8), max_size=3).map(tuple),
        ),
        min_size=1,
        unique_by=lambda post: post.source_id,
    )
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_is_altered(store: FeatureWriter, posts: list[Post]) -> None:
    store.write_posts("maud", upserts=posts, deleted_ids=[post.id for post in store.posts("maud")])
    store.write_posts("maud", upserts=posts, deleted_ids=[])
    assert store.posts("maud") == sorted(posts, key=lambda post: post.source_id)


def test_posts_are_replaced_and_deleted(store: FeatureWriter) -> None:
    kept, old, gone = make_post("kept"), make_post("edited"), make_post("gone")
    store.write_posts("maud", upserts=[kept, old, gone], deleted_ids=[])
    new = make_post("edited", "The fog went out.")
    store.write_posts("maud", upserts=[new], deleted_ids=[gone.id, "never there"])
    assert store.posts("maud") == [new, kept]


def test_features_are_read_as_they_were_committed(store: FeatureWriter) -> None:
    documents = [
        replace(make_document("odd", ODD_TEXT), title=ODD_TEXT, split=Split.TEST),
        replace(make_document("bad", ""), marked=(), split=None, quarantine="it is empty", url="", language=""),
        replace(make_document("twin"), split=None, duplicate_of=make_document("odd").id),
    ]
    chunks = [replace(make_chunk("odd", ODD_TEXT), search_text=ODD_TEXT), make_chunk("bad", "")]
    chunks.append(replace(chunks[0], start=3, text=ODD_TEXT[3:]))
    chunks[1] = replace(chunks[1], sentence_rules="1", sentence_vectors=bytes(range(256)))
    examples = [make_example("odd", ODD_TEXT), replace(make_example("bare", "", Split.TEST), passages=())]
    version, new = store.commit(
        "maud", documents=documents, chunks=chunks, examples=examples, encoder=ENCODER, configuration={"chunker": "1"}
    )
    assert new
    for at in (None, version):
        assert store.documents("maud", at) == sorted(documents, key=lambda document: document.id)
        assert [store.document("maud", document.id, at) for document in documents] == documents
        assert store.document("maud", "no such id'", at) is None
        in_order = sorted(chunks, key=lambda chunk: (chunk.document_id, chunk.start))
        assert store.chunks("maud", at) == in_order
        np.testing.assert_array_equal([c.vector for c in store.chunks("maud", at)], [c.vector for c in in_order])
        assert store.chunks("maud", at, vectors=False) == without_vectors(in_order)
    assert store.examples("maud", version) == sorted(examples, key=lambda example: example.id)
    assert store.examples("maud", version, Split.TEST) == [examples[1]]
    assert {chunk.vector.dtype for chunk in store.chunks("maud") if chunk.vector is not None} == {np.dtype("float32")}
    assert {chunk.vector for chunk in store.chunks("maud", vectors=False)} == {None}


def test_a_version_says_what_it_holds(store: FeatureWriter) -> None:
    store.write_posts("maud", upserts=[make_post("fog"), make_post("tide")], deleted_ids=[])
    first, _ = commit_features(store, "fog", "tide")
    assert (first.author, first.number, first.name, first.encoder) == ("maud", 1, "F1", ENCODER)
    assert first.configuration == {"chunker": "1"}
    expected = {"posts": 2, "documents": 2, "quarantined": 0, "chunks": 2, "examples": 2, "train": 2, "test": 0}
    assert first.counts.items() >= expected.items()
    assert first.changed.items() >= {"chunks_added": 2, "chunks_removed": 0}.items()
    assert store.versions("maud") == [first]
    assert store.version("maud") == store.version("maud", 1) == first


def test_before_the_first_version_there_is_none(store: FeatureWriter) -> None:
    assert store.versions("maud") == []
    assert store.posts("maud") == store.documents("maud") == store.chunks("maud") == []
    with pytest.raises(UnknownFeatureVersionError, match="maud"):
        store.version("maud")


def test_an_unknown_version_is_an_error_that_names_the_known_ones(store: FeatureWriter) -> None:
    commit_features(store, "fog")
    for number in (0, 2):
        with pytest.raises(UnknownFeatureVersionError, match=rf"F{number}.*F1"):
            store.version("maud", number)


def test_the_same_features_are_the_same_version_in_any_order(store: FeatureWriter) -> None:
    first, _ = commit_features(store, "fog", "tide", "bell")
    again, new = commit_features(store, "bell", "fog", "tide")
    assert (again, new) == (first, False)
    assert store.versions("maud") == [first]


def test_another_configuration_is_another_version(store: FeatureWriter) -> None:
    first, _ = commit_features(store, "fog")
    second, new = commit_features(store, "fog", configuration={"chunker": "2"})
    assert new
    assert (second.number, second.changed["chunks_added"]) == (2, 0)
    assert second.digest != first.digest


def test_a_new_a_changed_and_a_deleted_document_make_the_next_version(store: FeatureWriter) -> None:
    commit_features(store, "fog", "tide", "bell")
    second, _ = commit_features(store, "fog", "tide", "rope", edited="tide")
    assert second.number == 2
    assert second.changed.items() >= {"chunks_added": 2, "chunks_removed": 2, "documents_added": 2}.items()
    assert second.changed.items() >= {"documents_removed": 2, "examples_added": 2, "examples_removed": 2}.items()


def test_older_versions_are_read_as_they_were(store: FeatureWriter) -> None:
    store.write_posts("maud", upserts=[make_post("fog"), make_post("tide")], deleted_ids=[])
    first, _ = commit_features(store, "fog", "tide")
    store.write_posts("maud", upserts=[make_post("fog", "edited")], deleted_ids=[make_post("tide").id])
    second, _ = commit_features(store, "fog", edited="fog")
    third, _ = commit_features(store)

    assert [post.source_id for post in store.posts("maud", first)] == ["fog.md", "tide.md"]
    assert [post.content for post in store.posts("maud", second)] == ["edited"]
    assert {document.text for document in store.documents("maud", first)} == {"fog as it was.", "tide as it was."}
    assert [chunk.text for chunk in store.chunks("maud", second)] == ["fog was edited."]
    assert [example.target for example in store.examples("maud", second)] == ["fog was edited."]
    assert store.documents("maud", third) == store.chunks("maud", third) == store.examples("maud", third) == []
    assert store.documents("maud") == []


def test_going_back_to_earlier_features_is_a_version_of_its_own(store: FeatureWriter) -> None:
    first, _ = commit_features(store, "fog")
    commit_features(store, "fog", edited="fog")
    third, new = commit_features(store, "fog")
    assert (third.number, new) == (3, True)
    assert store.chunks("maud", third) == store.chunks("maud", first)


def test_authors_never_see_one_another(store: FeatureWriter) -> None:
    store.create_author(make_profile("dex"))
    store.write_posts("maud", upserts=[make_post("fog")], deleted_ids=[])
    mine, _ = commit_features(store, "fog")
    store.write_posts("dex", upserts=[], deleted_ids=[make_post("fog").id])
    other, _ = commit_features(store, "fog", author="dex")

    assert store.posts("dex") == []
    assert len(store.posts("maud")) == 1
    assert {chunk.author for chunk in store.chunks("dex")} == {"dex"}
    assert {chunk.author for chunk in store.chunks("maud", mine)} == {"maud"}
    assert other.number == 1
    with pytest.raises(UnknownFeatureVersionError, match="maud"):
        store.chunks("dex", mine)


def test_one_author_is_written_by_one_at_a_time(store: FeatureWriter) -> None:
    store.create_author(make_profile("dex"))
    caught: list[StoreBusyError] = []

    def write_too() -> None:
        try:
            with store.writing("maud"):
                pass
        except StoreBusyError as error:
            caught.append(error)

    with store.writing("maud"), store.writing("dex"):
        thread = threading.Thread(target=write_too)
        thread.start()
        thread.join()
    assert "maud" in str(caught[0])
    with store.writing("maud"):
        assert store.posts("maud") == []


def test_the_state_is_another_after_each_write(store: FeatureWriter) -> None:
    seen = [store.state("maud")]
    store.write_posts("maud", upserts=[make_post("a")], deleted_ids=[])
    seen.append(store.state("maud"))
    assert store.state("maud") == seen[-1]
    store.commit("maud", documents=[make_document("a")], chunks=[], examples=[], encoder="e", configuration={})
    seen.append(store.state("maud"))
    store.write_posts("maud", upserts=[], deleted_ids=[make_post("a").id])
    seen.append(store.state("maud"))
    assert len(set(seen)) == len(seen)
