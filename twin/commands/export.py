"""`twin export`: a version for other software: a PEFT folder, a merged model, a GGUF."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twin.commands.options import Author, Json, Version, first_words
from twin.console import emit, watcher
from twin.session import Session

if TYPE_CHECKING:
    from model_registry.model_card import Form


@first_words
def export(
    ctx: typer.Context,
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="A new folder, or an earlier export.")],
    author: Author = None,
    version: Version = None,
    forms: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="FORM",
            help="peft (the default), merged or gguf; repeat it or join by commas. Several get a folder each.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a version as transformers, vLLM, llama.cpp, Ollama and others load it."""
    from twin.jobs import versions

    session: Session = ctx.obj
    wanted = _forms(forms or ["peft"])
    profile = session.author(author)
    chosen = versions.resolve(session.settings, profile.id, version)
    with watcher() as progress:
        folders = versions.export(session.settings, chosen, to, wanted, progress=progress)
    places = {form.value: str(folder) for form, folder in folders.items()}
    text = "\n".join(f"{profile.name}: {chosen.name} as {form}: {folder}" for form, folder in places.items())
    emit(text, {"author": profile.id, "version": chosen.name, "folders": places}, as_json=as_json)


def _forms(given: list[str]) -> list["Form"]:
    from model_registry.model_card import Form

    words = [word.strip() for text in given for word in text.split(",") if word.strip()]
    if unknown := [word for word in words if word not in list(Form)]:
        raise typer.BadParameter(f"{unknown[0]!r} is none of: {', '.join(Form)}.", param_hint="--format")
    return [Form(word) for word in words]
