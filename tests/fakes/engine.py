"""An `Engine` that streams a scripted text."""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable, Sequence

from inference_pipeline.engines import FinishReason, GenerationRequest, TextDelta
from inference_pipeline.errors import EngineUnavailableError, PromptTooLongError

PATIENCE = 300.0  # seconds


class FakeEngine:
    """Says `text` word by word, one token a word. Counts what runs, so that tests see what was freed.

    While `gate` is cleared an answer waits once its second sentence has begun: readers are sent whole sentences.
    """

    name = "fake"

    def __init__(
        self, text: str | Callable[[], str] = "So there we are. Kettle is on.", *, context_tokens: int = 8192
    ) -> None:
        self.text = text  # a callable is asked at each request
        self.context_tokens = context_tokens
        self.gate = threading.Event()
        self.gate.set()
        self.requests: list[GenerationRequest] = []
        self.running = 0
        self.finished = 0
        self.closed = False
        self.finish_reason: FinishReason = "stop"
        self.fail_after = 0  # words, after which it dies; 0: never

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[TextDelta, None]:
        if self.closed:
            raise EngineUnavailableError("the engine is closed.")
        if len(request.prompt) + request.max_new_tokens > self.context_tokens:
            raise PromptTooLongError(f"the prompt has {len(request.prompt)} tokens: too long.")
        self.requests.append(request)
        self.running += 1
        try:
            words = (self.text if isinstance(self.text, str) else self.text()).split(" ")
            first = next((n for n, word in enumerate(words, start=1) if word.endswith(".")), 0)
            for count, word in enumerate(words, start=1):
                finish = self.finish_reason if count == len(words) else None
                yield TextDelta(word if count == 1 else f" {word}", count, finish)
                if count == self.fail_after:
                    raise EngineUnavailableError("the process was ended by SIGKILL.")
                while count > first and not self.gate.is_set():
                    await asyncio.sleep(0.005)
            self.finished += 1
        finally:
            self.running -= 1

    def prompt_tokens(self, prompt: str) -> list[int]:
        return [len(word) for word in prompt.split()]

    def greedy(self, prompt: Sequence[int], max_new_tokens: int) -> tuple[list[int], list[float]]:
        ids = list(range(max_new_tokens))
        return ids, [0.0] * len(ids)

    def close(self) -> None:
        """The pool closes an engine only when nothing runs on it: anything else is a bug that tests should see."""
        assert self.running == 0, "closed while a request was under way"
        self.closed = True


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether `condition` comes true. How long it takes is not asserted: a job that gives way to everything else on a
    machine that is busy takes minutes."""
    waiting, until = threading.Event(), time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if condition():
            return True
        waiting.wait(0.01)
    return condition()
