"""The docs say what is there: links, files, commands, settings, routes; generated parts are up to date."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
import typer

from configs.errors import ExitCode
from configs.settings import ENV_PREFIX, known_keys, load_settings
from docs.generate import generated, pages
from feature_pipeline.sources import kinds, source_module
from twin.commands import GLOBAL_FLAGS, GLOBAL_VALUES, app

PROJECT = Path(__file__).parents[2]
PAGES = {page.relative_to(PROJECT).as_posix(): page.read_text(encoding="utf-8") for page in pages()}
ROOMS = (
    "configs",
    "text",
    "feature_pipeline",
    "feature_store",
    "training_pipeline",
    "model_registry",
    "inference_pipeline",
    "twin",
)
HISTORY = ("CHANGELOG.md", "docs/experiments/")  # they name what has gone since
MAX_LINES = 400
README_LINES = 200
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
WAY_OUT = re.compile(r"[`:] ?twin ([a-z]+)([^`:;|\n]*)")


def blocks_of(text: str) -> str:
    """Blocks of code; a line that ends in a backslash goes on."""
    return "\n".join(body for language, body in FENCE.findall(text) if language != "mermaid").replace("\\\n", " ")


def spans_of(text: str) -> str:
    """Code inside sentences, a line each."""
    return "\n".join(" ".join(span.split()) for span in re.findall(r"`([^`]+)`", FENCE.sub("", text)))


BLOCKS = {page: blocks_of(text) for page, text in PAGES.items()}
SPANS = {page: spans_of(text) for page, text in PAGES.items()}
CODE = {page: f"{BLOCKS[page]}\n{SPANS[page]}" for page in PAGES}


def anchors(text: str) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", text), re.MULTILINE)
    plain = (re.sub(r"[`*]|\[|\]\([^)]*\)", "", heading) for heading in headings)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


def command_lines(code: str) -> Iterator[list[str]]:
    """The arguments of each `twin …` that stands at the beginning of a line."""
    for line in code.splitlines():
        if match := re.match(r"(?:\.venv/bin/)?twin (?=\S)(.*)", line.strip()):
            yield [word for word in shlex.split(match[1], comments=True) if word != "…"]


def parse(arguments: list[str], command: Any = None, parent: Any = None) -> None:
    """Parse a command line down to its last subcommand, running nothing. Raises click's UsageError."""
    command = command or typer.main.get_command(app)
    context = command.make_context(command.name, list(arguments), parent=parent)
    if rest := [*getattr(context, "_protected_args", []), *context.args]:
        _, inner, left = command.resolve_command(context, rest)
        parse(left, inner, context)


@cache
def routes() -> set[str]:
    """Every "METHOD path" of the server, names of path parameters left out."""
    from inference_pipeline.api import create_app

    settings, anything = load_settings(environ={}), MagicMock()
    server = create_app(
        anything,
        pool=anything,
        resolver=anything,
        encoders={},
        store=anything,
        feedback=anything,
        settings=settings.serving,
        access=settings.access,
        keys=anything,
        admin=anything,
    )
    paths = server.openapi()["paths"]
    described = {nameless(f"{method.upper()} {path}") for path in paths for method in paths[path]}
    return described | {"GET /openapi.json", "POST /mcp"}


def nameless(route: str) -> str:
    return re.sub(r"{\w+}", "{}", route)


def test_generated_parts_are_up_to_date() -> None:
    """Run `make docs`, or python -m docs.generate."""
    assert [page for page, text in PAGES.items() if generated(text) != text] == []


def test_readme_is_short() -> None:
    assert len(PAGES["README.md"].splitlines()) <= README_LINES


def test_readme_leads_to_every_page() -> None:
    linked = {(PROJECT / target.partition("#")[0]).resolve() for target in LINK.findall(PAGES["README.md"])}
    diary = PROJECT / "docs/experiments"
    assert [page for page in pages()[1:] if page not in linked and page.parent != diary] == []


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    dead = []
    for link in LINK.findall(FENCE.sub("", PAGES[page])):
        target, _, anchor = link.partition("#")
        path = (PROJECT / page).parent / target if target else PROJECT / page
        if "://" in link:
            continue
        if not path.exists() or (anchor and anchor not in anchors(path.read_text(encoding="utf-8"))):
            dead.append(link)
    assert dead == []


def test_files_that_pages_name_are_there() -> None:
    paths = re.compile(rf"\b(?:{'|'.join([*ROOMS, 'tests', 'benchmarks', 'docs', 'findings', 'examples'])})/[\w./]*\w")
    current = {page: code for page, code in CODE.items() if not page.startswith(HISTORY)}
    named = {
        (page, path)
        for page, code in current.items()
        for path in paths.findall(code)
        if not re.search(r"[A-Z]{3}", path)
    }
    assert sorted((page, path) for page, path in named if not (PROJECT / path).exists()) == []


def test_tests_that_pages_name_are_there() -> None:
    named = {
        (page, path, test)
        for page, code in CODE.items()
        for path, test in re.findall(r"\b(tests/\S+\.py)::(\w+)", code)
    }
    assert len(named) > 30
    sources = {path: (PROJECT / path).read_text(encoding="utf-8") for path in {path for _, path, _ in named}}
    assert [
        one for one in sorted(named) if not re.search(rf"^ *(async )?def {one[2]}\(", sources[one[1]], re.MULTILINE)
    ] == []


def test_names_that_the_recipes_use_are_defined() -> None:
    """Classes, constants and functions in ARCHITECTURE.md's code spans."""
    source = "\n".join(path.read_text(encoding="utf-8") for room in ROOMS for path in (PROJECT / room).rglob("*.py"))
    defined = set(re.findall(r"^ *(?:class |def |async def )?([A-Za-z_]\w+)(?=[(:=]| =)", source, re.MULTILINE))
    spans = re.findall(r"`([\w.]+)(?:\([^`]*\))?`", PAGES["ARCHITECTURE.md"])
    names = {span.rpartition(".")[2] for span in spans if re.search(r"[A-Z]\w*[a-z]|^[A-Z_]{4,}$|_", span)}
    named = names - {"NAME", "APIRouter", *ROOMS}  # a placeholder, FastAPI's, the rooms
    assert len(named) > 20
    assert sorted(named - defined) == []


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        (page, target) for page, code in CODE.items() for target in re.findall(r"^make ([a-z-]+)", code, re.MULTILINE)
    }
    assert len(named) > 5
    assert {(page, target) for page, target in named if target not in targets} == set()


@pytest.mark.parametrize(
    ("where", "incomplete"),
    [(BLOCKS, ()), (SPANS, ("MissingParameter", "NoArgsIsHelpError", "Exit"))],
    ids=["blocks", "sentences"],
)
def test_command_lines_can_be_parsed(where: dict[str, str], incomplete: tuple[str, ...]) -> None:
    """A block can be pasted; in a sentence a command may stand without what it requires."""
    wrong, seen = [], 0
    for page, code in where.items():
        for arguments in command_lines(code):
            seen += 1
            try:
                parse(arguments)
            except Exception as error:  # noqa: BLE001  # whatever click raises of a wrong line
                if type(error).__name__ not in incomplete:
                    wrong.append((page, arguments, str(error)))
    assert seen > 20
    assert wrong == []


def test_commands_that_messages_name_exist() -> None:
    """The ways out in the code's messages and docstrings; they may leave out what is required."""
    commands: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    wrong, seen = [], 0
    for path in (path for room in ROOMS for path in sorted((PROJECT / room).rglob("*.py"))):
        for name, rest in WAY_OUT.findall(path.read_text(encoding="utf-8")):
            seen += 1
            parameters = commands[name].params if name in commands else []
            known = {option for one in parameters for option in (*one.opts, *one.secondary_opts)}
            unknown = set(re.findall(r"(--[a-z][a-z-]*)", rest)) - known - {*GLOBAL_FLAGS, *GLOBAL_VALUES}
            if unknown or name not in commands:
                wrong.append((path.relative_to(PROJECT).as_posix(), name, unknown))
    assert seen > 30
    assert wrong == []


@pytest.mark.parametrize("page", [page for page, code in CODE.items() if "--set" in code or ENV_PREFIX in code])
def test_settings_exist_and_take_the_values(page: str) -> None:
    keys = set(re.findall(r"--set ([a-z_.]+)=", CODE[page]))
    keys |= {name.lower().replace("__", ".") for name in re.findall(rf"\b{ENV_PREFIX}(\w+__\w+)", CODE[page])}
    assert keys - set(known_keys()) == set()
    values = re.findall(r"--set ([a-z_.]+=[^\s`…]+)(?=\s|$)", CODE[page])
    load_settings(overrides=[value for value in values if not re.search(r"=[A-Z]$", value)], environ={})


def test_settings_that_pages_name_exist() -> None:
    sections = {key.partition(".")[0] for key in known_keys() if "." in key}
    known = {key.rsplit(".", depth)[0] for key in known_keys() for depth in range(key.count(".") + 1)}
    dotted = re.compile(rf"`((?:{'|'.join(sections)})\.[a-z_.]+)(?:: [^`]*)?`")
    named = {(page, key) for page, text in PAGES.items() for key in dotted.findall(text)}
    assert len(named) > 30
    assert sorted((page, key) for page, key in named if key not in known and not key.endswith(".py")) == []


def test_shipped_configurations_exist() -> None:
    shipped = {path.stem for path in (PROJECT / "configs").glob("*.yaml")}
    named = {name for code in CODE.values() for name in re.findall(r"--config ([a-z][\w.-]*)", code)}
    assert {"gpu"} <= named
    assert {name for name in named if not name.endswith(".yaml")} - shipped == set()


def test_benchmarks_exist() -> None:
    named = {name for code in CODE.values() for name in re.findall(r"\bbenchmarks[./](\w+)", code)}
    assert len(named) > 3
    assert [name for name in sorted(named) if not (PROJECT / "benchmarks" / f"{name}.py").exists()] == []


def test_routes_are_those_of_the_server() -> None:
    """The page names them all, and no other; so does every curl."""
    named = {nameless(route) for route in re.findall(r"`([A-Z]+ /\S*)`", PAGES["docs/serving.md"])}
    assert named == routes()
    called = {path for code in CODE.values() for path in re.findall(r"curl\b[^\n]*?://[^/\s]+(/[^\s'\"]*)", code)}
    assert called
    assert {path for path in called if not any(route.endswith(f" {path}") for route in routes())} == set()


def test_exit_codes_are_told() -> None:
    table = PAGES["docs/getting-started.md"]
    assert set(re.findall(r"^\| (\d+) \|", table, re.MULTILINE)) == {str(int(code)) for code in ExitCode}


def test_every_kind_of_source_says_how_a_person_gets_it() -> None:
    assert [kind for kind in kinds() if not source_module(kind).OBTAIN] == []


def test_makefile_is_listed() -> None:
    """`make` alone lists every target a person may call."""
    text = (PROJECT / "Makefile").read_text(encoding="utf-8")
    phony = set(re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE).group(1).split())  # type: ignore[union-attr]
    assert set(re.findall(r"^([a-z-]+):.*## ", text, re.MULTILINE)) == phony


def test_no_file_is_longer_than_400_lines() -> None:
    kinds = (".py", ".yaml", ".html", ".js", ".css", ".sh")
    files = [
        path for room in (*ROOMS, "tests", "benchmarks", "docs", "findings") for path in (PROJECT / room).rglob("*")
    ]
    lengths = {
        path.relative_to(PROJECT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in files
        if path.suffix in kinds and "__pycache__" not in path.parts
    }
    assert {path: length for path, length in lengths.items() if length > MAX_LINES} == {}
