"""What judges ask of serving, answered by scripts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from feature_store.records import ScoredChunk
from model_registry.ports import Cited, GeneratedText, Retrieved, ServedAnswer
from model_registry.prompting import ChatMessage


@dataclass
class FakeServing:
    """A `ServingProbe` that says which prompt and seed it was given. Dies before text number `dies_at`."""

    dies_at: int = -1
    asked: list[tuple[Path | None, str, int]] = field(default_factory=list)
    engine: str = "fake"

    def prompt_tokens(self, prompt: str) -> list[int]:
        return [len(word) for word in prompt.split()]

    def greedy(self, adapter: Path, prompts: Sequence[str], max_tokens: int) -> list[tuple[list[int], list[float]]]:
        raise NotImplementedError

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
        for prompt, seed in zip(prompts, seeds, strict=True):
            if len(self.asked) == self.dies_at:
                raise KeyboardInterrupt
            self.asked.append((adapter, prompt, seed))
            yield GeneratedText(
                text=f"{prompt[-20:]} / {seed} / {temperature} \u2028 two lines", tokens=max_tokens, ended=False
            )


@dataclass
class FakeRetrieval:
    """A `RetrievalProbe` that finds what it was given."""

    found: Retrieved = field(default_factory=lambda: Retrieved((), ()))
    ranked: Sequence[str] = ()
    cited: Sequence[Cited] = ()

    def documents(self, question: str, limit: int) -> list[str]:
        return list(self.ranked)[:limit]

    def retrieve(self, question: str, *, without: str = "") -> Retrieved:
        return self.found

    def cite(self, answer: str, question: str, chunks: Sequence[ScoredChunk]) -> list[Cited]:
        return list(self.cited)


@dataclass
class FakeAnswers:
    """An `AnswerProbe` that answers the last turn with what `says` makes of it."""

    says: Callable[[str], ServedAnswer]
    asked: list[tuple[Path | None, str, int, str]] = field(default_factory=list)

    def answer(
        self,
        adapter: Path | None,
        conversations: Sequence[Sequence[ChatMessage]],
        *,
        seeds: Sequence[int],
        without: Sequence[str] = (),
    ) -> Iterator[ServedAnswer]:
        for turns, seed, hidden in zip(conversations, seeds, without or [""] * len(seeds), strict=True):
            self.asked.append((adapter, turns[-1].content, seed, hidden))
            yield self.says(turns[-1].content)
