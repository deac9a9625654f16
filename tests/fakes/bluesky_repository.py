"""Repositories of the AT Protocol as CAR files."""

import hashlib
from typing import Any

from libipld import encode_dag_cbor

DID = "did:plc:maud234567"


class Car:
    """Writes a repository as a CAR file: a tree of two levels, and whatever lies beside it."""

    def __init__(self) -> None:
        self.blocks: dict[bytes, bytes] = {}

    def add(self, value: Any, codec: int = 0x71) -> bytes:
        data = value if isinstance(value, bytes) else encode_dag_cbor(value)
        link = bytes([1, codec, 0x12, 0x20]) + hashlib.sha256(data).digest()
        self.blocks[link] = data
        return link

    def node(self, records: dict[str, Any], left: bytes | None = None, right: bytes | None = None) -> bytes:
        entries: list[dict[str, Any]] = []
        before = b""
        for path, record in records.items():
            key = path.encode()
            shared = next(
                (i for i, pair in enumerate(zip(before, key, strict=False)) if pair[0] != pair[1]), len(before)
            )
            entries.append({"p": shared, "k": key[shared:], "v": self.add(record), "t": None})
            before = key
        if entries:
            entries[-1]["t"] = right
        return self.add({"l": left, "e": entries})

    def commit(self, tree: bytes, rev: str = "3k", **fields: Any) -> bytes:
        return self.add({"did": DID, "version": 3, "data": tree, "rev": rev, "prev": None, "sig": b"s"} | fields)

    def bytes(self, *roots: bytes, without: tuple[bytes, ...] = ()) -> bytes:
        header = encode_dag_cbor({"version": 1, "roots": list(roots)})
        parts = [link + data for link, data in self.blocks.items() if link not in without]
        return b"".join(varint(len(part)) + part for part in (header, *parts))


def varint(number: int) -> bytes:
    out = b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])
