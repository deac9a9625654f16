"""The docs say what is there: the links, the commands, the settings."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from configs.settings import known_keys
from feature_pipeline.sources import kinds, source_module
from twin.commands import GLOBAL_FLAGS, GLOBAL_VALUES, app

PROJECT = Path(__file__).parents[2]
DOCS = sorted(PROJECT.glob("*.md"))
ROOMS = (
    "configs",
    "feature_pipeline",
    "feature_store",
    "text",
    "training_pipeline",
    "model_registry",
    "inference_pipeline",
    "twin",
    "tests",
    "benchmarks",
)
CODE = sorted(str(path.relative_to(PROJECT)) for room in ROOMS[:-2] for path in (PROJECT / room).rglob("*.py"))
MAX_LINES = 400
GLOBAL_OPTIONS = {*GLOBAL_FLAGS, *GLOBAL_VALUES}


def files_of_rooms() -> set[str]:
    kinds = (".py", ".yaml", ".html", ".js", ".css", ".sh")
    found = {path for room in ROOMS for path in (PROJECT / room).rglob("*") if path.suffix in kinds}
    return {path.relative_to(PROJECT).as_posix() for path in found if "__pycache__" not in path.parts}


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {path: len((PROJECT / path).read_text(encoding="utf-8").splitlines()) for path in files_of_rooms()}
    assert {path: length for path, length in lengths.items() if length > MAX_LINES} == {}


@pytest.mark.parametrize("document", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    dead = [link for link in links if "://" not in link and not (document.parent / link).exists()]
    assert dead == []


@pytest.mark.parametrize("document", DOCS, ids=lambda path: path.name)
def test_make_targets_exist(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", document.read_text(encoding="utf-8"), re.DOTALL))
    assert set(re.findall(r"\bmake ([a-z-]+)\b", code)) - targets == set()


@pytest.mark.parametrize("path", [*(d.name for d in DOCS), *CODE])
def test_commands_and_their_options_exist(path: str) -> None:
    """In the docs, and in the ways out that messages name."""
    commands: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    text = (PROJECT / path).read_text(encoding="utf-8")
    for name, rest in re.findall(r"[`:] ?twin ([a-z]+)([^`:;|\n]*)", text):
        assert name in commands
        known = {
            option for parameter in commands[name].params for option in (*parameter.opts, *parameter.secondary_opts)
        }
        assert set(re.findall(r"(--[a-z][a-z-]*)", rest)) - known - GLOBAL_OPTIONS == set()


@pytest.mark.parametrize("document", DOCS, ids=lambda path: path.name)
def test_settings_and_shipped_configurations_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert set(re.findall(r"--set ([a-z_.]+)=", text)) - set(known_keys()) == set()
    shipped = {path.stem for path in (PROJECT / "configs").glob("*.yaml")}
    assert {
        name for name in re.findall(r"--config ([a-z][\w.-]*)", text) if not name.endswith(".yaml")
    } - shipped == set()


def test_the_table_of_sources_says_what_the_sources_say() -> None:
    """Run this file to print the rows."""
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    table = text.partition("<!-- sources -->\n")[2].partition("\n<!-- /sources -->")[0]
    assert table.splitlines() == source_rows()


def source_rows() -> list[str]:
    rows = ["| kind | what is read, e.g. | how you get it |", "|---|---|---|"]
    for kind in kinds():
        module = source_module(kind)
        example = module.EXAMPLE.strip('"')
        rows.append(f"| {kind} | {module.SUMMARY}: `{example}` | {module.OBTAIN} |")
    return rows


def test_every_kind_says_how_a_person_gets_it() -> None:
    assert [kind for kind in kinds() if not source_module(kind).OBTAIN] == []


def test_makefile_is_listed() -> None:
    """`make` alone lists every target a person may call."""
    text = (PROJECT / "Makefile").read_text(encoding="utf-8")
    phony = set(re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE).group(1).split())  # type: ignore[union-attr]
    assert set(re.findall(r"^([a-z-]+):.*## ", text, re.MULTILINE)) == phony


if __name__ == "__main__":
    print("\n".join(source_rows()))  # noqa: T201
