from pathlib import Path

import pytest

from fakes.twitter_archive import note, read_tweets, tweet

LONG = "When the fog came in, nobody on the pier said a word > not one < & the gulls left first. " * 5


def test_a_note_replaces_its_cut_off_tweet(tmp_path: Path) -> None:
    cut = "@ada_k " + LONG[:200].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") + "… https://t.co/self"
    link = {"url": "https://t.co/self", "expanded_url": "https://twitter.com/i/web/status/1"}
    whole = LONG + "https://t.co/n1"
    posts = read_tweets(
        tmp_path,
        tweet("1", cut, entities={"urls": [link]}),
        tweet("2", "Another of the same second…"),
        note_tweet=[note("1001", whole, urls=[{"shortUrl": "https://t.co/n1", "expandedUrl": "https://fog.example"}])],
    )
    assert list(posts) == ["1", "2"]
    assert posts["1"].content == LONG + "https://fog.example"
    assert posts["1"].people == ("bo",)
    assert posts["2"].content == "Another of the same second…"


@pytest.mark.parametrize("at", ["2024-03-04T18:24:07.000Z", "2024-03-09T10:00:00.000Z", "not a date"])
def test_a_note_is_found_by_its_beginning_when_its_time_differs(tmp_path: Path, at: str) -> None:
    posts = read_tweets(
        tmp_path, tweet("1", LONG[:150].replace("&", "&amp;") + "…"), note_tweet=[note("1001", LONG, at=at)]
    )
    assert {key: post.content for key, post in posts.items()} == {"1": LONG}


def test_a_note_is_found_by_id(tmp_path: Path) -> None:
    results = {"noteTweet": {"noteTweetId": "5", "tweetId": "1", "noteTweetResults": {"result": {"text": LONG}}}}
    assert read_tweets(tmp_path, tweet("1", "Whatever…"), note_tweet=[results])["1"].content == LONG


def test_a_styled_short_note_changes_nothing(tmp_path: Path) -> None:
    posts = read_tweets(tmp_path, tweet("1", "Bold 👩‍💻 words"), note_tweet=[note("1001", "Bold 👩💻 words")])
    assert {key: post.content for key, post in posts.items()} == {"1": "Bold 👩‍💻 words"}


def test_a_note_without_its_tweet_is_a_post_unless_deleted(tmp_path: Path) -> None:
    notes = [note("1001", LONG), note("1002", LONG + "x", name="Deleted")]
    posts = read_tweets(tmp_path, tweet("1", "Unlike."), note_tweet=notes)
    assert {key: post.content for key, post in posts.items()} == {"1": "Unlike.", "1001": LONG}
