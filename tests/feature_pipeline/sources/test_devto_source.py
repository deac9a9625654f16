from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from fakes.apis import FakeApi, polite_fetcher, services
from fakes.fetching import opened
from feature_pipeline.errors import EmptySourceError, SourceError, UnreachableError
from feature_pipeline.source_contract import Source, Unreached
from feature_store.records import ContentType, Post, PostKind

BASE = "https://dev.to/api"
ADDRESS = "https://dev.to/Maud_F"
USER = {"name": "Maud", "username": "maud_f", "user_id": 77}


def page(number: int) -> str:
    return f"/articles?username=Maud_F&per_page=1000&page={number}"


def listed(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "type_of": "article",
        "id": number,
        "title": f"Fog {number}",
        "description": "Cut to be shown in a list…",
        "slug": f"fog-{number}",
        "url": f"https://dev.to/maud_f/fog-{number}",
        "comments_count": 0,
        "published_timestamp": "2022-11-05T08:09:10Z",
        "published_at": "2022-11-05T08:09:10Z",
        "tag_list": ["fog", "weather"],
        "user": USER,
    } | changes


def whole(number: int, **changes: Any) -> dict[str, Any]:
    """The form of a single article: its lists of tags are the other way round."""
    parts = {"tag_list": "fog, weather", "tags": ["fog", "weather"], "body_html": "<p>Thick.</p>"}
    return listed(number, **{**parts, "body_markdown": f"Fog number {number}, **thick**.\n", **changes})


def comment(code: str, html: str, *children: Any, user: Any = None) -> dict[str, Any]:
    author = {"name": "Maud", "username": "maud_f"} if user is None else user
    return {
        "type_of": "comment",
        "id_code": code,
        "created_at": "2022-11-06T00:00:00Z",
        "body_html": html,
        "user": author,
        "children": list(children),
    }


def api(articles: list[Any], answers: dict[str, Any] | None = None) -> FakeApi:
    singles = {f"/articles/{item['id']}": whole(item["id"]) for item in articles if "id" in item}
    return FakeApi({page(1): articles, page(2): [], **singles, **(answers or {})})


def source_over(fake: FakeApi) -> Source:
    return opened(ADDRESS, fetcher=fake.fetcher(BASE))


def posts_of(fake: FakeApi) -> list[Post]:
    return [item for item in source_over(fake).read() if isinstance(item, Post)]


def test_an_article_is_read_whole() -> None:
    source = source_over(api([listed(1)]))

    [post] = source.read()

    assert isinstance(post, Post)
    assert (post.source, post.source_id, post.url) == ("devto:77", "1", "https://dev.to/maud_f/fog-1")
    assert (post.title, post.content, post.content_type) == (
        "Fog 1",
        "Fog number 1, **thick**.\n",
        ContentType.MARKDOWN,
    )
    assert (post.kind, post.tags, post.created_at) == (
        PostKind.ARTICLE,
        ("fog", "weather"),
        "2022-11-05T08:09:10+00:00",
    )
    assert source.lists_all


@pytest.mark.parametrize(
    ("body", "content"),
    [
        ("---\ntitle: Fog\npublished: true\ntags: fog\n---\n\nIt came.\n", "\nIt came.\n"),
        ("---\n\nA rule above prose.\n", "---\n\nA rule above prose.\n"),
        ('{ "no": "front matter here" }', '{ "no": "front matter here" }'),
    ],
)
def test_front_matter_is_no_text(body: str, content: str) -> None:
    assert posts_of(api([listed(1)], {"/articles/1": whole(1, body_markdown=body)}))[0].content == content


def test_without_markdown_the_html_is_read() -> None:
    [post] = posts_of(api([listed(1)], {"/articles/1": whole(1, body_markdown=None)}))

    assert (post.content, post.content_type) == ("<p>Thick.</p>", ContentType.HTML)


def test_every_page_of_the_list_is_read_and_each_article_once() -> None:
    first, second = [listed(number) for number in range(1, 4)], [listed(3), listed(4)]
    fake = api([*first, listed(4)], {page(1): first, page(2): second, page(3): []})

    assert [post.source_id for post in posts_of(fake)] == ["1", "2", "3", "4"]


def test_the_authors_comments_beneath_an_article_keep_what_they_answer() -> None:
    ola = {"name": "Ola", "username": "ola"}
    own = comment("a2", "<p>Very.</p>", comment("a3", "<p>Ha</p>", user=ola))
    trees = [
        comment("a1", "<p>Is it <em>wet</em>?</p>", own, user=ola),
        comment("b1", "<p>Corrected the date.</p>", user={**USER, "username": "Maud_F"}),
        comment("c1", "<p>[deleted]</p>", user={}),
        None,
    ]
    source = source_over(api([listed(1, comments_count=4)], {"/comments?a_id=1": trees}))

    posts = [item for item in source.read() if isinstance(item, Post)][1:]

    assert [(post.source_id, post.kind, post.content, post.context) for post in posts] == [
        ("comment a2", PostKind.COMMENT, "<p>Very.</p>", "Is it wet?"),
        ("comment b1", PostKind.COMMENT, "<p>Corrected the date.</p>", ""),
    ]
    assert posts[0].url == "https://dev.to/Maud_F/comment/a2"
    assert source.lists_all


def test_what_alone_cannot_be_fetched_is_unreached_and_the_others_go_on() -> None:
    fake = api(
        [listed(1), listed(2), listed(3, comments_count=2)],
        {"/articles/1": UnreachableError("503"), "/articles/2": 404, "/comments?a_id=3": b"<html>"},
    )
    source = source_over(fake)

    found = list(source.read())

    assert [(type(item), item.source_id) for item in found] == [
        (Unreached, "1"),
        (Unreached, "2"),
        (Post, "3"),
        (Unreached, "comments of 3"),
    ]
    assert not source.lists_all


def test_when_one_after_another_cannot_be_fetched_it_is_the_service() -> None:
    answers = {f"/articles/{number}": UnreachableError("503") for number in range(20)}
    with pytest.raises(UnreachableError):
        posts_of(api([listed(number) for number in range(20)], answers))
    gone: dict[str, Any] = dict.fromkeys(answers, 404)
    assert posts_of(api([listed(number) for number in range(20)], gone)) == []


def test_nobody_is_told_from_a_broken_answer() -> None:
    with pytest.raises(EmptySourceError, match="no published article of 'Maud_F'"):
        source_over(api([]))
    for broken in ({"error": "down", "status": 500}, None, b"", b"<html>", 7):
        with pytest.raises(SourceError) as caught:
            source_over(FakeApi({page(1): broken}))
        assert not isinstance(caught.value, EmptySourceError)


def test_broken_articles_are_problems_or_counted() -> None:
    broken_matter = "---\ntitle: [\npublished: true\n---\nText"
    fake = api(
        [listed(1), listed(2), listed(3), {"title": "none"}, {"id": "../users"}, listed(4, user={"username": "ola"})],
        {
            "/articles/1": whole(1, body_markdown=broken_matter),
            "/articles/2": whole(2, body_markdown=["x"], body_html=None, tags=[1, None], published_at={}),
            "/articles/3": [],
        },
    )  # fmt: skip
    del fake.answers["/articles/4"]
    source = source_over(fake)

    posts = [item for item in source.read() if isinstance(item, Post)]

    assert [(post.source_id, post.content, bool(post.problem)) for post in posts] == [
        ("1", "", True),
        ("2", "", True),
        ("3", "", True),
    ]
    assert source.ignored == {"other people's": 1, "without an id": 2}
    assert not source.lists_all


@pytest.mark.parametrize("text", ["devto:Maud_F", "devto:@Maud_F", ADDRESS + "/", "https://www.dev.to/Maud_F?x#y"])
def test_spellings_of_one_account(text: str) -> None:
    assert opened(text, fetcher=api([listed(1)]).fetcher(BASE)).name == "devto:77"


@pytest.mark.parametrize("text", ["maud f", "maud/../x", "maud&page=3", "https://dev.to/maud/fog-1"])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(SourceError, match="no name or address"):
        opened(text, "devto")


def test_a_collection_that_was_killed_goes_on_where_it_was(httpserver: HTTPServer, tmp_path: Path) -> None:
    fake = api([listed(number, comments_count=1) for number in range(5)])
    fake.answers |= {f"/comments?a_id={number}": [comment(f"c{number}", "<p>Yes</p>")] for number in range(5)}
    own = services(devto_url=fake.serve(httpserver))

    with polite_fetcher(tmp_path / "pages") as fetcher:
        killed = opened(ADDRESS, fetcher=fetcher, services=own).read()
        assert [next(killed) for _ in range(3)]
    with polite_fetcher(tmp_path / "pages") as fetcher:
        source = opened(ADDRESS, fetcher=fetcher, services=own)
        assert len(list(source.read())) == 10

    assert source.lists_all
    assert len(fake.asked) == len(set(fake.asked)) == 12
