"""Whether a folder is an export of chats, or one in which chats lie among other texts."""

from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from feature_pipeline.archives import FileTree
from feature_pipeline.conversations.signs import sign_of
from feature_pipeline.errors import UnreadableItemError
from feature_pipeline.formats.text_files import decode
from feature_pipeline.source_contract import Location, Match

MARKUP = (".md", ".markdown", ".mdx", ".rst", ".qmd", ".rmd")  # which nobody sends as an attachment
TEXTS = (*MARKUP, ".txt", ".html", ".htm", ".docx")
PROBE_BYTES = 65536


def chats_alone(
    location: Location,
    find: Callable[[FileTree], Sequence[str]],
    *,
    kind: str,
    called: Callable[[FileTree], Sequence[str]] = lambda _tree: (),
    with_attachments: bool = False,
) -> Match:
    """YES where `find` finds chats of the kind and no texts of other kinds beside them: else the folder is to be read
    as one of articles, which names the chats in it.

    `called`: those that are called as such chats are; one of them that is none in its beginning may be damaged.
    `with_attachments`: what the people sent one another lies beside the chats.
    """
    tree = location.tree
    chats = find(tree) if tree is not None else ()
    if tree is None or not chats:
        return Match.NO
    folders = {PurePosixPath(name).parent for name in chats}
    chats = [*chats, *(name for name in called(tree) if is_damaged(tree, name))]
    for name in tree.names():
        path = PurePosixPath(name)
        if name in chats or not name.lower().endswith(TEXTS):
            continue
        below = any(folder in path.parent.parents for folder in folders)  # what was sent, in a folder of its own
        if not below and _is_another(tree, name, kind, may_be_sent=with_attachments and path.parent in folders):
            return Match.NO
    return Match.YES


def is_damaged(tree: FileTree, name: str) -> bool:
    """Whether the beginning of a file is no text, or there is none, or a page ends before its end."""
    head, is_page = tree.head(name, PROBE_BYTES), name.lower().endswith((".html", ".htm"))
    is_all = len(head) < PROBE_BYTES
    try:
        text = decode(head if is_all else head[: head.rfind(b"\n") + 1], html=is_page)
    except UnreadableItemError:
        return True
    return is_all and (not text.strip() or (is_page and "</html>" not in text.lower()))


def _is_another(tree: FileTree, name: str, kind: str, *, may_be_sent: bool) -> bool:
    if name.lower().endswith(MARKUP):
        return True
    head = tree.head(name, PROBE_BYTES).decode("utf-8", "ignore").lstrip("\ufeff")
    sign = sign_of(head.replace("\r\n", "\n"), name=name, html=name.lower().endswith((".html", ".htm")))
    return not may_be_sent if sign is None else sign.kind != kind
