"""The page over the real small model, the real encoder and real posts: what a person sees at the first visit."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from configs.settings import Settings
from fakes.browser import Visit
from fakes.page import ask, publish
from fakes.scorer import MAUD, give_scorer
from fakes.world import World
from feature_store.encoder import load_encoder
from inference_pipeline.engines import Engine
from model_registry.base_models import BaseModelFiles
from model_registry.style.scorer import StyleScorer

pytestmark = pytest.mark.slow
Opened = Callable[..., Visit]


@pytest.fixture
def world(
    settings: Settings, base_model: BaseModelFiles, openvino_engine: Engine, scorer: StyleScorer, tmp_path: Path
) -> World:
    """With the settings that a person has, and the base model in the place of a trained one."""

    class Shared:
        """Two versions over one engine: it is closed when the tests end."""

        def __getattr__(self, name: str) -> object:
            return getattr(openvino_engine, name)

        def close(self) -> None:
            pass

    encoder = load_encoder("all-minilm-l6-v2", settings.cache_dir)
    world = World(settings.serving, base_model, tmp_path, encoder=encoder)  # type: ignore[arg-type]
    world.make_engine = lambda _: Shared()  # type: ignore[assignment,return-value]
    posts = {re.split(r"[.\n]", text)[0][:60]: text for text in (MAUD[1], MAUD[2], MAUD[3], MAUD[9])}
    publish(world, "maud", posts)
    world.register("maud")
    give_scorer(world, scorer)
    return world


def test_a_fact_is_quoted_and_opens_in_its_post(opened: Opened) -> None:
    page = opened().page
    answer = ask(page, "How many minutes a day does the harbour clock lose?")
    expect(answer.locator(".rests")).to_contain_text("In Maud's own words")
    answer.locator("button.mark").first.click()
    page.locator(".passage mark").first.wait_for()
    assert page.locator(".passage mark").first.inner_text() in "\n".join(MAUD)


def test_the_model_writes_and_what_it_wrote_is_judged(opened: Opened) -> None:
    page = opened("write").page
    page.get_by_label("What is it to be about?").fill("volcanoes")
    page.get_by_label("Length").select_option("short")
    page.get_by_role("button", name="Write", exact=True).click()
    write = page.get_by_role("button", name="Write", exact=True)
    expect(write).to_be_enabled(timeout=120_000)  # all is written and judged
    expect(page.locator(".draft")).to_have_count(2)
    expect(page.locator(".draft .score")).not_to_contain_text(["Comparing", "Comparing"])
    for draft in page.locator(".draft").all():
        assert len(draft.locator(".draft-text").inner_text()) > 20
        expect(draft).to_contain_text("Written by the model alone")
