"""A WordPress export (WXR): posts and pages, and the author's own comments with what they answer.

Reusable blocks stand where posts use them. Ignored, and counted: attachments, menus, revisions and other types, the
trash, other authors' posts, others' comments. An item that is there twice, as in the files of two exports, is one post.
The excerpt is no text of its own.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar

from feature_pipeline.archives import FileTree
from feature_pipeline.errors import EmptySourceError, SourceError
from feature_pipeline.formats.authorship import Writer, choose_authors
from feature_pipeline.formats.plain_text import plain_text
from feature_pipeline.formats.xml_files import files_with
from feature_pipeline.source_bases.base import ExportSource, Ignored, Item
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_pipeline.sources.wordpress.export import (
    WordpressAuthor,
    WordpressBlog,
    WordpressComment,
    WordpressItem,
    read_export,
)
from feature_pipeline.sources.wordpress.markup import post_html
from feature_store.records import ContentType, Post, PostKind, digest_of

SUMMARY = "a WordPress export: posts and pages, and the author's own comments"
EXAMPLE = "~/Downloads/maud.WordPress.2024-05-01.xml"
OBTAIN = (
    "In the blog's dashboard under *Tools → Export*, choose *All content* and download the file. Several files, or the "
    "`.zip` that WordPress.com sends, are read together."
)

PATTERNS = ("*.xml", "*.wxr")
PROBE_BYTES = 65_536
SIGNS = (b"wordpress.org/export/", b"<wp:wxr_version")
ARTICLE_TYPES = {"post", "page"}
REUSABLE_TYPE = "wp_block"
NEVER_PUBLISHED = {"trash", "inherit"}
PUBLISHED = {"publish", ""}
NO_COMMENT = {"spam", "trash", "post-trashed"}


@dataclass
class WordpressSource(ExportSource):
    takes_me: ClassVar[bool] = True

    files: list[str]
    _sites: set[str] = field(default_factory=set, init=False)
    _reusable: dict[str, dict[str, str]] = field(default_factory=dict, init=False)  # site → id → the block, as stored
    _accounts: dict[str, WordpressAuthor] = field(default_factory=dict, init=False)  # by login

    def __post_init__(self) -> None:
        """Reads everything once: how much each author wrote is stated nowhere."""
        counts: Counter[str] = Counter()
        names: dict[str, tuple[str, ...]] = {}
        types: Counter[str] = Counter()
        anonymous = 0
        reusable: list[tuple[str, WordpressItem]] = []
        for _, blog, item in self._entries():
            self.lists_all = self.lists_all and not item.problem
            types[item.type] += 1
            if item.type == REUSABLE_TYPE and item.status in PUBLISHED:
                reusable.append((blog.site, item))
            if not _is_article(item):
                continue
            anonymous += not item.authors
            for login, spelled in self._logins(item).items():
                counts[login] += 1
                names[login] = spelled
        if not counts and not anonymous:
            found = ", ".join(f"{count} {kind}" for kind, count in sorted(types.items()))
            raise EmptySourceError(
                f"{self.tree.path} holds no post and no page{f', only {found}' if found else ''}. "
                "Export again with *All content* chosen."
            )
        writers = {login: Writer(names[login][::-1], count) for login, count in counts.items()}
        self._chosen = choose_authors(writers, self.options, where=str(self.tree.path), sole=True)
        self._only_one = len(counts) <= 1
        for site, item in reusable:
            if not self._chosen or not item.authors or self._chosen & self._logins(item).keys():
                self._reusable.setdefault(site, {}).setdefault(item.id, item.content)

    @property
    def identity(self) -> str:
        return "+".join(sorted(self._sites - {""})) or super().identity

    def items(self) -> Iterator[Item]:
        """Posts in the order of the files, each followed by the author's comments on it."""
        seen: dict[str, tuple[str, str]] = {}  # source_id → the file that it is from, the item's digest
        for number, (file, blog, item) in enumerate(self._entries()):
            source_id = item.id or item.slug or f"item-{number}"
            if len(self._sites) > 1:
                source_id = f"{blog.site}/{source_id}"
            if source_id in seen and (seen[source_id][0] != file or seen[source_id][1] == digest_of(item)):
                yield Ignored("repeated")
                continue
            while source_id in seen:
                source_id += "#2"
            seen[source_id] = (file, digest_of(item))
            read = partial(self._post, source_id, blog, item)
            post = self.alone(self.post(source_id), read, size=len(item.content))
            reason = self._why_ignored(item)
            yield Ignored(reason) if reason else post
            yield from self._comments(post, item)

    def _entries(self) -> Iterator[tuple[str, WordpressBlog, WordpressItem]]:
        for file in reversed(self.files):  # the newest export of several counts
            blog = WordpressBlog("", "", ())
            for entry in read_export(self.tree, file):
                if isinstance(entry, WordpressItem):
                    yield file, blog, entry
                    continue
                blog = entry
                self._sites.add(blog.site)
                for author in blog.authors:
                    self._accounts.setdefault(author.login, author)

    def _logins(self, item: WordpressItem) -> dict[str, tuple[str, ...]]:
        """Login → all names of each author of the item; an author without an account goes by the name in the item."""
        found: dict[str, tuple[str, ...]] = {}
        for given in item.authors:
            keys = {_slug(name) for name in given} - {""}
            account = self._accounts.get(given[0]) or next(
                (a for a in self._accounts.values() if keys & {_slug(name) for name in a.names}), None
            )
            found[account.login if account else given[0]] = account.names if account else given
        return found

    def _why_ignored(self, item: WordpressItem) -> str:
        """ "" for what the author wrote."""
        if item.type not in ARTICLE_TYPES:
            return item.type
        if item.status in NEVER_PUBLISHED:
            return item.status
        if not self._only_one and not self._chosen & self._logins(item).keys():
            return "by other authors" if item.authors else "without an author"
        return ""

    def _post(self, source_id: str, blog: WordpressBlog, item: WordpressItem) -> Post:
        return self.post(
            source_id,
            url=self.absolute(item.link, blog.url),
            title=item.title,
            created_at=item.created_at,
            content="" if item.problem else post_html(item.content, self._reusable.get(blog.site)),
            content_type=ContentType.HTML,
            visibility=item.visibility,
            tags=item.tags,
            problem=item.problem,
        )

    def _comments(self, post: Post, item: WordpressItem) -> Iterator[Item]:
        by_id = {comment.id: comment for comment in item.comments}
        for comment in item.comments:
            if comment.type != "comment":
                yield Ignored(comment.type)
            elif comment.approved in NO_COMMENT or item.status == "trash":
                yield Ignored("spam or trashed comments")
            elif not self._wrote(comment):
                yield Ignored("comments by others")
            else:
                source_id = f"{post.source_id}#comment-{comment.id or digest_of(comment.content)[:12]}"
                answered = by_id.get(comment.parent)
                yield self.alone(self.post(source_id), partial(self._comment, source_id, post, comment, answered))

    def _comment(
        self, source_id: str, post: Post, comment: WordpressComment, answered: WordpressComment | None
    ) -> Post:
        waiting = "draft" if comment.approved == "0" else "public"
        return self.post(
            source_id,
            url=f"{post.url}#comment-{comment.id}",
            created_at=comment.created_at,
            content=post_html(comment.content),
            content_type=ContentType.HTML,
            kind=PostKind.COMMENT,
            visibility=waiting if post.visibility == "public" else post.visibility,
            context=plain_text(post_html(answered.content), ContentType.HTML) if answered else post.title,
            people=(answered.author,) if answered and answered.author and not self._wrote(answered) else (),
        )

    def _wrote(self, comment: WordpressComment) -> bool:
        """By account or e-mail address: anybody can give a name."""
        accounts = [self._accounts[login] for login in self._chosen if login in self._accounts]
        if comment.user_id and any(comment.user_id == account.id for account in accounts):
            return True
        addresses = {
            address.casefold() for address in (*(a.email for a in accounts), *self.options.me) if "@" in address
        }
        if comment.email.casefold() in addresses:
            return True
        without_account = self._chosen - self._accounts.keys()
        return bool(comment.user_id) and _slug(comment.author) in {_slug(login) for login in without_account}


def recognises(location: Location) -> Match:
    return location.holds(_exports)


def open(location: Location, options: SourceOptions) -> WordpressSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError, WhoIsTheAuthorError, UnsafeMarkupError."""
    tree = location.require_tree()
    files = _exports(tree)
    if not files:
        raise SourceError(f"{location.text} holds no WordPress export: no .xml file in it says that it is one.")
    return WordpressSource(options, tree, files)


def _exports(tree: FileTree) -> list[str]:
    return files_with(tree, PATTERNS, SIGNS, probe=PROBE_BYTES)


def _is_article(item: WordpressItem) -> bool:
    return item.type in ARTICLE_TYPES and item.status not in NEVER_PUBLISHED


def _slug(name: str) -> str:
    return "-".join(name.casefold().split())
