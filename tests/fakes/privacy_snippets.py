"""The snippets of tests/quality/privacy_fixture.jsonl, with the places of what is to be masked in them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from feature_store.records import Document, PostKind

FIXTURE = Path(__file__).parents[1] / "quality" / "privacy_fixture.jsonl"
MARK = re.compile(r"⟦(\w+):(.*?)⟧", re.DOTALL)


@dataclass(frozen=True)
class Snippet:
    text: str
    values: tuple[tuple[int, int, str], ...]  # start, end, kind
    part: str
    people: tuple[str, ...]
    region: str | None
    language: str


def snippets() -> Iterator[Snippet]:
    for line in FIXTURE.read_text(encoding="utf-8").splitlines():
        row: dict[str, Any] = json.loads(line)
        marked = row["text"].replace("¦", "")
        text, values, position = "", [], 0
        for match in MARK.finditer(marked):
            text += marked[position : match.start()]
            values.append((len(text), len(text) + len(match[2]), match[1]))
            text += match[2]
            position = match.end()
        yield Snippet(
            text + marked[position:],
            tuple(values),
            row["part"],
            tuple(row.get("people", ())),
            row.get("region"),
            row.get("language", "en"),
        )


def message(text: str, *, language: str = "en", author: str = "maud", **fields: Any) -> Document:
    return Document("id", author, "", "", "", "", "", PostKind.MESSAGE, text, (), language, "", **fields)
