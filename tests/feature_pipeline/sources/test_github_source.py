import base64
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from fakes.apis import FakeApi, polite_fetcher, services
from fakes.fetching import opened
from feature_pipeline.errors import EmptySourceError, HttpStatusError, SourceError, UnreachableError
from feature_pipeline.sources import Source, Unreached, github
from feature_store.records import ContentType, Post, PostKind

BASE = "https://api.github.com"
ADDRESS = "https://github.com/Maud"
MAUD = {"login": "maud", "id": 42, "type": "User"}
OLA = {"login": "ola", "id": 7, "type": "User"}
BOT = {"login": "ci[bot]", "id": 9, "type": "Bot"}
REPOSITORIES = "/users/maud/repos?type=owner&sort=created&per_page=100"
GISTS = "/users/maud/gists?per_page=100"
QUERIES = ("author:maud is:issue", "author:maud is:pr", "commenter:maud is:issue", "commenter:maud is:pr")
REVIEWED = "reviewed-by:maud is:pr"


def search(query: str, until: str = "") -> str:
    older = f" created:<={until}" if until else ""
    q = f"{query} is:public{older}".replace(" ", "%20").replace("<=", "%3C%3D")
    return f"/search/issues?q={q}&sort=created&order=desc&per_page=100"


def hits(*items: Any, total: int | None = None) -> dict[str, Any]:
    return {"total_count": len(items) if total is None else total, "incomplete_results": False, "items": list(items)}


def issue(number: int, title: Any = "Fog", body: Any = "It is thick.", **changes: Any) -> dict[str, Any]:
    return {
        "url": f"{BASE}/repos/ola/pier/issues/{number}",
        "repository_url": f"{BASE}/repos/ola/pier",
        "html_url": f"https://github.com/ola/pier/issues/{number}",
        "id": 1000 + number,
        "number": number,
        "title": title,
        "user": MAUD,
        "created_at": f"2021-02-03T04:{number // 60 % 60:02}:{number % 60:02}Z",
        "body": body,
    } | changes


def comment(number: int, body: Any, user: Any = MAUD, **changes: Any) -> dict[str, Any]:
    parts = {"html_url": f"https://github.com/ola/pier/issues/1#{number}", "created_at": "2021-02-04T00:00:00Z"}
    return {"id": number, "user": user, "body": body, **parts, **changes}


def repository(number: int, name: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "name": name,
        "full_name": f"maud/{name}",
        "private": False,
        "fork": False,
        "owner": MAUD,
        "html_url": f"https://github.com/maud/{name}",
        "created_at": "2020-01-01T00:00:00Z",
        "pushed_at": "2024-01-01T00:00:00Z",
        "topics": ["fog"],
    } | changes


def readme(text: bytes, name: str = "README.md") -> dict[str, Any]:
    content = base64.encodebytes(text).decode()
    return {"name": name, "path": name, "encoding": "base64", "content": content, "html_url": f"https://x/{name}"}


def gist(key: str, **files: Any) -> dict[str, Any]:
    parts = {"id": key, "html_url": f"https://gist.github.com/maud/{key}", "public": True, "description": "On fog"}
    return {**parts, "created_at": "2019-01-01T00:00:00Z", "updated_at": "2019-02-01T00:00:00Z", "files": files}


def api(answers: dict[str, Any] | None = None, next_pages: dict[str, str] | None = None) -> FakeApi:
    """An account with nothing, but for `answers`."""
    nothing: dict[str, Any] = {search(query): hits() for query in (*QUERIES, REVIEWED)}
    account = {"/users/Maud": MAUD, REPOSITORIES: [], GISTS: []}
    return FakeApi({**nothing, **account, **(answers or {})}, next_pages or {})


def source_over(fake: FakeApi, token: str | None = None) -> Source:
    return opened(ADDRESS, fetcher=fake.fetcher(BASE), services=services(github_token=token))


def posts_of(fake: FakeApi) -> list[Post]:
    return [item for item in source_over(fake).read() if isinstance(item, Post)]


def test_issues_and_pull_requests_are_read_in_markdown() -> None:
    body = "Hi @ola and @Maud,\r\n\r\n```py\n@decorated\n```\n> quoted\n\nmail@fog.example @scope/package `@code`"
    fake = api({search(QUERIES[0]): hits(issue(1, "Fog", body)), search(QUERIES[1]): hits(issue(2))})
    source = source_over(fake)

    first, second = [item for item in source.read() if isinstance(item, Post)]

    assert (first.source, first.source_id, second.source_id) == ("github:42", "issue 1001", "pull request 1002")
    assert (first.title, first.content, first.content_type) == ("Fog", body, ContentType.MARKDOWN)
    assert (first.kind, first.people) == (PostKind.POST, ("ola",))
    assert first.url == "https://github.com/ola/pier/issues/1"
    assert first.created_at == "2021-02-03T04:00:01+00:00"
    assert source.lists_all


def test_an_issue_of_nothing_but_a_title_has_it_as_its_text() -> None:
    [post] = posts_of(api({search(QUERIES[0]): hits(issue(1, "The horn is silent", None))}))

    assert (post.title, post.content) == ("", "The horn is silent")


def test_comments_keep_the_message_before_as_context_and_bots_are_no_people() -> None:
    thread = issue(1, "Fog", "When\r\ndoes it come? <!-- a template -->", user=OLA)
    comments = [
        comment(11, "At six."),
        comment(12, "Sure?", OLA),
        comment(13, "Coverage: 98%", BOT),
        comment(14, "Quite."),
        comment(15, "And it did."),
    ]
    url = "/repos/ola/pier/issues/1/comments?per_page=100"

    posts = posts_of(api({search(QUERIES[2]): hits(thread), url: comments}))

    assert [(post.source_id, post.kind, post.content, post.context) for post in posts] == [
        ("comment 11", PostKind.COMMENT, "At six.", "Fog\n\nWhen\ndoes it come?"),
        ("comment 14", PostKind.COMMENT, "Quite.", "Sure?"),
        ("comment 15", PostKind.COMMENT, "And it did.", "Quite."),
    ]


def test_reviews_and_comments_on_lines_are_read() -> None:
    pull = issue(5, "Louder horn", "Twice as loud.", user=OLA)
    lines = [
        comment(21, "Why two?", OLA),
        comment(22, "One is not heard.", in_reply_to_id=21),
        comment(23, "A name?", in_reply_to_id=None),
    ]
    reviews = [comment(21, "Good work.", submitted_at="2021-05-06T00:00:00Z", created_at=None), comment(32, "")]
    pulls = "/repos/ola/pier/pulls/5/{}?per_page=100"
    answers = {search(REVIEWED): hits(pull), pulls.format("comments"): lines, pulls.format("reviews"): reviews}
    source = source_over(api(answers))

    posts = [item for item in source.read() if isinstance(item, Post)]

    assert [(post.source_id, post.content, post.context) for post in posts] == [
        ("review comment 22", "One is not heard.", "Why two?"),
        ("review comment 23", "A name?", ""),
        ("review 21", "Good work.", "Louder horn\n\nTwice as loud."),
    ]
    assert posts[2].created_at == "2021-05-06T00:00:00+00:00"
    assert source.ignored == {"reviews without words": 1}
    assert source.lists_all


def test_readmes_of_own_repositories_are_articles() -> None:
    listed = [
        repository(1, "horn"),
        repository(2, "notes.rst"),
        repository(3, "copied", fork=True),
        repository(4, "bare"),
        repository(5, "huge"),
        repository(6, "latin"),
    ]
    answers = {
        REPOSITORIES: listed,
        "/repos/maud/horn/readme": readme("# Hörn\n\nA horn.".encode()),
        "/repos/maud/notes.rst/readme": readme(b"Notes\n=====\n", "README.rst"),
        "/repos/maud/huge/readme": {"name": "README.md", "encoding": "none", "content": ""},
        "/repos/maud/latin/readme": readme("Hörn".encode("latin-1")),
    }
    source = source_over(api(answers))

    posts = [item for item in source.read() if isinstance(item, Post)]

    assert [(post.source_id, post.title, post.content, bool(post.problem)) for post in posts] == [
        ("readme 1", "horn", "# Hörn\n\nA horn.", False),
        ("readme 2", "notes.rst", "Notes\n=====\n", False),
        ("readme 5", "huge", "", True),
        ("readme 6", "latin", "", True),
    ]
    assert [post.content_type for post in posts[:2]] == [ContentType.MARKDOWN, ContentType.PLAIN]
    assert (posts[0].kind, posts[0].created_at, posts[0].tags) == (
        PostKind.ARTICLE,
        "2020-01-01T00:00:00+00:00",
        ("fog",),
    )
    assert source.ignored == {"forks and other people's repositories": 1, "repositories without README": 1}


def test_gists_in_prose_are_articles_and_code_is_counted() -> None:
    essay = {"filename": "fog.md", "language": "Markdown", "content": "Thick.", "truncated": False}
    code = {"filename": "fog.py", "language": "Python", "content": "import fog"}
    notes = {"filename": "notes", "language": "Text", "content": "One"}
    cut = {"filename": "log.txt", "language": "Text", "content": "begin", "truncated": True}
    gists = {
        "a1": gist("a1", **{"fog.md": essay, "fog.py": code}),
        "b2": gist("b2", **{"notes": notes, "log.txt": cut}) | {"public": False},
        "c3": gist("c3", **{"fog.py": code}),
        "d4": gist("d4", **{"theirs.md": essay}),
    }
    singles: dict[str, Any] = {f"/gists/{key}": whole for key, whole in gists.items() if key != "c3"}
    singles["/gists/d4"] = gists["d4"] | {"fork_of": {"id": "e5"}}
    source = source_over(api({GISTS: list(gists.values()), **singles}))

    posts = [item for item in source.read() if isinstance(item, Post)]

    found = [(post.source_id, post.title, post.content, post.visibility, bool(post.problem)) for post in posts]
    assert found == [
        ("gist a1 fog.md", "On fog", "Thick.", "public", False),
        ("gist b2 notes", "notes", "One", "private", False),
        ("gist b2 log.txt", "log.txt", "", "private", True),
    ]
    assert [post.content_type for post in posts[:2]] == [ContentType.MARKDOWN, ContentType.PLAIN]
    assert source.ignored == {"code in gists": 2, "forked gists": 1}


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
