"""Claude's data export: what the person typed in conversations.json, with the assistant's turn before it as context."""

from collections.abc import Iterator
from dataclasses import dataclass

from feature_pipeline import dates
from feature_pipeline.archives import FileTree
from feature_pipeline.errors import EmptySourceError
from feature_pipeline.formats.json_values import Json, list_at, text_at
from feature_pipeline.source_bases.assistants import AssistantSource, conversation_files, read_conversations
from feature_pipeline.source_bases.chats import Conversation, Message
from feature_pipeline.source_bases.unread import UnreadFiles
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_store.records import digest_of

SUMMARY = "Claude: what the person typed, in a data export's conversations.json"
EXAMPLE = "~/Downloads/data-2024-05-01-10-30-00-batch-0000.zip"
OBTAIN = "*Settings → Privacy → Export data*. A mail brings the link to the `.zip`, which can be read as it is."

MARK = b'"chat_messages"'


@dataclass
class ClaudeSource(AssistantSource):
    _conversations: list[dict[str, Json]]

    @property
    def identity(self) -> str:
        accounts = {text_at(item, "account", "uuid") for item in self._conversations} - {""}
        return accounts.pop() if len(accounts) == 1 else super().identity

    def conversations(self) -> Iterator[Conversation]:
        for conversation in self._conversations:
            messages = list(_messages(conversation))
            key = (
                text_at(conversation, "uuid")
                or digest_of(text_at(conversation, "name"), *(m.id for m in messages))[:20]
            )
            yield Conversation(key, messages)


def _messages(conversation: Json) -> Iterator[Message]:
    answer = ""  # the assistant's turn before
    for item in list_at(conversation, "chat_messages"):
        sender, text = text_at(item, "sender"), _text(item)
        if sender not in ("human", "assistant") or (sender == "assistant" and not text.strip()):
            continue
        key = text_at(item, "uuid") or digest_of(text_at(item, "created_at"), text)[:20]
        yield Message(
            id=key,
            at=dates.to_utc(text_at(item, "created_at")),
            text=text,
            is_own=sender == "human",
            ignored="" if text.strip() else "files alone",
            answers=answer if sender == "human" else "",
            in_thread=True,  # what it answers is the turn before, whenever that was
        )
        answer = key if sender == "assistant" else answer


def _text(item: Json) -> str:
    """What was typed, without what was attached; of the assistant what it says, without its tools and thoughts."""
    blocks = [text_at(block, "text") for block in list_at(item, "content") if text_at(block, "type") == "text"]
    return "\n".join(filter(None, blocks)) or text_at(item, "text")


def _files(tree: FileTree) -> list[str]:
    return conversation_files(tree, MARK)


def recognises(location: Location) -> Match:
    return location.holds(_files)


def open(location: Location, options: SourceOptions) -> ClaudeSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError."""
    tree = location.require_tree()
    unread = UnreadFiles(tree)
    conversations = read_conversations(tree, _files(tree), unread)
    if not any(list_at(item, "chat_messages") for item in conversations):
        unread.require_others()
        raise EmptySourceError(f"{tree.path} holds no conversation with Claude: looked for conversations.json.")
    source = ClaudeSource(options, tree, conversations)
    source.unread = unread
    return source
