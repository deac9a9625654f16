"""Where mail lies in a folder or an archive: mbox files, Maildir folders, single messages."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from feature_pipeline.archives import FileTree
from feature_pipeline.sources.mbox.files import RawMessage, is_mbox, mbox_messages
from feature_pipeline.sources.mbox.folders import is_discarded, is_sent, is_unsent
from feature_pipeline.sources.mbox.messages import Mail

WITHOUT_ENDING = {"mbox", "inbox", "archive", "archives", "all mail"}
PROBE_BYTES = 4096
MAILDIR = {"cur", "new"}
EMLX_LENGTH = re.compile(rb"(\d+)[ \t]*\r?\n")


@dataclass(frozen=True, slots=True)
class Box:
    """A file of mail."""

    name: str  # in the tree
    folder: str  # what the mail program calls the folder
    single: bool  # one message, no mbox

    @property
    def unread(self) -> str:
        flags = self.name.rpartition(":2,")[2] if self.single and ":2," in self.name else ""
        if is_unsent(self.folder) or "D" in flags:
            return "draft"
        return "spam or deleted" if is_discarded(self.folder) or "T" in flags else ""


def boxes_of(tree: FileTree) -> list[Box]:
    names = tree.names()
    alone = len(names) == 1 and not tree.path.is_dir()
    beside = {name.removesuffix(".msf") for name in names if name.endswith(".msf")}  # Thunderbird's index of a folder
    found = []
    for name in names:
        path = PurePosixPath(tree.path.name, name)
        ending = path.suffix.lower()
        if ending in (".eml", ".emlx"):
            found.append(Box(name, path.parent.name, single=True))
        elif path.parent.name in MAILDIR and len(path.parts) > 2:
            found.append(Box(name, path.parent.parent.name.strip(".").rpartition(".")[2], single=True))
        elif _may_be_mbox(path, alone=alone or name in beside) and _begins_as_mbox(tree, name):
            folder = path.parent.stem if path.name.lower() == "mbox" else path.stem if ending else path.name
            found.append(Box(name, folder, single=False))
    return found


def _may_be_mbox(path: PurePosixPath, *, alone: bool) -> bool:
    name = path.name
    named = not path.suffix and (name.lower() in WITHOUT_ENDING or is_sent(name) or is_unsent(name))
    return alone or named or path.suffix.lower() in (".mbox", ".mbx")


def _begins_as_mbox(tree: FileTree, name: str) -> bool:
    return is_mbox(tree.head(name, PROBE_BYTES))


def mails_of(tree: FileTree, boxes: Iterable[Box], *, max_bytes: int) -> Iterator[tuple[Box, Mail]]:
    """Every message; of each at most `max_bytes` are looked at. Raises UnreadableItemError when a file is broken."""
    for box in boxes:
        with tree.open(box.name) as stream:
            if box.single:
                data = stream.read(max_bytes + 1)
                if box.name.endswith(".emlx") and (length := EMLX_LENGTH.match(data)):
                    data = data[length.end() :][: int(length[1])]
                found = iter([RawMessage("", data, complete=len(data) <= max_bytes)])
            else:
                found = mbox_messages(stream, max_bytes=max_bytes)
            for raw in found:
                yield box, Mail(raw.data, complete=raw.complete, envelope=raw.envelope)
