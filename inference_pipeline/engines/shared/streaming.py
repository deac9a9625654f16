"""From the tokens of an engine to the text that a reader sees: what all engines share.

engine's thread ──NewTokens──▶ TokenStream ──▶ TextAssembler ──TextDelta──▶ reader
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference_pipeline.engines import FinishReason, GenerationRequest, TextDelta
from inference_pipeline.errors import InferenceError

if TYPE_CHECKING:
    from tokenizers import Tokenizer


@dataclass(frozen=True, slots=True)
class NewTokens:
    """What one step of an engine added to an answer."""

    ids: tuple[int, ...]
    log_probs: tuple[float, ...] = ()  # nats, one an id where they were asked for
    finish_reason: FinishReason | None = None


class TokenStream:
    """Carries one answer's tokens from an engine's thread into the event loop that made the stream."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[NewTokens | InferenceError] = asyncio.Queue()

    def put(self, item: NewTokens | InferenceError) -> None:
        """From any thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody reads any more
            self._loop.call_soon_threadsafe(self._queue.put_nowait, item)

    async def get(self) -> NewTokens:
        """Raises the error that was put."""
        item = await self._queue.get()
        if isinstance(item, InferenceError):
            raise item
        return item


class TextAssembler:
    """Makes text of token ids, in pieces that never split a character and never show a part of a stop string."""

    def __init__(self, tokenizer: "Tokenizer", stop: Sequence[str] = ()) -> None:
        from tokenizers.decoders import DecodeStream

        self._tokenizer = tokenizer
        self._stop = [s for s in stop if s]
        self._decoder = DecodeStream(skip_special_tokens=True)
        self._ids: list[int] = []
        self._decoded = 0  # characters that the decoder has given
        self._held = ""  # decoded, but perhaps the beginning of a stop string

    def push(self, ids: Sequence[int], *, last: bool) -> tuple[str, bool]:
        """The text to show next, and whether a stop string was met (it ends the text, and is not part of it)."""
        piece = ""
        for token in ids:
            self._ids.append(token)
            piece += self._decoder.step(self._tokenizer, token) or ""
        self._decoded += len(piece)
        if last:  # what the decoder still holds is an unfinished character: shown as U+FFFD
            piece += self._tokenizer.decode(self._ids, skip_special_tokens=True)[self._decoded :]
        return self._cut(self._held + piece, last=last)

    def _cut(self, text: str, *, last: bool) -> tuple[str, bool]:
        """The stop string that is complete first counts, however the text came in pieces."""
        found = [(start + len(s), start) for s in self._stop if (start := text.find(s)) >= 0]
        if found:
            return text[: min(found)[1]], True
        keep = 0 if last else max((_overlap(text, s) for s in self._stop), default=0)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep], False


def _overlap(text: str, stop: str) -> int:
    """Length of the longest proper prefix of `stop` that `text` ends with."""
    return next((n for n in range(min(len(stop) - 1, len(text)), 0, -1) if text.endswith(stop[:n])), 0)


async def stream_text(
    request: GenerationRequest, tokens: TokenStream, tokenizer: "Tokenizer"
) -> AsyncGenerator[TextDelta, None]:
    """The deltas of one answer. Whoever closes this early must tell the engine to drop the request."""
    assembler = TextAssembler(tokenizer, request.stop)
    count = 0
    while True:
        new = await tokens.get()
        count += len(new.ids)
        text, stopped = assembler.push(new.ids, last=new.finish_reason is not None)
        finish: FinishReason | None = "stop" if stopped else new.finish_reason
        if text or finish:
            yield TextDelta(text, count, finish)
        if finish:
            return
