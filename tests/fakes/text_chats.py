"""Chats that are text files: written into a folder, and read from it."""

from pathlib import Path

from fakes.fetching import opened
from feature_store.records import Post


def written(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


def read_chats(place: Path, **options: object) -> list[Post]:
    """For an author whose name is in no chat, unless `options` say another."""
    source = opened(str(place), **{"author": "m", "author_name": "M.", **options})
    return [post for post in source.read() if isinstance(post, Post)]
