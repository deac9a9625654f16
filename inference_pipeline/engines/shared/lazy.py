"""An engine that is loaded by the first text it is asked for: most answers are quoted, and need none."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from inference_pipeline.engines import Engine, GenerationRequest, TextDelta


class LazyEngine:
    """`load` blocks, and raises what makes an engine impossible."""

    def __init__(self, name: str, context_tokens: int, load: Callable[[], Engine]) -> None:
        self.name = name
        self.context_tokens = context_tokens
        self._load = load
        self._engine: Engine | None = None
        self._loading = threading.Lock()

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[TextDelta, None]:
        engine = await asyncio.to_thread(self._loaded)
        async with aclosing(engine.generate(request)) as deltas:
            async for delta in deltas:
                yield delta

    def close(self) -> None:
        with self._loading:
            if self._engine is not None:
                self._engine.close()

    def _loaded(self) -> Engine:
        with self._loading:
            if self._engine is None:
                self._engine = self._load()
            return self._engine
