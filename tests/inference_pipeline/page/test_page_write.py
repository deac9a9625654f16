"""Write in a real browser, on a live server with a real style scorer."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from fakes.browser import Visit
from fakes.page import DRAFT
from fakes.scorer import FLAT, MAUD
from fakes.service import Service
from inference_pipeline import web
from inference_pipeline.platforms import PLATFORMS
from text.request_wording import WORDINGS

Opened = Callable[..., Visit]
SCRIPT = (Path(web.__file__).parent / "views/write.js").read_text("utf-8")


def test_the_page_offers_what_the_server_takes() -> None:
    named = {name: re.findall(r"(\w+): \"", re.search(rf"const {name} = {{(.*?)}};", SCRIPT)[1])  # type: ignore[index]
             for name in ("PLATFORMS", "LANGUAGES")}  # fmt: skip
    assert set(named["PLATFORMS"]) == set(PLATFORMS)
    assert set(named["LANGUAGES"]) == set(WORDINGS)


@pytest.mark.slow
def test_drafts_of_two_versions_stand_side_by_side_with_their_style(opened: Opened, service: Service) -> None:
    service.world.text = DRAFT
    page = opened("write").page
    page.get_by_label("What is it to be about?").fill("the Patient Annie and her return fare")
    expect(page.get_by_label("Second draft by")).to_have_value("maud@base")
    page.get_by_role("button", name="Write", exact=True).click()
    expect(page.locator(".draft .verdict")).to_have_count(2)
    first = page.locator(".draft").first
    expect(first.locator(".badge")).to_have_text("machine")
    expect(first.locator(".verdict")).to_contain_text("%")
    expect(first).to_contain_text("words")
    engines = service.world.engines
    assert {name for name, engine in engines.items() if engine.requests} == {"maud v2", "base"}
    page.get_by_role("button", name="Rewrite this").first.click()
    expect(page.get_by_label("The text to rewrite")).to_be_focused()
    assert page.get_by_label("The text to rewrite").input_value() == first.locator(".draft-text").inner_text()


@pytest.mark.slow
def test_a_text_is_rewritten_and_its_least_fitting_sentences_are_marked(opened: Opened, service: Service) -> None:
    foreign = FLAT.format("roof").split(". ")[0] + "."
    page = opened("write").page
    page.get_by_role("radio", name="Rewrite").check()
    page.get_by_label("The text to rewrite").fill(f"😀 {MAUD[-3]} {foreign}")
    page.get_by_label("Second draft by").select_option("none")
    page.get_by_role("button", name="Rewrite", exact=True).click()
    own = page.get_by_role("article", name="Your text")
    expect(own.locator(".verdict")).to_be_visible()
    expect(own.locator("mark").filter(has_text=foreign)).to_have_count(1)
    expect(own.locator(".badge")).to_have_count(0)
    expect(page.locator(".draft")).to_have_count(2)


@pytest.mark.slow
def test_notes_a_platform_and_a_length_are_kept_to(opened: Opened, service: Service) -> None:
    page = opened("write").page
    page.get_by_role("radio", name="Notes").check()
    page.get_by_label("Your notes, one a line").fill("The ferry\n\nBuilt in 1974 in Carrick")
    page.get_by_label("Where it is to appear").select_option("mastodon")
    page.get_by_label("Length").select_option("short")
    with page.expect_request("**/v1/write") as asked:
        page.get_by_role("button", name="Write", exact=True).click()
    body = asked.value.post_data_json
    assert (body["notes"], body["platform"], body["length"]) == (
        ["The ferry", "Built in 1974 in Carrick"], "mastodon", "short",
    )  # fmt: skip
    expect(page.locator(".draft").first).to_contain_text("of 500 characters")
    page.reload()
    expect(page.get_by_label("Your notes, one a line")).to_have_value("The ferry\n\nBuilt in 1974 in Carrick")


@pytest.mark.slow
def test_writing_can_be_stopped(opened: Opened, service: Service) -> None:
    page = opened("write").page
    page.get_by_label("What is it to be about?").fill("volcanoes")
    page.get_by_role("button", name="Write", exact=True).click()
    expect(page.get_by_role("button", name="Write", exact=True)).to_be_enabled()  # both drafts are there
    for engine in service.world.engines.values():
        engine.gate.clear()
    page.get_by_role("button", name="Write", exact=True).click()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".draft .trouble").first).to_have_text("Stopped.")
    for engine in service.world.engines.values():
        engine.gate.set()
