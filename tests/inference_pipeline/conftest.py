"""The small world of tests/fakes/world.py, empty and filled."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from configs.settings import ServingSettings, Settings
from fakes.scorer import fitted_scorer
from fakes.service import ANSWER, Service
from fakes.world import POSTS, World
from inference_pipeline.engines import Engine, engine_module
from model_registry.base_models import BaseModelFiles
from model_registry.style.scorer import StyleScorer


@pytest.fixture
def serving(settings: Settings) -> ServingSettings:
    return settings.serving.model_copy(
        update={
            "compose": "write",  # what is said without a model has tests of its own: composing/
            "candidates": 1,
            "min_similarity": 0.3,
            "refresh_seconds": 0.05,
            "parallel": 32,
        }
    )


@pytest.fixture
def empty_world(serving: ServingSettings, base_model: BaseModelFiles, tmp_path: Path) -> World:
    return World(serving, base_model, tmp_path)


@pytest.fixture
def world(empty_world: World) -> World:
    """Two authors, each with F1 published and a champion v1."""
    for author, posts in POSTS.items():
        empty_world.publish(author, 1, posts)
        empty_world.register(author)
    return empty_world


@pytest.fixture
def start() -> Iterator[Callable[[World], Service]]:
    running: list[Service] = []

    def begin(world: World) -> Service:
        running.append(Service(world))
        return running[-1]

    yield begin
    for service in running:
        service.stop()


@pytest.fixture
def service(start: Callable[[World], Service], world: World) -> Service:
    world.text = ANSWER
    return start(world)


@pytest.fixture(scope="session")
def scorer() -> StyleScorer:
    return fitted_scorer()


@pytest.fixture(scope="session")
def openvino_engine(base_model: BaseModelFiles, cache_dir: Path) -> Iterator[Engine]:
    """The real engine over the base model: about 5 s to load, so all tests share one."""
    engine = engine_module("openvino").load(base_model, None, cache_dir, "auto")
    yield engine
    engine.close()
