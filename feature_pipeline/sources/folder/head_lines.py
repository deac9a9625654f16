"""Metadata in the first lines of a file, without marks around it: Pelican, MultiMarkdown, old Hexo, Nikola, reST."""

import json
import re

import yaml

from feature_pipeline.errors import UnreadableItemError
from feature_pipeline.formats.front_matter import Values, load_as_written, plain_keys

# A text may well begin with "Note: …". It is metadata when a title or date is among its first lines' keys.
KNOWN = {"title", "date", "slug", "author", "authors", "tags", "category", "status", "summary", "modified", "layout"}
TELLING = {"title", "date"}
LINE = re.compile(r"([A-Za-z][\w -]{0,40}):(?:[ \t]+(.*)|)$")
CONTINUED = re.compile(r"(?: {4}|\t)[ \t]*(\S.*)$")
END = re.compile(r"(?:-{3,}|;{3,})[ \t]*$")
JSON_LINE = re.compile(r'\s*"[\w -]+"\s*:')
NIKOLA = re.compile(r"\.\. ([\w-]+):(?:[ \t]+(.*)|)$")
FIELD = re.compile(r":([\w][\w -]*):(?:[ \t]+(.*)|)$")
ROLE = re.compile(r":[\w-]+:`([^`<]*)(?:<[^>]*>)?`")
ADORNMENT = re.compile(r"([^\w\s])\1*$")


def split_head_lines(text: str) -> tuple[Values, str]:
    """Metadata of a Markdown file and the body behind it; no values and the whole text where there are none."""
    lines = text.replace("\r\n", "\n").split("\n")
    start = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    if start == len(lines):
        return {}, text
    if lines[start].strip() == "<!--":
        return _commented(lines, start + 1, text)
    if lines[start].rstrip() == ";;;" or JSON_LINE.match(lines[start]):
        return _json(lines, start + (lines[start].rstrip() == ";;;"), text)
    return _bare(lines, start, text)


def split_rst_fields(text: str) -> tuple[Values, str]:
    """Title, fields (":date: …") and Nikola's comments (".. date: …") of a reST file; the body without these."""
    lines = text.replace("\r\n", "\n").split("\n")
    values: Values = {}
    metadata: set[int] = set()  # line numbers
    at = 0
    while at < len(lines) and (not lines[at].strip() or lines[at].startswith("..")):
        if comment := NIKOLA.match(lines[at]):
            values[comment[1]] = (comment[2] or "").strip()
            metadata.add(at)
        elif lines[at].startswith(".."):
            at = _behind_indented(lines, at) - 1
        at += 1
    title, at = _rst_title(lines, at)
    while at < len(lines) and (not lines[at].strip() or FIELD.match(lines[at])):
        end = at + 1
        if found := FIELD.match(lines[at]):
            end = _behind_indented(lines, at)
            values[found[1]] = " ".join(" ".join([found[2] or "", *lines[at + 1 : end]]).split())
            metadata.update(range(at, end))
        at = end
    if title:
        values.setdefault("title", title)
    return plain_keys(values), "\n".join(line for number, line in enumerate(lines) if number not in metadata)


def _behind_indented(lines: list[str], at: int) -> int:
    """The line behind line `at` and the indented ones below it."""
    at += 1
    while at < len(lines) and lines[at][:1] in (" ", "\t") and lines[at].strip():
        at += 1
    return at


def _rst_title(lines: list[str], at: int) -> tuple[str, int]:
    over, title, under = [line.rstrip() for line in [*lines[at : at + 3], "", "", ""][:3]]
    if ADORNMENT.match(over) and over == under and title:
        found, behind = title, at + 3
    elif over and ADORNMENT.match(title) and len(title) >= min(4, len(over)) and not over[:1].isspace():
        found, behind = over, at + 2
    else:
        return "", at
    return " ".join(ROLE.sub(r"\1", found).replace("``", "").split()), behind


def _bare(lines: list[str], start: int, text: str) -> tuple[Values, str]:
    values: Values = {}
    at, key = start, ""
    while at < len(lines) and lines[at].strip() and not END.match(lines[at]):
        if line := LINE.match(lines[at]):
            key = line[1]
            values[key] = (line[2] or "").strip()
        elif key and (more := CONTINUED.match(lines[at])):
            values[key] = f"{values[key]} {more[1]}".strip()
        elif not (key and re.match(r"[ \t]*- ", lines[at])):  # an item of a list in old Hexo's YAML
            return {}, text
        at += 1
    found = plain_keys(values)
    if not TELLING & found.keys() or next(iter(found)) not in KNOWN:
        return {}, text
    if at < len(lines) and END.match(lines[at]):
        found |= _as_yaml(lines[start:at])
        at += 1
    return found, "\n".join(lines[at:]).lstrip("\n")


def _as_yaml(lines: list[str]) -> Values:
    try:
        values = load_as_written("\n".join(lines))
    except (yaml.YAMLError, RecursionError, ValueError):
        return {}
    return plain_keys(values) if isinstance(values, dict) else {}


def _json(lines: list[str], start: int, text: str) -> tuple[Values, str]:
    """Hexo's: the inside of a JSON object, ended by ;;;."""
    end = next((number for number in range(start, len(lines)) if lines[number].rstrip() == ";;;"), None)
    if end is None:
        return {}, text
    try:
        values = json.loads("{" + "\n".join(lines[start:end]).strip().strip("{}") + "}")
    except (ValueError, RecursionError) as error:
        raise UnreadableItemError(f"broken front matter: {error}") from error
    return plain_keys(values), "\n".join(lines[end + 1 :]).lstrip("\n")


def _commented(lines: list[str], start: int, text: str) -> tuple[Values, str]:
    """Nikola's in Markdown: ".. title: …" lines in an HTML comment."""
    end = next((number for number in range(start, len(lines)) if lines[number].strip() == "-->"), start)
    found = [match for line in lines[start:end] if (match := NIKOLA.match(line.strip()))]
    if not found:
        return {}, text
    values = {match[1]: (match[2] or "").strip() for match in found}
    return plain_keys(values), "\n".join(lines[end + 1 :]).lstrip("\n")
