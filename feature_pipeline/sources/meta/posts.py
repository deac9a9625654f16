"""Posts, captions and comments of Facebook, Instagram and Threads, as JSON and as pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from lxml import etree

from feature_pipeline import dates
from feature_pipeline.archives import FileTree
from feature_pipeline.formats.html_parts import by_class, parse_page, set_apart, words_of
from feature_pipeline.formats.json_values import Json, at, dict_at, list_at, text_at
from feature_pipeline.formats.local_times import local_time
from feature_pipeline.source_bases.unread import UnreadFiles
from feature_pipeline.sources.meta.files import Files, read_json, read_page
from feature_pipeline.sources.meta.threads import BLOCKS, CONTENTS, SENDERS, TIMES, first_of, lines_of
from feature_store.records import PostKind, digest_of

OF_FACEBOOK = ("your_posts", "group_posts", "comments")


@dataclass(frozen=True, slots=True)
class Written:
    at: str  # ISO 8601, UTC
    text: str
    kind: PostKind
    visibility: str = "public"
    author: str = ""  # where it says so

    @property
    def id(self) -> str:
        return f"{self.kind}/{digest_of(self.at, self.text)[:20]}"


def read_posts(tree: FileTree, files: Files, unread: UnreadFiles) -> Iterator[Written]:
    """Every one that has words."""
    as_json = {PurePosixPath(name).stem for name in (*files.posts, *unread) if name.lower().endswith(".json")}
    for name in files.posts:
        yield from unread.alone(name, lambda name: [*_of_file(read_json(tree, name), name)]) or ()
    for name in files.post_pages:
        if PurePosixPath(name).stem not in as_json:
            yield from unread.alone(name, lambda name: [*_of_page(read_page(tree, name), name)]) or ()


def _of_file(value: Json, name: str) -> Iterator[Written]:
    for entry in _entries(value):
        yield from _of_json(entry, name)


def _entries(value: Json) -> Iterator[dict[str, Json]]:
    """A list of entries, or an object that holds one under a name of its own."""
    if isinstance(value, list):
        yield from (entry for entry in value if isinstance(entry, dict))
    elif isinstance(value, dict):
        lists = [inner for inner in value.values() if isinstance(inner, list)]
        if not lists or "media" in value or "data" in value:
            yield value
        else:
            for inner in lists:
                yield from _entries(inner)


def _of_json(entry: dict[str, Json], name: str) -> Iterator[Written]:
    visibility = "private" if "archived" in PurePosixPath(name).name else "public"
    stamp = text_at(entry, "timestamp") or text_at(entry, "creation_timestamp")
    for item in list_at(entry, "data"):
        comment = dict_at(item, "comment")
        if text := text_at(item, "post"):
            yield Written(dates.to_utc(stamp), text, PostKind.POST, visibility)
        if text := text_at(comment, "comment"):
            at_ = dates.to_utc(text_at(comment, "timestamp") or stamp)
            yield Written(at_, text, PostKind.COMMENT, author=text_at(comment, "author"))
    if "string_map_data" in entry:
        if (comment_ := _mapped_comment(entry)) is not None:
            yield comment_
        return
    if not {"media", "creation_timestamp"} & set(entry):
        return  # of Facebook: the title says what was done, "Maud Ferrier added a photo."
    media = [item for item in list_at(entry, "media") if isinstance(item, dict)] or [entry]
    reply = any(at(item, "text_app_post", "is_reply") is True for item in media)
    kind = PostKind.REPLY if reply else PostKind.POST
    texts = [text_at(entry, "title")] if text_at(entry, "title") else [text_at(item, "title") for item in media]
    stamp = stamp or next(filter(None, (text_at(item, "creation_timestamp") for item in media)), "")
    for text in dict.fromkeys(texts):
        if text.strip():
            yield Written(dates.to_utc(stamp), text, kind, visibility)


def _mapped_comment(entry: dict[str, Json]) -> Written | None:
    """Instagram's comments: {"Comment": {"value": …}, "Time": {"timestamp": …}}, the keys in the account's language.

    The comment comes first, who owns what it is about second.
    """
    values = [item for item in dict_at(entry, "string_map_data").values() if isinstance(item, dict)]
    texts = [text_at(item, "value") for item in values if text_at(item, "value")]
    stamps = [text_at(item, "timestamp") for item in values if text_at(item, "timestamp").strip("0")]
    known = text_at(entry, "string_map_data", "Comment", "value")
    text = known or (texts[0] if texts else "")
    return Written(dates.to_utc(stamps[0]) if stamps else "", text, PostKind.COMMENT) if text.strip() else None


def _of_page(text: str, name: str) -> Iterator[Written]:
    """On Facebook the heading says what was done, and the words are below it; elsewhere the heading is the caption."""
    called = PurePosixPath(name).name.lower()
    kind = PostKind.COMMENT if "comment" in called else PostKind.POST
    visibility = "private" if "archived" in called else "public"
    page = parse_page(text)
    for block in [] if page is None else set_apart(page, *BLOCKS):
        times = [words_of(element) for element in by_class(block, *TIMES)]
        moment = next(filter(None, map(local_time, times)), None)
        content = first_of(block, *CONTENTS)
        text = words_of(first_of(block, *SENDERS))
        if called.startswith(OF_FACEBOOK):
            text = _own_words(content) if content is not None else ""
        if moment and text.strip():
            yield Written(f"{moment.isoformat()}+00:00", text, kind, visibility)


def _own_words(content: etree._Element) -> str:
    """The first part with words that are no time ("Updated Sep 25, 2024 9:03 pm") and no link alone."""
    parts = [*by_class(content, "_2pin")] or [content]
    texts = (lines_of(part) for part in parts)
    return next((text for text in texts if text and not (len(text) < 60 and local_time(text))), "")
