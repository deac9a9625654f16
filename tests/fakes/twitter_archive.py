"""Files of an X/Twitter archive, in the shapes that X writes."""

import json
from pathlib import Path
from typing import Any

from fakes.fetching import opened
from feature_store.records import Post

ACCOUNT = [
    {"account": {"accountId": "77", "username": "maud", "accountDisplayName": "Maud F.", "email": "m@x.example"}}
]


def tweet(key: str, text: str, **fields: Any) -> dict[str, Any]:
    base = {"id_str": key, "id": key, "full_text": text, "created_at": "Mon Mar 04 18:24:06 +0000 2024", "entities": {}}
    return {"tweet": base | fields}


def ytd(kind: str, items: Any, part: int = 0) -> str:
    return f"window.YTD.{kind}.part{part} = {json.dumps(items, indent=2)}"


def archive(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def read_archive(location: Path) -> dict[str, Post]:
    posts = list(opened(str(location), "twitter").read())
    assert len({post.source_id for post in posts}) == len(posts)
    return {post.source_id: post for post in posts}


def read_tweets(folder: Path, *items: Any, **others: Any) -> dict[str, Post]:
    files = {"data/account.js": ytd("account", ACCOUNT), "data/tweets.js": ytd("tweets", items)}
    return read_archive(
        archive(folder, files | {f"data/{k.replace('_', '-')}.js": ytd(k, v) for k, v in others.items()})
    )


def note(key: str, text: str, *, at: str = "2024-03-04T18:24:06.000Z", urls: Any = (), name: str = "Active") -> Any:
    core = {"text": text, "urls": list(urls), "mentions": [{"screenName": "bo"}], "hashtags": [], "styletags": []}
    lifecycle = {"value": "1", "name": name, "originalName": name, "annotations": {}}
    return {"noteTweet": {"noteTweetId": key, "createdAt": at, "updatedAt": at, "lifecycle": lifecycle, "core": core}}
