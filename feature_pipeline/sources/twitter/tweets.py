"""One item of an X/Twitter archive → the author's text, people and tags, and the posts that it answers.

Three shapes of twelve years: Grailbird (to 2018: numbers, "text", "user"), tweet.js (to 2022: strings, "full_text"),
tweets.js with note-tweet.js. What differs is looked for in each place; indices are never used, as they count bytes,
UTF-16 units or characters depending on the year.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from feature_pipeline import dates
from feature_pipeline.formats.escaping import unescape_if_escaped, unescape_once
from feature_pipeline.formats.json_values import Json, at, dict_at, list_at, text_at

SHORT_LINK = re.compile(r"((?:(?<!\s)\s+)?)(https?://t\.co/\w+)")
RETWEET = re.compile(r"RT @\w")
LEADING_MENTIONS = re.compile(r"(?:@\w+\s+)+")
TWEET_PAGE = re.compile(r"/status/(\d+)(?:/\w+/\d+)?$")
NOT_LETTERS = re.compile(r"[\W_]+")
CUT_OFF = re.compile(r"…(?:\s*+https?://\S++)*+\s*+$")
SNOWFLAKE_EPOCH_MS = 1288834974657  # https://docs.x.com/fundamentals/x-ids
FIRST_SNOWFLAKE = 1 << 35  # smaller ids are sequence numbers and hold no time
NO_ID = ("", "-1", "0")
MIN_LETTERS_WITHOUT_TIME = 60  # of a truncated text, to be identified by its beginning alone


@dataclass(frozen=True, slots=True)
class Tweet:
    id: str
    text: str  # links expanded, HTML entities unescaped
    created_at: str
    is_repost: bool
    parent: str  # id of the tweet that it answers; "" when none is named
    answers: str  # id or screen name of the account that it answers; "" for none
    people: tuple[str, ...]
    tags: tuple[str, ...]
    screen_name: str  # of the account that wrote it; "" where the item does not say


@dataclass(frozen=True, slots=True)
class Note:
    """The whole text of a tweet longer than 280 characters; tweets.js holds its beginning."""

    id: str
    tweet_ids: tuple[str, ...]  # ids that may be the tweet's
    text: str
    created_at: str
    people: tuple[str, ...]
    tags: tuple[str, ...]


def read_tweet(item: Json) -> Tweet | None:
    """None when `item` has no id or no text."""
    key = id_of(item)
    texts = (("extended_tweet", "full_text"), ("full_text",), ("text",))
    text = next((text_at(item, *path) for path in texts if isinstance(at(item, *path), str)), None)
    if not key or text is None:
        return None
    places = [
        dict_at(item, *path)
        for path in (
            *(("entities",), ("extended_entities",), ("extended_tweet", "entities")),
            *(("extended_tweet", "extended_entities"), ("retweeted_status", "entities")),
        )
    ]
    links = {text_at(url, "url"): text_at(url, "expanded_url") for place in places for url in list_at(place, "urls")}
    media = {text_at(medium, "url") for place in places for medium in list_at(place, "media")}
    # The tweet's permalink, which ends a text that was cut off, and stands for its picture.
    media |= {short for short, long in links.items() if (page := TWEET_PAGE.search(long)) and page[1] == key}
    mentions = [mention for place in places for mention in list_at(place, "user_mentions")]
    screen_name = text_at(item, "in_reply_to_screen_name")
    account = text_at(item, "in_reply_to_user_id_str") or text_at(item, "in_reply_to_user_id")
    parent = text_at(item, "in_reply_to_status_id_str") or text_at(item, "in_reply_to_status_id")
    return Tweet(
        id=key,
        text=expand(unescape_once(text), links, media),
        created_at=dates.to_utc(text_at(item, "created_at")) or _time_of_id(key),
        is_repost=bool(RETWEET.match(text)) or bool(dict_at(item, "retweeted_status")),
        parent="" if parent in NO_ID else parent,
        answers=screen_name if account in NO_ID else account,
        people=_unique(
            [
                *(text_at(mention, name) for mention in mentions for name in ("screen_name", "name")),
                screen_name,
                *(text_at(item, "retweeted_status", "user", name) for name in ("screen_name", "name")),
            ]
        ),
        tags=_unique(text_at(tag, "text") for place in places for tag in list_at(place, "hashtags")),
        screen_name=text_at(item, "user", "screen_name"),
    )


def read_note(item: Json) -> Note | None:
    """None when `item` has no text."""
    for path in (("core",), ("noteTweetResults", "result"), ("noteTweetResults",), ("noteTweetContents",), ()):
        if isinstance(at(item, *path, "text"), str):
            break
    else:
        return None
    text = text_at(item, *path, "text")
    core = dict_at(item, *path)
    core = dict_at(core, "entitySet") or core
    links = {
        text_at(url, short): text_at(url, long)
        for url in list_at(core, "urls")
        for short, long in (("shortUrl", "expandedUrl"), ("url", "expanded_url"))
    }
    key = text_at(item, "noteTweetId") or text_at(item, "id")
    return Note(
        id=key,
        tweet_ids=_unique([text_at(item, "tweetId"), text_at(item, "tweet_id"), key]),
        text=expand(unescape_if_escaped(text), links, set()),
        created_at=dates.to_utc(text_at(item, "createdAt")) or _time_of_id(key),
        people=_unique(text_at(mention, "screenName") for mention in list_at(core, "mentions")),
        tags=_unique(text_at(tag, "text") for tag in list_at(core, "hashtags")),
    )


def id_of(item: Json) -> str:
    return text_at(item, "id_str") or text_at(item, "id")


def expand(text: str, links: dict[str, str], media: set[str]) -> str:
    """`text` with short links expanded, and without the links to its own pictures."""

    def whole(match: re.Match[str]) -> str:
        space, short = match.groups()
        return "" if short in media else space + (links.get(short) or short)

    expanded = SHORT_LINK.sub(whole, text)
    return expanded.lstrip() if expanded != text and text.startswith("http") else expanded


class NoteMatcher:
    """Finds the tweet whose full text a note is. The archive does not link them: each has its own id.

    They are made within a second of each other, and the tweet's text begins the note's, but for leading mentions,
    links, escapes and joiners of emoji: so letters and digits alone are compared.
    """

    def __init__(self, tweets: Iterable[Tweet]) -> None:
        self._tweets: dict[str, Tweet] = {}
        self._by_second: dict[str, list[Tweet]] = {}
        for tweet in tweets:
            if not tweet.is_repost:
                self._tweets[tweet.id] = tweet
                self._by_second.setdefault(tweet.created_at, []).append(tweet)
        starts = ((_letters(tweet.text), tweet) for tweet in self._tweets.values() if CUT_OFF.search(tweet.text))
        self._cut_off = [(start, tweet) for start, tweet in starts if len(start) >= MIN_LETTERS_WITHOUT_TIME]

    def take(self, note: Note) -> Tweet | None:
        """The tweet, which no later note can then take; None when there is none."""
        found = next((self._tweets[key] for key in note.tweet_ids if key in self._tweets), None)
        found = found or self._by_time(note) or self._by_beginning(note)
        if found:
            del self._tweets[found.id]
        return found

    def _by_time(self, note: Note) -> Tweet | None:
        letters = _letters(note.text)
        candidates = [
            tweet
            for second in _around(note.created_at)
            for tweet in self._by_second.get(second, ())
            if tweet.id in self._tweets and _begins(note.text, letters, tweet.text)
        ]
        return max(candidates, key=lambda tweet: len(tweet.text), default=None)

    def _by_beginning(self, note: Note) -> Tweet | None:
        letters = _letters(note.text)
        found = [tweet for start, tweet in self._cut_off if letters.startswith(start) and tweet.id in self._tweets]
        return found[0] if len(found) == 1 else None


def is_longer(note: Note, tweet: Tweet) -> bool:
    """False for short notes, which exist for bold type only: then the tweet's text is more faithful."""
    return len(_letters(note.text)) > len(_letters(tweet.text)) or bool(CUT_OFF.search(tweet.text))


def _begins(note: str, letters: str, tweet: str) -> bool:
    if start := _letters(tweet):
        return letters.startswith(start)
    start = "".join(CUT_OFF.sub("", tweet).split())  # nothing but emoji
    return bool(start) and "".join(note.split()).startswith(start)


def _letters(text: str) -> str:
    without_links = re.sub(r"https?://\S+", "", CUT_OFF.sub("", text))
    text = without_links.lstrip()
    if mentions := LEADING_MENTIONS.match(text):
        text = text[mentions.end() :]
    return NOT_LETTERS.sub("", text).casefold()


def _around(moment: str) -> list[str]:
    if not moment:
        return []
    exact = datetime.fromisoformat(moment)
    try:
        return [dates.to_utc(exact + timedelta(seconds=shift)) for shift in (0, 1, -1, 2, -2)]
    except OverflowError:  # the first or the last second that there is
        return [moment]


def _time_of_id(key: str) -> str:
    """Ids since November 2010 begin with their time in milliseconds."""
    if not key.isascii() or not key.isdigit() or len(key) > 19 or int(key) < FIRST_SNOWFLAKE:
        return ""
    return dates.to_utc(datetime.fromtimestamp(((int(key) >> 22) + SNOWFLAKE_EPOCH_MS) / 1000, tz=UTC))


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value.strip()))
