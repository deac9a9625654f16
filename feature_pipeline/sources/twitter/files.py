"""The files of an X/Twitter archive: what each holds, its items, and whose archive it is.

A file is known by the name that its first line assigns to (`window.YTD.tweets.part0 = [`), not by its own, which
changed three times.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from pathlib import PurePosixPath

from feature_pipeline.archives import MEGABYTE, FileTree
from feature_pipeline.errors import SourceError
from feature_pipeline.formats.csv_rows import csv_rows
from feature_pipeline.formats.json_values import Json, at, parse_json, text_at

MAX_BYTES = 4_000 * MEGABYTE
HEAD_BYTES = 4096
MARK_BYTES = b"\xef\xbb\xbf"
TWEET_NAME = re.compile(
    r"(?:^|/)(?:[^/]*tweet[^/]*|tweets/\d{4}_\d{2}|(?:twitter-)?article[^/]*)\.js(?:on)?$", re.IGNORECASE
)
OTHER_NAME = re.compile(
    r"(?:^|/)(?:account|user_details|manifest|direct-message[^/]*|likes?(?:-[^/]*)?)\.js$", re.IGNORECASE
)
ASSIGNMENT = re.compile(
    r"\s*(?:(?:window\.)?(?:YTD\.(?P<ytd>\w+?)\.part\d+|Grailbird\.data\.(?P<grailbird>tweets)_\w+"
    r"|__THAR_(?P<manifest>CONFIG))|(?:var\s+)?(?P<details>user_details))\s*=\s*"
)
BARE_LIST = re.compile(r"\s*\[\s*\{.*\"(?:full_text|tweet)\"", re.DOTALL)

CSV = "tweets.csv"  # beside Grailbird's files, with less in it; some people kept nothing else
CSV_COLUMNS = {
    "id_str": "tweet_id",
    "text": "text",
    "created_at": "timestamp",
    "in_reply_to_status_id": "in_reply_to_status_id",
    "in_reply_to_user_id": "in_reply_to_user_id",
}
TWEETS = {
    **dict.fromkeys(("tweets", "tweet", "community_tweet", CSV), "public"),
    "twitter_circle_tweet": "private",
}
NOTES = "note_tweet"
ARTICLES = ("article", "twitter_article")
WRITTEN = {*TWEETS, NOTES, *ARTICLES}
UNREAD = {  # the reason to count them under, and a key that each item has once
    **dict.fromkeys(("deleted_tweets", "deleted_tweet"), ("deleted tweets", b'"full_text"')),
    "deleted_note_tweet": ("deleted tweets", b'"noteTweetId"'),
    **dict.fromkeys(("direct_messages", "direct_message"), ("direct messages", b'"messageCreate"')),
    **dict.fromkeys(("direct_messages_group", "direct_message_group"), ("direct messages", b'"messageCreate"')),
    "like": ("likes", b'"tweetId"'),
}


class TwitterFiles:
    def __init__(self, tree: FileTree) -> None:
        self._tree = tree

    @cached_property
    def by_kind(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        names = self._tree.names()
        for name in names:
            if len(names) == 1 or TWEET_NAME.search(name) or OTHER_NAME.search(name):
                found.setdefault(_kind(self._tree, name), []).append(name)
        if not WRITTEN & set(found):
            found[CSV] = [name for name in self._tree.find(CSV) if _kind(self._tree, name) == CSV]
        return {kind: files for kind, files in found.items() if files}

    @cached_property
    def accounts(self) -> dict[str, str]:
        """Screen names by id; more than one when archives of several accounts lie together."""
        found = [
            *((text_at(value, "accountId"), text_at(value, "username")) for value in self.values("account", "account")),
            *((text_at(value, "id"), text_at(value, "screen_name")) for value in self.values("user_details")),
            *(
                (text_at(value, "userInfo", "accountId"), text_at(value, "userInfo", "userName"))
                for value in self.values("manifest")
            ),
        ]
        return {key: screen_name for key, screen_name in reversed(found) if key}

    @cached_property
    def own_names(self) -> set[str]:
        """Ids, screen names and names of the accounts, in lower case."""
        shown = {text_at(value, "accountDisplayName") for value in self.values("account", "account")}
        names = (*self.accounts, *self.accounts.values(), *shown)
        return {name.casefold() for name in names if name}

    @property
    def partial(self) -> bool:
        """Whether it is one of several archives that a large account is split into."""
        return any(at(manifest, "archiveInfo", "isPartialArchive") is True for manifest in self.values("manifest"))

    def values(self, kind: str, wrapper: str = "") -> Iterator[Json]:
        for _, value in self.items(kind, wrapper):
            yield value

    def items(self, kind: str, wrapper: str) -> Iterator[tuple[str, Json]]:
        """Each item out of its wrapper ({"tweet": {…}}), and a name for it: its file and place there.

        Raises SourceError.
        """
        for name in self.by_kind.get(kind, ()):
            value = self._parse(name) if kind != CSV else self._parse_csv(name)
            items = [value] if isinstance(value, dict) else value
            if not isinstance(items, list):
                raise SourceError(f"{name} holds no list of items. Download the archive again.")
            for index, item in enumerate(items):
                inner = item.get(wrapper, item) if isinstance(item, dict) else item
                yield f"{PurePosixPath(name).name}#{index}", inner

    def count_unread(self) -> Counter[str]:
        counts: Counter[str] = Counter()
        for kind, (word, mark) in UNREAD.items():
            for name in self.by_kind.get(kind, ()):
                with self._tree.open(name) as stream:
                    before = b""
                    while part := stream.read(MEGABYTE):
                        data = before + part
                        counts[word] += data.count(mark)
                        before = data[1 - len(mark) :]
        return counts

    def _parse_csv(self, name: str) -> Json:
        rows = csv_rows(self._tree, name, required=("tweet_id", "timestamp", "text"))
        return [{key: row.get(column, "") for key, column in CSV_COLUMNS.items()} for row in rows]

    def _parse(self, name: str) -> Json:
        data = self._tree.read(name, max_bytes=MAX_BYTES).removeprefix(MARK_BYTES)
        match = ASSIGNMENT.match(data[:HEAD_BYTES].decode("utf-8", "replace"))
        start = len(match[0].encode()) if match else 0
        return parse_json(data[start:].strip().removesuffix(b";"), what=name)


def holds_tweets(tree: FileTree) -> bool:
    names = tree.names()
    likely = [name for name in names if TWEET_NAME.search(name) or (len(names) == 1 and name.endswith(".js"))]
    return any(_kind(tree, name) in WRITTEN for name in (*likely, *tree.find(CSV)))


def _kind(tree: FileTree, name: str) -> str:
    """What the file assigns its items to, e.g. "tweets"; "" for other files."""
    head = tree.head(name, HEAD_BYTES).removeprefix(MARK_BYTES).decode("utf-8", "replace")
    if match := ASSIGNMENT.match(head):
        return "manifest" if match["manifest"] else match["ytd"] or match["grailbird"] or match["details"]
    named = PurePosixPath(name).name.lower()
    if named == CSV:
        header = head.partition("\n")[0]
        return CSV if all(column in header for column in ("tweet_id", "timestamp", "in_reply_to_status_id")) else ""
    return "tweets" if BARE_LIST.match(head) and "tweet" in named else ""
