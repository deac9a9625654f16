"""Bytes of a file → text, or the reason why they are not text."""

import codecs
import os
import re
from pathlib import Path

from feature_pipeline.archives import MEGABYTE
from feature_pipeline.errors import UnreadableItemError

# UTF-32's little-endian mark begins with UTF-16's, so it is looked for first.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
HTML_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w:-]+)", re.IGNORECASE)
SINGLE_OR_DOUBLE_BYTE = re.compile(r"iso8859|cp|koi8|gb|big5|euc|shift_jis|mac")
HTML_HEAD_BYTES = 2048


def read_bytes(path: Path, *, max_bytes: int) -> bytes:
    """Raises UnreadableItemError; a file of more than `max_bytes` is never read into memory."""
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
            size = path.stat().st_size
    except OSError as error:
        raise UnreadableItemError(f"cannot be read: {error.strerror or error}") from error
    if len(data) > max_bytes:
        raise UnreadableItemError(too_large(max(size, len(data)), max_bytes))
    return data


def too_large(size: int, limit: int) -> str:
    """The problem of an item of `size` bytes; "" when it is within the limit."""
    if size <= limit:
        return ""
    return f"{size / MEGABYTE:.1f} MB, the limit is {limit / MEGABYTE:g} MB (feature_pipeline.max_file_mb)"


def decode(data: bytes, *, html: bool = False) -> str:
    """UTF-8, or as a byte order mark says; HTML may name its own charset.

    Raises UnreadableItemError, naming the first byte that does not fit.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], encoding, offset=len(mark))
    if (zero := data.find(0)) >= 0:
        raise UnreadableItemError(f"binary content: a zero byte at offset {zero}")
    declared = HTML_CHARSET.search(data, 0, HTML_HEAD_BYTES) if html else None
    return _strictly(data, _known(declared[1].decode("ascii")) if declared else "utf-8", offset=0)


def _strictly(data: bytes, encoding: str, *, offset: int) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        name = encoding.upper() if encoding.startswith("utf") else encoding
        raise UnreadableItemError(
            f"invalid {name} at byte {offset + error.start}: {error.reason}. Save the file as UTF-8"
        ) from error


def _known(encoding: str) -> str:
    """The codec that browsers would read a declared charset with: https://encoding.spec.whatwg.org/#names-and-labels"""
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        return "utf-8"
    if name == "iso8859-1":
        return "cp1252"
    return name if SINGLE_OR_DOUBLE_BYTE.match(name) else "utf-8"


def without_surrogates(text: str) -> str:
    """Halves of a character, which JSON and YAML can spell and UTF-8 cannot: two joined, one alone as U+FFFD."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def readable_name(name: str) -> str:
    """File names are bytes; what is not UTF-8 in them is shown as \\xNN, so that it can be stored."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
