"""Chat in a real browser, on a live server."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from fakes.browser import Visit
from fakes.engine import eventually
from fakes.page import ANSWER, ASKED, ask
from fakes.service import Service

pytestmark = pytest.mark.slow
Opened = Callable[..., Visit]
LONG = "Right then. The Patient Annie was built in Carrick in 1974. " + "Kettle is on. " * 20


def test_an_answer_streams_in_and_its_marks_open_the_sentence_in_its_post(opened: Opened) -> None:
    page = opened().page
    answer = ask(page)
    expect(answer).to_contain_text("The Patient Annie was built in Carrick in 1974.")
    expect(answer.locator(".badge")).to_have_text("machine")
    expect(page.locator(".sign")).to_contain_text("A machine answers here")
    answer.get_by_role("button", name="Source 1: The Patient Annie").click()
    panel = page.get_by_role("region", name="Sources")
    expect(panel.locator(".source")).to_have_count(1)
    expect(panel.get_by_role("link", name="The Patient Annie")).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(panel.locator(".source")).to_contain_text("2024-03-05")
    expect(panel.locator(".passage mark")).to_have_text("She was built in Carrick in 1974.")
    expect(panel.locator(".passage")).to_contain_text("I like her. She was built")
    expect(panel.locator(".looked-at")).to_contain_text("of its words")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(answer.get_by_role("button", name="Source 1")).to_be_focused()


def test_marks_count_characters_as_the_server_does(opened: Opened, service: Service) -> None:
    """An emoji is one character there and two in JavaScript."""
    service.world.text = ANSWER.replace("Annie", "Annie 😀🎉")
    mark = ask(opened().page).locator("button.mark")
    before: str = mark.evaluate("node => node.previousSibling.textContent")
    assert "😀🎉" in before
    assert before.endswith("in 1974.")


def test_an_answer_can_be_stopped_and_asked_for_again(opened: Opened, service: Service) -> None:
    page = opened().page
    ask(page)
    engine = service.world.engines["maud v2"]
    engine.text = LONG
    engine.gate.clear()
    page.get_by_role("button", name="Answer again").click()
    expect(page.locator(".answer .said")).to_contain_text("Right then.")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".answer .trouble")).to_have_text("Stopped.")
    assert eventually(lambda: engine.running == 0)
    engine.gate.set()
    page.get_by_role("button", name="Answer again").click()
    expect(page.locator(".answer .rests")).to_be_visible()
    expect(page.locator(".answer")).to_have_count(1)


def test_a_message_can_be_edited_and_what_followed_goes(opened: Opened, service: Service) -> None:
    page = opened().page
    ask(page)
    ask(page, "And when was she painted?")
    page.locator(".asked").first.hover()
    page.get_by_role("button", name="Edit").first.click()
    page.get_by_label("Edit your message").fill("Who is the shop cat called Mainspring?")
    page.locator(".editing").get_by_role("button", name="Send").click()
    expect(page.locator(".asked")).to_have_count(1)
    expect(page.locator(".answer .foot")).to_have_count(1)
    expect(page.locator(".asked")).to_contain_text("shop cat")


def test_conversations_survive_a_reload_and_can_be_deleted_and_exported(opened: Opened, tmp_path: Path) -> None:
    page = opened().page
    ask(page)
    page.reload()
    expect(page.locator(".answer")).to_contain_text("built in Carrick in 1974.")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as Markdown").click()
    exported = tmp_path / "conversation.md"
    download.value.save_as(exported)
    text = exported.read_text("utf-8")
    assert f"## You\n\n{ASKED}" in text
    assert "a machine" in text
    assert "1. [The Patient Annie](<https://example.org/maud/The-Patient-Annie>), 2024-03-05: “She was built" in text
    page.get_by_role("button", name="Delete this conversation").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator(".answer")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", name="Ask Maud")).to_be_visible()
    expect(page.locator(".past li")).to_have_count(0)
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.includes('conversation')).length") == 0


def test_a_thumb_and_a_correction_are_kept_as_preference_data(opened: Opened, service: Service) -> None:
    page = opened().page
    answer = ask(page)
    answer.get_by_role("button", name="Good answer").click()
    expect(answer.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "true")
    answer.get_by_role("button", name="How I would have said it").click()
    page.get_by_label("How I would have said it").last.fill("In Carrick, in 1974. She leaks.")
    page.get_by_role("button", name="Keep").click()
    expect(answer).to_contain_text("Kept.")
    (file,) = (service.world.folder / "feedback").rglob("*.jsonl")
    rated, corrected = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert rated["rating"] == "up"
    assert corrected["chosen"] == "In Carrick, in 1974. She leaks."
    assert corrected["rejected"] == answer.locator(".said").inner_text().replace("1974.1", "1974.")
    assert corrected["request"] == ASKED
    page.reload()
    expect(page.get_by_role("button", name="Bad answer")).to_have_attribute("aria-pressed", "true")


def test_an_answer_that_rests_on_nothing_says_so(opened: Opened) -> None:
    page = opened().page
    answer = ask(page, "What do you think of volcanoes?")
    expect(answer.locator(".ungrounded")).to_contain_text("Rests on nothing")
    expect(answer.locator(".mark")).to_have_count(0)
    answer.get_by_role("button", name="Sources").click()
    expect(page.get_by_role("region", name="Sources")).to_contain_text("found too far from the question")


def test_the_version_that_is_chosen_answers(opened: Opened) -> None:
    page = opened().page
    page.get_by_label("Version").select_option("maud@v1")
    expect(ask(page).locator(".speaker")).to_contain_text("v1")
    page.reload()
    expect(page.get_by_label("Version")).to_have_value("maud@v1")


def test_it_can_be_used_without_a_mouse(opened: Opened) -> None:
    page = opened().page
    page.get_by_label("Your message").wait_for()
    expect(page.get_by_label("Your message")).to_be_focused()
    page.keyboard.type(ASKED)
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("Do tell.")
    page.keyboard.press("Enter")
    page.locator(".answer .foot").wait_for()
    assert page.locator(".asked .said").inner_text() == f"{ASKED}\nDo tell."
    expect(page.locator("#spoken")).to_contain_text("Maud's twin: Right then.")
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.getAttribute('aria-label') ?? ''")
        seen = page.evaluate("getComputedStyle(document.activeElement).outlineStyle !== 'none'")
        assert seen or page.evaluate("document.activeElement === document.body"), focused
        if focused.startswith("Source 1"):
            break
    page.keyboard.press("Enter")
    expect(page.locator(".passage mark")).to_be_visible()


def test_a_server_that_has_gone_is_said(opened: Opened, service: Service) -> None:
    page = opened().page
    ask(page)
    service.stop()
    page.get_by_label("Your message").fill("Are you there?")
    page.keyboard.press("Enter")
    expect(page.locator(".trouble").last).to_contain_text("The server does not answer")
