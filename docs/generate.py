"""Writes what the docs take from the code: the tables of sources and routes, the settings, the command reference.

    make docs

A page keeps its own text: only what stands between `<!-- generated: NAME -->` and `<!-- end -->` is replaced.
`tests/architecture/test_docs.py` fails while a page is out of date.
"""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import typer

from configs.layers import HERE, read_yaml
from configs.settings import Settings, known_keys
from feature_pipeline.sources import kinds, source_module
from inference_pipeline.api import routes as route_modules
from twin.commands import app

PROJECT = Path(__file__).parent.parent
BLOCK = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
METHOD = r"(?:GET|POST|PUT|PATCH|DELETE) /"
ROUTES = re.compile(rf"^({METHOD}\S+(?:, {METHOD}\S+)*): (.+?)(?=\n\n|\n{METHOD}|\Z)", re.DOTALL | re.MULTILINE)
SETTING = re.compile(r"^(?P<indent> *)(?P<key>\w+):(?P<value>[^#]*?)(?:\s+# (?P<comment>.*))?$")
HELP_WIDTH = 100


def pages() -> list[Path]:
    """Every Markdown page that a person reads, the front page first."""
    front = PROJECT / "README.md"
    return [front, *sorted({*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")} - {front})]


def generated(text: str) -> str:
    """`text` with every generated block renewed. Raises KeyError when a block has a name that is not in BLOCKS."""
    return BLOCK.sub(lambda match: f"{match[1]}{BLOCKS[match[2]]().strip()}\n{match[3]}", text)


def short_sources() -> str:
    return _table(("kind", "what is read"), ((f"`{kind}`", source_module(kind).SUMMARY) for kind in kinds()))


def long_sources() -> str:
    modules = ((kind, source_module(kind)) for kind in kinds())
    return _table(
        ("kind", "what is read", "e.g.", "how you get it"),
        (
            (f"`{kind}`", module.SUMMARY, f"`{module.EXAMPLE.strip(chr(34))}`", module.OBTAIN)
            for kind, module in modules
        ),
    )


def settings() -> str:
    """One table a section of configs/default.yaml. Raises ValueError for a setting without a comment there."""
    comments = dict(_comments((HERE / "default.yaml").read_text(encoding="utf-8")))
    values, schema = read_yaml(HERE / "default.yaml"), Settings.model_json_schema()
    sections: dict[str, list[tuple[str, ...]]] = {}
    for key in known_keys():
        if not comments.get(key):
            raise ValueError(f"configs/default.yaml says nothing of {key}: write a comment behind its value.")
        default = _at(values, key)
        row = (f"`{key}`", f"`{_yaml(default)}`", _accepts(schema, key), comments[key])
        sections.setdefault(key.partition(".")[0] if "." in key else "folders", []).append(row)
    parts = []
    for name, rows in sections.items():
        about = comments.get(name)
        parts += [f"### {name}", f"{about[0].upper()}{about[1:]}." if about else ""]
        parts += [_table(("setting", "default", "accepts", "meaning"), rows)]
    return "\n\n".join(part for part in parts if part)


def commands() -> str:
    """`twin NAME --help` of every command, subcommands after the command that they belong to."""
    root: Any = typer.main.get_command(app)
    return "\n\n".join(f"## {name}\n\n```text\n{text}\n```" for name, text in _help_texts("twin", root))


def routes() -> str:
    """What the docstrings of the route modules say, for everybody first and then for operators."""
    names = (module.name for module in pkgutil.iter_modules(route_modules.__path__, f"{route_modules.__name__}."))
    rows = [row for name in names for row in ROUTES.findall(importlib.import_module(name).__doc__ or "")]
    return _table(
        ("route", "what it returns"),
        (
            (", ".join(f"`{path}`" for path in paths.split(", ")), " ".join(text.split()))
            for paths, text in sorted(rows, key=lambda row: " /v1/" not in row[0])
        ),
    )


BLOCKS: dict[str, Callable[[], str]] = {
    "short_sources": short_sources,
    "long_sources": long_sources,
    "routes": routes,
    "settings": settings,
    "commands": commands,
}


def _help_texts(name: str, command: Any, parent: Any = None) -> Iterator[tuple[str, str]]:
    """`command` is a click command and `parent` the context of its group; typer does not export the types."""
    width = {"terminal_width": HELP_WIDTH, "max_content_width": HELP_WIDTH}
    context = command.context_class(command, info_name=name, parent=parent, **width, **command.context_settings)
    yield context.command_path, command.get_help(context)
    for child, inner in getattr(command, "commands", {}).items():
        yield from _help_texts(child, inner, context)


def _table(head: tuple[str, ...], rows: Any) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def _comments(text: str) -> Iterator[tuple[str, str]]:
    """Dotted key and the comment on its line; a section's comment stands on the section's line."""
    path: list[str] = []
    for line in text.splitlines():
        if match := SETTING.match(line):
            path[len(match["indent"]) // 2 :] = [match["key"]]
            yield ".".join(path), match["comment"] or ""


def _at(values: Any, key: str) -> Any:
    for part in key.split("."):
        values = values[part]
    return values


def _yaml(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return "[]" if value == [] else "{}" if value == {} else str(value)


def _accepts(schema: dict[str, Any], key: str) -> str:
    field: dict[str, Any] = schema
    for part in key.split("."):
        field = field["properties"][part]
        if "$ref" in field:
            field = schema["$defs"][field["$ref"].rpartition("/")[2]]
    return _kind(field)


def _kind(field: dict[str, Any]) -> str:
    """A JSON schema in words: "integer ≥ 1", "a or b"."""
    if "anyOf" in field:
        return " or ".join(_kind(choice) for choice in field["anyOf"])
    if "enum" in field:
        return " or ".join(f"`{value}`" for value in field["enum"])
    names = {"string": "text", "boolean": "`true` or `false`", "null": "`null`", "array": "list", "object": "mapping"}
    low = [f"≥ {field['minimum']:g}"] if "minimum" in field else []
    low += [f"> {field['exclusiveMinimum']:g}"] if "exclusiveMinimum" in field else []
    high = [f"≤ {field['maximum']:g}"] if "maximum" in field else []
    high += [f"< {field['exclusiveMaximum']:g}"] if "exclusiveMaximum" in field else []
    if field.get("format") == "path":
        return "folder"
    return " ".join([names.get(field["type"], field["type"]), *[", ".join([*low, *high])]]).strip()


if __name__ == "__main__":
    for page in pages():
        before = page.read_text(encoding="utf-8")
        if (after := generated(before)) != before:
            page.write_text(after, encoding="utf-8")
            print(f"wrote {page.relative_to(PROJECT)}")  # noqa: T201
