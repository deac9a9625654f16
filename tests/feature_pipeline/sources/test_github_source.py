from typing import Any

from fakes.github import (
    BOT,
    GISTS,
    OLA,
    QUERIES,
    REPOSITORIES,
    REVIEWED,
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
from feature_store.records import ContentType, Post, PostKind


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
