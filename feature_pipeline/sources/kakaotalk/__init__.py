"""KakaoTalk's chats as the programs save them: a text file, or the Mac's CSV."""

from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath

from feature_pipeline.archives import FileTree
from feature_pipeline.conversations.alone import chats_alone
from feature_pipeline.errors import EmptySourceError
from feature_pipeline.formats.csv_rows import csv_rows
from feature_pipeline.formats.text_files import decode
from feature_pipeline.source_bases.text_chats import TextChat, TextChatSource, TextMessage
from feature_pipeline.source_bases.unread import UnreadFiles
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_pipeline.sources.kakaotalk.chats import is_chat, read_chat, why_ignored

SUMMARY = "KakaoTalk: the author's messages in chats that were saved as text or CSV"
EXAMPLE = "~/Downloads/KakaoTalk_20240501_2103_00_000_ann.txt"
OBTAIN = (
    "In the chat, ≡ → ⚙ → Export chats (on phones: text only); on a computer ≡ → Save chat. Say what you are called in "
    "it with `--me`, unless it is a chat of two that is called after the other one."
)

SELF = "회원님"  # how some versions call whoever exports
COLUMNS = ("Date", "User", "Message")
PROBE_BYTES = 4096
MAX_BYTES = 500_000_000


class KakaoTalkSource(TextChatSource):
    pass


def _files(tree: FileTree) -> list[str]:
    return [name for name in _called(tree) if _is_chat(tree, name)]


def _called(tree: FileTree) -> list[str]:
    names = [name for name in tree.names() if name.lower().endswith((".txt", ".csv"))]
    return [name for name in names if "kakao" in name.lower() or "카카오" in name or len(names) == 1]


def _is_chat(tree: FileTree, name: str) -> bool:
    head = tree.head(name, PROBE_BYTES).decode("utf-8", "ignore").lstrip("\ufeff")
    if name.lower().endswith(".csv"):
        return head.replace('"', "").startswith(",".join(COLUMNS))
    return is_chat(head)


def recognises(location: Location) -> Match:
    return chats_alone(location, _files, kind="kakaotalk", called=_called)


def open(location: Location, options: SourceOptions) -> KakaoTalkSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError, WhoIsTheAuthorError."""
    tree = location.require_tree()
    files, unread = _files(tree), UnreadFiles(tree)
    if not files:
        raise EmptySourceError(f"{tree.path} holds no chat of KakaoTalk, neither as text nor as CSV.")
    chats = [unread.alone(name, partial(_read, tree)) for name in files]
    unread.look_at_texts(sorted({*_called(tree)} - {*files}), max_bytes=MAX_BYTES)
    return KakaoTalkSource.of_chats(options, tree, [c for c in chats if c is not None], unread, account=SELF)


def _read(tree: FileTree, name: str) -> TextChat:
    stem = PurePosixPath(name).stem
    if name.lower().endswith(".csv"):
        return TextChat(stem, list(_of_csv(tree, name)), stem)
    title, messages = read_chat(decode(tree.read(name, max_bytes=MAX_BYTES)))
    return TextChat(stem, messages, title or stem)


def _of_csv(tree: FileTree, name: str) -> Iterator[TextMessage]:
    for row in csv_rows(tree, name, required=COLUMNS):
        text = row["Message"]
        ignored = why_ignored(text)
        yield TextMessage(row["Date"], row["User"], "" if ignored else text, ignored)
