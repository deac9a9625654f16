import re
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from fakes.apis import FakeApi, polite_fetcher, services
from fakes.fetching import opened
from feature_pipeline.errors import EmptySourceError, SourceError, UnreachableError
from feature_pipeline.formats.plain_text import plain_text
from feature_pipeline.source_contract import Source
from feature_pipeline.sources.mastodon import ADDRESS as SPELLING
from feature_store.records import ContentType, Post, PostKind

BASE = "https://social.example"
ADDRESS = "https://social.example/@maud"
LOOKUP = "/api/v1/accounts/lookup?acct=maud"
STATUSES = "/api/v1/accounts/109/statuses?limit=40"
MAUD = {"id": "109", "username": "maud", "acct": "maud", "display_name": "Maud", "url": "https://social.example/@maud"}
OLA = {"id": "5", "username": "ola", "acct": "ola@far.example", "url": "https://far.example/@ola"}


def status(number: int, content: Any, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "created_at": "2023-01-05T06:07:08.901Z",
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": "en",
        "uri": f"https://social.example/users/maud/statuses/{number}",
        "url": f"https://social.example/@maud/{number}",
        "content": content,
        "reblog": None,
        "account": MAUD,
        "media_attachments": [],
        "mentions": [],
        "tags": [],
        "poll": None,
    } | changes


def api(*pages: list[Any], count: Any = 0) -> FakeApi:
    """Pages that follow on each other by max_id, the last one empty."""
    answers: dict[str, Any] = {LOOKUP: {**MAUD, "statuses_count": count}}
    url = STATUSES
    for page in (*pages, []):
        answers[url] = page
        url = f"{STATUSES}&max_id={page[-1]['id']}" if page else ""
    return FakeApi(answers)


def source_over(fake: FakeApi) -> Source:
    return opened(ADDRESS, fetcher=fake.fetcher(BASE))


def read(*statuses: Any) -> list[Post]:
    return [item for item in source_over(api(list(statuses))).read() if isinstance(item, Post)]


def test_a_post_is_read_with_warning_tags_and_mentions() -> None:
    mention = (
        '<span class="h-card"><a href="https://far.example/@ola" class="u-url mention">@<span>ola</span></a></span>'
    )
    markup = f"<p>{mention} Thick 🌫️<br>today</p><p>See</p>"
    mentions = [{**OLA}, {"id": "109", "username": "maud", "acct": "maud"}]

    [post] = read(status(1, markup, spoiler_text="weather", mentions=mentions, tags=[{"name": "fog"}]))

    assert (post.content, post.content_type, post.title) == (markup, ContentType.HTML, "weather")
    assert (post.kind, post.visibility, post.tags) == (PostKind.POST, "public", ("fog",))
    assert post.people == ("ola@far.example", "ola")
    assert (post.source, post.source_id, post.url) == (
        "mastodon:maud@social.example",
        "1",
        "https://social.example/@maud/1",
    )
    assert post.created_at == "2023-01-05T06:07:08+00:00"


def test_replies_have_the_authors_own_post_before_as_context_even_from_a_later_page() -> None:
    to_own = status(30, "<p>And more.</p>", in_reply_to_id="10", in_reply_to_account_id="109")
    to_other = status(20, "<p>Yes.</p>", in_reply_to_id="9", in_reply_to_account_id="5")
    fake = api([to_own, to_other], [status(10, "<p>First.<br>Line</p>")])

    posts = [item for item in source_over(fake).read() if isinstance(item, Post)]

    assert [(post.source_id, post.kind, post.context) for post in posts] == [
        ("20", PostKind.REPLY, ""),
        ("10", PostKind.POST, ""),
        ("30", PostKind.REPLY, "First.\nLine"),
    ]


def test_a_boost_keeps_the_address_and_not_the_other_persons_words() -> None:
    theirs = status(7, "<p>Theirs.</p>", account=OLA, url="https://far.example/@ola/7")

    [post] = read(status(8, "<p>Theirs.</p>", reblog=theirs))

    assert (post.kind, post.content, post.url) == (PostKind.REPOST,) + ("https://far.example/@ola/7",) * 2
    assert post.source_id == "8"


def test_a_quoted_post_is_the_context_and_its_link_is_no_text() -> None:
    markup = '<p class="quote-inline">RE: <a href="https://far.example/@ola/7"><span>far</span></a></p><p>So true.</p>'
    quote = {"state": "accepted", "quoted_status": status(7, "<p>Fog is wet.</p>", account=OLA)}

    [post] = read(status(8, markup, quote=quote))

    assert (post.content, post.context, post.kind) == ("<p>So true.</p>", "Fog is wet.", PostKind.POST)


def test_the_choices_of_a_poll_are_the_authors_words_too() -> None:
    poll = {"id": "3", "options": [{"title": "Fog & rain", "votes_count": 2}, {"title": "Sun"}]}

    [post] = read(status(8, "<p>Which?</p>", poll=poll))

    assert plain_text(post.content, ContentType.HTML) == "Which?\n\n- Fog & rain\n- Sun"


@pytest.mark.parametrize(
    ("visibility", "kept"),
    [("public", "public"), ("unlisted", "public"), ("private", "private"), ("direct", "private"), (None, "private")],
)
def test_what_is_for_followers_is_private(visibility: str | None, kept: str) -> None:
    assert read(status(1, "<p>x</p>", visibility=visibility))[0].visibility == kept


def test_every_page_is_read_by_max_id_whether_or_not_the_server_links_them() -> None:
    pages = [[status(100 - 10 * page - row, "<p>x</p>") for row in range(3)] for page in range(4)]
    source = source_over(api(*pages, count=12))

    assert len({item.source_id for item in source.read()}) == 12
    assert source.lists_all


@pytest.mark.parametrize("count", [3, None, "2"])
def test_fewer_posts_than_the_account_counts_are_not_taken_for_all(count: Any) -> None:
    source = source_over(api([status(2, "<p>x</p>"), status(1, "<p>y</p>")], count=count))

    assert len(list(source.read())) == 2
    assert not source.lists_all


def test_a_server_that_does_not_turn_the_page_ends_the_list() -> None:
    fake = api([status(2, "<p>x</p>")])
    fake.answers[STATUSES + "&max_id=2"] = fake.answers[STATUSES]

    assert len(list(source_over(fake).read())) == 1


def test_nobody_is_told_from_a_broken_answer() -> None:
    with pytest.raises(EmptySourceError):
        list(source_over(api([], count=0)).read())
    with pytest.raises(SourceError, match="has 40 posts, and the server lists none"):
        list(source_over(api([], count=40)).read())
    for broken in ({"error": "This method requires an authenticated user"}, None, b"", b"<html>"):
        with pytest.raises(SourceError) as caught:
            list(source_over(FakeApi({LOOKUP: MAUD, STATUSES: broken})).read())
        assert not isinstance(caught.value, EmptySourceError)
    with pytest.raises(UnreachableError):
        list(source_over(FakeApi({LOOKUP: MAUD, STATUSES: UnreachableError("429 for an hour")})).read())


def test_broken_posts_are_problems_or_counted_and_the_others_are_read() -> None:
    odd = status(4, None, mentions={}, tags=[None, {"name": 3}], poll=[], quote=8, url=None, created_at=1e300)
    source = source_over(api([status(5, "<p>x</p>", account=OLA), None, {}, odd, status(3, "<p>Mine.</p>")], count=2))

    found = [(item.source_id, item.content, bool(item.problem)) for item in source.read() if isinstance(item, Post)]

    assert found == [("4", "", True), ("3", "<p>Mine.</p>", False)]
    assert source.ignored == {"other people's": 1, "without an id": 2}
    assert not source.lists_all


def test_a_handle_whose_host_is_a_website_leads_to_the_server_by_webfinger() -> None:
    links = [{"rel": "self", "type": "application/activity+json", "href": "https://social.example/users/maud"}]
    far = {"https://maud.example" + LOOKUP: b"<html>"}
    fetcher = api([status(1, "<p>x</p>")]).fetcher(BASE)
    webfinger = "/.well-known/webfinger?resource=acct:maud@maud.example"
    fetcher.pages |= far | FakeApi({webfinger: {"links": [None, *links]}}).fetcher("https://maud.example").pages

    source = opened("@maud@maud.example", fetcher=fetcher)

    assert source.name == "mastodon:maud@social.example"
    assert len(list(source.read())) == 1


def test_an_account_that_is_not_there_and_one_for_members_are_told_apart() -> None:
    with pytest.raises(SourceError, match="knows no account 'maud'"):
        source_over(FakeApi({}))
    with pytest.raises(SourceError, match=r"services\.mastodon_tokens to \{social\.example: TOKEN\}"):
        source_over(FakeApi({LOOKUP: 401}))
    with pytest.raises(SourceError, match="no account for 'maud'"):
        source_over(FakeApi({LOOKUP: []}))


def test_a_token_goes_to_its_own_server_and_over_tls_alone() -> None:
    def sent(address: str, base_url: str) -> list[str]:
        fetcher = api([]).fetcher(base_url)
        opened(address, fetcher=fetcher, services=services(mastodon_tokens={"social.example": "SECRET"}))
        return [headers.get("Authorization", "") for headers in fetcher.sent_headers]

    assert sent(ADDRESS, BASE) == ["Bearer SECRET"]
    assert sent("http://social.example/@maud", "http://social.example") == [""]
    assert sent("https://evil.example/@maud", "https://evil.example") == [""]


@pytest.mark.parametrize(
    "text",
    [
        *("@maud@social.example", "mastodon:maud@social.example", "mastodon:@maud@social.example", ADDRESS + "/"),
        *("HTTPS://social.example/@maud", "https://other.example/@maud@social.example", ADDRESS + "?x=/@y"),
    ],
)
def test_spellings_of_one_account(text: str) -> None:
    assert opened(text, fetcher=api([]).fetcher(BASE)).name == "mastodon:maud@social.example"


@pytest.mark.parametrize(
    "text",
    [
        *("https://medium.com/@maud", "https://www.youtube.com/@maud", "https://www.tiktok.com/@maud"),
        *("https://www.threads.net/@maud", "https://substack.com/@maud", "https://social.example/@maud/109"),
        *("https://social.example/maud", "maud@social.example", "@maud", "https://x@social.example/@maud"),
        *("https://social.example/@maud/../x", "https://social.example/@m%61ud", "https://medium.com:443/@maud"),
        "https://social.example/@maud.rss",
    ],
)
def test_what_only_looks_like_an_account_is_not_taken_for_one(text: str) -> None:
    assert not SPELLING.fullmatch(text)


def test_a_host_that_ends_like_another_service_is_an_ordinary_one() -> None:
    assert SPELLING.fullmatch("https://notmedium.com/@maud")
    assert SPELLING.fullmatch("https://medium.com.example/@maud")


def test_a_collection_that_was_killed_goes_on_where_it_was(httpserver: HTTPServer, tmp_path: Path) -> None:
    fake = api(*([status(30 - page, "<p>x</p>")] for page in range(3)), count=3)
    address = fake.serve(httpserver) + "/@maud"

    with polite_fetcher(tmp_path / "pages") as fetcher:
        killed = opened(address, fetcher=fetcher).read()
        assert [next(killed), next(killed)]
    with polite_fetcher(tmp_path / "pages") as fetcher:
        source = opened(address, fetcher=fetcher)
        assert [item.source_id for item in source.read()] == ["30", "29", "28"]

    assert source.lists_all
    assert len(fake.asked) == len(set(fake.asked)) == 5
    assert not any(re.search(r"\d{10}", asked) for asked in fake.asked)
