"""What writes the answer: one file an engine.

To add one: a module (or package) here whose name is the config value `serving.engine`, with
`load(base: BaseModelFiles, adapter: Path | None, cache_dir: Path, device: str) -> LocalEngine`. Only `remote` is
loaded by what its server calls a version, and holds no model whose parity could be measured.
An engine holds one version. It takes token ids (the one renderer made them) and gives text.
"""

import importlib
import pkgutil
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, cast

from inference_pipeline.errors import UnknownEngineError
from model_registry.base_models import BaseModelFiles

FinishReason = Literal["stop", "length"]
SHARED = "shared"  # a package of this folder that is no engine
REMOTE = "remote"
REFERENCE = "transformers"  # measured in place of a remote engine, which has no version before it is registered


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    prompt: tuple[int, ...]  # token ids
    max_new_tokens: int
    temperature: float  # 0: greedy
    top_p: float
    repetition_penalty: float = 1.0
    stop: tuple[str, ...] = ()  # the answer ends before the first of these
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of an answer. The last one carries the finish reason; its text may be empty."""

    text: str
    tokens: int  # generated so far
    finish_reason: FinishReason | None = None


class Engine(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def context_tokens(self) -> int:
        """How many tokens prompt and answer may have together."""

    def generate(self, request: GenerationRequest) -> AsyncGenerator[TextDelta, None]:
        """Stream an answer. Closing the generator frees its place at once.

        Raises PromptTooLongError, EngineUnavailableError.
        """

    def close(self) -> None:
        """Free the memory. Running requests end first."""


class LocalEngine(Engine, Protocol):
    def prompt_tokens(self, prompt: str) -> list[int]:
        """The ids that a rendered prompt is served as: for the parity check."""

    def greedy(self, prompt: Sequence[int], max_new_tokens: int) -> tuple[list[int], list[float]]:
        """Greedily decoded ids and their log-probabilities (nats): for the parity check. Blocks."""


class EngineModule(Protocol):
    def load(self, base: BaseModelFiles, adapter: Path | None, cache_dir: Path, device: str) -> LocalEngine: ...


def names() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name != SHARED)


def engine_module(name: str) -> EngineModule:
    """Of an engine that runs here. Raises UnknownEngineError."""
    if name not in names():
        raise UnknownEngineError(f"there is no engine {name!r}. Known: {', '.join(names())}.")
    return cast("EngineModule", importlib.import_module(f"{__name__}.{name}"))
