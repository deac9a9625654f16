"""What a server that has answered holds in memory, and what it never loads."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ANSWER_IN_A_FRESH_PROCESS = """
import asyncio, sys, tempfile
from pathlib import Path
from configs.settings import load_settings
from fakes.world import POSTS, World
from inference_pipeline.api import create_app
from inference_pipeline.answers import Finished, Question
from inference_pipeline.engines import engine_module
from inference_pipeline.keys import KeyStore
from model_registry.base_models import find_base_model
from model_registry.feedback import FeedbackLog
from model_registry.prompting import ChatMessage

async def main():
    settings = load_settings()
    base = find_base_model("smollm2-135m-instruct", settings.cache_dir)
    world = World(settings.serving, base, Path(tempfile.mkdtemp()))
    world.publish("maud", 1, POSTS["maud"])
    world.make_engine = lambda _: engine_module("openvino").load(base, None, settings.cache_dir, "auto")
    parts = {"pool": world.pool, "resolver": world.registry, "encoders": {"fake": world.encoder}}
    parts |= {"store": world.store, "feedback": FeedbackLog(world.folder, world.store)}
    parts |= {"settings": settings.serving, "access": settings.access, "keys": KeyStore(world.folder / "keys.sqlite")}
    create_app(world.pipeline, **parts)
    question = Question("maud", (ChatMessage("user", "Who is Mainspring?"),), "base", max_new_tokens=2)
    events = [event async for event in world.pipeline.answer(question)]
    assert isinstance(events[-1], Finished)
    await world.pool.close()

asyncio.run(main())
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.mark.slow
def test_a_server_that_has_answered_loaded_no_trainer() -> None:
    """Here the encoder is a fake: the real one brings torch and transformers with it, but never PEFT."""
    done = subprocess.run(
        [sys.executable, "-c", ANSWER_IN_A_FRESH_PROCESS],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    )
    loaded = set(done.stdout.split())
    assert "inference_pipeline" in loaded
    assert (
        loaded & {"torch", "transformers", "peft", "training_pipeline", "feature_pipeline", "openvino_genai"} == set()
    )
