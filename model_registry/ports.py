"""What the registry can do, without saying how. Backends live in model_registry/backends, named only in twin/."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from model_registry.manifest import AdapterManifest

CHAMPION = "champion"
PREVIOUS = "previous"
CANDIDATE = "candidate"


@dataclass(frozen=True, slots=True)
class AdapterVersion:
    """A registered version: complete and verified when it was registered."""

    author: str
    number: int  # n of v_n
    folder: Path
    manifest: AdapterManifest
    aliases: tuple[str, ...]
    forced: bool = False  # promoted although a gate refused
    tainted: str = ""  # why it may not be used any more: it learnt from text that was erased since

    @property
    def name(self) -> str:
        return f"v{self.number}"


class ModelResolver(Protocol):
    def authors(self) -> list[str]:
        """Author ids with at least one version."""

    def versions(self, author: str) -> list[AdapterVersion]:
        """Oldest first; empty for an author without versions. Files are not hashed here."""

    def resolve(self, author: str, reference: str = CHAMPION) -> AdapterVersion:
        """`reference` is "v3" or an alias. Raises UnknownModelError, naming what there is; TaintedModelError. Files
        are not hashed: whoever loads one calls `verify_folder` first."""


class ModelPublisher(ModelResolver, Protocol):
    def register(self, author: str, folder: Path) -> AdapterVersion:
        """Verify `folder` against its manifest, copy it in and make it a version with the alias candidate.

        A folder that is registered already (by its manifest) stays the version that it is. A kill at any moment
        leaves no half version. Raises CorruptModelError, IncompatibleModelError for another author's adapter.
        """

    def promote(self, author: str, number: int, *, force: bool = False, reason: str = "") -> AdapterVersion:
        """Verify v_number, ask the gates, and make it champion; the old champion becomes previous.

        Raises UnknownModelError, CorruptModelError, TaintedModelError, PromotionRefusedError. `force` overrules
        gates alone, and is recorded with `reason`. Promoting the champion again changes nothing.
        """

    def rollback(self, author: str) -> AdapterVersion:
        """Swap champion and previous, after verifying previous. Raises UnknownModelError when there is none."""

    def delete(self, author: str, number: int) -> None:
        """Raises ProtectedVersionError when an alias names it, UnknownModelError."""

    def taint(self, author: str, numbers: Collection[int], reason: str) -> None:
        """Take versions out of use for good: they keep no alias, and are neither resolved nor promoted again.

        Where one was champion, the previous one takes its place when it is not tainted; else there is none. Safe to
        repeat after a kill. Raises UnknownModelError.
        """

    def erase_author(self, author: str) -> None:
        """Remove every version of the author with its files and runs. Nothing happens when there is none."""

    def log_run(self, author: str, parameters: dict[str, str], curve: Sequence[tuple[int, str, float]]) -> None:
        """Keep a training run's parameters and curves (step, name, value), for people to look at."""


class ServingProbe(Protocol):
    """What the parity check asks of the serving engine; handed to training by twin's wiring."""

    @property
    def engine(self) -> str: ...

    def prompt_tokens(self, prompt: str) -> list[int]:
        """The ids that the serving engine would see for a rendered prompt."""

    def greedy(self, adapter: Path, prompts: Sequence[str], max_tokens: int) -> list[tuple[list[int], list[float]]]:
        """Greedily decoded ids and their log-probabilities (nats), a prompt each, as the adapter would be served."""
