"""A person who is quicker than the server: an answer that comes late changes nothing of what is shown by then."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from fakes.browser import DESKTOP, Visit
from fakes.page import ask, held
from fakes.service import Service

pytestmark = pytest.mark.slow
Opened = Callable[..., Visit]


@pytest.fixture
def size() -> tuple[int, int]:
    return DESKTOP


def lead(page: Page, place: str) -> None:
    """As a link does, without waiting for the view."""
    page.evaluate("place => { location.hash = place; }", f"#/{place}")


@pytest.mark.parametrize(("left", "route"), [("chat", "v1/models"), ("write", "v1/models")])
def test_a_view_that_was_left_shows_nothing(opened: Opened, left: str, route: str) -> None:
    page = opened("signin").page
    with held(page, route, lambda: lead(page, left)):
        lead(page, "signin")
        expect(page.get_by_role("heading", name="You are signed in")).to_be_visible()
    expect(page.get_by_role("heading")).to_have_text(["You are signed in"])


def test_a_question_in_an_address_that_was_left_is_not_asked(opened: Opened) -> None:
    visit = opened("write")
    page = visit.page
    with held(page, "v1/models", lambda: lead(page, "chat/new/Are%20you%20there%3F")):
        lead(page, "write")
        expect(page.get_by_role("heading", name="Write")).to_be_visible()
    assert page.url.endswith("#/write")
    assert not [url for url in visit.requests if url.endswith("completions")]


def test_nothing_is_shown_before_it_is_known_who_is_signed_in(opened: Opened, service: Service) -> None:
    """What is typed into a form would be gone when it is."""
    service.keys.create("ann", authors=["maud"])
    page = opened(signed_in=False).page
    asked: list[Route] = []
    page.route("**/session", lambda route: asked.append(route))
    with page.expect_request("**/session"):
        page.reload()
    lead(page, "write")
    page.wait_for_timeout(200)  # what the new address would have begun
    expect(page.get_by_label("API key")).to_have_count(0)
    asked[0].continue_()
    expect(page.get_by_role("heading", name="Sign in for Write")).to_be_visible()


def test_an_older_answer_signs_nobody_out(opened: Opened, service: Service) -> None:
    key, _ = service.keys.create("ann", authors=["maud"])
    page = opened(signed_in=False).page
    with held(page, "/session", lambda: lead(page, "signin")):
        page.get_by_label("API key").fill(key)
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.get_by_role("link", name="Write").click()
    expect(page.get_by_role("heading", name="Write", exact=True)).to_be_visible()


def test_the_thumb_that_was_pressed_last_counts(opened: Opened, service: Service) -> None:
    page = opened().page
    answer = ask(page)
    good, bad = (answer.get_by_role("button", name=f"{name} answer") for name in ("Good", "Bad"))
    with held(page, "v1/feedback", good.click, "POST"):
        bad.click()
    expect(bad).to_have_attribute("aria-pressed", "true")
    expect(good).to_have_attribute("aria-pressed", "false")
    (file,) = (service.world.folder / "feedback").rglob("*.jsonl")
    assert [json.loads(line)["rating"] for line in file.read_text("utf-8").splitlines()] == ["up", "down"]


def test_a_thumb_that_is_taken_late_changes_its_turn_alone(opened: Opened) -> None:
    page = opened().page
    answer = ask(page)
    here = page.url.split("#/")[1]
    with held(page, "v1/feedback", answer.get_by_role("button", name="Good answer").click, "POST"):
        lead(page, "write")
        expect(page.get_by_role("heading", name="Write", exact=True)).to_be_visible()
        lead(page, here)
        page.locator(".answer .foot").wait_for()
        ask(page, "And who is Mainspring?")
    page.reload()
    expect(page.locator(".answer")).to_have_count(2)
    expect(page.get_by_role("button", name="Good answer").first).to_have_attribute("aria-pressed", "true")
