"""openvino-genai on a CPU: the merged GGUF of a version under continuous batching.

The pipeline runs in a process of its own (worker.py), because openvino-genai holds Python's global lock for the whole
of a step (measured with 2026.4: an embedding beside it took 5 s instead of 1 s, and a 480-token prompt stopped every
other thread for 0.7 s). So a server stays responsive, memory is given back whole, and a crash in native code ends one
engine and not the server.
"""

import asyncio
import contextlib
import itertools
import json
import math
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from configs.memory import SAID
from inference_pipeline.engines import GenerationRequest, TextDelta
from inference_pipeline.engines.shared.model_config import cache_bytes_per_token, check_fits, context_tokens, end_tokens
from inference_pipeline.engines.shared.streaming import NewTokens, TokenStream, stream_text
from inference_pipeline.errors import EngineUnavailableError, InferenceError, OutOfMemoryError
from model_registry.base_models import BaseModelFiles
from model_registry.packaging import served_gguf
from model_registry.prompting import tokenizer_of

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Sink = Callable[[NewTokens | InferenceError], None]

WORKER = "inference_pipeline.engines.openvino.worker"
FULL_CONTEXTS = 4  # conversations of full length that the key/value cache holds at once, and at most CACHED_TOKENS:
CACHED_TOKENS = 32_768  # of a model with a long context, four would be 19 GB
GIB = 1 << 30
EXIT_SECONDS = 10
KILLED = signal.SIGKILL.name


def load(base: BaseModelFiles, adapter: Path | None, cache_dir: Path, device: str) -> "OpenVinoEngine":
    """Blocks until the model can answer: about 5 s for 135 M parameters, plus the merge when it is not cached.

    `device` is for engines that have a choice; this one always runs on the CPU.
    Raises EngineUnavailableError, and IncompatibleModelError when the version cannot be packed.
    """
    return OpenVinoEngine(base, served_gguf(base, adapter, cache_dir))


class OpenVinoEngine:
    """Any thread may send the worker a command; one thread reads its replies."""

    name = "openvino"

    def __init__(self, base: BaseModelFiles, gguf: Path) -> None:
        self._base = base
        self.context_tokens = context_tokens(base)
        self._numbers = itertools.count(1)
        self._sinks: dict[int, Sink] = {}  # running requests, by number
        self._state = threading.Condition()  # guards _sinks and _ended
        self._ended = ""  # why nothing can be asked any more; "" while it can
        self._writing = threading.Lock()
        self._worker = subprocess.Popen(  # noqa: S603  # our own module under our own interpreter
            [sys.executable, "-m", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        assert self._worker.stdin
        assert self._worker.stdout
        self._stdin: IO[str] = self._worker.stdin
        self._stdout: IO[str] = self._worker.stdout
        try:
            self._open(gguf)
        except BaseException:
            self._worker.kill()
            self._worker.wait()
            raise
        threading.Thread(target=self._listen, name=f"openvino-{self._worker.pid}", daemon=True).start()

    @property
    def process_id(self) -> int:
        return self._worker.pid

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[TextDelta, None]:
        check_fits(self._base, len(request.prompt), request.max_new_tokens)
        tokens = TokenStream()
        number = self._register(tokens.put)
        options = {
            "max_new_tokens": request.max_new_tokens,
            "temperature": request.temperature,
            "top_p": request.top_p,
            "repetition_penalty": request.repetition_penalty,
            "seed": request.seed,
        }
        try:
            # In a thread: a long prompt can fill the pipe, and the worker reads it only between two steps.
            await asyncio.to_thread(self._start, number, {"prompt": request.prompt, "options": options})
            async for delta in stream_text(request, tokens, self._tokenizer):
                yield delta
        finally:
            self._drop(number)

    def prompt_tokens(self, prompt: str) -> list[int]:
        """By the base's tokenizer, as every prompt is served: the worker is given ids."""
        ids: list[int] = self._tokenizer.encode(prompt, add_special_tokens=False).ids
        return ids

    def greedy(self, prompt: Sequence[int], max_new_tokens: int) -> tuple[list[int], list[float]]:
        check_fits(self._base, len(prompt), max_new_tokens)
        options = {"max_new_tokens": max_new_tokens, "temperature": 0.0, "log_probs": True}
        return self._ask({"prompt": list(prompt), "options": options})

    def close(self) -> None:
        with self._state:
            self._ended = self._ended or "the engine is closed."
            self._state.wait_for(lambda: not self._sinks)
        with self._writing, contextlib.suppress(BrokenPipeError):  # it may have died before
            self._stdin.close()
        try:
            self._worker.wait(EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            self._worker.kill()
            self._worker.wait()

    @property
    def _tokenizer(self) -> "Tokenizer":
        return tokenizer_of(self._base.tokenizer_json)

    def _open(self, gguf: Path) -> None:
        cached = min(FULL_CONTEXTS * self.context_tokens, CACHED_TOKENS) * cache_bytes_per_token(self._base)
        opening = {"gguf": str(gguf), "end_tokens": end_tokens(self._base), "cache_gib": math.ceil(cached / GIB)}
        _write(self._stdin, opening)
        answer = json.loads(self._stdout.readline() or "{}")
        if not answer.get("ready"):
            raise _failure(f"{gguf} cannot be opened: {answer.get('failed') or self._exit_reason()}")

    def _register(self, sink: Sink) -> int:
        number = next(self._numbers)
        with self._state:
            if self._ended:
                raise _failure(self._ended)
            self._sinks[number] = sink
        return number

    def _drop(self, number: int) -> None:
        if self._forget(number):
            with self._writing:
                if not self._stdin.closed:
                    _write(self._stdin, {"drop": number})

    def _forget(self, number: int) -> bool:
        with self._state:
            known = self._sinks.pop(number, None) is not None
            self._state.notify_all()
        return known

    def _ask(self, command: dict[str, Any]) -> tuple[list[int], list[float]]:
        """Send a command and block until its last answer."""
        answers: queue.SimpleQueue[NewTokens | InferenceError] = queue.SimpleQueue()
        number = self._register(answers.put)
        ids: list[int] = []
        log_probs: list[float] = []
        try:
            self._start(number, command)
            while True:
                answer = answers.get()
                if isinstance(answer, InferenceError):
                    raise answer
                ids += answer.ids
                log_probs += answer.log_probs
                if answer.finish_reason:
                    return ids, log_probs
        finally:
            self._drop(number)

    def _start(self, number: int, command: dict[str, Any]) -> None:
        with self._writing:
            if number in self._sinks and not _write(self._stdin, {"add": number, **command}):  # else dropped meanwhile
                raise _failure(self._exit_reason())

    def _listen(self) -> None:
        for line in self._stdout:
            message = json.loads(line)
            number = message["number"]
            with self._state:
                sink = self._sinks.get(number)
            if sink is None:  # dropped meanwhile
                continue
            if failed := message.get("failed"):
                sink(_failure(failed))
            else:
                sink(NewTokens(tuple(message["ids"]), tuple(message["log_probs"]), message["finish_reason"]))
            if failed or message["finish_reason"]:
                self._forget(number)
        with self._state:
            self._ended = self._ended or self._exit_reason()
            for sink in self._sinks.values():
                sink(_failure(self._ended))
            self._sinks.clear()
            self._state.notify_all()

    def _exit_reason(self) -> str:
        code = self._worker.wait()
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        of_memory = f" {KILLED} often means too little memory." if code == -signal.SIGKILL else ""
        return f"the openvino process {how}; its output is above.{of_memory}"


def _failure(reason: str) -> EngineUnavailableError:
    """The kernel ends what takes the last memory by SIGKILL."""
    for_memory = SAID.search(reason) or f"was ended by {KILLED}" in reason
    return OutOfMemoryError(reason) if for_memory else EngineUnavailableError(reason)


def _write(pipe: IO[str], message: dict[str, Any]) -> bool:
    """False when the other side is gone."""
    try:
        pipe.write(json.dumps(message) + "\n")
        pipe.flush()
    except (BrokenPipeError, ValueError):  # ValueError: closed on this side
        return False
    return True
