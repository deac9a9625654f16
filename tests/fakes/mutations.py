"""Files as they come from strangers: damaged, cut off, in another encoding, of a shape that nobody foresaw.

A change is a name and a number: the same change of the same file is the same file.
"""

import csv
import io
import json
import os
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from copy import deepcopy
from pathlib import PurePosixPath
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from lxml import etree, html

Change = tuple[str, int]
ALL = os.environ.get("FAULTS") == "all"

MOMENTS = (
    *("0000-00-00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2024-02-30", "31/12/99999", "25:61"),
    *("-62135596801", "253402300800", "99999999999999", "-1", "1e400", "NaN", "Wed, 99 Foo 2024 99:99:99 +9999"),
)
NUMBERS = ("0", "-1", "²", "٣", "1e999", "-0", "0x1f", "1" * 30, "9" * 4301, "1.7976931348623157e309", "१२")
ADDRESSES = ("http://[", "https://x:99999999/", "//", "../../etc", "javascript:x", "http://a b/", "at://", "urn:")
MARKS = (
    *("\0", "\r", "\ufeff", "\u2028", "\u202e", "\u200e", "\ud83d", "\x1b[2J", "\x85", "\x0c", "\u3000", "İ", "ﬀ"),
    *(
        "<",
        ">",
        "</",
        "<p>",
        "</div>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<br",
        "&#xD800;",
        "&#1114112;",
        "&amp",
        "&;",
    ),
    *("[", "]", "{", "}", "(", ")", '"', "'", "`", "```", "~~~", "~", "*", "_", "**", "|", "||", "::", ":::", "%%"),
    *(
        "---\n",
        "+++\n",
        "...\n",
        "===\n",
        "\n\n\n",
        "\t",
        "\\",
        "{{",
        "}}",
        "{{<",
        ">}}",
        "{%",
        "%}",
        "[[",
        "]]",
        "![[",
    ),
    *(
        "\n> ",
        "\n- ",
        "\n1. ",
        "\n# ",
        "\n.. note::\n",
        "\n:a: b\n",
        "\n#+begin_src\n",
        "\n  :END:\n",
        "export ",
        "<A b={",
    ),
    *("@", "@ann", "#", "$", "%", "%zz", "=?utf-8?q?", "?=", "From ", "\nContent-Type: multipart/mixed; boundary=x\n"),
    *("true", "null", ",", ":", ";", "u'", "\\u", "\\ud83d", "\\x", "!!python/object:x", "&a [*a]", "<<: *x", "- - - "),
)
WORDS = (*MARKS, *MOMENTS, *NUMBERS, *ADDRESSES)
NESTS = (
    "[",
    "{",
    "(",
    "<div>",
    "<b>",
    "> ",
    "- ",
    "* ",
    "  - ",
    "`",
    "((",
    "{{",
    "[a](",
    "![",
    '{"a":',
    "<!--",
    "::: ",
)
DEEPEST = 600
ODD_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 10**30, -(10**18), 0.5, float("inf"), float("nan"), "", " ", [], {}, [[]], [None]),
    *({"id": None}, {"text": []}, [{"type": {}}], ["a", 1, None], *MOMENTS, *NUMBERS, *ADDRESSES, *MARKS),
)
ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "utf-8-sig", "cp037", "utf-7", "shift_jis")


def tried(examples: int) -> settings:
    """The same examples every time, but for `FAULTS=all`; they have nothing to shrink but their number."""
    return settings(
        max_examples=examples,
        derandomize=not ALL,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


def changes(data: bytes, name: str, *, most: int = 4) -> st.SearchStrategy[list[Change]]:
    """Changes that fit a file, to be made one after the other."""
    return st.lists(
        st.tuples(st.sampled_from(fitting(data, name)), st.integers(0, 2**32 - 1)), min_size=1, max_size=most
    )


def fitting(data: bytes, name: str) -> list[str]:
    """The names of changes that fit a file; half of them are of its own format, where it has one."""
    ending = PurePosixPath(name).suffix.lower()
    fit = {
        "archive": data.startswith(b"PK"),
        "cells": ending == ".csv",
        "database": data.startswith(b"SQLite format 3"),
        "json": ending in (".json", ".jsonl", ".js"),
        "markup": data.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<"),
    }
    special = [key for key, fits in fit.items() if fits]
    general = sorted(CHANGES.keys() - fit.keys())
    return general + [key for key in special for _ in range(len(general) // len(special))]


def changed(data: bytes, name: str, made: Iterable[Change]) -> bytes:
    """`data` of a file called `name`, changed; what no longer fits is left out."""
    for change, number in made:
        data = CHANGES[change](data, name, Random(number))
    return data


def _place(data: Sequence[Any], random: Random) -> int:
    return random.randint(0, len(data))


def _part(data: bytes, random: Random) -> tuple[int, int]:
    start = _place(data, random)
    return start, min(len(data), start + random.choice((1, 2, 8, 40, 300)))


def _flip(data: bytes, name: str, random: Random) -> bytes:
    out = bytearray(data)
    for _ in range(random.choice((1, 1, 3, 12)) if out else 0):
        out[random.randrange(len(out))] ^= 1 << random.randrange(8)
    return bytes(out)


def _cut(data: bytes, name: str, random: Random) -> bytes:
    start, end = _part(data, random)
    return data[:start] + data[end:]


def _truncate(data: bytes, name: str, random: Random) -> bytes:
    return data[: _place(data, random)]


def _double(data: bytes, name: str, random: Random) -> bytes:
    start, end = _part(data, random)
    at = _place(data, random)
    return data[:at] + data[start:end] * random.choice((1, 2, 20)) + data[at:]


def _noise(data: bytes, name: str, random: Random) -> bytes:
    at = _place(data, random)
    return data[:at] + random.randbytes(random.choice((1, 2, 16))) + data[at:]


def _mark(data: bytes, name: str, random: Random) -> bytes:
    at = _place(data, random)
    mark = random.choice(WORDS) * random.choice((1, 1, 1, 2, 50))
    return data[:at] + mark.encode("utf-8", "surrogatepass") + data[at:]


def _nest(data: bytes, name: str, random: Random) -> bytes:
    at = _place(data, random)
    return data[:at] + random.choice(NESTS).encode() * random.choice((3, 40, DEEPEST)) + data[at:]


def _number(data: bytes, name: str, random: Random) -> bytes:
    found = list(re.finditer(rb"-?\d+(?:[.:/-]\d+)*", data))
    if not found:
        return data
    match = random.choice(found)
    return data[: match.start()] + random.choice(NUMBERS + MOMENTS).encode() + data[match.end() :]


def _encode(data: bytes, name: str, random: Random) -> bytes:
    return data.decode("utf-8", "replace").encode(random.choice(ENCODINGS), "replace")


def _lines(data: bytes, name: str, random: Random) -> bytes:
    lines = data.split(b"\n")
    start = random.randrange(len(lines))
    some = lines[start : start + random.choice((1, 2, 10))]
    match random.randrange(5):
        case 0:
            random.shuffle(lines)
        case 1:
            lines[start:start] = some * random.choice((1, 2, 30))
        case 2:
            del lines[start : start + len(some)]
        case 3:
            return data.replace(b"\r\n", b"\n").replace(b"\n", random.choice((b"\r", b"\r\n", b"\n\n", b"", b" ")))
        case _:
            lines[_place(lines, random) :] = [b" ".join(lines[start:])]
    return b"\n".join(lines)


def _json(data: bytes, name: str, random: Random) -> bytes:
    """A value in the place of another: of another type, from another place, or none; also in lines of JSON, and behind
    what makes a script of it."""
    text = data.decode("utf-8", "replace")
    start = next((place for place, letter in enumerate(text[:200]) if letter in "[{"), None)
    if start is None:
        return data
    try:
        value, end = json.JSONDecoder().raw_decode(text, start)
        if text[end:].strip().startswith("{"):
            lines = text.split("\n")
            number = random.randrange(len(lines))
            lines[number] = _written(_replaced(json.loads(lines[number]), random), random)
            return "\n".join(lines).encode("utf-8", "surrogatepass")
        written = text[:start] + _written(_replaced(value, random), random) + text[end:]
    except (ValueError, RecursionError):
        return data
    return written.encode("utf-8", "surrogatepass")


def _written(value: Any, random: Random) -> str:
    return json.dumps(value, ensure_ascii=random.random() < 0.5)


def _replaced(value: Any, random: Random) -> Any:
    places = list(_places(value))
    if not places:
        return random.choice(ODD_VALUES)
    holder, key = random.choice(places)
    match random.randrange(8):
        case 0:
            del holder[key]
        case 1:  # what refers to one thing refers to another, or to itself
            other, there = random.choice(places)
            holder[key] = json.loads(json.dumps(other[there]))
        case 2:
            holder[key] = [holder[key]]
        case 3 if isinstance(holder, list):
            holder[key:key] = [holder[key]] * random.choice((1, 3))
        case 4 if isinstance(holder, dict):
            holder[random.choice((*map(str, WORDS), *map(str, holder)))] = holder.pop(key)
        case 5:
            deep: Any = holder[key]
            for _ in range(random.choice((2, 30, DEEPEST))):
                deep = [deep] if random.random() < 0.5 else {str(key): deep}
            holder[key] = deep
        case _:
            holder[key] = random.choice(ODD_VALUES)
    return value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from _places(value[key])


def _markup(data: bytes, name: str, random: Random) -> bytes:
    """An element moved, doubled, taken away, renamed, nested deep; an attribute or the text of one changed."""
    is_html = PurePosixPath(name).suffix.lower() in (".html", ".htm")
    parser = html.HTMLParser(encoding="utf-8") if is_html else etree.XMLParser(recover=True, resolve_entities=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError):
        return data
    found = [] if root is None else list(root.iter(etree.Element))
    if len(found) < 2:
        return data
    one, other = random.choice(found[1:]), random.choice(found)
    match random.randrange(7):
        case 0 if one not in other.iterancestors() and one is not other:
            other.insert(_place(other, random), one)
        case 1:
            other.append(deepcopy(one))
        case 2:
            one.clear()
        case 3:
            one.tag = random.choice(("p", "entry", "item", "x", str(other.tag)))
        case 4:
            around = one
            for _ in range(random.choice((3, 40, DEEPEST))):
                around = etree.SubElement(around, random.choice(("div", "b", "blockquote", "ul", "li")))
        case 5:
            key = random.choice([*map(str, one.attrib), "class", "href", "id", "datetime"])
            one.attrib[key] = _in_xml(random.choice(WORDS))
        case _:
            one.text = _in_xml(random.choice(WORDS))
    return bytes(etree.tostring(root, method="html" if is_html else "xml", encoding="utf-8"))


def _in_xml(text: str) -> str:
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", "", text)


def _cells(data: bytes, name: str, random: Random) -> bytes:
    rows = list(csv.reader(io.StringIO(data.decode("utf-8", "replace").replace("\0", ""), newline="")))
    row = random.choice(rows) if rows else []
    if row:
        row[random.randrange(len(row))] = random.choice(_WRITABLE)
    if row and random.random() < 0.3:
        row.pop(random.randrange(len(row)))
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8", "surrogatepass")


_WRITABLE = tuple(word for word in WORDS if "\0" not in word)


def _archive(data: bytes, name: str, random: Random) -> bytes:
    """What is in a zip archive, or how it is called there."""
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {info.filename: archive.read(info) for info in archive.infolist()}
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, RuntimeError):
        return data
    chosen = random.choice(sorted(members)) if members else ""
    with zipfile.ZipFile(out, "w") as archive:
        for member, content in members.items():
            is_renamed = member == chosen and random.random() < 0.1
            is_changed = member == chosen and not is_renamed
            called = random.choice(("x", "a/../b", "C:\\x", "/x", "x.zip", "x/")) if is_renamed else member
            change = random.choice(fitting(content, member)), random.getrandbits(32)
            archive.writestr(called, changed(content, member, [change]) if is_changed else content)
    return out.getvalue()


def _database(data: bytes, name: str, random: Random) -> bytes:
    """A value of another type in a row of SQLite's, which keeps what it is given."""
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.deserialize(data)
            tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            table = random.choice(tables)
            column = random.choice([row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')])
            value = random.choice((None, -1, 10**18, 2.5, b"\xff\x00", b"", "x", "²", "\ufffc", 1e300))
            one = f'(SELECT rowid FROM "{table}" ORDER BY rowid LIMIT 1 OFFSET {random.randrange(8)})'
            connection.execute(f'UPDATE OR IGNORE "{table}" SET "{column}" = ? WHERE rowid = {one}', (value,))
            connection.commit()
            return connection.serialize()
        except (sqlite3.Error, IndexError):
            return data


CHANGES: dict[str, Callable[[bytes, str, Random], bytes]] = {
    "archive": _archive,
    "cells": _cells,
    "cut": _cut,
    "database": _database,
    "double": _double,
    "encode": _encode,
    "flip": _flip,
    "json": _json,
    "lines": _lines,
    "mark": _mark,
    "markup": _markup,
    "nest": _nest,
    "noise": _noise,
    "number": _number,
    "truncate": _truncate,
}
