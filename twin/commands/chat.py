"""`twin chat`: a conversation in the terminal, or over a pipe."""

import sys
from collections.abc import Callable
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from configs.errors import TwinError
from twin.commands.ask import WITHOUT_SOURCES
from twin.commands.options import Author, first_words
from twin.console import note
from twin.session import Session

if TYPE_CHECKING:
    from inference_pipeline.answers import Finished
    from twin.jobs.ask import AskedOfServer
    from twin.jobs.chat import Conversation

HELP = """\
  /sources          what was retrieved for the last answer, with the nearest sentence of each
  /retry            ask the last question again
  /version VERSION  talk to another version: v2, an alias, or base
  /author NAME      talk to another author's twin; the conversation begins anew
  /save FILE        write the conversation into a new Markdown file
  /help             this
  /quit             end, as Ctrl-D does; Ctrl-C stops an answer"""
DISCLOSURE = "A machine answers here, made of what {name} wrote. It is not {name}."
GREETING = f"{DISCLOSURE} /help says what can be typed; Ctrl-D ends."
STOPPED = "(stopped; /retry asks it again)"
PROMPT = "> "


@first_words
def chat(
    ctx: typer.Context,
    author: Author = None,
    model: Annotated[
        str, typer.Option("--version", "--model", metavar="VERSION", help="v3, an alias, or base.")
    ] = "champion",
) -> None:
    """Talk with an author's twin in the terminal; /help says what can be typed there."""
    from twin import interruption
    from twin.jobs.ask import Answering
    from twin.jobs.chat import Conversation, history_file, require_version

    session: Session = ctx.obj
    profile = session.author(author)
    require_version(session.settings, profile.id, model)
    interruption.leave_to_command()
    with closing(Answering(session.settings)) as answering:
        talk = _Talk(session, Conversation(session.settings, answering, profile, model))
        note(GREETING.format(name=profile.name))
        read = _typed(history_file(session.settings)) if sys.stdin.isatty() else _piped
        while (line := read()) is not None and talk.hear(line):
            pass


class _Talk:
    """What is typed, and what is said to it."""

    def __init__(self, session: Session, conversation: "Conversation") -> None:
        self._session = session
        self._conversation = conversation
        self._commands: dict[str, Callable[[str], None]] = {
            "/sources": self._sources,
            "/retry": self._retry,
            "/version": self._version,
            "/author": self._author,
            "/save": self._save,
            "/help": lambda _: note(HELP),
        }

    def hear(self, line: str) -> bool:
        """False when the conversation is over. What goes wrong is said, and the conversation goes on."""
        word, _, rest = line.strip().partition(" ")
        if word == "/quit":
            return False
        try:
            if word in self._commands:
                self._commands[word](rest.strip())
            elif word.startswith("/"):
                note(f"There is no {word}. There are:\n{HELP}")
            elif word:
                self._ask(line.strip())
        except TwinError as error:
            note(f"Error: {error}")
        except KeyboardInterrupt:
            note(f"\n{STOPPED}")
        return True

    def _ask(self, text: str) -> None:
        def stream(piece: str) -> None:
            typer.echo(piece, nl=False)
            sys.stdout.flush()

        answer = self._conversation.ask(text, stream)
        typer.echo(f"{' …' if answer.finish_reason == 'length' else ''}\n\n{numbered(answer)}\n")

    def _retry(self, _: str) -> None:
        if (question := self._conversation.take_back()) is None:
            note("Nothing was asked yet.")
        else:
            note(f"{PROMPT}{question}")
            self._ask(question)

    def _sources(self, _: str) -> None:
        last = self._conversation.turns[-1].answer if self._conversation.turns else None
        if last is None:
            note("There is no answer yet.")
        else:
            typer.echo(f"{looked_at(last)}\n")

    def _version(self, wanted: str) -> None:
        if wanted:
            self._conversation.change_version(wanted)
        note(f"Talking to {self._conversation.profile.name}, {self._conversation.version}.")

    def _author(self, wanted: str) -> None:
        self._conversation.change_author(self._session.author(wanted or None))
        note(GREETING.format(name=self._conversation.profile.name))

    def _save(self, place: str) -> None:
        from configs.files import users_umask

        if not place:
            note("Say where: /save conversation.md")
            return
        path = Path(place).expanduser()
        try:
            with users_umask(), path.open("x", encoding="utf-8") as file:
                file.write(as_markdown(self._conversation))
        except FileExistsError:
            note(f"{path} is there already. Choose another name.")
        except OSError as error:
            note(f"{path} cannot be written: {error.strerror}.")
        else:
            note(f"Written: {path.absolute()}")


def numbered(answer: "Finished | AskedOfServer") -> str:
    """Each cited post once, by number, with title, date and address, its quotes below it."""
    if not answer.citations:
        return WITHOUT_SOURCES.get(answer.way, WITHOUT_SOURCES["free"])
    lines = [] if answer.grounded else ["No sentence rests on a post. The nearest one:"]
    order = list(dict.fromkeys(citation.document_id for citation in answer.citations))
    by_post = sorted(answer.citations, key=lambda citation: order.index(citation.document_id))
    for number, (_, citations) in enumerate(groupby(by_post, key=lambda citation: citation.document_id), start=1):
        first, *others = citations
        lines.append(f"[{number}] {first.title} ({first.date or 'undated'})  {first.url}")
        lines += [f"    “{' '.join(citation.quote.split())}”" for citation in (first, *others)]
    return "\n".join(lines)


def looked_at(answer: "Finished | AskedOfServer") -> str:
    """What was retrieved for an answer, best first."""
    origin = answer.origin
    lines = [f"Retrieved as of {origin.features}, for {origin.adapter} on {origin.base}:"]
    for found in answer.retrieved:
        used = ", used" if found.used else ""
        lines.append(
            f"  {found.title} ({found.date or 'undated'}), similarity {found.similarity:.2f}{used}  {found.url}"
        )
        lines.append(f"    “{' '.join(found.quote.split())}”")
    return "\n".join(lines if answer.retrieved else ["Nothing was retrieved."])


def as_markdown(conversation: "Conversation") -> str:
    name = conversation.profile.name
    parts = [f"# A conversation with {name}'s twin", DISCLOSURE.format(name=name)]
    for turn in conversation.turns:
        parts.append(f"**You:** {turn.question}")
        if turn.answer:
            parts += [f"**{name}'s twin:** {turn.answer.text.strip()}", _listed(turn.answer)]
        else:
            parts.append("*No answer.*")
    return "\n\n".join(parts) + "\n"


def _listed(answer: "Finished | AskedOfServer") -> str:
    """The citations as a list, those of one post below it; the versions that answered."""
    origin = answer.origin
    lines = []
    for line in numbered(answer).split("\n"):
        lines.append(f"  - {line.strip()}" if line.startswith(" ") else f"- {line}")
    lines.append(f"- {origin.author} {origin.adapter} on {origin.base}, posts as of {origin.features}")
    return "\n".join(lines)


def _piped() -> str | None:
    line = sys.stdin.readline()
    return line if line else None


def _typed(history: Path) -> Callable[[], str | None]:
    """Reads lines with editing, and a history that is kept."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import WordCompleter
    from prompt_toolkit.history import FileHistory

    from configs.files import private_folder

    private_folder(history.parent)
    words = [line.split()[0] for line in HELP.splitlines()]
    session: PromptSession[str] = PromptSession(
        history=FileHistory(str(history)), completer=WordCompleter(words, sentence=True), complete_while_typing=False
    )

    def read() -> str | None:
        while True:
            try:
                return session.prompt(PROMPT)
            except KeyboardInterrupt:
                note("Ctrl-D ends, or /quit.")
            except EOFError:
                return None

    return read
