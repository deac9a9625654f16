from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from fakes.apis import FakeApi, polite_fetcher, services
from fakes.fetching import opened
from feature_pipeline.cleaning import PIECES
from feature_pipeline.errors import EmptySourceError, SourceError, UnreachableError
from feature_pipeline.formats.plain_text import plain_text
from feature_pipeline.source_contract import Source
from feature_store.records import ContentType, Post, PostKind

BASE = "https://hn.algolia.com/api/v1"
ADDRESS = "https://news.ycombinator.com/user?id=maud_f"
SEARCH = "/search_by_date?tags=author_maud_f&hitsPerPage=1000"


def comment(number: int, text: Any, **changes: Any) -> dict[str, Any]:
    return {
        "created_at": "2023-03-01T12:00:00.000Z",
        "created_at_i": 1677672000 + number,
        "title": None,
        "url": None,
        "author": "maud_f",
        "points": None,
        "story_text": None,
        "comment_text": text,
        "num_comments": None,
        "story_id": 500,
        "story_title": "Fog signals & why they matter",
        "story_url": "https://fog.example/",
        "parent_id": 501,
        "_tags": ["comment", "author_maud_f", "story_500"],
        "objectID": str(number),
        "_highlightResult": {},
    } | changes


def story(number: int, title: Any, text: Any = None, **changes: Any) -> dict[str, Any]:
    tags = ["story", "author_maud_f", f"story_{number}"]
    parts = {"title": title, "story_text": text, "story_id": None, "story_title": None, "parent_id": None}
    return comment(number, None, **{**parts, "_tags": tags, **changes})


def answer(hits: Any, *, found: int | None = None, page: int = 0, pages: int = 1) -> dict[str, Any]:
    count = len(hits) if found is None else found
    return {"hits": hits, "nbHits": count, "page": page, "nbPages": pages, "hitsPerPage": 1000, "query": ""}


def source_over(answers: dict[str, Any]) -> Source:
    return opened(ADDRESS, fetcher=FakeApi(answers).fetcher(BASE))


def read(hits: list[Any]) -> list[Post]:
    return [item for item in source_over({SEARCH: answer(hits)}).read() if isinstance(item, Post)]


def test_a_comment_is_read_with_its_story_as_context() -> None:
    source = source_over({SEARCH: answer([comment(7, "It&#x27;s <i>thick</i>.<p>Second, 🌫️ part.", parent_id=500)])})

    [post] = source.read()

    assert isinstance(post, Post)
    assert plain_text(post.content, ContentType.HTML) == "It's thick.\n\nSecond, 🌫️ part."
    assert (post.kind, post.context) == (PostKind.COMMENT, "Fog signals & why they matter")
    assert (post.source, post.source_id) == ("hackernews:maud_f", "7")
    assert post.url == "https://news.ycombinator.com/item?id=7"
    assert post.created_at == "2023-03-01T12:00:00+00:00"
    assert source.lists_all


def test_the_authors_own_words_are_the_context_where_they_are_what_is_answered() -> None:
    hits = [
        comment(9, "And more.", parent_id=8),
        comment(8, "First.", parent_id=6),
        story(6, "Ask HN: Fog?", "Why <i>grey</i>?"),
    ]

    assert [post.context for post in read(hits)] == ["First.", "Why grey?", ""]


def test_a_comment_on_a_stranger_has_no_context_as_the_search_gives_none() -> None:
    assert read([comment(7, "No.", parent_id=501)])[0].context == ""


def test_stories_with_text_have_a_title_and_links_are_their_title() -> None:
    posts = read([story(6, "Ask HN: Fog?", "Why?"), story(5, "A history of foghorns", url="https://fog.example/h")])

    assert [(post.title, post.content, post.content_type, post.kind) for post in posts] == [
        ("Ask HN: Fog?", "Why?", ContentType.HTML, PostKind.POST),
        ("", "A history of foghorns", ContentType.PLAIN, PostKind.POST),
    ]
    assert posts[1].context == ""


def test_quoted_paragraphs_are_marked_as_other_peoples_words() -> None:
    text = "&gt; Fog is <i>wet</i>.<p>It is not.<p>&gt;&gt; deeper<p><i>&gt; slanted</i><p>a &gt; b"

    pieces = PIECES[ContentType.HTML](read([comment(7, text)])[0].content)

    assert [(piece.text, piece.kind) for piece in pieces] == [
        ("> Fog is wet.", "quote"),
        ("It is not.", ""),
        ("> > deeper", "quote"),
        ("> slanted", "quote"),
        ("a > b", ""),
    ]


def test_links_that_were_cut_to_be_shown_are_shown_whole() -> None:
    long = "https:&#x2F;&#x2F;fog.example&#x2F;a&#x2F;very&#x2F;long&#x2F;way"
    text = f'See <a href="{long}" rel="nofollow">https:&#x2F;&#x2F;fog.example&#x2F;a...</a> and <a href="x">so...</a>'

    content = read([comment(7, text)])[0].content

    assert plain_text(content, ContentType.HTML) == "See https://fog.example/a/very/long/way and so..."


def test_more_than_a_thousand_are_asked_for_by_time_and_none_is_lost_at_the_seams() -> None:
    def at(second: int, number: int) -> dict[str, Any]:
        return comment(number, f"Comment {number}", created_at_i=second)

    everything = [at(9000 - number // 3, number) for number in range(2500)]  # three a second

    def window(until: int) -> dict[str, Any]:
        hits = everything[3 * (9000 - until) :]
        return answer(hits[:1000], found=len(hits))

    answers = {SEARCH: answer(everything[:1000], found=2500)}
    for until in (*range(8325, 8345), *range(8660, 8680)):  # the last seconds of the first thousand and the second
        answers[f"{SEARCH}&numericFilters=created_at_i%3C%3D{until}"] = window(until)
    fetcher = FakeApi(answers).fetcher(BASE)
    source = opened(ADDRESS, fetcher=fetcher)

    assert sorted(int(item.source_id) for item in source.read()) == list(range(2500))
    assert source.lists_all
    assert len(fetcher.asked) == 3


def test_pages_of_one_search_are_followed_too() -> None:
    answers = {
        SEARCH: answer([comment(1, "a")], found=2, pages=2),
        SEARCH + "&page=1": answer([comment(2, "b")], found=2, page=1, pages=2),
    }

    assert [item.source_id for item in source_over(answers).read()] == ["1", "2"]


def test_fewer_hits_than_were_counted_are_not_taken_for_all() -> None:
    source = source_over({SEARCH: answer([comment(1, "a")], found=3)})

    assert len(list(source.read())) == 1
    assert not source.lists_all


def test_nobody_is_told_from_a_broken_answer() -> None:
    with pytest.raises(EmptySourceError, match="case in a name matter"):
        read([])
    for broken in ({"message": "down"}, [], b"", b"<html>", b"\xff\xfe", None, {"hits": None}, b"[" * 100_000):
        with pytest.raises(SourceError) as caught:
            list(source_over({SEARCH: broken}).read())
        assert not isinstance(caught.value, EmptySourceError)
    with pytest.raises(UnreachableError):
        list(source_over({SEARCH: UnreachableError("429 for an hour")}).read())


def test_broken_hits_are_problems_or_counted_and_the_others_are_read() -> None:
    odd = comment(3, None, created_at=7, created_at_i=None, _tags=None, story_id=[], parent_id={})
    hits = [None, {}, odd, comment(4, 12.5), comment(5, "Mine."), comment(6, "Theirs.", author="ola")]
    source = source_over({SEARCH: answer(hits)})

    found = [(item.source_id, item.content, bool(item.problem)) for item in source.read() if isinstance(item, Post)]

    assert found == [("3", "", True), ("4", "12.5", False), ("5", "Mine.", False)]
    assert source.ignored == {"other people's": 1, "without an id": 2}
    assert not source.lists_all


@pytest.mark.parametrize("text", ["hackernews:maud_f", ADDRESS, "https://news.ycombinator.com/threads?id=maud_f&p=2"])
def test_spellings_of_one_account(text: str) -> None:
    assert opened(text).name == "hackernews:maud_f"


@pytest.mark.parametrize("text", ["maud f", "maud,story", "../x", "maud%2f", ""])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(SourceError, match="no name or address"):
        opened(text, "hackernews")


def test_over_a_server_and_once_more_from_the_pages_that_were_kept(httpserver: HTTPServer, tmp_path: Path) -> None:
    fake = FakeApi({SEARCH: answer([comment(number, "Thick fog.") for number in range(30)])})
    own = services(hackernews_url=fake.serve(httpserver))

    for _ in range(2):
        with polite_fetcher(tmp_path / "pages") as fetcher:
            assert len(list(opened(ADDRESS, fetcher=fetcher, services=own).read())) == 30

    assert fake.asked == [SEARCH]
