"""A Mastodon archive: the account's posts, replies and boosts, from outbox.json; other ActivityPub servers' too.

`totalItems` is not looked at: it never matches the list. The content warning that an author puts before a post is its
title. Posts to followers or to single people are private. A boost is another person's text: its address alone is kept.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import PurePosixPath

from feature_pipeline import dates
from feature_pipeline.archives import MEGABYTE, FileTree
from feature_pipeline.errors import EmptySourceError, SourceError
from feature_pipeline.formats.json_values import Json, at, dict_at, list_at, parse_json, text_at
from feature_pipeline.formats.plain_text import plain_text
from feature_pipeline.source_bases.base import ExportSource, Ignored, Item
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_store.records import ContentType, Post, PostKind

SUMMARY = "a Mastodon archive (zipped, unpacked, or its outbox.json): posts, replies and boosts"
EXAMPLE = "~/Downloads/archive-20240501-0123abcd.tar.gz"
OBTAIN = (
    "On your instance: *Preferences → Import and export → Data export → Request your archive*, once a week. The mail "
    "with the link comes when it is ready."
)

MAX_BYTES = 4_000 * MEGABYTE
HEAD_BYTES = 65_536
NAMES = ("outbox*.json",)
PUBLIC = {"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"}
ARTICLES = ("Article", "Page")
QUOTE_LINE = re.compile(r"<p class=\"quote-inline\">.*?</p>", re.DOTALL)  # "RE: https://…", by the server
POSTS = ("Note", "Question", *ARTICLES)


@dataclass(frozen=True, slots=True)
class _Version:
    post: Post
    answers: str  # address of the post that it answers
    changed_at: str


@dataclass
class MastodonArchive(ExportSource):
    @property
    def identity(self) -> str:
        return self.one_of(self._actors)

    def items(self) -> Iterator[Item]:
        """In the order of the file. Raises SourceError."""
        posts: dict[str, _Version] = {}
        for place, activity in self._activities:
            post = self._post(activity, place)
            if isinstance(post, Ignored):
                yield post
                continue
            kind, note = text_at(activity, "type"), dict_at(activity, "object") or activity
            if kind != "Announce":
                yield Ignored("attachments", len(list_at(note, "attachment")))
            changed_at = dates.to_utc(text_at(note, "updated")) or dates.to_utc(text_at(activity, "published"))
            known = posts.get(post.source_id)
            if known is None or (kind == "Update" and changed_at >= known.changed_at):
                posts[post.source_id] = _Version(post, _address(at(note, "inReplyTo")), changed_at)
            elif kind != "Update":
                yield Ignored("the same post again")
        for key in self._deleted & set(posts):
            del posts[key]
            yield Ignored("deleted posts")
        if not posts:
            raise EmptySourceError(f"{self.tree.path} holds no post in its outbox.json. Request a new archive.")
        for version in posts.values():
            yield self.alone(version.post, partial(_with_context, version.post, posts.get(version.answers)))

    @cached_property
    def _activities(self) -> list[tuple[str, Json]]:
        found: list[tuple[str, Json]] = []
        for name in _outboxes(self.tree):
            outbox = parse_json(self.tree.read(name, max_bytes=MAX_BYTES), what=name)
            items = _items(outbox)
            if items is None:
                raise SourceError(f"{name} is no outbox: it has no list orderedItems. Download the archive again.")
            found += [(f"{name}#{index}", item) for index, item in enumerate(items)]
        return found

    @cached_property
    def _actors(self) -> dict[str, None]:
        """Ids of the accounts whose archive this is, by actor.json, else by the activities."""
        files = [self.tree.read(name, max_bytes=MAX_BYTES) for name in self.tree.find("actor*.json")]
        actors = [text_at(parse_json(data, what="actor.json"), "id") for data in files]
        actors = actors or [_address(at(activity, "actor")) for _, activity in self._activities]
        return dict.fromkeys(filter(None, actors))

    @cached_property
    def _deleted(self) -> set[str]:
        return {_address(at(item, "object")) for _, item in self._activities if at(item, "type") == "Delete"}

    def _post(self, activity: Json, place: str) -> Post | Ignored:
        kind, note = text_at(activity, "type"), at(activity, "object")
        if kind == "Announce":
            return self._boost(activity, place)
        if kind in POSTS and note is None:  # the posts themselves, without activities around them
            kind, note = "Create", activity
        if kind not in ("Create", "Update"):
            if not isinstance(activity, dict) or not kind:
                return self._bare(place, "an item of outbox.json that is no activity")
            return Ignored(f"{kind.lower()} activities")
        key = _address(note)
        if not isinstance(note, dict):
            return self._bare(key or place, "the archive names the post, and does not hold it")
        author = _address(at(note, "attributedTo"))
        if at(note, "type") == "Tombstone":
            return Ignored("deleted posts")
        if author and self._actors and author not in self._actors:
            return Ignored("other people's posts")
        if kind == "Update" and text_at(note, "type") not in POSTS:
            return Ignored("changes of the profile")
        if text_at(note, "name") and not _content(note) and text_at(note, "type") == "Note":
            return Ignored("votes in polls")
        return self._note(activity, note, key or place)

    def _note(self, activity: Json, note: Json, key: str) -> Post:
        article = text_at(note, "type") in ARTICLES
        mentions = [tag for tag in list_at(note, "tag") if at(tag, "type") == "Mention"]
        tags = [text_at(tag, "name").lstrip("#") for tag in list_at(note, "tag") if at(tag, "type") == "Hashtag"]
        mentioned = [text_at(tag, "name").lstrip("@") for tag in mentions if at(tag, "href") not in self._actors]
        content = _content(note)
        return self.post(
            key,
            url=_address(at(note, "url"), "href"),
            title=text_at(note, "name") if article else text_at(note, "summary"),
            created_at=dates.to_utc(text_at(note, "published")) or dates.to_utc(text_at(activity, "published")),
            content=content or "",
            content_type=ContentType.HTML,
            kind=PostKind.ARTICLE if article else PostKind.REPLY if at(note, "inReplyTo") else PostKind.POST,
            visibility=_visibility(note, activity),
            tags=tuple(dict.fromkeys(filter(None, tags))),
            people=tuple(dict.fromkeys(part for name in mentioned for part in (name, name.partition("@")[0]) if part)),
            problem="" if content is not None else "a post without content",
        )

    def _boost(self, activity: Json, place: str) -> Post:
        boosted = _address(at(activity, "object"))
        return self.post(
            text_at(activity, "id") or place,
            url=boosted or place,
            created_at=dates.to_utc(text_at(activity, "published")),
            content=boosted,
            kind=PostKind.REPOST,
            visibility=_visibility(activity, activity),
            problem="" if boosted else "a boost of nothing",
        )

    def _bare(self, source_id: str, problem: str) -> Post:
        return self.post(source_id, content_type=ContentType.HTML, kind=PostKind.POST, problem=problem)


def _with_context(post: Post, answered: _Version | None) -> Post:
    context = plain_text(answered.post.content, answered.post.content_type) if answered else ""
    return replace(post, context=context)


def recognises(location: Location) -> Match:
    return location.holds(_outboxes)


def open(location: Location, options: SourceOptions) -> MastodonArchive:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError."""
    tree = location.require_tree()
    if not _outboxes(tree):
        raise EmptySourceError(f"{location.text} holds no outbox.json. Name the archive as the instance delivered it.")
    return MastodonArchive(options, tree)


def _outboxes(tree: FileTree) -> list[str]:
    """By what they begin with, as other programs' files are called outbox.json too."""
    names = tree.names() if len(tree.names()) == 1 else tree.find(*NAMES)
    return [name for name in names if name.lower().endswith(".json") and _is_outbox(tree, name)]


def _is_outbox(tree: FileTree, name: str) -> bool:
    head = tree.head(name, HEAD_BYTES)
    named = PurePosixPath(name).name.lower().startswith("outbox")
    is_collection = b"OrderedCollection" in head
    has_posts = b'"Create"' in head or b'"Announce"' in head  # likes.json and bookmarks.json have none
    return sum((named, is_collection, has_posts)) >= 2


def _items(outbox: Json) -> list[Json] | None:
    if isinstance(outbox, list):
        return outbox
    for path in (("orderedItems",), ("items",), ("first", "orderedItems")):
        if isinstance(found := at(outbox, *path), list):
            return found
    return None


def _address(value: Json, key: str = "id") -> str:
    """The address that stands alone, in an object under `key`, or in a list of such: ActivityPub has all three."""
    if isinstance(value, list):
        value = value[0] if value else None
    return text_at(value, key) if isinstance(value, dict) else text_at([value], 0)


def _content(note: Json) -> str | None:
    """None when there is none. A post of nothing but a picture has ""."""
    if isinstance(at(note, "content"), str):
        return QUOTE_LINE.sub("", text_at(note, "content"))
    translations = dict_at(note, "contentMap")
    translated = next((text_at(translations, language) for language in translations), None)
    return "" if translated is None and list_at(note, "attachment") else translated


def _visibility(note: Json, activity: Json) -> str:
    """By who may read it, which is who it is addressed to. Unlisted counts as public."""
    readers: set[str] = set()
    for field_name in ("to", "cc"):
        value = at(note, field_name) or at(activity, field_name)
        readers.update(text_at([reader], 0) for reader in (value if isinstance(value, list) else [value]))
    return "public" if readers & PUBLIC else "private"
