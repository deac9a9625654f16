"""Readers' feedback on answers: the API appends it, training makes preference pairs of it, erasure removes it.

    folder/AUTHOR.jsonl     one Feedback per line, oldest first; a line that a kill truncated is skipped

Writers hold one lock, across processes.
"""

import hashlib
import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Set
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from configs.data_format import require_known_json
from configs.files import private_folder, remove, write_whole
from feature_store.ports import FeatureReader
from feature_store.records import Passage
from feature_store.versions import Forgotten
from model_registry.errors import FeedbackRefusedError
from model_registry.prompting import ChatMessage
from text.words import folded_words, size

QUOTED = 8  # words
MAX_BYTES = 64_000_000  # of one author's feedback
Rating = Literal["up", "down"]


class Feedback(BaseModel):
    """One rating. Where both are given, `chosen` (what the reader wrote instead) and `rejected` (what the model had
    written) make a preference pair. A thumb alone fills one of them and leaves the other empty."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    request: str = Field(min_length=1)  # the last user turn
    chosen: str
    rejected: str
    passages: tuple[Passage, ...] = ()  # what the prompt showed of the author's posts
    earlier: tuple[ChatMessage, ...] = ()  # the turns before
    documents: tuple[str, ...] = ()  # ids of the posts that the passages are of
    rating: Rating | None = None
    model: str = ""  # as requested, e.g. "maud@v3"
    adapter: str = ""
    features: str = ""
    created_at: str = ""  # ISO 8601, UTC

    @property
    def texts(self) -> tuple[str, ...]:
        shown = (self.request, self.chosen, self.rejected, *(p.text for p in self.passages))
        return (*shown, *(message.content for message in self.earlier))

    def mentions(self, forgotten: Forgotten) -> bool:
        """Whether it shows a post that is being erased, or quotes one that was."""
        return not set(self.documents).isdisjoint(forgotten.pending) or any(map(forgotten.quoted_in, self.texts))


class FeedbackLog:
    """`store` knows the authors, and which posts were forgotten."""

    def __init__(self, folder: Path, store: FeatureReader) -> None:
        self._folder = folder
        self._store = store

    def path(self, author: str) -> Path:
        return self._folder / f"{author}.jsonl"

    def append(self, author: str, feedback: Feedback) -> None:
        """On disk when this returns. Raises UnknownAuthorError; FeedbackRefusedError when it shows a forgotten
        post, or when the author's feedback has grown too large."""
        line = feedback.model_dump_json().encode() + b"\n"
        self._store.profile(author)
        with self._writing():
            # Erasure records what is forgotten before it takes this lock, so what was recorded is seen here.
            if feedback.mentions(self._store.forgotten(author)):
                raise FeedbackRefusedError("a post that this feedback shows was erased. Nothing was kept.")
            with self.path(author).open("a+b") as file:
                size = file.seek(0, os.SEEK_END)
                if size + len(line) > MAX_BYTES:
                    raise FeedbackRefusedError(
                        f"{author} has {size // 1_000_000} MB of feedback, as much as is kept. Move "
                        f"{self.path(author).name} away; versions that used it are out of use at the next twin forget."
                    )
                if size and _last_byte(file.fileno(), size) != b"\n":  # a kill truncated the line before
                    line = b"\n" + line
                file.write(line)
                file.flush()
                os.fsync(file.fileno())

    def erase(self, author: str, texts: Iterable[str] = ()) -> int:
        """Remove what shows a forgotten post, what repeats QUOTED words of one of `texts` in a row, and unreadable
        lines; returns how many.

        `texts` are those of the posts that are being erased. Of a text that is gone longer quotations alone are known,
        as hashes of every few words would let anybody guess it word by word.
        """
        path = self.path(author)
        if not path.exists():
            return 0
        with self._writing():
            forgotten = self._store.forgotten(author)
            lines = path.read_bytes().splitlines()
            for line in lines:
                require_known_json(path, line)  # not one to be removed for being unreadable
            runs = {run for text in texts for run in _runs(text)}
            kept = [line for line in lines if _may_stay(line, forgotten, runs)]
            if len(kept) < len(lines):
                write_whole(path, b"".join(line + b"\n" for line in kept))
        return len(lines) - len(kept)

    def ids(self, author: str) -> frozenset[str]:
        """The `row_id` of everything that is kept."""
        return row_ids(self.path(author))

    def erase_author(self, author: str) -> None:
        with self._writing():
            remove(self.path(author))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        from filelock import FileLock

        with FileLock(private_folder(self._folder) / ".lock"):
            yield


def row_id(line: bytes) -> str:
    """A digest of a row's bytes, which never change: a version records which rows it learned from."""
    return hashlib.sha256(line.strip()).hexdigest()[:16]


def row_ids(path: Path) -> frozenset[str]:
    """Of every row of an author's file, which need not be there."""
    return frozenset(map(row_id, path.read_bytes().splitlines())) if path.exists() else frozenset()


def _last_byte(handle: int, size: int) -> bytes:
    return os.pread(handle, 1, size - 1)


def _may_stay(line: bytes, forgotten: Forgotten, runs: Set[tuple[str, ...]]) -> bool:
    try:
        feedback = Feedback.model_validate_json(line)
    except ValidationError:
        return False
    return not feedback.mentions(forgotten) and not any(run in runs for text in feedback.texts for run in _runs(text))


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    """All runs of words that count as QUOTED: of a script without spaces twice as many characters."""
    words = folded_words(text)
    sizes = [0.0, *accumulate(map(size, words))]
    for start, before in enumerate(sizes):
        end = bisect_left(sizes, before + QUOTED, lo=start)
        if end < len(sizes):
            yield tuple(words[start:end])
