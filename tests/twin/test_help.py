"""What `twin --help` says, and how AUTHOR and VERSION are typed."""

from pathlib import Path
from typing import Annotated

import pytest
import typer

from configs.errors import ExitCode
from twin import commands
from twin.cli import run
from twin.commands import COMMANDS, first_sentence
from twin.commands.options import Author, Version, first_words


def test_every_command_is_in_one_group_with_a_whole_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == ExitCode.OK
    said = capsys.readouterr().out
    names = [name for group in COMMANDS.values() for name in group]
    modules = {path.stem for path in Path(commands.__file__).parent.glob("*.py")}
    assert sorted(names) == sorted(modules - {"__init__", "options", "diff"})  # diff is one of twin models
    assert [
        line.split()[0] for line in said.splitlines() if line.startswith("  ") and line.split()[0] in names
    ] == names
    assert "..." not in said.partition("Make a twin:")[2]
    assert "Stop collecting a source, such as a folder that was moved.\n" in said


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Stop a source, e.g. a folder. Nothing is erased.", "Stop a source, e.g. a folder."),
        ("One that goes\non here.\n\nAnd more", "One that goes on here."),
        ("Without an end", "Without an end"),
    ],
)
def test_an_abbreviation_ends_no_sentence(text: str, first: str) -> None:
    assert first_sentence(text) == first


@pytest.fixture
def typed() -> typer.Typer:
    app = typer.Typer(rich_markup_mode=None)

    @app.command()
    @first_words
    def judge(
        ctx: typer.Context,
        author: Author = None,
        version: Version = None,
        force: Annotated[bool, typer.Option("--force")] = False,
    ) -> None:
        typer.echo(f"{author} {version} {force}")

    return app


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("", "None None False"),
        ("maud", "maud None False"),
        ("v2", "None v2 False"),
        ("champion --force", "None champion True"),
        ("maud v2", "maud v2 False"),
        ("v2 --author maud", "maud v2 False"),
        ("--author=maud --version v2", "maud v2 False"),
        ("maud --version v2", "maud v2 False"),
        ("--author v2", "v2 None False"),  # an author of such a name
        ("v2 v3", "v2 v3 False"),
    ],
)
def test_author_and_version_are_words_or_options(
    typed: typer.Typer, words: str, read: str, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(words.split(), standalone_mode=False)
    assert capsys.readouterr().out == f"{read}\n"


@pytest.mark.parametrize("words", ["maud v2 --version v3", "maud v2 --author dex", "dex v1 --author maud --version v2"])
def test_a_word_too_many_is_wrong_usage(typed: typer.Typer, words: str) -> None:
    with pytest.raises(typer.BadParameter, match="which of them is meant"):
        typed(words.split(), standalone_mode=False)
