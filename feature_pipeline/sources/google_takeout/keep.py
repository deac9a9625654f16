"""Notes of Google Keep: a JSON file each, with the same note as a page beside it; in old exports the page alone."""

import re
from dataclasses import dataclass

from feature_pipeline import dates
from feature_pipeline.errors import SourceError, UnreadableItemError
from feature_pipeline.formats.html_parts import by_class, inner_html, parse_page, words_of
from feature_pipeline.formats.json_values import Json, at, list_at, number_at, parse_json, text_at
from feature_pipeline.formats.plain_text import plain_text
from feature_pipeline.formats.post_fields import one_line
from feature_pipeline.formats.text_files import decode
from feature_store.records import ContentType

JSON_SIGNS = (b'"isTrashed"', b'"userEditedTimestampUsec"')
HTML_SIGNS = (b'class="note"', b'class="heading"')
BEFORE_TIME = re.compile(r",(?=\s+\d{1,2}:)")
MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Note:
    title: str
    text: str
    created_at: str  # ISO 8601, UTC
    labels: tuple[str, ...]
    is_trashed: bool = False
    owner: str = ""  # the address of whose note it is, where it is shared


def read_note(data: bytes, *, html: bool = False) -> Note:
    """Raises UnreadableItemError."""
    return _of_page(decode(data, html=True)) if html else _of_json(data)


def _of_json(data: bytes) -> Note:
    try:
        note = parse_json(data, what="the note")
    except SourceError as error:
        raise UnreadableItemError(str(error)) from error
    items = [f"- {text}" for item in list_at(note, "listContent") if (text := text_at(item, "text").strip())]
    owners = [text_at(person, "email") for person in list_at(note, "sharees") if at(person, "isOwner") is True]
    return Note(
        title=one_line(text_at(note, "title")),
        text="\n\n".join(filter(None, (text_at(note, "textContent").strip(), "\n".join(items)))),
        created_at=_moment(note, "createdTimestampUsec") or _moment(note, "userEditedTimestampUsec"),
        labels=tuple(filter(None, (text_at(label, "name") for label in list_at(note, "labels")))),
        is_trashed=at(note, "isTrashed") is True,
        owner=next(iter(owners), ""),
    )


def _moment(note: Json, key: str) -> str:
    value = number_at(note, key)
    return dates.to_utc(value / MICROSECONDS) if value else ""


def _of_page(text: str) -> Note:
    """Its date is written as the account's country does, and is none where that is not sure."""
    page = parse_page(text)
    if page is None:
        raise UnreadableItemError("the note is empty")
    content = next(by_class(page, "content"), None)
    heading = words_of(next(by_class(page, "heading"), None))
    return Note(
        title=words_of(next(by_class(page, "title"), None)),
        text=plain_text(inner_html(content), ContentType.HTML) if content is not None else "",
        created_at=dates.to_utc(BEFORE_TIME.sub("", heading)),
        labels=tuple(words_of(label) for label in by_class(page, "label-name")),
    )
