from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from fakes.apis import FakeApi, polite_fetcher, services
from fakes.fetching import opened
from feature_pipeline.errors import EmptySourceError, HttpStatusError, SourceError, UnreachableError
from feature_pipeline.source_contract import Source, Unreached
from feature_store.records import ContentType, Post, PostKind

BASE = "https://public.api.bsky.app"
DID = "did:plc:maud234567abcdefghijklmn"
ADDRESS = "https://bsky.app/profile/maud.example"
PROFILE = "/xrpc/app.bsky.actor.getProfile?actor=maud.example"
FEED = f"/xrpc/app.bsky.feed.getAuthorFeed?actor={DID}&filter=posts_with_replies&limit=100"
MAUD = {"did": DID, "handle": "maud.example", "displayName": "Maud"}
OLA = {"did": "did:plc:ola", "handle": "ola.example", "displayName": "Ola Berg"}


def view(key: str, text: Any, author: dict[str, str] = MAUD, **record: Any) -> dict[str, Any]:
    return {
        "uri": f"at://{author['did']}/app.bsky.feed.post/{key}",
        "cid": f"bafyrei{key}",
        "author": author,
        "record": {"$type": "app.bsky.feed.post", "text": text, "createdAt": "2024-03-02T10:11:12.345Z", **record},
        "replyCount": 0,
        "indexedAt": "2024-03-02T10:11:13.000Z",
    }


def ref(key: str) -> dict[str, Any]:
    return {"parent": {"uri": key, "cid": "b"}, "root": {"uri": key, "cid": "b"}}


def facet(text: str, part: str, **feature: str) -> dict[str, Any]:
    start = len(text[: text.index(part)].encode())
    return {"index": {"byteStart": start, "byteEnd": start + len(part.encode())}, "features": [feature]}


def api(*pages: Any, count: int | None = None) -> FakeApi:
    """Pages of the feed, each but the last with a cursor."""
    answers: dict[str, Any] = {PROFILE: {**MAUD, "postsCount": count}}
    for number, feed in enumerate(pages):
        page = (
            {"feed": feed, "cursor": f"2024-03-0{number}T00:00:00Z::b"} if number < len(pages) - 1 else {"feed": feed}
        )
        answers[FEED + (f"&cursor=2024-03-0{number - 1}T00:00:00Z::b" if number else "")] = page
    return FakeApi(answers)


def source_over(fake: FakeApi) -> Source:
    return opened(ADDRESS, fetcher=fake.fetcher(BASE))


def read(fake: FakeApi) -> list[Post]:
    found = list(source_over(fake).read())
    assert not any(isinstance(item, Unreached) for item in found)
    return [item for item in found if isinstance(item, Post)]


def test_a_post_keeps_its_text_to_the_letter_with_shortened_links_in_full() -> None:
    text = "Nebel 🌫️ über  dem Pier:\n\nfog.example/notes/2024... und @ola.example #fog"
    facets = [
        facet(text, "fog.example/notes/2024...", **link("https://fog.example/notes/2024/pier?a=1")),
        facet(text, "@ola.example", **{"$type": "app.bsky.richtext.facet#mention", "did": OLA["did"]}),
        facet(text, "#fog", **{"$type": "app.bsky.richtext.facet#tag", "tag": "fog"}),
    ]

    [post] = read(api([{"post": view("3k1", text, facets=facets, langs=["de"])}], count=1))

    assert post.content == text.replace("fog.example/notes/2024...", "https://fog.example/notes/2024/pier?a=1")
    assert (post.kind, post.content_type, post.people, post.tags) == (
        PostKind.POST,
        ContentType.PLAIN,
        ("ola.example",),
        ("fog",),
    )
    assert post.source == f"bluesky:{DID}"
    assert post.source_id == f"at://{DID}/app.bsky.feed.post/3k1"
    assert post.url == f"https://bsky.app/profile/{DID}/post/3k1"
    assert post.created_at == "2024-03-02T10:11:12+00:00"


def link(uri: str) -> dict[str, str]:
    return {"$type": "app.bsky.richtext.facet#link", "uri": uri}


def test_replies_and_quotations_keep_what_they_are_about_as_context() -> None:
    quoted = {"$type": "app.bsky.embed.record#viewRecord", "author": OLA, "value": {"text": "Rain again."}}
    feed = [
        {
            "post": view("3k1", "Yes, at six.", reply=ref("at://x/app.bsky.feed.post/1")),
            "reply": {"parent": view("1", "Is there fog?", OLA), "root": view("1", "Is there fog?", OLA)},
        },
        {"post": view("3k2", "Told you.") | {"embed": {"$type": "app.bsky.embed.record#view", "record": quoted}}},
        {
            "post": view("3k3", "With a picture.")
            | {"embed": {"$type": "app.bsky.embed.recordWithMedia#view", "record": {"record": quoted}, "media": {}}}
        },
        {
            "post": view("3k4", "To nobody left.", reply=ref("at://gone/app.bsky.feed.post/1")),
            "reply": {"parent": {"$type": "app.bsky.feed.defs#notFoundPost", "uri": "at://gone", "notFound": True}},
        },
    ]

    found = [(post.kind, post.context, post.people) for post in read(api(feed))]

    assert found == [
        (PostKind.REPLY, "Is there fog?", ("ola.example", "Ola Berg")),
        (PostKind.POST, "Rain again.", ("ola.example", "Ola Berg")),
        (PostKind.POST, "Rain again.", ("ola.example", "Ola Berg")),
        (PostKind.REPLY, "", ()),
    ]


def test_a_repost_keeps_the_address_and_not_the_other_persons_words() -> None:
    reason = {"$type": "app.bsky.feed.defs#reasonRepost", "by": MAUD, "indexedAt": "2024-05-01T00:00:00Z"}
    uri = f"at://{DID}/app.bsky.feed.repost/3r1"
    feed = [
        {"post": view("1", "Someone else's words.", OLA), "reason": {**reason, "uri": uri}},
        {"post": view("2", "Someone else's words.", OLA), "reason": reason},
        {"post": view("3k1", "Mine."), "reason": reason},
        {"post": view("3k1", "Mine.")},
    ]

    source = source_over(api(feed, count=2))

    posts = [item for item in source.read() if isinstance(item, Post)]

    assert [post.kind for post in posts] == [PostKind.REPOST] * 3 + [PostKind.POST]
    assert not source.lists_all  # the profile counts posts without reposts
    assert [post.source_id for post in posts[:2]] == [uri, "repost of at://did:plc:ola/app.bsky.feed.post/2"]
    assert posts[0].content == "https://bsky.app/profile/did:plc:ola/post/1"
    assert posts[0].created_at == "2024-05-01T00:00:00+00:00"
    assert not any("Someone" in post.content + post.context for post in posts)


def test_every_page_is_read_also_behind_one_that_is_empty_and_each_post_once() -> None:
    first = [{"post": view(f"3k{number}", "Fog.")} for number in range(3)]
    fake = api(first, [], [first[2], {"post": view("3k9", "The last.")}], count=4)
    source = source_over(fake)

    assert [item.source_id[-3:] for item in source.read()] == ["3k0", "3k1", "3k2", "3k9"]
    assert source.lists_all


def test_a_feed_with_fewer_posts_than_the_profile_counts_is_not_taken_for_whole() -> None:
    source = source_over(api([{"post": view("3k1", "One.")}], count=2))

    assert len(list(source.read())) == 1
    assert not source.lists_all


def test_cursors_in_a_circle_end_the_feed() -> None:
    fake = api([{"post": view("3k1", "One.")}])
    fake.answers[FEED]["cursor"] = "again"
    fake.answers[FEED + "&cursor=again"] = {"feed": [], "cursor": "again"}

    assert len(read(fake)) == 1


@pytest.mark.parametrize("feed", [None, "no", {"post": 1}])
def test_an_answer_without_a_list_is_an_error_and_not_an_empty_account(feed: Any) -> None:
    with pytest.raises(SourceError, match="instead of a list"):
        read(api(feed))


def test_an_empty_feed_of_an_account_with_posts_is_an_error() -> None:
    with pytest.raises(SourceError, match="12 posts, and its feed is empty"):
        read(api([], count=12))
    with pytest.raises(EmptySourceError):
        read(api([], count=0))


def test_broken_items_are_problems_or_counted_and_the_others_are_read() -> None:
    strange = view("3k2", "x") | {"record": None, "embed": 7, "indexedAt": 10**30}
    odd_facets = view("3k3", "Fine \ud83d.", facets=[None, {"index": {"byteStart": "0", "byteEnd": 99}}, 3])
    feed = [None, 4, {"post": {}}, {"post": strange, "reply": []}, {"post": odd_facets}, {"post": view("o", "?", OLA)}]
    source = source_over(api(feed, count=2))

    posts = [item for item in source.read() if isinstance(item, Post)]

    assert [(post.content, bool(post.problem)) for post in posts] == [("", True), ("Fine \ufffd.", False)]
    assert source.ignored == {"other people's": 1, "without an id": 3}
    assert not source.lists_all


def test_an_unknown_account_is_told_with_the_form_of_a_handle() -> None:
    with pytest.raises(SourceError, match=r"no account 'maud.example'.*maud\.bsky\.social"):
        source_over(FakeApi({PROFILE: 400}))


def test_a_feed_that_stays_out_of_reach_passes_as_that_error() -> None:
    fake = FakeApi({PROFILE: MAUD, FEED: UnreachableError("429 for an hour")})
    with pytest.raises(UnreachableError):
        read(fake)
    with pytest.raises(HttpStatusError):
        read(FakeApi({PROFILE: MAUD, FEED: 401}))


@pytest.mark.parametrize("text", ["bluesky:maud.example", "bluesky:@maud.example", f"{ADDRESS}/", ADDRESS + "?x=1"])
def test_spellings_of_one_account(text: str) -> None:
    assert opened(text, fetcher=api([]).fetcher(BASE)).name == f"bluesky:{DID}"


@pytest.mark.parametrize("text", ["maud", "maud.example/..", "maud.example&actor=x", "maud example.com", "%2e.example"])
def test_what_is_no_handle_is_refused(text: str) -> None:
    with pytest.raises(SourceError, match="no name or address"):
        opened(text, "bluesky", fetcher=api([]).fetcher(BASE))


def test_a_collection_that_was_killed_goes_on_where_it_was(httpserver: HTTPServer, tmp_path: Path) -> None:
    fake = api(*([{"post": view(f"3k{page}", f"Post {page}")}] for page in range(3)), count=3)
    own = services(bluesky_url=fake.serve(httpserver))

    with polite_fetcher(tmp_path / "pages") as fetcher:
        killed = opened(ADDRESS, fetcher=fetcher, services=own).read()
        assert [next(killed), next(killed)]
    asked = list(fake.asked)
    with polite_fetcher(tmp_path / "pages") as fetcher:
        source = opened(ADDRESS, fetcher=fetcher, services=own)
        posts = list(source.read())

    assert [post.source_id[-3:] for post in posts] == ["3k0", "3k1", "3k2"]
    assert source.lists_all
    assert len(asked) == 3
    assert fake.asked == [*asked, FEED + "&cursor=2024-03-01T00:00:00Z::b"]
