"""axe-core finds no violation in any state of the page, light and dark."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from fakes.browser import Visit
from fakes.page import DRAFT, ask
from fakes.service import Service

pytestmark = pytest.mark.slow
Opened = Callable[..., Visit]


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> dict[str, Any]:
    """axe is a script that is put into the page, which the page's policy would not let run."""
    return {"color_scheme": request.param, "bypass_csp": True, "reduced_motion": "reduce"}


def violations(visit: Visit) -> list[str]:
    found = Axe().run(visit.page).response["violations"]
    return [f"{one['id']}: {node['html']} {node['failureSummary']}" for one in found for node in one["nodes"]]


def test_chat(opened: Opened, scheme: dict[str, Any]) -> None:
    visit = opened(**scheme)
    page = visit.page
    page.get_by_label("Your message").wait_for()
    assert violations(visit) == []
    ask(page, "What do you think of volcanoes?")
    answer = ask(page)
    answer.get_by_role("button", name="How I would have said it").click()
    assert violations(visit) == []
    answer.get_by_role("button", name="Source 1").click()
    page.locator(".passage mark").wait_for()
    assert violations(visit) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Delete this conversation").click()
    assert violations(visit) == []


def test_write(opened: Opened, scheme: dict[str, Any], service: Service) -> None:
    service.world.text = DRAFT
    visit = opened("write", **scheme)
    page = visit.page
    page.get_by_label("What is it to be about?").fill("the Patient Annie and her return fare")
    assert violations(visit) == []
    page.get_by_role("button", name="Write", exact=True).click()
    page.locator(".draft .verdict").nth(1).wait_for()
    assert violations(visit) == []


def test_signing_in(opened: Opened, scheme: dict[str, Any]) -> None:
    visit = opened("signin/used", signed_in=False, **scheme)
    visit.page.get_by_label("API key").wait_for()
    assert violations(visit) == []
