"""Obsidian's notes: comments, queries, block ids and Dataview's inline properties go. Links are reduced inline."""

import re
from collections.abc import Collection

from markdown_it.token import Token

QUERIES = {"dataview", "dataviewjs", "tasks"}  # fences of plugins that show other notes here
# As Obsidian makes them, six characters of its own, or as people do, words with hyphens. A lone ^word is left: on some
# sites it is how one writes small. In a note with [[links]] it is an id.
BLOCK_ID = re.compile(r"(?:^|(?<=\s))\^(?=[A-Za-z-]*[\d-])[A-Za-z0-9-]{5,}[ \t]*$")
BLOCK_ID_IN_NOTE = re.compile(r"(?:^|(?<=\s))\^[A-Za-z0-9-]+[ \t]*$")
PROPERTY = re.compile(r"^[ \t]*(?:[-*+][ \t]+)?(?:\*\*|__)?[A-Za-z][\w /-]{0,30}(?:\*\*|__)?::[ \t]+(?=\S)(.*)$")
BRACKETED_PROPERTY = re.compile(r"([\[(])[A-Za-z][\w -]{0,30}::[ \t]+([^\[\]()\n]+)[\])]")
WORDS_OF_A_VALUE = 6  # a property's value with more words is a sentence of the author's


def is_query(fence: Token) -> bool:
    return fence.info.strip().lower() in QUERIES


def without_comments(lines: list[str], code: Collection[int]) -> None:
    """Comments of several lines, %% … %%. One that never ends is none."""
    opened: int | None = None
    for number, line in enumerate(lines):
        if number in code:
            continue
        if opened is not None:
            if "%%" in line:
                lines[opened:number] = [""] * (number - opened)
                lines[number] = line.partition("%%")[2]
                opened = None
        elif line.lstrip().startswith("%%") and line.count("%%") == 1:
            opened = number


def without_block_ids(lines: list[str], code: Collection[int]) -> None:
    pattern = BLOCK_ID_IN_NOTE if any("[[" in line for line in lines) else BLOCK_ID
    for number, line in enumerate(lines):
        if "^" in line and number not in code:
            lines[number] = pattern.sub("", line).rstrip() if pattern.search(line) else line


def without_properties(lines: list[str], code: Collection[int]) -> None:
    """In a note with [[links]], "Rating:: 5" on a line of its own; of "a [rating:: 5] of ten" the value stays."""
    in_note = any("[[" in line for line in lines)
    for number, line in enumerate(lines):
        if ":: " not in line or number in code:
            continue
        found = PROPERTY.match(line) if in_note else None
        if found and len(found[1].split()) <= WORDS_OF_A_VALUE:
            lines[number] = ""
        elif found:
            lines[number] = found[1]
        else:
            lines[number] = BRACKETED_PROPERTY.sub(r"\2", line)
