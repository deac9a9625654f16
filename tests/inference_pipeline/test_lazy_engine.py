"""An engine that is loaded when the first text is asked of it."""

import asyncio
from contextlib import aclosing

from fakes.engine import FakeEngine
from inference_pipeline.engines import GenerationRequest
from inference_pipeline.engines.shared.lazy import LazyEngine

REQUEST = GenerationRequest(prompt=(1,), max_new_tokens=5, temperature=0.0, top_p=1.0)


async def text_of(engine: LazyEngine) -> str:
    async with aclosing(engine.generate(REQUEST)) as deltas:
        return "".join([delta.text async for delta in deltas])


def test_it_is_loaded_once_and_only_when_something_is_written() -> None:
    loaded: list[FakeEngine] = []

    def load() -> FakeEngine:
        loaded.append(FakeEngine("Kettle is on."))
        return loaded[-1]

    unused = LazyEngine("fake", 100, load)
    unused.close()
    assert loaded == []
    engine = LazyEngine("fake", 100, load)

    async def both() -> list[str]:
        return await asyncio.gather(text_of(engine), text_of(engine))

    assert asyncio.run(both()) == ["Kettle is on."] * 2
    assert len(loaded) == 1
    engine.close()
    assert loaded[0].closed
