import json
import re
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from fakes.fetching import opened, source_options
from fakes.twitter_archive import ACCOUNT, archive, read_archive, read_tweets, tweet, ytd
from feature_pipeline.errors import EmptySourceError, SourceError
from feature_pipeline.source_contract import Location, Match
from feature_pipeline.sources import source_module
from feature_store.records import ContentType, Post, PostKind


def recognised(location: Path) -> Match:
    return source_module("twitter").recognises(Location(str(location), source_options().fetcher))


def test_text_links_people_and_tags(tmp_path: Path) -> None:
    entities = {
        "urls": [{"url": "https://t.co/aB1", "expanded_url": "https://fog.example/?a=1&b=2"}],
        "media": [{"url": "https://t.co/pic9"}],
        "user_mentions": [
            {"screen_name": "ada_k", "name": "Ada K."},
            {"screen_name": "maud", "name": "Maud F."},
        ],
        "hashtags": [{"text": "fog"}],
    }
    text = "R&amp;D &lt;3  &amp;lt; @ada_k @maud 🧑‍🚀\nhttps://t.co/aB1 https://t.co/aB12 #fog https://t.co/pic9"
    post = read_tweets(tmp_path, tweet("1500000000000000001", text, entities=entities))["1500000000000000001"]
    assert post == Post(
        author="maud",
        source="twitter:77",
        source_id="1500000000000000001",
        url="https://x.com/maud/status/1500000000000000001",
        title="",
        created_at="2024-03-04T18:24:06+00:00",
        fetched_at="2026-01-01T00:00:00+00:00",
        content="R&D <3  &lt; @ada_k @maud 🧑‍🚀\nhttps://fog.example/?a=1&b=2 https://t.co/aB12 #fog",
        content_type=ContentType.PLAIN,
        kind=PostKind.POST,
        tags=("fog",),
        people=("ada_k", "Ada K."),
    )


def test_reposts_replies_and_threads(tmp_path: Path) -> None:
    to_ada = {"in_reply_to_user_id": "5", "in_reply_to_screen_name": "ada_k"}
    posts = read_tweets(
        tmp_path,
        tweet("1", "The first."),
        tweet("2", "The second.", in_reply_to_status_id_str="1", in_reply_to_user_id_str="77"),
        tweet("3", "@ada_k no", in_reply_to_status_id_str="99", **to_ada),
        tweet("4", "@ada_k hello", **to_ada),
        tweet("5", "RT @ada_k: Not mine, cut off he…"),
        tweet("6", "RT is a lovely word"),
        tweet("8", "to nobody that is named", in_reply_to_status_id_str="97"),
        tweet("9", "the third, of nobody", in_reply_to_status_id_str="2"),
        tweet("7", "of a deleted one", in_reply_to_status_id_str="98", in_reply_to_user_id_str="77"),
    )  # fmt: skip
    assert {key: (post.kind, post.context) for key, post in posts.items()} == {
        "1": (PostKind.POST, ""),
        "2": (PostKind.POST, "The first."),
        "3": (PostKind.REPLY, ""),
        "4": (PostKind.REPLY, ""),
        "5": (PostKind.REPOST, ""),
        "6": (PostKind.POST, ""),
        "8": (PostKind.REPLY, ""),
        "9": (PostKind.POST, "The second."),
        "7": (PostKind.POST, ""),
    }
    assert posts["3"].content == "@ada_k no"
    assert posts["3"].people == ("ada_k",)


def test_parts_duplicates_and_files_that_are_not_read(tmp_path: Path) -> None:
    archive(
        tmp_path,
        {
            "twitter-2024/data/tweets.js": ytd("tweets", [tweet("1", "one"), tweet("2", "two")]),
            "twitter-2024/data/tweets-part1.js": ytd("tweets", [tweet("2", "two"), tweet("3", "three")], part=1),
            "twitter-2024/data/community-tweet.js": ytd("community_tweet", [tweet("4", "four", community_id="9")]),
            "twitter-2024/data/twitter-circle-tweet.js": ytd(
                "twitter_circle_tweet", [tweet("5", "five"), tweet("3", "three")]
            ),
            "twitter-2024/data/deleted-tweets.js": ytd("deleted_tweets", [tweet("6", "gone"), tweet("7", "gone too")]),
            "twitter-2024/data/direct-messages.js": ytd(
                "direct_messages",
                [{"dmConversation": {"messages": [{"messageCreate": {"text": "hush " * 100_000}}] * 3}}],
            ),
            "twitter-2024/data/like.js": ytd("like", [{"like": {"tweetId": "8", "fullText": "not mine"}}]),
            "twitter-2024/data/tweet-headers.js": ytd("tweet_headers", [{"tweet": {"tweet_id": "1"}}]),
            "twitter-2024/assets/app.js": "window.app = {}",
        },
    )
    source = opened(str(tmp_path), "twitter")
    posts = {post.source_id: post for post in source.read()}
    assert {key: post.visibility for key, post in posts.items()} == dict.fromkeys("124", "public") | dict.fromkeys(
        "35", "private"
    )
    assert source.ignored == {"deleted tweets": 2, "direct messages": 3, "likes": 1, "the same tweet again": 2}


def test_zip_and_single_files(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "twitter-2024.zip", "w") as file:
        file.writestr("data/tweets.js", ytd("tweets", [tweet("1", "zipped")]))
        file.writestr("data/account.js", ytd("account", ACCOUNT))
    single = (
        archive(tmp_path, {"old_tweets.js": "\ufeff" + ytd("tweet", [tweet("1", "alone")]) + ";\n"}) / "old_tweets.js"
    )
    assert recognised(tmp_path / "twitter-2024.zip") is recognised(single) is Match.YES
    assert read_archive(tmp_path / "twitter-2024.zip")["1"].source == "twitter:77"
    alone = read_archive(single)["1"]
    assert (alone.content, alone.url, alone.source) == ("alone", "https://x.com/i/status/1", f"twitter:{single}")


def test_grailbird(tmp_path: Path) -> None:
    item = {
        "id": 160000000000000001,
        "id_str": "160000000000000001",
        "text": "Fog &amp; rain http:\\/\\/t.co\\/x1".replace("\\/", "/"),
        "created_at": "2012-01-20 14:40:25 +0000",
        "user": {"screen_name": "maud", "id_str": "77"},
        "entities": {"urls": [{"url": "http://t.co/x1", "expanded_url": "http://fog.example"}], "user_mentions": []},
    }
    repost = {
        "id_str": "160000000000000002",
        "text": "RT @ada_k: Mist",
        "created_at": "2012-01-21 14:40:25 +0000",
        "retweeted_status": {"text": "Mist", "user": {"screen_name": "ada_k", "name": "Ada K."}},
    }
    archive(
        tmp_path,
        {
            "data/js/tweets/2012_01.js": "Grailbird.data.tweets_2012_01 = \n " + json.dumps([item, repost]),
            "data/js/user_details.js": 'var user_details =  {"screen_name": "maud", "id": "77"}',
            "data/js/tweet_index.js": 'var tweet_index =  [{"file_name": "data/js/tweets/2012_01.js"}]',
        },
    )
    assert recognised(tmp_path) is Match.YES
    own, other = read_archive(tmp_path).values()
    assert (own.content, own.created_at) == ("Fog & rain http://fog.example", "2012-01-20T14:40:25+00:00")
    assert (own.source, own.url) == ("twitter:77", "https://x.com/maud/status/160000000000000001")
    assert (other.kind, other.people) == (PostKind.REPOST, ("ada_k", "Ada K."))


def test_a_table_is_read_where_nothing_else_was_kept(tmp_path: Path) -> None:
    header = '"tweet_id","in_reply_to_status_id","in_reply_to_user_id","timestamp","source","text","expanded_urls"\n'
    rows = '"12","","","2014-01-01 10:00:00 +0000","web","Fog &amp;\nrain","http://fog.example"\n'
    rows += '"13","12","77","2014-01-01 10:01:00 +0000","web","and more",""\n'
    archive(tmp_path, {"tweets.csv": header + rows})
    assert recognised(tmp_path) is recognised(tmp_path / "tweets.csv") is Match.YES
    first, second = read_archive(tmp_path).values()
    assert (first.content, first.created_at) == ("Fog &\nrain", "2014-01-01T10:00:00+00:00")
    assert (second.kind, second.context) == (PostKind.POST, first.content)
    archive(tmp_path, {"data/js/tweets/2014_01.js": 'Grailbird.data.tweets_2014_01 = [{"id_str": "14", "text": "x"}]'})
    assert list(read_archive(tmp_path)) == ["14"]


def test_extended_tweet_of_the_streaming_years(tmp_path: Path) -> None:
    entities = {"urls": [{"url": "https://t.co/u1", "expanded_url": "https://fog.example"}]}
    extended = {"full_text": "The whole of it https://t.co/u1", "entities": entities}
    item = {"id_str": "9", "text": "The whole… https://t.co/z", "truncated": True, "extended_tweet": extended}
    assert read_tweets(tmp_path, item)["9"].content == "The whole of it https://fog.example"


def test_articles_are_markdown_and_drafts_stay_drafts(tmp_path: Path) -> None:
    blocks = [
        {"type": "header-two", "text": "Fog"},
        {"type": "unstyled", "text": "It came in."},
        {"type": "unordered-list-item", "text": "slowly"},
        {"type": "unordered-list-item", "text": "wetly"},
        {"type": "atomic", "text": " "},
    ]
    articles = [
        {"article": {"id": "41", "title": "On fog", "content": {"blocks": blocks}}},
        {"article": {"id": "42", "title": "Later", "content": {"blocks": [{"text": "Not yet."}]}}},
        {"article": {"id": "43", "title": "Empty", "content": {"blocks": []}}},
    ]
    published, draft = ({"lifecycle": {"name": name}} for name in ("Published", "Draft"))
    known = [
        {"articleMetadata": {"firstPublishedAtMs": "1735992000000", "tweetId": "40", "lifecycleState": published}},
        {"articleMetadata": {"createdAtMs": "1736078400000", "lifecycleState": draft}},
    ]
    posts = read_tweets(tmp_path, article=articles, article_metadata=known)
    assert [post.visibility for post in posts.values()] == ["public", "draft", "public"]
    first = posts["article/41"]
    assert (first.title, first.content, first.kind) == (
        "On fog",
        "## Fog\n\nIt came in.\n\n- slowly\n- wetly",
        PostKind.ARTICLE,
    )
    assert (first.url, first.created_at) == ("https://x.com/maud/status/40", "2025-01-04T12:00:00+00:00")
    assert posts["article/43"].problem


def test_bad_items_beside_good_ones(tmp_path: Path) -> None:
    bad = [None, 7, [], {"bad": True}, {"tweet": {"id_str": "5", "full_text": None}}, {"tweet": {"full_text": "no id"}}]
    odd = tweet(
        "1",
        "half a pair \ud83d here",
        entities={"urls": [None, 3], "media": {}, "user_mentions": "x"},
        created_at=9**40,
    )
    posts = read_tweets(tmp_path, *bad, odd, tweet("1855222380982907193", "dateless", created_at="yesterday"))
    assert [post.content for post in posts.values() if not post.problem] == ["half a pair \ufffd here", "dateless"]
    assert {key for key, post in posts.items() if post.problem} == {"5", *(f"tweets.js#{i}" for i in (0, 1, 2, 3, 5))}
    assert posts["1855222380982907193"].created_at == "2024-11-09T12:14:18+00:00"  # its id says so


@pytest.mark.parametrize("value", ["[ {", "5", '"x"', "[" * 200_000])
def test_a_broken_file_is_an_error_and_never_an_empty_list(tmp_path: Path, value: str) -> None:
    archive(
        tmp_path,
        {
            "data/tweets.js": f"window.YTD.tweets.part0 = {value}",
            "data/tweets-part1.js": ytd("tweets", [tweet("1", "x")], part=1),
        },
    )
    with pytest.raises(SourceError):
        read_archive(tmp_path)


def test_nothing_to_read(tmp_path: Path) -> None:
    archive(tmp_path, {"data/tweets.js": ytd("tweets", []), "other/tweets.js": "export const tweets = []"})
    with pytest.raises(EmptySourceError):
        read_archive(tmp_path)
    with pytest.raises(EmptySourceError):
        opened(str(tmp_path / "other"), "twitter")
    assert recognised(tmp_path / "other") is Match.NO


def test_one_of_several_archives_does_not_list_all(tmp_path: Path) -> None:
    files = {"data/tweets.js": ytd("tweets", [tweet("1", "x")])}
    manifest = {"userInfo": {"accountId": "77", "userName": "maud"}, "archiveInfo": {"isPartialArchive": True}}
    assert opened(str(archive(tmp_path, files)), "twitter").lists_all
    archive(tmp_path, {"data/manifest.js": f"window.__THAR_CONFIG = {json.dumps(manifest)}"})
    source = opened(str(tmp_path), "twitter")
    assert (source.lists_all, source.name) == (False, "twitter:77")


@pytest.mark.shared
def test_real_archive(shared: Path) -> None:
    folder = shared / "exports/twitter_archive/reshaped"
    raw = "".join(path.read_text() for path in sorted(folder.glob("data/*.js")))
    ids = re.findall(r'^      "id_str": "(\d+)"', raw, re.MULTILINE)
    posts = read_archive(folder)
    assert set(ids) == set(posts)
    assert not [post for post in posts.values() if post.problem or not post.created_at]
    kinds = Counter(post.kind for post in posts.values())
    assert kinds[PostKind.REPOST] == len(re.findall(r'"full_text": "RT @', raw)) == 40
    answers = len(re.findall(r'^      "in_reply_to_user_id": ', raw, re.MULTILINE))
    threads = [post for post in posts.values() if post.kind is PostKind.POST and post.context]
    assert kinds[PostKind.REPLY] + len(threads) <= answers
    assert len(threads) == 17
