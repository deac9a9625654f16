"""Response bodies, decompressed and counted while they stream in."""

import zlib
from collections.abc import Iterable, Iterator

from feature_pipeline.archives import MEGABYTE
from feature_pipeline.errors import TooLargeError

PIECE = MEGABYTE  # a decompressor yields at most this much at once, however small its input
GZIP_MAGIC = b"\x1f\x8b"
ACCEPTED_ENCODINGS = "gzip, deflate"
COMPRESSED = {"gzip", "x-gzip", "deflate"}
UNREADABLE = {"br", "zstd", "compress", "x-compress"}
ANY_WRAPPING, RAW_DEFLATE = zlib.MAX_WBITS | 32, -zlib.MAX_WBITS


def read_body(chunks: Iterable[bytes], *, encoding: str, max_bytes: int, what: str) -> bytes:
    """The body, whatever `encoding` (a Content-Encoding header) says that is known; other words than the known ones,
    such as "utf-8" or "none", are a mistake that servers make, and mean nothing.

    Raises TooLargeError, as soon as it is; ValueError when it is broken or cut short.
    """
    names = [name.strip().lower() for name in encoding.split(",")]
    if unknown := UNREADABLE.intersection(names):
        raise ValueError(f"it is encoded as {', '.join(sorted(unknown))}, asked for was {ACCEPTED_ENCODINGS}")
    pieces: Iterable[bytes] = chunks
    for name in names:
        if name in COMPRESSED:
            pieces = inflated(pieces, bare=name == "deflate")
    return bounded(pieces, max_bytes=max_bytes, what=what)


def gunzipped(data: bytes, *, max_bytes: int, what: str) -> bytes:
    """`data`, decompressed when it begins as gzip does. Raises TooLargeError, ValueError."""
    pieces = inflated([data]) if data.startswith(GZIP_MAGIC) else [data]
    return bounded(pieces, max_bytes=max_bytes, what=what)


def bounded(pieces: Iterable[bytes], *, max_bytes: int, what: str) -> bytes:
    """Raises TooLargeError."""
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > max_bytes:
            raise TooLargeError(
                f"{what} is larger than {max_bytes / MEGABYTE:g} MB, decompressed: not read further. "
                "The limit is fetching.max_page_mb."
            )
    return bytes(body)


def inflated(chunks: Iterable[bytes], *, bare: bool = False) -> Iterator[bytes]:
    """Pieces of at most PIECE bytes. What is not compressed passes as it is, whatever was declared of it; `bare`:
    it may be deflate without a wrapping, as some servers send it.

    Raises ValueError when it is broken or cut short.
    """
    rest = iter(chunks)
    data = b""
    while len(data) < len(GZIP_MAGIC) and (chunk := next(rest, None)) is not None:
        data += chunk
    wrapped = _is_wrapped(data)
    if not wrapped and not (bare and data):
        yield data
        yield from rest
        return
    unit = zlib.decompressobj(ANY_WRAPPING if wrapped else RAW_DEFLATE)
    try:
        while True:
            while data:
                yield unit.decompress(data, PIECE)
                data = unit.unused_data if unit.eof else unit.unconsumed_tail
                if unit.eof:
                    if not data.startswith(GZIP_MAGIC):
                        return  # the end, or padding after it
                    unit = zlib.decompressobj(ANY_WRAPPING)
            if (chunk := next(rest, None)) is None:
                break
            data = chunk
        yield unit.flush()
    except zlib.error as error:
        raise ValueError(f"it is compressed and broken: {error}") from error
    if not unit.eof:
        raise ValueError("it is compressed and was cut short")


def _is_wrapped(data: bytes) -> bool:
    """Whether it begins as gzip or zlib do (RFC 1952, RFC 1950)."""
    zlib_header = len(data) > 1 and data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
    return data.startswith(GZIP_MAGIC) or zlib_header
