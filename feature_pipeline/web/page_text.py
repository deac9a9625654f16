"""The bytes of a web page → its text, whatever the server and the page claim."""

import codecs
from collections.abc import Iterator

from feature_pipeline.fetching import Fetched
from feature_pipeline.formats.text_files import BYTE_ORDER_MARKS, HTML_CHARSET, HTML_HEAD_BYTES

# What browsers read these labels as, being supersets: https://encoding.spec.whatwg.org/#names-and-labels
SUPERSETS = {
    **dict.fromkeys(("iso8859-1", "ascii"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk"), "gb18030"),
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
NOT_OF_THE_WEB = {"unicode_escape", "raw_unicode_escape", "punycode", "idna"}
SEVEN_BIT = ("iso2022", "hz", "utf-16", "utf-32", "utf-7")  # their bytes would pass for UTF-8


def page_text(page: Fetched) -> str:
    """By the byte order mark; else valid UTF-8 is UTF-8, since other encodings are not valid UTF-8 by accident; else by
    the header, then the page. A few undecodable bytes are replaced."""
    data = page.body
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    in_page = HTML_CHARSET.search(data, 0, HTML_HEAD_BYTES)
    declared = list(_codecs(page.charset, in_page[1].decode("ascii", "replace") if in_page else ""))
    if declared and declared[0].startswith(SEVEN_BIT):
        return data.decode(declared[0], "replace")
    utf8 = data.decode("utf-8", "replace")
    broken = utf8.count("\ufffd")
    if not broken or 2 * broken < sum(character > "\x7f" for character in utf8):
        return utf8
    for encoding in declared:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode(next((name for name in declared if name != "utf-8"), "cp1252"), "replace")


def _codecs(*labels: str) -> Iterator[str]:
    for label in labels:
        try:
            name = codecs.lookup(label.strip()).name
            b"a".decode(name)
        except (LookupError, ValueError):  # not known, or no encoding of text
            continue
        if name not in NOT_OF_THE_WEB:
            yield SUPERSETS.get(name, name)
