"""The data package that Discord sends: the messages of one account only.

The folders' names are in the account's language; a conversation's is its number, with a "c" before it or without.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from feature_pipeline import dates
from feature_pipeline.archives import FileTree
from feature_pipeline.formats.csv_rows import csv_rows
from feature_pipeline.formats.json_values import Json, dict_at, list_at, parse_json, text_at
from feature_pipeline.source_bases.unread import UnreadFiles

MESSAGES = re.compile(r"(?:.*/)?(?:c(?=\d)|(?=\d{15}))(\d{1,20})/messages\.(csv|json)", re.IGNORECASE)
SNOWFLAKE = 15  # minimum digits of Discord's ids: long enough to be recognised by
PROBE_BYTES = 4096
COLUMNS = ("ID", "Timestamp", "Contents")
MAX_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class PackageMessage:
    id: str
    at: str  # ISO 8601, UTC
    content: str


@dataclass(frozen=True, slots=True)
class Channel:
    id: str
    name: str  # "" of a direct message
    guild: str  # id of its server; "" of a direct message
    file: str


def channels_of(tree: FileTree, unread: UnreadFiles) -> list[Channel]:
    """Every conversation that has messages."""
    files: dict[str, str] = {}
    for name in tree.names():
        if (match := _match(tree, name)) and (match[1] not in files or name.endswith(".json")):
            files[match[1]] = name
    return [_channel(tree, unread, key, file) for key, file in sorted(files.items())]


def is_package(tree: FileTree) -> bool:
    found = ((match, name) for name in tree.names() if (match := _match(tree, name)))
    return any(len(match[1]) >= SNOWFLAKE or _has_columns(tree, name) for match, name in found)


def _match(tree: FileTree, name: str) -> re.Match[str] | None:
    """One conversation may be named by its folder or file alone: then its number is outside of the tree."""
    folder = tree.path if tree.path.is_dir() else tree.path.parent
    return MESSAGES.fullmatch(name if "/" in name else f"{folder.name}/{name}")


def _has_columns(tree: FileTree, name: str) -> bool:
    return b"Contents" in tree.head(name, PROBE_BYTES)


def _channel(tree: FileTree, unread: UnreadFiles, key: str, file: str) -> Channel:
    beside = str(PurePosixPath(file).with_name("channel.json"))
    about = unread.json(beside, max_bytes=MAX_BYTES) if beside in tree.names() else {}
    return Channel(id=key, name=text_at(about, "name"), guild=text_at(about, "guild", "id"), file=file)


def account_of(tree: FileTree, unread: UnreadFiles) -> Json:
    """What user.json says of the account; {} where it was left out of the package."""
    for name in tree.find("user.json"):
        account = unread.json(name, max_bytes=MAX_BYTES)
        if text_at(account, "id"):
            return account
    return {}


def names_of(account: Json) -> dict[str, str]:
    """People whom the account knows, and itself, by id."""
    people = [account, *(dict_at(relation, "user") for relation in list_at(account, "relationships"))]
    found = {text_at(p, "id"): text_at(p, "global_name") or text_at(p, "username") for p in people}
    return {key: name for key, name in found.items() if key and name}


def messages_of(tree: FileTree, file: str) -> list[PackageMessage]:
    """Of one conversation. Raises SourceError."""
    if file.lower().endswith(".csv"):
        rows: Iterable[Json] = csv_rows(tree, file, required=COLUMNS)
    else:
        found = parse_json(tree.read(file, max_bytes=MAX_BYTES), what=file)
        rows = found if isinstance(found, list) else list_at(found, "messages")
    return [
        PackageMessage(text_at(row, "ID"), dates.to_utc(text_at(row, "Timestamp")), text_at(row, "Contents"))
        for row in rows
    ]
