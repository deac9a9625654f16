"""What Meta gives of an account: Facebook, Messenger, Instagram and Threads, as JSON or as pages (HTML)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from feature_pipeline.conversations.alone import chats_alone
from feature_pipeline.errors import EmptySourceError
from feature_pipeline.formats.authorship import Writer, choose_authors, same_name
from feature_pipeline.source_bases.base import Ignored, Item
from feature_pipeline.source_bases.chats import ChatSource, Conversation, Message
from feature_pipeline.source_bases.unread import UnreadFiles
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_pipeline.sources.meta.files import PROFILE, account_names, called_pages, files_of, look_at_others
from feature_pipeline.sources.meta.posts import Written, read_posts
from feature_pipeline.sources.meta.threads import Thread, account_of, read_threads

SUMMARY = "exports of Facebook, Messenger, Instagram and Threads, JSON or HTML: messages, posts, captions, comments"
EXAMPLE = "~/Downloads/instagram-maud-2024-05-01-abcdef.zip"
OBTAIN = (
    "*Accounts Centre → Your information and permissions → Export your information*; choose JSON. "
    "End-to-end encrypted chats of Messenger: *Settings → Privacy & safety → End-to-end encrypted chats → Message "
    "storage → Download secure storage data*."
)


@dataclass
class MetaSource(ChatSource):
    _written: list[Written]
    _threads: list[Thread]
    _author: frozenset[str]
    _account: str
    _is_settled: bool
    lists_all: bool = field(default=False, init=False)  # an export covers the kinds and dates that were chosen for it

    @property
    def identity(self) -> str:
        return self._account or super().identity

    @property
    def is_settled(self) -> bool:
        return self._is_settled

    def conversations(self) -> Iterator[Conversation]:
        for thread in self._threads:
            yield Conversation(thread.key, list(self._messages(thread)))

    def _messages(self, thread: Thread) -> Iterator[Message]:
        alike: Counter[str] = Counter()
        for said in thread.said:
            alike[said.id] += 1
            is_own = said.sender in self._author
            yield Message(
                id=f"{said.id}-{alike[said.id]}",
                at=said.at,
                text=said.text,
                is_own=is_own,
                ignored=said.ignored,
                sender="" if is_own else said.sender,
                names=() if is_own else (said.sender,),
            )

    def items(self) -> Iterator[Item]:
        yield from super().items()
        seen: set[str] = set()
        for written in self._written:
            if written.author and same_name(written.author) not in self.own_names:
                yield Ignored("written by others")
            elif written.id in seen:
                yield Ignored("duplicate")
            else:
                seen.add(written.id)
                yield self.post(
                    written.id,
                    created_at=written.at,
                    content=written.text,
                    kind=written.kind,
                    visibility=written.visibility,
                )


def recognises(location: Location) -> Match:
    if location.holds(lambda tree: files_of(tree).threads or files_of(tree).posts):
        return Match.YES
    return chats_alone(location, lambda tree: [*chain(*files_of(tree))], kind="meta", called=called_pages)


def open(location: Location, options: SourceOptions) -> MetaSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError, WhoIsTheAuthorError."""
    tree = location.require_tree()
    files = files_of(tree)
    if not files.any:
        raise EmptySourceError(
            f"{tree.path} holds neither messages nor posts of Meta: looked for message_1.json, your_posts_1.json, "
            "posts_1.json, threads_and_replies.json, comments.json and their like, and for their pages."
        )
    unread = UnreadFiles(tree)
    look_at_others(tree, files, unread)
    threads, written = read_threads(tree, files, unread), [*read_posts(tree, files, unread)]
    names = [*account_names(tree, unread)]
    lost = [name for name in tree.find(*PROFILE) if name in unread]
    counts = Counter(said.sender for thread in threads for said in thread.said if not said.ignored and said.sender)
    signed = Counter(item.author for item in written if item.author)
    if not counts and not written:
        unread.require_others()
    account = account_of(threads, names) or (next(iter(signed)) if len(signed) == 1 and not counts else "")
    if lost and files.thread_pages:  # pages do not name who is silent in them: it would be a guess
        account = ""
    counts += signed
    author = frozenset[str]()
    if unread:  # the author's own words may be in what cannot be read, and the author's name in the rest
        counts.update({name: 0 for thread in threads for name in thread.participants})
    if counts:
        writers = {name: Writer((name,), count) for name, count in counts.items()}
        author = choose_authors(writers, options, account=account, where=unread.where)
    is_settled = not unread or (not lost and bool(account) and account in names[:1])
    source = MetaSource(options, tree, written, threads, author, account or next(iter(names), ""), is_settled)
    source.unread = unread
    source.own_names = frozenset(map(same_name, filter(None, (*author, *names, *options.me, options.author_name))))
    return source
