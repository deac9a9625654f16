"""`twin export`: a version for other software, the posts as Markdown, or the style as a skill."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from twin.commands.options import Author, Json, Version, first_words
from twin.console import emit, note, watcher
from twin.session import Session
from twin.wording import counted

if TYPE_CHECKING:
    from feature_store.versions import AuthorProfile
    from model_registry.model_card import Form

POSTS, SKILL = "posts", "skill"  # made of the author's text, and not of a model


@first_words
def export(
    ctx: typer.Context,
    to: Annotated[
        Path,
        typer.Option("--to", metavar="FOLDER", help="A new or empty folder, or an earlier export that nobody changed."),
    ],
    author: Author = None,
    version: Version = None,
    forms: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="FORM",
            help="peft (the default), merged or gguf; repeat it or join by commas, and each gets a folder. Or, alone: "
            "posts, what was collected as Markdown files; skill, the style in figures and examples.",
        ),
    ] = None,
    with_messages: Annotated[
        bool, typer.Option("--with-messages", help="Private messages too, with posts or skill.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write a version as transformers, vLLM, llama.cpp, Ollama and others load it; or the posts, or the style."""
    from twin.jobs import versions

    session: Session = ctx.obj
    words = [word.strip() for text in forms or ["peft"] for word in text.split(",") if word.strip()]
    if set(words) & {POSTS, SKILL}:
        if len(set(words)) > 1:
            raise typer.BadParameter(f"{POSTS} and {SKILL} are written by themselves.", param_hint="--format")
        profile = session.author(author)
        (_posts if words[0] == POSTS else _skill)(session, profile, version, to, with_messages, as_json)
        return
    wanted = _forms(words)
    if with_messages:
        raise typer.BadParameter("is for posts and skill.", param_hint="--with-messages")
    profile = session.author(author)
    chosen = versions.resolve(session.settings, profile.id, version)
    with watcher() as progress:
        folders = versions.export(session.settings, chosen, to, wanted, progress=progress)
    places = {form.value: str(folder) for form, folder in folders.items()}
    text = "\n".join(f"{profile.name}: {chosen.name} as {form}: {folder}" for form, folder in places.items())
    emit(text, {"author": profile.id, "version": chosen.name, "folders": places}, as_json=as_json)


def _posts(
    session: Session, profile: "AuthorProfile", version: str | None, to: Path, with_messages: bool, as_json: bool
) -> None:
    from twin.jobs.posts import export_posts

    with watcher() as progress:
        done = export_posts(session.settings, profile.id, version, to, with_messages=with_messages, progress=progress)
    if done.messages:
        note(f"{counted(done.messages, 'private message')} left out. With them: --with-messages")
    if done.quarantined:
        note(f"{counted(done.quarantined, 'quarantined post')} left out. twin status --posts says why.")
    if done.changed:
        note(f"{counted(done.changed, 'post')} would be read a little differently: Markdown has no way to write them.")
    kinds = ", ".join(f"{number} {kind}" for kind, number in done.kinds.items())
    text = f"{profile.name}: {counted(done.total, 'post')} of {done.features} ({kinds or 'none'}): {done.folder}"
    emit(text, {"author": profile.id, **asdict(done), "folder": str(done.folder)}, as_json=as_json)


def _skill(
    session: Session, profile: "AuthorProfile", version: str | None, to: Path, with_messages: bool, as_json: bool
) -> None:
    from twin.jobs.skill import export_skill

    with watcher() as progress:
        done = export_skill(session.settings, profile, version, to, with_messages=with_messages, progress=progress)
    if done.messages:
        note(f"{counted(done.messages, 'private message')} left out. With them: --with-messages")
    text = (
        f"{profile.name}: the skill {done.name}, of {done.words} words in {counted(done.posts, 'post')}: {done.folder}"
    )
    emit(text, {"author": profile.id, **asdict(done), "folder": str(done.folder)}, as_json=as_json)


def _forms(words: list[str]) -> list["Form"]:
    from model_registry.model_card import Form

    if unknown := [word for word in words if word not in list(Form)]:
        raise typer.BadParameter(
            f"{unknown[0]!r} is none of: {', '.join([*Form, POSTS, SKILL])}.", param_hint="--format"
        )
    return [Form(word) for word in words]
