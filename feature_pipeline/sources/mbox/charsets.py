"""Bytes in mail → text, whatever charset they claim to be in."""

import codecs
from email.errors import HeaderParseError
from email.header import decode_header

# What mail programs write ↔ the codec that reads it. ISO-8859-1 is in truth Windows-1252, as browsers take it too.
CHARSETS = {
    **dict.fromkeys(("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii", "ansi_x3.4-1968", "iso8859-1"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk", "x-gbk"), "gb18030"),
    **dict.fromkeys(("ks_c_5601-1987", "euc-kr"), "cp949"),
    **dict.fromkeys(("shift_jis", "windows-31j", "x-sjis"), "cp932"),
    **dict.fromkeys(("x-mac-roman", "macintosh"), "mac-roman"),
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
}
NO_CHARSETS = {
    "punycode",
    "idna",
    "unicode_escape",
    "raw_unicode_escape",
}  # codecs that are slow, or turn text into code


def decode_charset(data: bytes, charset: str) -> str:
    """`data` in the charset that it claims, else UTF-8, else Windows-1252. Never fails."""
    name = charset.strip().strip("\"'").lower()
    # A claim of the plainest charsets is often made of nothing; UTF-8 that is valid by chance is not known.
    claimed = CHARSETS.get(name, name)
    for codec in (*(("utf-8",) if claimed in ("", "cp1252") else ()), claimed, "utf-8"):
        try:
            if codecs.lookup(codec).name.replace("-", "_") not in NO_CHARSETS:
                return data.decode(codec)
        except (UnicodeError, LookupError, ValueError):
            continue
    return data.decode("cp1252", "replace")


def decoded(value: str) -> str:
    """A header's encoded words (RFC 2047) as text, whatever is wrong with them."""
    value = value if value.isascii() else decode_charset(value.encode("utf-8", "surrogateescape"), "")
    if "=?" not in value:
        return value
    # Words side by side may split a character between them, so neighbours of one charset are joined before decoding.
    try:
        parts = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    return "".join(p if isinstance(p, str) else decode_charset(p, charset or "ascii") for p, charset in parts)
