"""WhatsApp chats as the app exports them: the text file, alone or in its .zip, or a folder of several.

Times are the phone's, without a zone: they are kept as they stand, as if they were UTC.
"""

import re
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import PurePosixPath

from feature_pipeline.archives import FileTree
from feature_pipeline.conversations.alone import chats_alone, is_damaged
from feature_pipeline.formats.text_files import decode
from feature_pipeline.source_bases.text_chats import TextChat, TextChatSource, TextMessage
from feature_pipeline.source_bases.unread import UnreadFiles
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_pipeline.sources.whatsapp.chats import ChatMessage, is_chat, read_chat

SUMMARY = "WhatsApp: the author's messages in exported chats (_chat.txt, “WhatsApp Chat with …”), zipped or not"
EXAMPLE = '"~/Downloads/WhatsApp Chat - Ann.zip"'
OBTAIN = (
    "In the app, open the chat, then ⋮ → More → Export chat (Android) or the contact's name → Export Chat (iPhone), "
    "without media. Say what you are called in it with `--me`."
)

BARE_NAME = "_chat"  # in every iPhone export; the archive is named after the chat
PROBE_BYTES = 4096
MAX_BYTES = 500_000_000
SMALLEST_LIMIT = 10_000  # messages that an export with media holds, the newest; without media 40,000
COPY = re.compile(r"\s*\(\d+\)$")  # which browsers append to the name of a second download


class WhatsAppSource(TextChatSource):
    def __post_init__(self) -> None:
        """A long chat is exported without its beginning."""
        self.lists_all = all(len(chat.messages) < SMALLEST_LIMIT for chat in self._chats)

    @property
    def identity(self) -> str:
        named = self.is_one and self._chats[0].name != BARE_NAME
        return self._chats[0].name if named else str(self.tree.path)


def _files(tree: FileTree) -> list[str]:
    """Text files that are called as chats are, and others beside these; or the only one there is: such as begin as
    chats do."""
    names, called = _texts(tree), _called(tree)
    found = [name for name in called if _begins_as_chat(tree, name, from_the_first_line=False)]
    if found or len(names) == 1 or any(is_damaged(tree, name) for name in called):
        others = (name for name in names if name not in called)
        found += [name for name in others if _begins_as_chat(tree, name, from_the_first_line=True)]
    return sorted(found)


def _called(tree: FileTree) -> list[str]:
    return [n for n in _texts(tree) if n.endswith("_chat.txt") or "whatsapp" in PurePosixPath(n).name.lower()]


def _texts(tree: FileTree) -> list[str]:
    return [name for name in tree.names() if name.lower().endswith(".txt")]


def _begins_as_chat(tree: FileTree, name: str, *, from_the_first_line: bool) -> bool:
    head = tree.head(name, PROBE_BYTES)
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    return is_chat(head.decode(encoding, "ignore"), from_the_first_line=from_the_first_line)


def _chat_name(tree: FileTree, name: str) -> str:
    path = PurePosixPath(name)
    if path.stem != BARE_NAME:
        return COPY.sub("", path.stem)
    if path.parent.name:
        return COPY.sub("", path.parent.name)
    if tree.path.name == path.name:
        return BARE_NAME
    return COPY.sub("", tree.path.name if tree.path.is_dir() else tree.path.stem)


def _read(tree: FileTree, name: str) -> TextChat:
    return TextChat(_chat_name(tree, name), [*_messages(read_chat(decode(tree.read(name, max_bytes=MAX_BYTES))))])


def _messages(lines: Iterable[ChatMessage]) -> Iterator[TextMessage]:
    # Here, as their patterns take long to be made, and every kind is imported to recognise a place.
    from feature_pipeline.sources.whatsapp.notices import NOTICE, sender_text

    for line in lines:
        words = sender_text(line.text) if line.sender else NOTICE
        yield TextMessage(line.at, line.sender, words.text, words.ignored, words.mentioned)


def _was_sent(tree: FileTree, name: str, files: Iterable[str]) -> bool:
    """Whether a chat names the file, as it does what people sent one another."""
    called = PurePosixPath(name).name.encode("utf-8", "surrogateescape")
    return any(called in tree.head(file, MAX_BYTES) for file in files)


def recognises(location: Location) -> Match:
    return chats_alone(location, _files, kind="whatsapp", called=_called, with_attachments=True)


def open(location: Location, options: SourceOptions) -> WhatsAppSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError, WhoIsTheAuthorError."""
    tree = location.require_tree()
    files, unread = _files(tree), UnreadFiles(tree)
    chats = [unread.alone(name, partial(_read, tree)) for name in files]
    unread.look_at_texts([name for name in _texts(tree) if name not in files], max_bytes=MAX_BYTES)
    for name in [name for name in unread.doubtful if name not in _called(tree) and _was_sent(tree, name, files)]:
        unread.leave_out(name)
    return WhatsAppSource.of_chats(options, tree, [chat for chat in chats if chat is not None], unread)
