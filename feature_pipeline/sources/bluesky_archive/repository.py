"""A repository of the AT Protocol as a CAR file → its records.

A CAR is a bag of blocks named by their hash. The newest commit names the root of a search tree (MST) of all records
by path; what the tree does not reach was deleted or replaced, and is no record any more.
Formats: https://ipld.io/specs/transport/car/carv1/ and https://atproto.com/specs/repository
"""

from collections.abc import Iterator
from dataclasses import dataclass

from feature_pipeline.errors import SourceError
from feature_pipeline.formats.json_values import Json, at, list_at, text_at

SHA256_CIDV0 = b"\x12\x20"
MAX_VARINT_BYTES = 9


@dataclass(frozen=True, slots=True)
class Repository:
    did: str
    records: dict[str, Json]  # by path, "app.bsky.feed.post/3kftldxbvq22p"; None where the record's block is missing
    complete: bool  # False when parts of the tree are missing, and maybe records with them


def read_repository(data: bytes, *, what: str) -> Repository:
    """Without a whole tree, every record among the blocks counts; those it does not name are named by their hash.

    Raises SourceError.
    """
    blocks = _Blocks(data, what=what)
    commit = _newest_commit(blocks)
    records: dict[str, Json] = {}
    complete = commit is not None
    reached: set[bytes] = set()
    for path, link in _walk(blocks, at(commit, "data"), reached):
        complete = complete and bool(path)
        if path:
            records[path] = blocks.get(link)
    if not complete:
        for link, value in blocks.all():
            if link not in reached and (kind := text_at(value, "$type")):
                records[f"{kind}/{link[-32:].hex()}"] = value
    return Repository(text_at(commit, "did"), records, complete)


def _newest_commit(blocks: "_Blocks") -> Json:
    """Of those that the header names, else of all. None when there is none."""
    found = [(link, block) for link in blocks.roots if _is_commit(block := blocks.get(link))]
    found = found or [(link, block) for link, block in blocks.all() if _is_commit(block)]
    older = [at(block, "prev") for _, block in found]
    newest = max(found, key=lambda commit: (text_at(commit[1], "rev"), commit[0] not in older), default=None)
    return newest[1] if newest else None


def _is_commit(block: Json) -> bool:
    return isinstance(at(block, "did"), str) and isinstance(at(block, "data"), bytes)


def _walk(blocks: "_Blocks", root: Json, reached: set[bytes]) -> Iterator[tuple[str, bytes]]:
    """(path, link to the record) in the tree's order; ("", link) for a node that is missing. No recursion."""
    waiting: list[tuple[str, Json]] = [("", root)]
    while waiting:
        path, link = waiting.pop()
        if not isinstance(link, bytes) or (not path and link in reached):
            continue
        reached.add(link)
        if path:
            yield path, link
            continue
        node = blocks.get(link)
        if not isinstance(at(node, "e"), list):
            yield "", link
            continue
        found: list[tuple[str, Json]] = [("", at(node, "l"))]
        key = b""
        for entry in list_at(node, "e"):
            shared, rest = at(entry, "p"), at(entry, "k")
            if not isinstance(shared, int) or not isinstance(rest, bytes):
                continue
            key = key[:shared] + rest
            found += [(key.decode("utf-8", "replace"), at(entry, "v")), ("", at(entry, "t"))]
        waiting += reversed(found)


class _Blocks:
    """Where each block lies in the file; decoded when asked for, so that a large repository is held once."""

    def __init__(self, data: bytes, *, what: str) -> None:
        self._data = data
        self._what = what
        self._places: dict[bytes, tuple[int, int]] = {}
        start, end = self._section(0)
        header = self._decode(start, end)
        if at(header, "version") != 1:
            raise SourceError(f"{what} is no CAR file of version 1. Export the repository again.")
        self.roots = [link for link in list_at(header, "roots") if isinstance(link, bytes)]
        while end < len(data):
            start, end = self._section(end)
            block = self._after_link(start)
            if block > end:
                raise self._broken()
            self._places[data[start:block]] = (block, end)

    def get(self, link: bytes) -> Json:
        """None when it is missing, or no DAG-CBOR."""
        place = self._places.get(link)
        return self._decode(*place) if place else None

    def all(self) -> Iterator[tuple[bytes, Json]]:
        for link in self._places:
            yield link, self.get(link)

    def _decode(self, start: int, end: int) -> Json:
        from libipld import decode_dag_cbor

        try:
            return decode_dag_cbor(self._data[start:end])
        except (ValueError, RecursionError):
            return None

    def _section(self, position: int) -> tuple[int, int]:
        length, start = self._varint(position)
        if length == 0 or start + length > len(self._data):
            raise self._broken()
        return start, start + length

    def _after_link(self, position: int) -> int:
        """A CID is version, codec and a multihash (kind, length, digest); version 0 is the multihash alone."""
        if self._data[position : position + 2] == SHA256_CIDV0:
            return position + 34
        for _ in range(3):
            _, position = self._varint(position)
        length, position = self._varint(position)
        return position + length

    def _varint(self, position: int) -> tuple[int, int]:
        """(value, where it ends): seven bits a byte, lowest first."""
        value = 0
        for shift, byte in enumerate(self._data[position : position + MAX_VARINT_BYTES]):
            value |= (byte & 127) << 7 * shift
            if byte < 128:
                return value, position + shift + 1
        raise self._broken()

    def _broken(self) -> SourceError:
        return SourceError(f"{self._what} is cut off or no CAR file. Export the repository again.")
