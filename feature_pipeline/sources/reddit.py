"""Reddit's data export ("GDPR request"): posts.csv, comments.csv and drafts.csv.

A text post is its body under its title; a link or picture without a body is its title alone, which is all that its
author wrote. "[deleted]" and "[removed]" stand for texts that Reddit no longer has. Addresses of the author's
network (the column ip) are never read. Messages and chats are counted and not read.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePosixPath
from types import MappingProxyType

from feature_pipeline import dates
from feature_pipeline.archives import FileTree
from feature_pipeline.errors import EmptySourceError, SourceError
from feature_pipeline.formats.csv_rows import csv_rows
from feature_pipeline.formats.escaping import unescape_if_escaped
from feature_pipeline.formats.plain_text import plain_text
from feature_pipeline.links import joined
from feature_pipeline.source_bases.base import ExportSource, Ignored, Item
from feature_pipeline.source_contract import Location, Match
from feature_store.records import ContentType, Post, PostKind
from text.words import count_words

SUMMARY = "Reddit's data export (zipped, unpacked, or its posts.csv or comments.csv): posts, comments, drafts"
EXAMPLE = "~/Downloads/export_maud_20240501.zip"
OBTAIN = (
    "On reddit.com/settings/data-request choose *General Data Protection Regulation* (or your own law) and the whole "
    "time. A message with the link comes within days."
)

HEAD_BYTES = 4096
COLUMNS = {  # by which a file is recognised: other services use the name posts.csv too
    "comments": {"id", "permalink", "subreddit", "body", "link"},
    "posts": {"id", "permalink", "subreddit", "body", "title"},
    "drafts": {"id", "title", "body", "kind"},
}
UNREAD = {
    **dict.fromkeys(("messages.csv", "messages_archive.csv"), "messages"),
    "chat_history.csv": "chat messages",
    **dict.fromkeys(("saved_posts.csv", "saved_comments.csv"), "saved posts and comments"),
}
GONE = {
    "[deleted]": "deleted: Reddit no longer has the text",
    **dict.fromkeys(("[removed]", "[ removed by reddit ]"), "removed by moderators: Reddit no longer has the text"),
}
MENTION = re.compile(r"(?<![\w/])/?u/([\w-]{3,20})")
LONG_FORM_WORDS = 200  # a post of fewer is a short text on a social network
SUBMISSION = re.compile(r"/comments/(\w+)")
ZERO_WIDTH_SPACE = re.compile(r"&(?:amp;)?#x200B;", re.IGNORECASE)  # put by Reddit's editor where paragraphs are empty


@dataclass
class RedditExport(ExportSource):
    def __post_init__(self) -> None:
        if not {"posts", "comments"} & set(self._files):
            raise EmptySourceError(
                f"{self.tree.path} holds neither posts.csv nor comments.csv of a Reddit export. Name the export as "
                "Reddit delivered it."
            )

    @property
    def identity(self) -> str:
        return self.one_of(
            row["value"].strip()
            for name in self.tree.find("statistics.csv")
            for row in csv_rows(self.tree, name, required=("statistic", "value"))
            if row["statistic"].strip().casefold() in ("account name", "account_name") and row["value"].strip()
        )

    def items(self) -> Iterator[Item]:
        """Posts, comments, drafts, in the order of the files. Raises SourceError."""
        yield from self._unread()
        posts: dict[str, Post] = {}
        parents: dict[str, tuple[str, ...]] = {}
        readers = {"posts": self._post, "comments": self._comment, "drafts": self._draft}
        for kind, reader in readers.items():
            for name in self._files.get(kind, ()):
                for index, row in enumerate(csv_rows(self.tree, name, required=("id",))):
                    post = (
                        reader(row) if row["id"].strip() else self._bare(f"{name}#{index}", problem="a row without id")
                    )
                    if post.source_id in posts:
                        yield Ignored("the same post again")
                    else:
                        posts[post.source_id] = post
                        parents[post.source_id] = _parents(row) if kind == "comments" else ()
        if not posts:
            raise EmptySourceError(f"{self.tree.path} holds no post and no comment. Request a new export.")
        for key, post in posts.items():
            parent = next((posts[name] for name in parents[key] if name in posts), None)
            yield replace(post, context=_as_context(parent))

    @cached_property
    def _files(self) -> dict[str, list[str]]:
        """Names of files by what they hold."""
        found: dict[str, list[str]] = {}
        for name in self.tree.find("*.csv"):
            if kind := _kind(self.tree, name):
                found.setdefault(kind, []).append(name)
        return found

    def _post(self, row: Mapping[str, str]) -> Post:
        title, body = unescape_if_escaped(row.get("title", "")).strip(), _body(row)
        text = replace(self._bare(_full_id("t3", row["id"]), row), title=title, content=body)
        if problem := GONE.get(body.strip().casefold()):
            return replace(text, content="", problem=problem)
        if body.strip():
            return replace(text, kind=PostKind.ARTICLE if count_words(body) >= LONG_FORM_WORDS else PostKind.POST)
        return replace(
            text,
            title="",
            content=title,
            content_type=ContentType.PLAIN,
            problem="" if title else "neither title nor text",
        )

    def _comment(self, row: Mapping[str, str]) -> Post:
        body = _body(row)
        problem = GONE.get(body.strip().casefold()) or ("" if body.strip() else "a comment without text")
        comment = self._bare(_full_id("t1", row["id"]), row, problem=problem)
        return replace(comment, content="" if problem else body, kind=PostKind.COMMENT)

    def _draft(self, row: Mapping[str, str]) -> Post:
        draft = self._bare(f"draft/{row['id'].strip()}", {**row, "permalink": ""})
        return replace(draft, title=row.get("title", "").strip(), content=_body(row), visibility="draft")

    def _bare(self, source_id: str, row: Mapping[str, str] = MappingProxyType({}), *, problem: str = "") -> Post:
        permalink, subreddit = row.get("permalink", "").strip(), row.get("subreddit", "").strip()
        return self.post(
            source_id,
            url=joined("https://www.reddit.com/", permalink) if permalink else "",
            created_at=dates.to_utc(row.get("date", "") or row.get("created", "")),
            content_type=ContentType.MARKDOWN,
            kind=PostKind.POST,
            tags=(subreddit,) if subreddit else (),
            people=tuple(dict.fromkeys(MENTION.findall(row.get("body", "")))),
            problem=problem,
        )

    def _unread(self) -> Iterator[Ignored]:
        for name in self.tree.find(*UNREAD):
            word = UNREAD[PurePosixPath(name).name]
            try:
                yield Ignored(word, sum(1 for _ in csv_rows(self.tree, name, required=())))
            except SourceError:  # these files are only counted, so that a broken one does no harm
                yield Ignored(f"broken files of {word}")


def recognises(location: Location) -> Match:
    return location.holds(_is_export)


open = RedditExport.opened  # noqa: A001 - the name that sources are opened by


def _is_export(tree: FileTree) -> bool:
    names = tree.names() if len(tree.names()) == 1 else tree.find("posts*.csv", "comments*.csv")
    return any(_kind(tree, name) in ("posts", "comments") for name in names)


def _kind(tree: FileTree, name: str) -> str:
    """The kind of items in the file, by its header; "" for other files."""
    if not name.lower().endswith(".csv"):
        return ""
    head = tree.head(name, HEAD_BYTES).decode("utf-8-sig", "replace")
    header = {column.strip().casefold() for column in next(csv.reader(head.splitlines()), [])}
    return next((kind for kind, columns in COLUMNS.items() if columns <= header), "")


def _full_id(prefix: str, key: str) -> str:
    """Reddit's name for a thing: exports give the id alone ("abc123"), or the name ("t3_abc123")."""
    key = key.strip()
    return key if key.startswith(f"{prefix}_") else f"{prefix}_{key}"


def _body(row: Mapping[str, str]) -> str:
    return unescape_if_escaped(ZERO_WIDTH_SPACE.sub("", row.get("body", "")))


def _parents(row: Mapping[str, str]) -> tuple[str, ...]:
    """What a comment may answer: the comment or post that is named, else the post that it stands under."""
    if parent := row.get("parent", "").strip():
        return (parent, f"t1_{parent}", f"t3_{parent}")
    link = SUBMISSION.search(row.get("link", "") or row.get("permalink", ""))
    return (f"t3_{link[1]}",) if link else ()


def _as_context(post: Post | None) -> str:
    if post is None:
        return ""
    return "\n\n".join(filter(None, (post.title, plain_text(post.content, post.content_type))))
