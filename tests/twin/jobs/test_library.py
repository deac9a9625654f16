"""What the page shows of posts: every state with its reason, masked places, filters, words, pages; and of versions."""

from dataclasses import asdict
from pathlib import Path
from typing import get_args

import pytest

from configs.settings import load_settings
from fakes.library import ADDRESS, collect_posts
from inference_pipeline.api.library import PostsQuery, State
from inference_pipeline.errors import InvalidRequestError, UnknownPostError
from twin import wiring
from twin.jobs.library import StoredLibrary
from twin.jobs.status import STATES


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return collect_posts(tmp_path_factory.mktemp("library"))


@pytest.fixture
def library(collected: Path) -> StoredLibrary:
    return StoredLibrary(load_settings(overrides=[f"data_dir={collected}"], environ={}))


def files(library: StoredLibrary, **query: object) -> list[str]:
    return [row.file for row in library.posts("maud", PostsQuery(**query)).rows]  # type: ignore[arg-type]


def test_every_post_is_listed_the_newest_first_with_its_state_and_why(library: StoredLibrary) -> None:
    page = library.posts("maud", PostsQuery())
    rows = {row.file: row for row in page.rows}
    assert [row.file for row in page.rows[:4]] == ["late.md", "address.md", "short.md", "copy.md"]
    assert (page.total, page.cursor) == (12, "")
    assert rows["1.md"].state == "kept"
    assert rows["late.md"].state == "waiting"
    assert "words" in rows["short.md"].reason
    assert {rows["8.md"].state, rows["copy.md"].state} == {"kept", "near-duplicate"}
    assert page.counts["states"] == {"kept": 9, "near-duplicate": 1, "quarantined": 1, "waiting": 1}
    assert rows["address.md"].masked == {"email": 1}
    assert page.counts["masked"] == {"email": 1}
    assert asdict(rows["address.md"])["masked"] == {"email": 1}  # as a route sends it


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"states": ("waiting", "quarantined")}, ["late.md", "short.md"]),
        ({"masked": True}, ["address.md"]),
        ({"text": "SOUP number 3."}, ["3.md"]),
        ({"text": "tide before"}, ["address.md"]),
        ({"text": "copy.md"}, ["copy.md"]),
        ({"text": "nobody wrote this"}, []),
        ({"sources": ("folder:/nowhere",)}, []),
        ({"kinds": ("reply",)}, []),
    ],
)
def test_it_is_narrowed(library: StoredLibrary, query: dict[str, object], expected: list[str]) -> None:
    assert files(library, **query) == expected


def test_the_states_that_can_be_asked_for_are_those_there_are() -> None:
    assert get_args(State) == STATES


def test_pages_join_to_the_whole(library: StoredLibrary) -> None:
    found: list[str] = []
    cursor = ""
    while True:
        page = library.posts("maud", PostsQuery(limit=5, cursor=cursor))
        found += [row.file for row in page.rows]
        cursor = page.cursor
        if not cursor:
            break
    assert found == files(library)
    with pytest.raises(InvalidRequestError):
        library.posts("maud", PostsQuery(cursor="nonsense"))


def test_the_words_that_are_looked_for_are_shown(library: StoredLibrary) -> None:
    (row,) = library.posts("maud", PostsQuery(text="soup number 40")).rows
    assert "soup number 40" in row.beginning
    assert row.beginning.startswith("… ")


def test_a_text_shows_where_it_is_masked_and_never_what_was_there(library: StoredLibrary) -> None:
    rows = {row.file: row for row in library.posts("maud", PostsQuery()).rows}
    shown = library.post("maud", rows["address.md"].id)
    (part,) = shown.masked
    assert shown.text[part.start : part.end].endswith("@example.com")
    assert part.kind == "email"
    assert library.post("maud", rows["late.md"].id).text == ""  # nothing of it was masked yet
    everything = [library.post("maud", row.id) for row in rows.values()]
    assert ADDRESS not in repr(everything) + repr(list(rows.values()))


def test_a_text_names_the_copies_that_go_with_it(library: StoredLibrary) -> None:
    rows = {row.file: row for row in library.posts("maud", PostsQuery()).rows}
    assert [copy["file"] for copy in library.post("maud", rows["8.md"].id).joined] == ["copy.md"]
    assert library.post("maud", rows["1.md"].id).joined == []
    with pytest.raises(UnknownPostError):
        library.post("maud", "nothing")


def test_what_is_written_is_seen_at_once(library: StoredLibrary, collected: Path) -> None:
    store = wiring.feature_store(load_settings(overrides=[f"data_dir={collected}"], environ={}))
    post = next(post for post in store.posts("maud") if post.source_id == "1.md")
    assert "1.md" in files(library)
    with store.writing("maud"):
        store.write_posts("maud", upserts=[], deleted_ids=[post.id])
    assert "1.md" not in files(library)
    with store.writing("maud"):
        store.write_posts("maud", upserts=[post], deleted_ids=[])
    assert "1.md" in files(library)


def test_authors_are_summed_up(library: StoredLibrary) -> None:
    (author,) = library.authors()
    assert (author.author, author.posts, author.features, author.champion) == ("maud", 12, "F1", "")
    assert author.consent.startswith("Whoever made this twin of Maud")
    assert [source["kind"] for source in author.sources] == ["folder"]


def test_versions_are_shown_and_compared(three_versions: Path) -> None:
    library = StoredLibrary(load_settings(overrides=[f"data_dir={three_versions}"], environ={}))
    lineage = library.lineage("maud")
    assert [(one["version"], one["features"]) for one in lineage["versions"]] == [
        ("v3", "F1"),
        ("v2", "F1"),
        ("v1", "F1"),
    ]
    assert lineage["versions"][2]["aliases"] == ["champion"]
    shown = library.version("maud", "v2")
    assert shown["version"] == "v2"
    assert shown["aliases"] == ["candidate"] or shown["aliases"] == []
    likelihood = next(section for section in shown["sections"] if section["charts"])
    assert all({"label", "at", "value"} <= row.keys() for row in likelihood["charts"][0]["rows"])
    assert (shown["samples"], shown["folder"]) == ([], None)
    assert library.version("maud", "v3")["refusals"]
    compared = library.compare("maud", "v1", "v2")
    assert compared["versions"] == ["v1", "v2"]
    assert any(row["verdict"] == "better" for row in compared["figures"]) or compared["figures"]
