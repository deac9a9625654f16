"""The ports: the registry, and what the judges need of serving. Backends are named only in twin/."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from feature_store.records import Passage, ScoredChunk
from model_registry.errors import CorruptModelError, UnknownModelError
from model_registry.evaluation import Evaluation, Measures, ParityResult
from model_registry.manifest import AdapterManifest
from model_registry.prompting import ChatMessage

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
    tainted: str = ""  # why it may not be used any more: it learned from text that was erased since
    evaluation: Evaluation | None = None  # the newest since it was registered
    unreadable: str = ""  # why that evaluation cannot be read: there are no figures then, and serving needs none

    @property
    def name(self) -> str:
        return f"v{self.number}"

    @property
    def judges(self) -> dict[str, Measures]:
        """The newest figures; none when they cannot be read, as older ones must not replace them."""
        if self.unreadable:
            return {}
        return self.evaluation.judges if self.evaluation else self.manifest.judges

    @property
    def parity(self) -> ParityResult | None:
        if self.unreadable:
            return None
        return self.evaluation.parity if self.evaluation else self.manifest.parity


@dataclass(frozen=True, slots=True)
class UnreadableVersion:
    """A registered version whose manifest is not what was registered: what it was made of is not known."""

    number: int
    folder: Path
    reason: str  # why it cannot be read, and what to do
    tainted: str = ""

    @property
    def name(self) -> str:
        return f"v{self.number}"


class ModelResolver(Protocol):
    def authors(self) -> list[str]:
        """Author ids with at least one version."""

    def versions(self, author: str) -> list[AdapterVersion]:
        """Oldest first; empty for an author without versions. Files are not hashed here. Raises CorruptModelError when
        a manifest cannot be read."""

    def readable_versions(self, author: str) -> tuple[list[AdapterVersion], list[UnreadableVersion]]:
        """`versions`, and those whose manifest cannot be read. For what must go on whatever is broken, as an erasure
        must."""

    def resolve(self, author: str, reference: str = CHAMPION) -> AdapterVersion:
        """`reference` is "v3" or an alias. Raises UnknownModelError, naming what there is; TaintedModelError. Files
        are not hashed: whoever loads one calls `verify_folder` first."""


def has_champion(resolver: ModelResolver, author: str) -> bool:
    """Whether there is one to serve, whatever is wrong with other versions."""
    try:
        resolver.resolve(author)
    except (UnknownModelError, CorruptModelError):
        return False
    return True


class ModelPublisher(ModelResolver, Protocol):
    def register(self, author: str, folder: Path) -> AdapterVersion:
        """Verify `folder` against its manifest, copy it in and make it a version with the alias candidate.

        A folder that is registered already (by its manifest) stays the version that it is. A kill at any moment
        leaves no half version. Raises CorruptModelError, IncompatibleModelError for another author's adapter.
        """

    def record_evaluation(self, author: str, number: int, evaluation: Evaluation) -> AdapterVersion:
        """Replace the evaluation of v_number; the gates read the newest. The files of the version stay as they are.
        Raises UnknownModelError, CorruptModelError when the version's files are not what was registered.
        """

    def promote(self, author: str, number: int, *, force: bool = False, reason: str = "") -> AdapterVersion:
        """Verify v_number, ask the gates, and make it champion; the old champion becomes previous.

        Raises UnknownModelError, CorruptModelError (of its files, or of its newest evaluation), TaintedModelError,
        PromotionRefusedError. `force` overrules gates alone, and is recorded with `reason`. Promoting the champion
        again changes nothing.
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
        """Log a training run's parameters and curves (step, name, value), for people to look at."""


@dataclass(frozen=True, slots=True)
class GeneratedText:
    """A text that the serving engine generated."""

    text: str
    tokens: int
    ended: bool  # it came to its own end, and was not cut at the length asked for


class ServingProbe(Protocol):
    """What the judges need of the serving engine; twin passes one to training. `adapter` None: the base."""

    @property
    def engine(self) -> str: ...

    def prompt_tokens(self, prompt: str) -> list[int]:
        """The ids that the serving engine would see for a rendered prompt."""

    def greedy(self, adapter: Path, prompts: Sequence[str], max_tokens: int) -> list[tuple[list[int], list[float]]]:
        """Greedily decoded ids and their log-probabilities (nats), a prompt each, as the adapter would be served."""

    def generate(
        self,
        adapter: Path | None,
        prompts: Sequence[str],
        *,
        max_tokens: int,
        temperature: float,
        top_p: float,
        seeds: Sequence[int],
    ) -> Iterator[GeneratedText]:
        """A text for every rendered prompt, in order, as soon as it is there. Prompt i is sampled with seeds[i]."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What a served answer may use; both are empty when nothing relevant was written."""

    chunks: tuple[ScoredChunk, ...]
    passages: tuple[Passage, ...]  # the same, as the prompt shows them


@dataclass(frozen=True, slots=True)
class Cited:
    """A sentence of an answer, and the author's words that are shown as its support."""

    sentence: str
    quote: str
    document_id: str


class RetrievalProbe(Protocol):
    """What the judges need of retrieval, for one author and one feature version; twin passes one to training."""

    def documents(self, question: str, limit: int) -> list[str]:
        """Ids of the first `limit` documents of the ranking, best first, before any gate on relevance."""

    def retrieve(self, question: str, *, without: str = "") -> Retrieved:
        """What the prompt of a served answer would show. Nothing of document `without` is in it: a judge that asks for
        the text of a held-out post must not show it."""

    def cite(self, answer: str, question: str, chunks: Sequence[ScoredChunk]) -> list[Cited]:
        """The citations that a served answer would carry because they support it; empty when none does."""


@dataclass(frozen=True, slots=True)
class ServedAnswer:
    """An answer as a client would receive it."""

    text: str
    finish_reason: str  # "stop", or "length" where the client's own limit was met
    way: str  # how it was composed: a name in inference_pipeline.answers.Way
    citations: tuple[Cited, ...]  # of kind "supports"


class AnswerProbe(Protocol):
    """What the judges need of answering, for one author and one feature version: the pipeline that serves, with the
    settings that it serves with. twin passes one to training."""

    def answer(
        self,
        adapter: Path | None,
        conversations: Sequence[Sequence[ChatMessage]],
        *,
        seeds: Sequence[int],
        without: Sequence[str] = (),
    ) -> Iterator[ServedAnswer]:
        """An answer to the last turn of every conversation, in order, as soon as it is there. Answer i is sampled with
        seeds[i], and nothing of document without[i] ("" for none) is shown to it. `adapter` None: the base."""
