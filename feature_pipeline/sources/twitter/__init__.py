"""An X/Twitter archive, of any year: the account's tweets, long notes and articles.

A note replaces the text of its tweet, which was cut off; only a note whose tweet is not there is
a post of its own. What answers the account's own tweet continues a thread: a post, with the tweet before as context.
Deleted tweets, messages and likes are counted and not read.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from feature_pipeline import dates
from feature_pipeline.errors import EmptySourceError
from feature_pipeline.formats.json_values import dict_at, text_at
from feature_pipeline.source_bases.base import ExportSource, Ignored, Item
from feature_pipeline.source_contract import Location, Match
from feature_pipeline.sources.twitter.draft_js import draft_to_markdown
from feature_pipeline.sources.twitter.files import ARTICLES, NOTES, TWEETS, WRITTEN, TwitterFiles, holds_tweets
from feature_pipeline.sources.twitter.tweets import Note, NoteMatcher, Tweet, id_of, is_longer, read_note, read_tweet
from feature_store.records import ContentType, Post, PostKind

SUMMARY = "an X/Twitter archive (zipped, unpacked, or its tweets.js): tweets, threads, replies, long notes, articles"
EXAMPLE = "~/Downloads/twitter-2024-05-01-0123abcd.zip"
OBTAIN = (
    "On x.com: *Settings and privacy → Your account → Download an archive of your data*. The mail with the link comes "
    "after about a day."
)


@dataclass
class TwitterArchive(ExportSource):
    def __post_init__(self) -> None:
        self._files = TwitterFiles(self.tree)
        if not WRITTEN & set(self._files.by_kind):
            raise EmptySourceError(
                f"{self.tree.path} holds no tweets.js, tweet.js or data/js/tweets. Name the archive as X delivered it."
            )
        self.lists_all = not self._files.partial

    @property
    def identity(self) -> str:
        return self.one_of(self._files.accounts)

    def items(self) -> Iterator[Item]:
        """Tweets in the order of the files, then notes and articles. Raises SourceError."""
        ignored = self._files.count_unread()
        tweets, visibility, problems = self._tweets(ignored)
        unmatched = self._merge_notes(tweets, problems, ignored)
        yield from Ignored.each(ignored)
        # An archive holds its owner's tweets only, so these identify the account even where no file names it.
        continued = (tweet.answers.casefold() for tweet in tweets.values() if tweet.parent in tweets)
        own = self._files.own_names | set(filter(None, continued))
        posts = [self._post(tweet, tweets, own, visibility.get(tweet.id, "public")) for tweet in tweets.values()]
        posts += [*unmatched, *self._articles(), *problems.values()]
        if not posts:
            raise EmptySourceError(f"{self.tree.path} holds no tweet. Request a new archive, or check the path.")
        unique: dict[str, Post] = {}
        for post in posts:
            unique.setdefault(post.source_id, post)
        yield from unique.values()

    def _tweets(self, ignored: Counter[str]) -> tuple[dict[str, Tweet], dict[str, str], dict[str, Post]]:
        """Tweets by id, their visibility where it is not public, and items that are not tweets."""
        tweets: dict[str, Tweet] = {}
        visibility: dict[str, str] = {}
        problems: dict[str, Post] = {}
        for kind, seen_by in TWEETS.items():
            for place, item in self._files.items(kind, "tweet"):
                tweet = read_tweet(item)
                if tweet is None:
                    key = id_of(item) or place
                    problem = "an item without id or text: not a tweet of a known form"
                    problems[key] = self.post(key, kind=PostKind.POST, problem=problem)
                    continue
                if seen_by != "public":
                    visibility[tweet.id] = seen_by
                if tweet.id in tweets:
                    ignored["the same tweet again"] += 1
                else:
                    tweets[tweet.id] = tweet
        return tweets, visibility, problems

    def _merge_notes(self, tweets: dict[str, Tweet], problems: dict[str, Post], ignored: Counter[str]) -> list[Post]:
        """Put full texts into `tweets`; returns the notes that match no tweet as posts."""
        matcher = NoteMatcher(tweets.values())
        unmatched: list[Post] = []
        seen: set[str] = set()
        for place, item in self._files.items(NOTES, "noteTweet"):
            note = read_note(item)
            if note is None:
                problems[place] = self.post(place, kind=PostKind.POST, problem="a note without text")
            elif text_at(item, "lifecycle", "name") not in ("", "Active"):
                ignored["deleted tweets"] += 1
            elif note.id in seen and note.id:
                ignored["the same tweet again"] += 1
            elif (tweet := matcher.take(note)) is None:
                unmatched.append(self._note_post(note, place))
            elif is_longer(note, tweet):
                tweets[tweet.id] = replace(
                    tweet, text=note.text, people=_union(tweet.people, note.people), tags=_union(tweet.tags, note.tags)
                )
            seen.add(note.id if note else "")
        return unmatched

    def _articles(self) -> Iterator[Post]:
        """Articles and their metadata lie in two files, in the same order."""
        for kind in ARTICLES:
            known = list(self._files.values(f"{kind}_metadata", "articleMetadata"))
            for index, (place, item) in enumerate(self._files.items(kind, "article")):
                about = known[index] if index < len(known) else {}
                key = text_at(item, "id") or text_at(item, "articleId") or place
                state = text_at(about, "lifecycleState", "lifecycle", "name") or text_at(item, "lifecycle", "name")
                moments = (text_at(about, name) for name in ("firstPublishedAtMs", "createdAtMs"))
                text = text_at(item, "content") or draft_to_markdown(dict_at(item, "content"))
                tweet_id = text_at(about, "tweetId")
                yield self.post(
                    f"article/{key}",
                    url=self._url(tweet_id) if tweet_id else "",
                    title=text_at(item, "title"),
                    created_at=next(filter(None, map(dates.to_utc, moments)), ""),
                    content=text,
                    content_type=ContentType.MARKDOWN,
                    visibility="draft" if state.casefold() == "draft" else "public",
                    problem="" if text.strip() else "an article without text",
                )

    def _post(self, tweet: Tweet, tweets: dict[str, Tweet], own: set[str], visibility: str) -> Post:
        parent = tweets.get(tweet.parent)
        if tweet.is_repost:
            kind = PostKind.REPOST
        elif parent or tweet.answers.casefold() in own:
            kind = PostKind.POST
        else:
            kind = PostKind.REPLY if tweet.parent or tweet.answers else PostKind.POST
        return self.post(
            tweet.id,
            url=self._url(tweet.id, tweet.screen_name),
            created_at=tweet.created_at,
            content=tweet.text,
            kind=kind,
            visibility=visibility,
            tags=tweet.tags,
            context=parent.text if parent and not tweet.is_repost else "",
            people=tuple(name for name in tweet.people if name.casefold() not in self._files.own_names),
        )

    def _note_post(self, note: Note, place: str) -> Post:
        return self.post(
            note.tweet_ids[0] if note.tweet_ids else place,
            created_at=note.created_at,
            content=note.text,
            kind=PostKind.POST,
            tags=note.tags,
            people=tuple(name for name in note.people if name.casefold() not in self._files.own_names),
        )

    def _url(self, tweet_id: str, screen_name: str = "") -> str:
        """x.com finds a tweet by its id alone; "i" stands for an account that is not known."""
        names = list(self._files.accounts.values())
        return f"https://x.com/{screen_name or (names[0] if len(names) == 1 else '') or 'i'}/status/{tweet_id}"


def recognises(location: Location) -> Match:
    return location.holds(holds_tweets)


open = TwitterArchive.opened  # noqa: A001 - the name that sources are opened by


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))
