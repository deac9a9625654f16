"""ChatGPT's data export: what the person typed in conversations.json.

The assistant's turn before it is the context. A conversation is a tree, as a turn can be edited and an answer asked for
anew: the branch that was last shown is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from feature_pipeline import dates
from feature_pipeline.archives import FileTree
from feature_pipeline.errors import EmptySourceError
from feature_pipeline.formats.json_values import Json, dict_at, list_at, text_at
from feature_pipeline.source_bases.assistants import AssistantSource, conversation_files, read_conversations
from feature_pipeline.source_bases.chats import Conversation, Message
from feature_pipeline.source_bases.unread import UnreadFiles
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_store.records import digest_of

SUMMARY = "ChatGPT: what the person typed, in a data export's conversations.json"
EXAMPLE = "~/Downloads/chatgpt-export.zip"
OBTAIN = "*Settings → Data controls → Export data*. A mail brings the link to the `.zip`, which can be read as it is."

MARKS = (b'"mapping"', b'"author"')
MAX_USER_BYTES = 1_000_000
WORDS = ("text", "multimodal_text")
HIDDEN = ("is_visually_hidden_from_conversation", "is_user_system_message")


@dataclass
class ChatGPTSource(AssistantSource):
    _account: str
    _conversations: list[dict[str, Json]]

    @property
    def identity(self) -> str:
        return self._account or super().identity

    @property
    def is_settled(self) -> bool:
        return bool(self._account) or not self.unread

    def conversations(self) -> Iterator[Conversation]:
        for conversation in self._conversations:
            key = text_at(conversation, "conversation_id") or text_at(conversation, "id")
            messages = list(_messages(conversation))
            yield Conversation(
                key or digest_of(text_at(conversation, "title"), *(m.id for m in messages))[:20], messages
            )


def _messages(conversation: Json) -> Iterator[Message]:
    answer = ""  # the assistant's turn before
    for node in _branch(conversation):
        message = dict_at(node, "message")
        role, text = text_at(message, "author", "role"), _text(message)
        if role not in ("user", "assistant") or (role == "assistant" and not text.strip()):
            continue
        key = text_at(message, "id") or text_at(node, "id") or digest_of(text)[:20]
        hidden = any(dict_at(message, "metadata").get(mark) for mark in HIDDEN)
        yield Message(
            id=key,
            at=dates.to_utc(text_at(message, "create_time")),
            text=text,
            is_own=role == "user",
            ignored="instructions" if hidden else "" if text.strip() else "files alone",
            answers=answer if role == "user" else "",
            in_thread=True,  # what it answers is the turn before, whenever that was
        )
        answer = key if role == "assistant" else answer


def _branch(conversation: Json) -> list[Json]:
    """The nodes from the first turn to the last that was shown."""
    nodes = dict_at(conversation, "mapping")
    key = text_at(conversation, "current_node")
    if key not in nodes:
        key = next((name for name, node in nodes.items() if text_at(node, "parent") not in nodes), "")
        passed: set[str] = set()  # what is damaged may lead in a circle
        while children := [name for name in _children(nodes.get(key)) if name in nodes and name not in passed]:
            key = children[-1]
            passed.add(key)
    branch: list[Json] = []
    seen: set[str] = set()
    while key in nodes and key not in seen:
        seen.add(key)
        branch.append(nodes[key])
        key = text_at(nodes[key], "parent")
    return branch[::-1]


def _children(node: Json) -> list[str]:
    return [text_at([child], 0) for child in list_at(node, "children")]


def _text(message: Json) -> str:
    """What was typed or said; files and pictures are left out."""
    if text_at(message, "content", "content_type") not in WORDS:
        return ""
    parts = list_at(message, "content", "parts")
    return "\n".join(filter(None, (part if isinstance(part, str) else text_at(part, "text") for part in parts)))


def _files(tree: FileTree) -> list[str]:
    return conversation_files(tree, *MARKS)


def recognises(location: Location) -> Match:
    return location.holds(_files)


def open(location: Location, options: SourceOptions) -> ChatGPTSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError."""
    tree = location.require_tree()
    unread = UnreadFiles(tree)
    conversations = read_conversations(tree, _files(tree), unread)
    if not any(dict_at(item, "mapping") for item in conversations):
        unread.require_others()
        raise EmptySourceError(f"{tree.path} holds no conversation with ChatGPT: looked for conversations.json.")
    users = [unread.json(name, max_bytes=MAX_USER_BYTES) for name in tree.find("user.json")]
    account = next(filter(None, (text_at(user, "id") for user in users)), "")
    source = ChatGPTSource(options, tree, account, conversations)
    source.unread = unread
    return source
