"""The author's comments and live chat messages on YouTube: CSV, its columns named in the account's language; until
2023 a page with a list of them (my-comments.html)."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from feature_pipeline import dates
from feature_pipeline.archives import FileTree
from feature_pipeline.entities import unescaped
from feature_pipeline.errors import SourceError, UnreadableItemError
from feature_pipeline.formats.csv_rows import MAX_CSV_BYTES
from feature_pipeline.formats.html_parts import inner_html, parse_page
from feature_pipeline.formats.json_values import Json, list_at, text_at
from feature_pipeline.formats.plain_text import plain_text
from feature_pipeline.formats.text_files import decode
from feature_store.records import ContentType, digest_of

LINKED = re.compile(rb"<li\b[^<>]*>[^\0]{0,300}?https?://(?:www\.)?youtube\.com/(?:watch|channel|post)")
HREF = re.compile(r"\bhref=\"([^\"]*)\"")
COMMENT_ID = re.compile(r"[?&]lc=([\w.-]+)")
WRITTEN_AT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)?(?: UTC|Z)")
CHANNEL = re.compile(r"UC[\w-]{4,}")
VIDEO = re.compile(r"[\w-]{11}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
FEWEST_COLUMNS = 5


@dataclass(frozen=True, slots=True)
class Comment:
    id: str
    at: str  # ISO 8601, UTC
    text: str
    channel: str  # the author's own
    url: str


def is_comments(head: bytes) -> bool:
    """Whether a file begins with rows of an id, a channel and a time, behind one of names."""
    rows = list(csv.reader(io.StringIO(head.decode("utf-8-sig", "replace"), newline="")))
    return any(_is_row(row) for row in rows[:3])


def _is_row(row: list[str]) -> bool:
    return len(row) >= FEWEST_COLUMNS and bool(CHANNEL.fullmatch(row[1].strip()) and MOMENT.match(row[2].strip()))


def is_comment_page(head: bytes) -> bool:
    """Whether a page begins with a list whose items link to videos and name a moment."""
    return bool(LINKED.search(head)) and any(True for _ in _comments_of_page(head.decode("utf-8", "replace")))


def _comments_of_page(text: str) -> Iterator[Comment]:
    """Of "<li>Sent at 2019-05-06 10:12:33 UTC … <a href=…>…</a>.<br/>words</li>", whatever the language."""
    page = parse_page(text)
    for item in [] if page is None else page.iter("li"):
        told, line_break, words = inner_html(item).partition("<br>")
        moment = WRITTEN_AT.search(told)
        links = [unescaped(link) for link in HREF.findall(told)]
        if not line_break or moment is None or "youtube.com/" not in "".join(links):
            continue
        written = plain_text(words, ContentType.HTML)
        url = next((link for link in links if COMMENT_ID.search(link)), links[-1])
        found = COMMENT_ID.search(url)
        at = dates.to_utc(f"{moment[1]}T{moment[2]}")
        yield Comment(found[1] if found else digest_of(at, written)[:20], at, written, "", url)


def read_comments(tree: FileTree, name: str) -> Iterator[Comment]:
    """Raises SourceError when the file is broken."""
    if name.lower().endswith(".html"):
        try:
            yield from _comments_of_page(decode(tree.read(name, max_bytes=MAX_CSV_BYTES), html=True))
        except UnreadableItemError as error:
            raise SourceError(f"{name}: {error}.") from error
        return
    try:
        text = decode(tree.read(name, max_bytes=MAX_CSV_BYTES)).replace("\0", "")
    except UnreadableItemError as error:
        raise SourceError(f"{name}: {error}.") from error
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for row in reader:
            if _is_row(row):
                cells = [cell.strip() for cell in row]
                video = next((cell for cell in cells[:2:-1] if VIDEO.fullmatch(cell) and not cell.isdigit()), "")
                url = f"https://www.youtube.com/watch?v={video}&lc={cells[0]}" if video else ""
                yield Comment(cells[0], dates.to_utc(cells[2]), comment_text(_text_cell(cells)), cells[1], url)
    except csv.Error as error:
        raise SourceError(f"{name} is broken in line {reader.line_num}: {error}.") from error


def _text_cell(cells: list[str]) -> str:
    """What is JSON; else, as the columns have changed, the longest behind the time that is no id of a comment."""
    rest = cells[3:]
    found = next((cell for cell in rest if cell.startswith(('{"', '[{"'))), None)
    return max(rest, key=lambda cell: (" " in cell, len(cell)), default="") if found is None else found


def comment_text(cell: str) -> str:
    """The text of a comment: {"takeoutSegments": [{"text": …}]}, or {"text": …},{"text": …}, or as it is."""
    try:
        parts = json.loads(cell if cell.startswith("[") else f"[{cell}]") if cell.startswith(("{", "[")) else []
    except (ValueError, RecursionError):
        parts = []
    texts = "".join(_texts(parts))
    return texts.strip() or ("" if parts else cell)


def _texts(parts: Json) -> Iterator[str]:
    for part in parts if isinstance(parts, list) else []:
        yield text_at(part, "text")
        yield from _texts(list_at(part, "takeoutSegments"))
