"""Sources of conversations: what each of the author's messages answers, and who else is named in it.

Mail and chats are private by nature, and the person who names an export names it on purpose: its messages keep the
visibility that is learned from. Names, addresses and secrets in them are masked before anything reads them.
"""

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from feature_pipeline.formats.authorship import same_name
from feature_pipeline.formats.conversations import Dialogue, People, shortened
from feature_pipeline.source_bases.base import ExportSource, Ignored, Item
from feature_store.records import Post, PostKind


@dataclass(frozen=True, slots=True)
class Message:
    """One message, whoever wrote it."""

    id: str  # within its conversation
    at: str  # ISO 8601, UTC; "" when unknown
    text: str
    is_own: bool
    ignored: str = ""  # what it is in place of its sender's own words; "" when it is words
    sender: str = ""  # by name; may be "" when it is the author's
    names: tuple[str, ...] = ()  # of a sender who is not the author
    mentioned: tuple[str, ...] = ()  # names
    answers: str = ""  # id of the message that it says it answers
    in_thread: bool = False  # apart from the other messages; `answers` is then the thread's first message
    url: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    id: str
    messages: list[Message]  # oldest first
    is_channel: bool = False  # posts for readers, which answer nothing unless they say so


@dataclass
class ChatSource(ExportSource):
    takes_me: ClassVar[bool] = True

    own_names: frozenset[str] = field(default=frozenset(), init=False)  # as `same_name` has them: no other people

    @abstractmethod
    def conversations(self) -> Iterable[Conversation]:
        """Raises SourceError when a file is broken."""

    def content_of(self, message: Message) -> str:
        """The text as a reader saw it."""
        return message.text

    def items(self) -> Iterator[Item]:
        seen: set[str] = set()
        for conversation in self.conversations():
            for item in self._posts(conversation):
                if isinstance(item, Post) and item.source_id in seen:  # exports in parts, or made twice, overlap
                    yield Ignored("duplicate")
                    continue
                if isinstance(item, Post):
                    seen.add(item.source_id)
                yield item

    def _posts(self, conversation: Conversation) -> Iterator[Post | Ignored]:
        people = People(name for message in conversation.messages for name in message.names if name)
        by_id = {message.id: message for message in conversation.messages}
        dialogue = Dialogue(self.options.answered_within)
        for message in conversation.messages:
            if message.ignored:
                yield Ignored(message.ignored)
            elif not message.is_own:
                yield Ignored("written by others")
                if not message.in_thread:
                    dialogue.add(message.text, sender=message.sender, at=message.at)
            else:
                context, senders = "", tuple[str, ...]()
                if not message.in_thread and not conversation.is_channel:
                    context, senders = dialogue.answered_at(message.at, message.text, message.mentioned)
                answered = by_id.get(message.answers)
                if answered is not None and (message.in_thread or answered.text.strip()):
                    context, senders = shortened(answered.text), (answered.sender,)
                named = people.named_in(message.text, context, also=(*senders, *message.mentioned))
                yield self.post(
                    f"{conversation.id}/{message.id}",
                    url=message.url,
                    created_at=message.at,
                    content=self.content_of(message),
                    kind=PostKind.POST if conversation.is_channel else PostKind.MESSAGE,
                    context=context,
                    people=tuple(name for name in named if same_name(name) not in self.own_names),
                )
