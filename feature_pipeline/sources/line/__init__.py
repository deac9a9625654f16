"""LINE's chat histories: the text file that the app sends, or a folder of several."""

from pathlib import PurePosixPath

from feature_pipeline.archives import FileTree
from feature_pipeline.conversations.alone import chats_alone
from feature_pipeline.errors import EmptySourceError
from feature_pipeline.formats.text_files import decode
from feature_pipeline.source_bases.text_chats import TextChat, TextChatSource
from feature_pipeline.source_bases.unread import UnreadFiles
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_pipeline.sources.line.chats import is_chat, read_chat

SUMMARY = "LINE: the author's messages in chat histories that the app or the desktop program saved as text"
EXAMPLE = '"~/Downloads/[LINE] Chat history with Ann.txt"'
OBTAIN = (
    "In the app, open the chat, then ≡ → Other settings → Export chat history. Say what you are called in it with "
    "`--me`, unless it is a chat of two that is called after the other one."
)

PROBE_BYTES = 4096
MAX_BYTES = 500_000_000


class LineSource(TextChatSource):
    pass


def _files(tree: FileTree) -> list[str]:
    return [name for name in _called(tree) if is_chat(tree.head(name, PROBE_BYTES).decode("utf-8", "ignore"))]


def _called(tree: FileTree) -> list[str]:
    names = [name for name in tree.names() if name.lower().endswith(".txt")]
    return [name for name in names if "[line]" in name.lower() or len(names) == 1]


def recognises(location: Location) -> Match:
    return chats_alone(location, _files, kind="line", called=_called)


def open(location: Location, options: SourceOptions) -> LineSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError, WhoIsTheAuthorError."""
    tree = location.require_tree()
    files, unread = _files(tree), UnreadFiles(tree)
    if not files:
        raise EmptySourceError(f"{tree.path} holds no chat history of LINE: a text that begins with “[LINE]”.")
    known = (*options.me, options.author_name)
    chats = [unread.alone(name, lambda name: _read(tree, name, known)) for name in files]
    unread.look_at_texts(sorted({*_called(tree)} - {*files}), max_bytes=MAX_BYTES)
    return LineSource.of_chats(options, tree, [chat for chat in chats if chat is not None], unread)


def _read(tree: FileTree, name: str, known: tuple[str, ...]) -> TextChat:
    title, messages = read_chat(decode(tree.read(name, max_bytes=MAX_BYTES)), known)
    return TextChat(PurePosixPath(name).stem, messages, title or PurePosixPath(name).stem)
