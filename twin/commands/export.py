"""`twin export`: a version for other software: a PEFT folder, a merged model, a GGUF."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twin.commands.evaluate import Version
from twin.commands.options import Author, Json, SameAuthor
from twin.session import Session

if TYPE_CHECKING:
    from model_registry.model_card import Form


def export(
    ctx: typer.Context,
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="A new folder, or an earlier export.")],
    author: Author = None,
    version: Version = None,
    named: SameAuthor = None,
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
    from model_registry.export import export as write
    from twin import wiring
    from twin.commands.evaluate import author_and_version
    from twin.console import emit_json, watcher

    session: Session = ctx.obj
    wanted = _forms(forms or ["peft"])
    profile, chosen = author_and_version(session.settings, author, version, named)
    with watcher() as progress:
        progress.start("base model", None)
        base = wiring.base_model(session.settings)
        progress.finish(base.name)
        progress.start(f"export {chosen.name}", None)
        folders = write(chosen, base, to, wanted, cache_dir=session.settings.cache_dir)
        progress.finish(", ".join(folders))
    if as_json:
        places = {form.value: str(folder) for form, folder in folders.items()}
        emit_json({"author": profile.id, "version": chosen.name, "folders": places})
    else:
        for form, folder in folders.items():
            typer.echo(f"{profile.name}: {chosen.name} as {form.value}: {folder}")


def _forms(given: list[str]) -> list["Form"]:
    from model_registry.model_card import Form

    words = [word.strip() for text in given for word in text.split(",") if word.strip()]
    if unknown := [word for word in words if word not in list(Form)]:
        raise typer.BadParameter(f"{unknown[0]!r} is none of: {', '.join(Form)}.", param_hint="--format")
    return [Form(word) for word in words]
