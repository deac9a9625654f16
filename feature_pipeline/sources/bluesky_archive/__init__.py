"""A Bluesky account from its exported repository (a CAR file), or from JSON as the API and its tools write it.

JSON: `listRecords` and `getAuthorFeed` answers, whole or as lists, captures with `postRecords`, and a repository
unpacked into folders by collection. Entries of blogs on the same protocol (WhiteWind, Leaflet) are articles.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import ClassVar

from feature_pipeline import dates
from feature_pipeline.archives import MEGABYTE, FileTree
from feature_pipeline.errors import EmptySourceError
from feature_pipeline.formats.authorship import Writer, choose_authors
from feature_pipeline.formats.bluesky_records import (
    ARTICLES,
    POST,
    REPOST,
    WHITEWIND,
    article_text,
    hashtags,
    mentioned,
    parse_at_uri,
    post_text,
    web_address,
)
from feature_pipeline.formats.json_values import Json, at, dict_at, parse_json, text_at
from feature_pipeline.source_bases.base import ExportSource, Ignored, Item
from feature_pipeline.source_contract import Location, Match, Unreached
from feature_pipeline.sources.bluesky_archive.repository import read_repository
from feature_store.records import ContentType, Post, PostKind

SUMMARY = "a Bluesky repository (.car), or its records as JSON: posts, replies, reposts, WhiteWind and Leaflet articles"
EXAMPLE = "~/Downloads/repo.car"
OBTAIN = "In the app: *Settings → Account → Export my data → Download CAR file*."

MAX_BYTES = 4_000 * MEGABYTE
HEAD_BYTES = 16_384
WRITTEN = (POST, REPOST, *ARTICLES)
LISTS = ("postRecords", "records", "feed", "posts")
CAR_MARKS = (b"eroots", b"gversion")  # keys of the header in CBOR
JSON_MARK = re.compile(
    rb"\s*[\[{].*\"(?:\$type\"\s*:\s*\"|at://[^/\"]+/)(?:%s)[\"/]"
    % b"|".join(re.escape(name).encode() for name in WRITTEN),
    re.DOTALL,
)
JSON_FILES_LOOKED_AT = 100  # in a folder, to recognise this kind


@dataclass(frozen=True, slots=True)
class _Item:
    uri: str
    record: Json  # None when it is named but missing
    handle: str = ""
    context: str = ""  # text of the post that it answers or quotes, where the file includes it
    problem: str = ""


@dataclass
class BlueskyArchive(ExportSource):
    """It `lists_all` when it is a whole repository: a page of the API, or a part of a repository, is not."""

    takes_me: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not self._items:
            raise EmptySourceError(
                f"{self.tree.path} holds no Bluesky repository (.car), and no records of one as JSON. Export it again."
            )
        self._authors = self._choose_authors()

    @property
    def identity(self) -> str:
        return self.one_of(self._authors)

    def items(self) -> Iterator[Item]:
        """In the order of the records' names, or of the list."""
        items: dict[str, _Item] = {}
        for item in self._items:
            account, collection, _ = parse_at_uri(item.uri)
            if not account:
                items[item.uri] = item
            elif account not in self._authors:
                yield Ignored("other people's posts")
            elif collection not in WRITTEN:
                yield Ignored(collection)
            elif item.uri in items:
                yield Ignored("the same post again")
            else:
                items[item.uri] = item
        if not items:
            raise EmptySourceError(f"{self.tree.path} holds no post of the account. Export the repository again.")
        for item in items.values():
            if item.record is None and not item.problem:
                yield Unreached(item.uri, "the repository names it, and its block is missing from the file")
            else:
                yield self._post(item, items)

    @cached_property
    def _items(self) -> list[_Item]:
        found: list[_Item] = []
        for name in self.tree.find("*.car", "*.json"):
            if not name.endswith(".car") and not _is_ours(self.tree, name):
                continue
            data = self.tree.read(name, max_bytes=MAX_BYTES)
            if name.endswith(".car"):
                repository = read_repository(data, what=name)
                self.lists_all &= repository.complete
                found += [_Item(f"at://{repository.did}/{path}", value) for path, value in repository.records.items()]
            else:
                self.lists_all = False
                found += _items_of(parse_json(data, what=name), PurePosixPath(name))
        return found

    def _choose_authors(self) -> frozenset[str]:
        """DIDs. Raises WhoIsTheAuthorError."""
        own = [item for item in self._items if parse_at_uri(item.uri)[1] in WRITTEN]
        counts = Counter(account for item in own or self._items if (account := parse_at_uri(item.uri)[0]))
        handles: dict[str, set[str]] = {}
        for item in own:
            handles.setdefault(parse_at_uri(item.uri)[0], set()).add(item.handle)
        writers = {did: Writer(tuple(sorted(handles.get(did, ()))), count) for did, count in counts.items()}
        return choose_authors(writers, self.options, where=str(self.tree.path), sole=True)

    def _post(self, item: _Item, items: dict[str, _Item]) -> Post:
        _, collection, _ = parse_at_uri(item.uri)
        record = item.record
        post = self.post(
            item.uri,
            url=web_address(item.uri),
            created_at=dates.to_utc(text_at(record, "createdAt")) or dates.to_utc(text_at(record, "publishedAt")),
            kind=PostKind.POST,
            problem=item.problem,
        )
        if item.problem:
            return post
        if collection == REPOST:
            subject = web_address(text_at(record, "subject", "uri"))
            problem = "" if subject else "a repost that names no post"
            return replace(post, url=subject or post.url, content=subject, kind=PostKind.REPOST, problem=problem)
        if collection in ARTICLES:
            return _article(post, record, collection)
        if not isinstance(at(record, "text"), str):
            return replace(post, problem="a post without text")
        answered = text_at(record, "reply", "parent", "uri")
        quoted = text_at(record, "embed", "record", "uri") or text_at(record, "embed", "record", "record", "uri")
        parent = items.get(answered or quoted)
        return replace(
            post,
            content=post_text(record),
            kind=PostKind.REPLY if answered else PostKind.POST,
            context=post_text(parent.record) if parent else item.context,
            people=mentioned(record),
            tags=hashtags(record),
        )


def _article(post: Post, record: Json, collection: str) -> Post:
    account, _, key = parse_at_uri(post.source_id)
    text = article_text(record)
    hidden = text_at(record, "visibility") == "author"  # WhiteWind; "url" is read by whoever has the address
    site, path = text_at(record, "site"), text_at(record, "path")
    plain = text == text_at(record, "textContent")
    url = f"{site.rstrip('/')}/{path.lstrip('/')}" if site.startswith("http") else post.url
    return replace(
        post,
        url=f"https://whtwnd.com/{account}/{key}" if collection == WHITEWIND else url,
        title=text_at(record, "title"),
        content=text,
        content_type=ContentType.PLAIN if plain else ContentType.MARKDOWN,
        kind=PostKind.ARTICLE,
        visibility="private" if hidden else "draft" if at(record, "isDraft") is True else "public",
        tags=hashtags(record),
        problem="" if text.strip() else "an article without text",
    )


def _items_of(value: Json, name: PurePosixPath) -> list[_Item]:
    """The records that a JSON file holds, whichever API response it is; none when it is of another kind."""
    handle = text_at(value, "accountMeta", "Identity", "Handle")
    for entries in (value, *(at(value, key) for key in LISTS)):
        if isinstance(entries, list):
            found = [_item_of(entry, f"{name.name}#{index}") for index, entry in enumerate(entries)]
            return [replace(item, handle=item.handle or handle) for item in found]
    collection = text_at(value, "$type")
    if collection in WRITTEN and name.parent.name == collection:  # one record a file, in folders by collection
        return [_Item(f"at://{name.parent.parent.name or 'repository'}/{collection}/{name.stem}", value)]
    return [_item_of(value, name.name)] if parse_at_uri(text_at(value, "uri"))[0] else []


def _item_of(value: Json, place: str) -> _Item:
    view = dict_at(value, "post") or value  # an entry of a feed, or a record alone
    uri = text_at(view, "uri")
    record = next((found for key in ("value", "record") if isinstance(found := at(view, key), dict)), None)
    if at(value, "reason", "$type") == "app.bsky.feed.defs#reasonRepost":
        return _repost(uri, at(value, "reason"))
    if not parse_at_uri(uri)[0] or record is None:
        return _Item(
            uri if parse_at_uri(uri)[0] else place, None, problem="an item without uri and record: none of Bluesky's"
        )
    embedded = (("embed", "record", "value"), ("embed", "record", "record", "value"))
    others = (at(value, "reply", "parent", "record"), *(at(view, *path) for path in embedded))
    context = next(filter(None, map(post_text, others)), "")
    return _Item(uri, record, handle=text_at(view, "author", "handle"), context=context)


def _repost(reposted: str, reason: Json) -> _Item:
    account, _, key = parse_at_uri(reposted)
    uri = text_at(reason, "uri") or f"at://{text_at(reason, 'by', 'did')}/{REPOST}/{account}-{key}"
    record = {"subject": {"uri": reposted}, "createdAt": text_at(reason, "indexedAt")}
    return _Item(uri, record, handle=text_at(reason, "by", "handle"))


def recognises(location: Location) -> Match:
    return location.holds(
        lambda tree: any(
            _is_ours(tree, name) for name in (*tree.find("*.car"), *tree.find("*.json")[:JSON_FILES_LOOKED_AT])
        )
    )


open = BlueskyArchive.opened  # noqa: A001 - the name that sources are opened by


def _is_ours(tree: FileTree, name: str) -> bool:
    head = tree.head(name, HEAD_BYTES).removeprefix(b"\xef\xbb\xbf")
    return _is_car(head) or bool(JSON_MARK.match(head))


def _is_car(head: bytes) -> bool:
    return all(mark in head[:200] for mark in CAR_MARKS)
