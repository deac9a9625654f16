"""The docs say what is there: the tree, the links, the commands, the settings."""

import re
from pathlib import Path

import pytest
import typer

from configs.settings import known_keys
from twin.commands import app

PROJECT = Path(__file__).parents[2]
DOCS = sorted(PROJECT.glob("*.md"))
ROOMS = ("configs", "feature_pipeline", "feature_store", "training_pipeline", "model_registry", "inference_pipeline",
         "twin", "tests", "benchmarks")  # fmt: skip
MAX_LINES = 300


def files_of_rooms() -> set[str]:
    """Every source file of the rooms but the empty-handed __init__.py, and the examples' READMEs."""
    kinds = (".py", ".yaml", ".html", ".js", ".css", ".sh")
    found = {path for room in ROOMS for path in (PROJECT / room).rglob("*") if path.suffix in kinds}
    return {path.relative_to(PROJECT).as_posix() for path in found if "__pycache__" not in path.parts}


def files_in_tree() -> list[str]:
    """The paths that the README's tree draws: two spaces deeper is one folder further down."""
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    tree = text.partition("<!-- tree -->")[2].partition("<!-- /tree -->")[0]
    folders: list[str] = []
    paths = []
    for line in tree.splitlines():
        name = line.split()[0] if line.strip() else "```"
        if name == "```" or name == "```text":
            continue
        depth = (len(line) - len(line.lstrip())) // 2
        folders[depth:] = [name.rstrip("/")] if name.endswith("/") else []
        if not name.endswith("/"):
            paths.append("/".join([*folders, name]))
    return paths


def test_the_tree_names_every_file_and_no_other() -> None:
    drawn = files_in_tree()
    assert len(drawn) == len(set(drawn))
    assert set(drawn) == files_of_rooms()


def test_every_line_of_the_tree_says_what_the_file_is_for() -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    tree = text.partition("<!-- tree -->")[2].partition("<!-- /tree -->")[0]
    silent = [line for line in tree.splitlines() if line.startswith(" ") and len(line.split(maxsplit=1)) < 2]
    assert silent == []


@pytest.mark.parametrize("path", sorted(files_of_rooms()))
def test_no_file_is_longer_than_300_lines(path: str) -> None:
    assert len((PROJECT / path).read_text(encoding="utf-8").splitlines()) <= MAX_LINES


@pytest.mark.parametrize("document", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    dead = [link for link in links if "://" not in link and not (document.parent / link).exists()]
    assert dead == []


@pytest.mark.parametrize("document", DOCS, ids=lambda path: path.name)
def test_commands_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    known = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))
    assert set(re.findall(r"\btwin ([a-z]+)\b", code)) - known == set()
    assert set(re.findall(r"\bmake ([a-z-]+)\b", code)) - targets == set()


@pytest.mark.parametrize("document", DOCS, ids=lambda path: path.name)
def test_settings_and_shipped_configurations_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert set(re.findall(r"--set ([a-z_.]+)=", text)) - set(known_keys()) == set()
    shipped = {path.stem for path in (PROJECT / "configs").glob("*.yaml")}
    assert {name for name in re.findall(r"--config ([\w.-]+)", text) if not name.endswith(".yaml")} - shipped == set()


def test_makefile_is_listed() -> None:
    """`make` alone lists every target a person may call."""
    text = (PROJECT / "Makefile").read_text(encoding="utf-8")
    phony = set(re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE).group(1).split())  # type: ignore[union-attr]
    assert set(re.findall(r"^([a-z-]+):.*## ", text, re.MULTILINE)) == phony
