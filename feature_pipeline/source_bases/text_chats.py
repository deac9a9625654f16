"""Conversations that are text files: no ids, names as people call one another, times as a clock showed them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from feature_pipeline import dates
from feature_pipeline.archives import FileTree
from feature_pipeline.errors import EmptySourceError
from feature_pipeline.formats.authorship import Writer, choose_authors, same_name
from feature_pipeline.source_bases.chats import ChatSource, Conversation, Message
from feature_pipeline.source_bases.unread import UnreadFiles
from feature_pipeline.source_contract import SourceOptions
from feature_store.records import digest_of

NOTICE = "notice"  # begins what is ignored as the program's own words


@dataclass(frozen=True, slots=True)
class TextMessage:
    at: str  # ISO 8601 as the clock showed it, zone unknown; "" when it cannot be read
    sender: str  # "" for what the program itself says
    text: str  # "" when nothing of it is the sender's
    ignored: str = ""  # what it is, when the text is ""
    mentioned: tuple[str, ...] = ()  # names


@dataclass(frozen=True, slots=True)
class TextChat:
    name: str
    messages: Sequence[TextMessage]
    title: str = ""  # what the file says that the chat is called: in a chat of two, it names the other one


@dataclass
class TextChatSource(ChatSource):
    _chats: Sequence[TextChat]
    _author: frozenset[str]  # as `same_name` has them

    @classmethod
    def of_chats(
        cls,
        options: SourceOptions,
        tree: FileTree,
        chats: Sequence[TextChat],
        unread: UnreadFiles,
        *,
        account: str = "",
    ) -> Self:
        """`account`: the name that stands for the author in every export.

        Raises SourceError, EmptySourceError, WhoIsTheAuthorError.
        """
        spoken = Counter((same_name(said.sender), said.sender) for chat in chats for said in chat.messages if said.text)
        if not spoken:
            unread.require_others()
            raise EmptySourceError(f"{tree.path} holds no chat with a message in it.")
        writers = {key: Writer((sender,), count) for (key, sender), count in spoken.items()}
        known = same_name(account) if same_name(account) in writers else _other_side(chats)
        source = cls(options, tree, chats, choose_authors(writers, options, account=known, where=unread.where))
        source.unread = unread
        return source

    @property
    def identity(self) -> str:
        return self._chats[0].name if self.is_one and self._chats[0].name else super().identity

    @property
    def is_settled(self) -> bool:
        """Whether it is one chat or several may hang on files of which nobody can say that they are chats."""
        return not self.unread.doubtful

    @property
    def is_one(self) -> bool:
        """Whether it is one chat alone: one that cannot be read is one too."""
        return len(self._chats) + len(self.unread) == 1

    def count(self) -> int:
        return sum(message.is_own for chat in self.conversations() for message in chat.messages)

    def conversations(self) -> Iterator[Conversation]:
        for chat in self._chats:
            yield Conversation(chat.name, list(self._messages(chat)))

    def _messages(self, chat: TextChat) -> Iterator[Message]:
        alike: Counter[str] = Counter()
        for said in chat.messages:
            is_authors = same_name(said.sender) in self._author
            is_own = is_authors and bool(said.text)
            # There are no ids: the same words in the same minute are told apart by their order.
            content = digest_of(said.at, said.text)[:20]
            alike[content] += is_own
            yield Message(
                id=f"{content}-{alike[content]}",
                at=dates.to_utc(said.at),
                text=said.text,
                is_own=is_own,
                ignored=said.ignored,
                sender="" if is_own else said.sender,
                names=() if is_authors or said.ignored.startswith(NOTICE) else (said.sender,),
                mentioned=said.mentioned,
            )


def _other_side(chats: Sequence[TextChat]) -> str:
    """The author, by chats of two that are called after the other one; "" when that does not say it."""
    sides: list[set[str]] = []
    for chat in chats:
        senders = {said.sender for said in chat.messages if said.sender and not said.ignored.startswith(NOTICE)}
        named = [name for name in senders if name in chat.title]
        if len(senders) == 2 and len(named) == 1:
            sides.append({same_name(name) for name in senders - {named[0]}})
    found = set.intersection(*sides) if sides else set()
    return found.pop() if len(found) == 1 else ""
