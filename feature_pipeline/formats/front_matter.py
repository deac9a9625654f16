"""Front matter: YAML between --- lines (Jekyll, Obsidian), TOML between +++ lines (Hugo), or a JSON object (Hugo)."""

import json
import re
import tomllib
from contextlib import suppress
from typing import Any

import yaml

from feature_pipeline.errors import UnreadableItemError

YAML_OPENING = re.compile(r"\s*^---[ \t]*\r?\n", re.MULTILINE)
YAML_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*\r?$\n?", re.MULTILINE)
TOML_OPENING = re.compile(r"\s*^\+\+\+[ \t]*\r?\n", re.MULTILINE)
TOML_CLOSING = re.compile(r"^\+\+\+[ \t]*\r?$\n?", re.MULTILINE)
JSON_OPENING = re.compile(r'\s*\{\s*["}]')
LOOKS_LIKE_A_KEY = re.compile(r"\s*(?:#.*\s+)*[\w\"'][\w \"'.-]*:(?:\s|$)")

NOTHING = {"null", "Null", "NULL", "~"}  # in YAML, without quotation marks
FAST_CHARACTERS = 5000  # more than most front matter has

Values = dict[str, Any]


class _AsWritten:
    """Makes nothing but strings, lists and dictionaries; an unquoted null is None."""

    def construct_scalar(self, node: yaml.ScalarNode) -> str | None:
        is_null = not node.style and node.value in NOTHING
        return None if is_null else str(super().construct_scalar(node))  # type: ignore[misc]


class _Careful(_AsWritten, yaml.BaseLoader):  # type: ignore[misc]
    pass


class _Fast(_AsWritten, getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc]
    """By libyaml, in a tenth of the time."""


def load_as_written(text: str) -> Any:
    """YAML whose scalars stay strings, as they were written. Raises yaml.YAMLError, RecursionError, ValueError."""
    if len(text) <= FAST_CHARACTERS:  # so few cannot exhaust the processor's stack, on which libyaml's nodes are nested
        with suppress(yaml.YAMLError, ValueError):  # the other reader says better what is wrong
            return yaml.load(text, _Fast)  # noqa: S506
    return yaml.load(text, _Careful)  # noqa: S506


def starts_with_front_matter(text: str) -> bool:
    return bool(YAML_OPENING.match(text) or TOML_OPENING.match(text) or JSON_OPENING.match(text))


def split_front_matter(text: str) -> tuple[Values, str]:
    """The values, their keys in lower case with "_" between words, and the body behind them.

    YAML scalars stay strings, as they were written: a title of 1.10 or No keeps its letters, a date its form. Null is
    None.
    Raises UnreadableItemError with the line and the parser's reason.
    """
    if opening := YAML_OPENING.match(text):
        return _split_yaml(text, opening.end())
    if opening := TOML_OPENING.match(text):
        return _split_toml(text, opening.end())
    if JSON_OPENING.match(text):
        return _split_json(text)
    return {}, text


def _split_yaml(text: str, start: int) -> tuple[Values, str]:
    meant = LOOKS_LIKE_A_KEY.match(text, start)  # else --- is a ruler above prose
    closing = YAML_CLOSING.search(text, start)
    line = text.count("\n", 0, start)
    if closing is None:
        if meant:
            raise UnreadableItemError(f"broken front matter: the --- of line {line} is never closed by another ---")
        return {}, text
    try:
        # Blank lines stand for the opening ---.
        values = load_as_written("\n" * line + text[start : closing.start()])
    except yaml.MarkedYAMLError as error:
        if not meant:
            return {}, text
        mark = error.problem_mark or error.context_mark
        where = f", line {mark.line + 1}" if mark else ""
        raise UnreadableItemError(f"broken front matter{where}: {error.problem or error.context}") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise UnreadableItemError(f"broken front matter: {' '.join(str(error).split())}") from error
    if values in (None, ""):
        return {}, text[closing.end() :]
    if not isinstance(values, dict):
        return {}, text
    return plain_keys(values), text[closing.end() :]


def _split_toml(text: str, start: int) -> tuple[Values, str]:
    closing = TOML_CLOSING.search(text, start)
    line = text.count("\n", 0, start)
    if closing is None:
        raise UnreadableItemError(f"broken front matter: the +++ of line {line} is never closed by another +++")
    try:
        values = tomllib.loads("\n" * line + text[start : closing.start()].replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UnreadableItemError(f"broken front matter: {error}") from error
    return plain_keys(values), text[closing.end() :]


def _split_json(text: str) -> tuple[Values, str]:
    try:
        values, end = json.JSONDecoder().raw_decode(text, len(text) - len(text.lstrip()))
    except json.JSONDecodeError as error:
        raise UnreadableItemError(f"broken front matter, line {error.lineno}: {error.msg}") from error
    except (RecursionError, ValueError) as error:
        raise UnreadableItemError(f"broken front matter: {error}") from error
    return plain_keys(values), text[end:].lstrip("\r\n")


def plain_keys(values: Values) -> Values:
    return {re.sub(r"[\s-]+", "_", str(key).strip().lower()): value for key, value in values.items()}
