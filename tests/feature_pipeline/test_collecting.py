from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from configs.progress import Silent
from fakes.feature_store import InMemoryFeatureStore
from fakes.posts import post
from feature_pipeline.errors import MassDeletionError, SourceError
from feature_pipeline.pipeline import CollectReport, collect
from feature_pipeline.source_contract import Unreached
from feature_store.records import Post
from feature_store.versions import AuthorProfile


@dataclass
class ListSource:
    posts: list[Post | Unreached]
    name: str = "folder:/posts"
    lists_all: bool = True
    ignored: dict[str, int] = field(default_factory=dict)

    def count(self) -> int:
        return len(self.posts)

    def read(self) -> Iterator[Post | Unreached]:
        yield from self.posts


class CountingStore(InMemoryFeatureStore):
    """Counts the commits of posts, and refuses those made without the author's lock."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[tuple[list[str], list[str]]] = []
        self.create_author(AuthorProfile(id="maud", name="Maud", created_at="", consent=""))

    def write_posts(self, author, *, upserts, deleted_ids) -> None:  # type: ignore[no-untyped-def]
        assert self._locks[author]._is_owned()  # type: ignore[attr-defined]
        upserts, deleted_ids = list(upserts), list(deleted_ids)
        self.writes.append(([p.source_id for p in upserts], deleted_ids))
        super().write_posts(author, upserts=upserts, deleted_ids=deleted_ids)


@pytest.fixture
def store() -> CountingStore:
    return CountingStore()


def gather(
    store: CountingStore, posts: list[Post] | list[Post | Unreached], *, allow_deletions: bool = False, **source: Any
) -> CollectReport:
    return collect(
        ListSource([*posts], **source),
        author="maud",
        store=store,
        max_deleted_share=0.5,
        allow_deletions=allow_deletions,
        progress=Silent(),
    )


def counts(report: CollectReport) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.deleted, report.unchanged


def test_only_what_differs_is_written(store: CountingStore) -> None:
    a, b, c = (post(f"Text {name}.", source_id=name) for name in "abc")
    assert counts(gather(store, [a, b])) == (2, 0, 0, 0)
    later = post("Text a.", source_id="a", fetched_at="2027-01-01T00:00:00+00:00")
    assert counts(gather(store, [later, b])) == (0, 0, 0, 2)
    assert counts(gather(store, [post("Other.", source_id="a"), c])) == (1, 1, 1, 0)
    assert store.writes == [(["a", "b"], []), (["c", "a"], [b.id])]
    assert [(p.source_id, p.content) for p in store.posts("maud")] == [("a", "Other."), ("c", "Text c.")]


def test_other_sources_of_the_author_are_left_alone(store: CountingStore) -> None:
    gather(store, [post("A.", source_id="a")])
    gather(store, [post("B.", source_id="a", source="folder:/notes")], name="folder:/notes")
    assert counts(gather(store, [post("C.", source_id="c")])) == (1, 0, 1, 0)
    assert [p.content for p in store.posts("maud")] == ["B.", "C."]


def test_unreadable_items_are_stored_with_their_problem_and_reported(store: CountingStore) -> None:
    report = gather(store, [post("A.", source_id="a"), post("", source_id="b", problem="0 bytes")])
    assert report.quarantined == (("b", "0 bytes"),)
    assert [p.problem for p in store.posts("maud")] == ["", "0 bytes"]


def test_what_lies_in_a_folder_that_cannot_be_listed_is_kept(store: CountingStore) -> None:
    gather(store, [post("A.", source_id="notes/a"), post("B.", source_id="notes.md")])
    report = gather(store, [post("", source_id="notes/", problem="the folder cannot be listed")])
    assert report.deleted == 1
    assert [p.source_id for p in store.posts("maud")] == ["notes/", "notes/a"]


def test_many_deletions_ask_first(store: CountingStore) -> None:
    posts = [post(f"Text {i}.", source_id=f"{i:02}") for i in range(20)]
    gather(store, posts)
    with pytest.raises(MassDeletionError, match=r"11 of 20 posts .*--allow-deletions"):
        gather(store, posts[:9])
    assert len(store.posts("maud")) == 20
    assert gather(store, posts[:10]).deleted == 10
    assert gather(store, posts[:5]).deleted == 5
    assert gather(store, posts, allow_deletions=True).new == 15
    assert gather(store, posts[:1], allow_deletions=True).deleted == 19


def test_a_moved_post_is_neither_new_nor_deleted(store: CountingStore) -> None:
    posts = [post(f"Text {i}.", source_id=f"{i:02}.md") for i in range(20)]
    gather(store, posts)
    moved = [post(p.content, source_id=f"2024/{p.source_id}") for p in posts]
    report = gather(store, moved)
    assert (report.moved, *counts(report)) == (20, 0, 0, 0, 0)
    assert [p.source_id for p in store.posts("maud")] == [p.source_id for p in moved]
    report = gather(store, [*moved[1:], post(moved[0].content, source_id="a"), post(moved[0].content, source_id="b")])
    assert (report.moved, *counts(report)) == (1, 1, 0, 0, 19)


def test_what_a_source_does_not_list_or_cannot_reach_stays(store: CountingStore) -> None:
    a, b, c = (post(f"Text {name}.", source_id=name) for name in "abc")
    gather(store, [a, b])
    report = gather(store, [c], lists_all=False)
    assert counts(report) == (1, 0, 0, 0)
    report = gather(store, [c, Unreached("a", "503")])
    assert (report.unreached, *counts(report)) == ((("a", "503"),), 0, 0, 1, 1)
    assert [p.source_id for p in store.posts("maud")] == ["a", "c"]


def test_what_was_forgotten_is_not_collected_again(store: CountingStore) -> None:
    words = "The canary sang in the coal cellar until the lamps went out."
    gone, kept = post(words, source_id="a"), post("Text b.", source_id="b")
    gather(store, [gone, kept])
    store.forget("maud", [gone])
    again = [gone, post(words, source_id="elsewhere"), post("Text b.", source_id="b", context=words)]
    report = gather(store, again)
    assert (report.forgotten, *counts(report)) == (2, 0, 0, 1, 1)
    assert [(p.source_id, p.context) for p in store.posts("maud")] == [("b", "")]
    report = gather(store, again)
    assert (report.forgotten, *counts(report)) == (2, 0, 0, 0, 1)


def test_a_source_that_yields_an_item_twice_is_at_fault(store: CountingStore) -> None:
    with pytest.raises(SourceError, match="'a' twice"):
        gather(store, [post("A.", source_id="a"), post("B.", source_id="a")])
    assert store.posts("maud") == []


def test_a_source_that_fails_changes_nothing(store: CountingStore) -> None:
    gather(store, [post("A.", source_id="a")])

    class Failing(ListSource):
        def read(self) -> Iterator[Post | Unreached]:
            yield post("B.", source_id="b")
            raise SourceError("the disk went away")

    with pytest.raises(SourceError):
        collect(
            Failing([]),
            author="maud",
            store=store,
            max_deleted_share=1.0,
            allow_deletions=True,
            progress=Silent(),
        )
    assert [p.source_id for p in store.posts("maud")] == ["a"]
