"""How a person gets in, and what is shown to who does not."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from fakes.browser import Visit
from fakes.page import ask
from fakes.service import Service

pytestmark = pytest.mark.slow
Opened = Callable[..., Visit]


def test_the_link_leaves_no_token_behind(opened: Opened) -> None:
    page = opened().page
    assert "token" not in page.url
    assert page.evaluate("document.cookie") == ""  # no script can read it
    page.go_back()
    assert "signin" not in page.url


def test_a_link_that_was_used_says_so(opened: Opened, service: Service) -> None:
    token = service.app.state.sessions.link()
    service.http.get("/", params={"token": token})
    page = opened(signed_in=False).page
    page.goto(f"{service.address}/?token={token}")
    expect(page.locator("main")).to_contain_text("That link has been used already")
    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)


def test_a_key_that_is_typed_opens_a_session_of_its_scopes(opened: Opened, service: Service) -> None:
    key, _ = service.keys.create("ann", authors=["maud"])
    page = opened(signed_in=False).page
    expect(page.get_by_role("heading", name="Sign in for Chat")).to_be_visible()
    page.get_by_label("API key").fill("twin_wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("not known here")
    page.get_by_label("API key").fill(key)
    page.keyboard.press("Enter")
    ask(page)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.reload()
    expect(page.get_by_label("API key")).to_be_visible()


def test_an_address_that_pretends_to_be_the_link_signs_nobody_out(opened: Opened, service: Service) -> None:
    page = opened().page
    page.goto(f"{service.address}/#/signin/somebody-elses-token")
    page.wait_for_url("**/#/chat")  # the token was tried
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
