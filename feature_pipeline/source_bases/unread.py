"""Files of an export that cannot be read: each is set aside with its reason, and the others are read."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from feature_pipeline.archives import FileTree
from feature_pipeline.errors import SourceError, UnreadableItemError, UnsafeArchiveError
from feature_pipeline.formats.json_values import Json, parse_json
from feature_pipeline.formats.text_files import decode
from feature_pipeline.limits import is_unforeseen, shown
from feature_pipeline.source_contract import Unread

Made = TypeVar("Made")


@dataclass
class UnreadFiles:
    tree: FileTree
    doubtful: list[str] = field(default_factory=list, init=False)  # of them, those that are the export's by name alone
    _reasons: dict[str, str] = field(default_factory=dict, init=False)

    def __iter__(self) -> Iterator[str]:
        yield from self._reasons

    def __len__(self) -> int:
        return len(self._reasons)

    def alone(self, name: str, read: Callable[[str], Made]) -> Made | None:
        """What `read` makes of one file, by its name; None where it cannot be read. Raises UnsafeArchiveError, and what
        is not the file's fault."""
        try:
            return read(name)
        except UnsafeArchiveError:
            raise
        except SourceError as error:
            self.add(name, str(error))
        except Exception as error:
            if not is_unforeseen(error):
                raise
            self.add(name, f"cannot be read: {shown(error)}. Get it anew.")
        return None

    def json(self, name: str, *, max_bytes: int) -> Json:
        """One file's value; None where it cannot be read."""
        return self.alone(name, lambda _: parse_json(self.tree.read(name, max_bytes=max_bytes), what=name))

    def look_at(self, names: Iterable[str], read: Callable[[str], object]) -> None:
        """Files that are called as the export's are, and whose beginning does not show what they are: those that are
        broken are set aside; of the others, none is the export's."""
        for name in names:
            if name not in self._reasons:
                self.alone(name, read)
                self.doubtful += [name] if name in self._reasons else []

    def leave_out(self, name: str) -> None:
        """It is none of the export's."""
        del self._reasons[name]
        self.doubtful.remove(name)

    def look_at_json(self, names: Iterable[str], *, max_bytes: int) -> None:
        self.look_at(names, lambda name: parse_json(self.tree.read(name, max_bytes=max_bytes), what=name))

    def look_at_texts(self, names: Iterable[str], *, max_bytes: int) -> None:
        def read(name: str) -> None:
            if not decode(self.tree.read(name, max_bytes=max_bytes)).strip():
                raise UnreadableItemError("there is nothing in it")

        self.look_at(names, read)

    def add(self, name: str, reason: str) -> None:
        self._reasons[name] = reason

    def files(self) -> Iterator[Unread]:
        """With reasons that do not name the file once more."""
        for name, reason in sorted(self._reasons.items()):
            for told in (f"{self.tree.path}: ", f"{name}: ", f"{name} is ", f"{name} "):
                reason = reason.removeprefix(told)
            yield Unread(name, reason)

    @property
    def where(self) -> str:
        """The place as an error names it."""
        first, *more = self._reasons or [""]
        lost = f", without {first}{f' and {len(more)} more' if more else ''}, which cannot be read" if first else ""
        return f"{self.tree.path}{lost}"

    def require_others(self) -> None:
        """For where nothing could be read but what is set aside. Raises SourceError."""
        for name, reason in self._reasons.items():
            if name not in self.doubtful:
                raise SourceError(reason if name in reason else f"{self.tree.path}: {name}: {reason}")
