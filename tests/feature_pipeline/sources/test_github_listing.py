"""What of GitHub's lists is whole, and what is said of what is not."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from fakes.apis import polite_fetcher, services
from fakes.fetching import opened
from fakes.github import (
    ADDRESS,
    BASE,
    GISTS,
    MAUD,
    OLA,
    QUERIES,
    REPOSITORIES,
    api,
    comment,
    gist,
    hits,
    issue,
    posts_of,
    readme,
    repository,
    search,
    source_over,
)
from feature_pipeline.errors import EmptySourceError, HttpStatusError, SourceError, UnreachableError
from feature_pipeline.source_contract import Unreached
from feature_pipeline.sources import github
from feature_store.records import Post


def test_more_than_a_search_shows_is_asked_for_by_date() -> None:
    everything = [issue(number) for number in range(2400, 0, -1)]
    everything = [item | {"created_at": f"2021-02-{1 + item['number'] // 100:02}T00:00:00Z"} for item in everything]
    answers: dict[str, Any] = {}
    next_pages: dict[str, str] = {}
    for until in ("", *dict.fromkeys(item["created_at"] for item in everything)):
        window = [item for item in everything if not until or item["created_at"] <= until]
        first = search(QUERIES[0], until)
        pages = [f"{first}&page={page}" if page > 1 else first for page in range(1, 11)]
        for page, url in enumerate(pages[: -(-len(window) // 100)]):
            answers[url] = hits(*window[page * 100 : page * 100 + 100], total=len(window))
        next_pages |= {url: after for url, after in pairwise(pages) if after in answers}
    source = source_over(api(answers, next_pages))

    ids = [item.source_id for item in source.read()]

    assert len(ids) == len(set(ids)) == 2400
    assert source.lists_all


@pytest.mark.parametrize("change", [{"total_count": 3}, {"incomplete_results": True}, {"items": [issue(1), {}]}])
def test_a_search_that_may_lack_something_is_not_taken_for_all(change: dict[str, Any]) -> None:
    window = search(QUERIES[0], "2021-02-03T04:00:01Z")
    source = source_over(api({search(QUERIES[0]): hits(issue(1)) | change, window: hits(issue(1))}))

    assert len(list(source.read())) == 1
    assert not source.lists_all


def test_without_a_token_only_the_newest_conversations_are_read_and_the_rest_is_counted() -> None:
    threads = [issue(number, user=OLA) for number in range(25, 0, -1)]
    answers: dict[str, Any] = {search(QUERIES[2]): hits(*threads)}
    for thread in threads:
        url = f"/repos/ola/pier/issues/{thread['number']}/comments?per_page=100"
        answers[url] = [comment(thread["number"], "Yes.")]

    few, all_of_them = source_over(api(answers)), source_over(api(answers), token="SECRET")

    limit = github.MAX_THREADS_WITHOUT_TOKEN
    assert [item.source_id for item in few.read()] == [f"comment {25 - number}" for number in range(limit)]
    assert few.ignored == {f"older conversations than the newest {limit}": 25 - limit}
    assert not few.lists_all
    assert len(list(all_of_them.read())) == 25
    assert all_of_them.lists_all


def test_what_alone_cannot_be_fetched_is_unreached_and_the_others_go_on() -> None:
    answers = {
        search(QUERIES[2]): hits(issue(1), issue(2) | {"repository_url": f"{BASE}/repos/../x"}),
        "/repos/ola/pier/issues/1/comments?per_page=100": UnreachableError("502"),
        REPOSITORIES: [repository(1, "horn"), repository(2, "pier")],
        "/repos/maud/horn/readme": 451,
        "/repos/maud/pier/readme": readme(b"A pier."),
        GISTS: [gist("a1", **{"a.md": {}, "b.md": {}})],
        "/gists/a1": b"<html>",
    }
    fetcher = api(answers).fetcher(BASE)
    source = opened(ADDRESS, fetcher=fetcher)

    found = [(type(item), item.source_id) for item in source.read()]

    assert not any(".." in url for url in fetcher.asked)
    assert found == [
        (Unreached, "readme 1"),
        (Post, "readme 2"),
        (Unreached, "gist a1 a.md"),
        (Unreached, "gist a1 b.md"),
        (Unreached, "comments of https://github.com/ola/pier/issues/1"),
        (Unreached, "comments of https://github.com/ola/pier/issues/2"),
    ]
    assert not source.lists_all


def test_a_spent_limit_without_a_token_says_what_helps() -> None:
    fake = api({search(QUERIES[0]): UnreachableError("429.")})
    with pytest.raises(UnreachableError, match=r"services\.github_token"):
        posts_of(fake)
    with pytest.raises(UnreachableError) as caught:
        list(source_over(fake, token="SECRET").read())
    assert "SECRET" not in str(caught.value)
    assert "github_token" not in str(caught.value)


def test_the_token_goes_to_github_alone_and_a_link_elsewhere_is_not_followed() -> None:
    first = search(QUERIES[0])
    fake = api({first: hits(issue(1), total=2), search(QUERIES[0], "2021-02-03T04:00:01Z"): hits(issue(1))})
    fetcher = fake.fetcher(BASE)
    page = fetcher.pages[BASE + first]
    page.headers["link"] = '<https://evil.example/search>; rel="next"'  # type: ignore[index, union-attr]
    source = opened(ADDRESS, fetcher=fetcher, services=services(github_token="SECRET"))

    assert len(list(source.read())) == 1
    assert not source.lists_all
    assert all(url.startswith(BASE + "/") and "SECRET" not in url for url in fetcher.asked)
    assert {headers["Authorization"] for headers in fetcher.sent_headers} == {"Bearer SECRET"}
    assert "SECRET" not in repr(source.api)  # type: ignore[attr-defined]


def test_nobody_is_told_from_a_broken_answer() -> None:
    with pytest.raises(EmptySourceError):
        posts_of(api())
    for broken in ({"message": "API rate limit exceeded"}, None, b"", [], {"items": {}}):
        with pytest.raises(SourceError, match=r"instead of a list|no JSON"):
            posts_of(api({search(QUERIES[0]): broken}))
    with pytest.raises(HttpStatusError):
        posts_of(api({search(QUERIES[0]): 422}))


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (404, "knows no user 'Maud'"),
        (401, "refuses services.github_token"),
        ({**MAUD, "type": "Organization"}, "the person's own account"),
        ([], "no account for 'Maud'"),
    ],
)
def test_an_account_that_cannot_be_read_is_told_with_the_way_out(answer: Any, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        source_over(api({"/users/Maud": answer}))


def test_broken_items_are_counted_or_problems_and_the_others_are_read() -> None:
    odd = issue(2, ["title"], {"body": 1}, created_at=[], html_url=None)
    answers = {
        search(QUERIES[0]): hits(None, odd, issue(3, user=None), issue(4)),
        search(QUERIES[0], "2021-02-03T04:00:04Z"): hits(),
        REPOSITORIES: [repository(1, "horn", full_name="../.."), repository(2, "pier", topics=[None, 1], owner=[])],
        GISTS: [gist("a1") | {"files": []}, gist("b2", **{"a.md": 7})],
        "/gists/b2": {"files": {"a.md": None}},
    }
    source = source_over(api(answers))

    found = [(item.source_id, bool(item.problem)) for item in source.read() if isinstance(item, Post)]

    assert found == [("issue 1002", True), ("issue 1004", False), ("gist b2 a.md", True)]
    assert source.ignored == {"forks and other people's repositories": 2, "other people's": 1}


@pytest.mark.parametrize("text", ["github:Maud", "github:@Maud", ADDRESS + "/", "https://gist.github.com/Maud?x=y"])
def test_spellings_of_one_account(text: str) -> None:
    assert opened(text, fetcher=api().fetcher(BASE)).name == "github:42"


@pytest.mark.parametrize("text", ["maud/pier", "../x", "maud is:pr", "maud%20", "-maud", "https://github.com/a/b"])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(SourceError, match="no name or address"):
        opened(text, "github")


def test_a_collection_that_was_killed_goes_on_where_it_was(httpserver: HTTPServer, tmp_path: Path) -> None:
    first = search(QUERIES[0])
    fake = api(
        {
            first: hits(issue(1), issue(2), total=3),
            first + "&page=2": hits(issue(3), total=3),
            REPOSITORIES: [repository(1, "horn"), repository(2, "bare")],
            "/repos/maud/horn/readme": readme(b"A horn."),
        },
        {first: first + "&page=2"},
    )
    own = services(github_url=fake.serve(httpserver))

    with polite_fetcher(tmp_path / "pages") as fetcher:
        killed = opened(ADDRESS, fetcher=fetcher, services=own).read()
        assert [next(killed) for _ in range(3)]
    with polite_fetcher(tmp_path / "pages") as fetcher:
        source = opened(ADDRESS, fetcher=fetcher, services=own)
        found = [item.source_id for item in source.read()]

    assert found == ["issue 1001", "issue 1002", "issue 1003", "readme 1"]
    assert source.lists_all
    assert len(fake.asked) == len(set(fake.asked))
