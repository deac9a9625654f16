"""The page on a live server, opened by its link, at the size of a desk and of a phone."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from fakes.browser import DESKTOP, PHONE, Visit, chromium, visiting
from fakes.page import ANSWER, POSTS, publish
from fakes.scorer import give_scorer
from fakes.service import Service
from fakes.world import World
from model_registry.style.scorer import StyleScorer

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Opened = Callable[..., Visit]


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with chromium() as browser:
        expect.set_options(timeout=60_000)  # on a machine with other work
        yield browser


@pytest.fixture
def world(empty_world: World, scorer: StyleScorer) -> World:
    publish(empty_world, "maud", POSTS)
    empty_world.register("maud")
    empty_world.register("maud")
    give_scorer(empty_world, scorer)
    empty_world.text = ANSWER
    return empty_world


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desk", "phone"])
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    size: tuple[int, int] = request.param
    return size


@pytest.fixture
def opened(browser: "Browser", service: Service, size: tuple[int, int]) -> Iterator[Opened]:
    """Opens the page by a new link; at the end nothing may have gone wrong in it, or left its origin."""
    with ExitStack() as open_pages:

        def begin(place: str = "chat", *, signed_in: bool = True, **context: object) -> Visit:
            visit = open_pages.enter_context(visiting(browser, size, **context))
            if signed_in:
                visit.page.goto(f"{service.address}/?token={service.app.state.sessions.link()}")
                visit.page.get_by_role("button", name="Sign out").wait_for()
            visit.page.goto(f"{service.address}/#/{place}")
            # Only the part after # has changed: what was there before stays until the new view is loaded.
            visit.page.locator(f"#main.{place.split('/')[0]}, #main.signin").wait_for(state="attached")
            visits.append(visit)
            return visit

        visits: list[Visit] = []
        yield begin
        for visit in visits:
            assert visit.errors == []
            assert visit.dialogs == []
            assert visit.elsewhere(service.address) == []
