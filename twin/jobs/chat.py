"""A conversation with a twin: turns that follow one another, and what each answer rests on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from configs.settings import Settings
from feature_store.versions import AuthorProfile
from model_registry.ports import CHAMPION
from model_registry.prompting import ChatMessage
from twin import wiring
from twin.jobs.ask import Answering, AskedOfServer

if TYPE_CHECKING:
    from inference_pipeline.answers import Finished

BASE = "base"


@dataclass(frozen=True, slots=True)
class Turn:
    question: str
    answer: "Finished | AskedOfServer | None" = None  # None: it was stopped, or failed


@dataclass
class Conversation:
    """Each answer is given in the light of the turns before, as the server does for a client that sends them all."""

    settings: Settings
    answering: Answering
    profile: AuthorProfile
    version: str = CHAMPION
    turns: list[Turn] = field(default_factory=list)

    def ask(self, text: str, on_text: Callable[[str], None]) -> "Finished | AskedOfServer":
        """A turn that is interrupted, or that fails, is kept without an answer: what follows does not rest on it, and
        it can be asked again. Raises what `Answering.answer` raises, KeyboardInterrupt among it."""
        said = [
            message
            for turn in self.turns
            if turn.answer
            for message in (ChatMessage("user", turn.question), ChatMessage("assistant", turn.answer.text))
        ]
        self.turns.append(Turn(text))
        answer = self.answering.answer(
            self.profile.id, (*said, ChatMessage("user", text)), version=self.version, on_text=on_text
        )
        self.turns[-1] = Turn(text, answer)
        return answer

    def take_back(self) -> str | None:
        """The last question, which is to be asked again; None when there is none."""
        return self.turns.pop().question if self.turns else None

    def change_version(self, version: str) -> None:
        """Raises UnknownModelError, TaintedModelError."""
        require_version(self.settings, self.profile.id, version)
        self.version = version

    def change_author(self, profile: AuthorProfile) -> None:
        """The conversation begins anew. Raises UnknownModelError, TaintedModelError where nobody can answer."""
        require_version(self.settings, profile.id, CHAMPION)
        self.profile, self.version, self.turns = profile, CHAMPION, []


def require_version(settings: Settings, author: str, version: str) -> None:
    """Raises UnknownModelError, TaintedModelError."""
    if version != BASE:
        wiring.model_registry(settings).resolve(author, version)


def history_file(settings: Settings) -> Path:
    """What was typed in conversations."""
    return settings.data_dir / "chat" / "typed.txt"
