"""Train in a real browser: a run is watched and cancelled, versions are shown, compared, promoted and rolled back."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from configs.settings import Settings
from fakes.admin_ports import admin_ports
from fakes.browser import Visit
from fakes.job_kinds import runner
from fakes.library import register_versions
from fakes.page import JOB_MILLISECONDS, held
from fakes.service import Service
from fakes.world import World
from twin import wiring

pytestmark = pytest.mark.slow
Opened = Callable[..., Visit]
HOSTILE = "<img src=x onerror=alert(1)> [a](javascript:alert(2)) \u202egnp"


@pytest.fixture
def until(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "until"
    file.write_text("20")
    return file


@pytest.fixture
def service(world: World, settings: Settings, until: Path, tmp_path: Path) -> Iterator[Service]:
    register_versions(settings.data_dir, tmp_path)
    reports = wiring.reports_dir(settings, "maud")
    reports.mkdir(parents=True)
    for version, text in (("v1", "The fog came in."), ("v2", HOSTILE)):
        sample = {
            "request": "Write about fog.",
            "texts": {"adapter": text, "real": "Fog, and plenty.", "base": "A fog."},
        }
        asked = {"earlier": [], "asked": "Who are you?", "answer": HOSTILE, "expected": "", "faults": "it loops"}
        written = {"samples": [sample], "conversations": [asked]}
        (reports / f"{version}.json").write_text(json.dumps(written))
    world.registry = wiring.model_registry(settings)  # type: ignore[assignment]  # what is promoted is seen
    jobs = runner(settings, until)
    ports = admin_ports(settings, jobs)
    running = Service(world, admin=ports)
    yield running
    for job in jobs.all():
        jobs.cancel(job.id)
    running.stop()


def test_a_run_is_watched_through_a_reload_with_its_loss_and_cancelled(opened: Opened, until: Path) -> None:
    page = opened("train").page
    page.get_by_role("button", name="Train a version").click()
    job = page.get_by_role("region", name="Train", exact=True)
    expect(job.locator(".stage")).to_contain_text("20 of 40", timeout=JOB_MILLISECONDS)
    expect(job.get_by_role("img", name="Loss by step")).to_be_visible()
    page.reload()
    expect(job.locator(".stage")).to_contain_text("of 40", timeout=JOB_MILLISECONDS)
    expect(job.get_by_role("img", name="Loss by step")).to_be_visible()
    page.get_by_role("button", name="Train a version").click()
    waiting = page.get_by_role("region", name="Train", exact=True).nth(1)
    expect(waiting.locator(".stage")).to_contain_text("Waits for one job before it.")
    job.first.get_by_role("button", name="Cancel").click()
    page.get_by_role("dialog").get_by_role("button", name="Stop it").click()
    expect(job.first.locator(".badge")).to_have_text("cancelled", timeout=JOB_MILLISECONDS)
    expect(job.first.get_by_role("button", name="Start it again")).to_be_visible()
    until.write_text("40")
    expect(waiting.locator(".good")).to_contain_text("counted to 40", timeout=JOB_MILLISECONDS)


def test_what_is_clicked_twice_begins_once(opened: Opened) -> None:
    """Whether the list of jobs or the answer to the click is the first to tell of it."""
    page = opened("train").page
    page.locator(".descent").wait_for()
    job = page.get_by_role("region", name="Train", exact=True)
    with held(page, "admin/jobs", page.get_by_role("button", name="Train a version").dblclick, "POST"):
        expect(job).to_have_count(1)
    expect(job).to_have_count(1)


def test_an_older_answer_does_not_undo_what_is_shown(opened: Opened, until: Path) -> None:
    page = opened("train").page
    page.get_by_role("button", name="Train a version").click()
    expect(page.get_by_role("region", name="Train", exact=True).locator(".stage")).to_contain_text(
        "20 of 40", timeout=JOB_MILLISECONDS
    )
    with held(page, "/lineage", lambda: until.write_text("40")):  # asked for once more when the run ends
        row = page.locator(".version").filter(has=page.get_by_role("link", name="v2"))
        row.get_by_role("button", name="Let it answer").click()
        expect(page.locator(".version.champion .name")).to_have_text("v2")
    expect(page.locator(".version.champion .name")).to_have_text("v2")


def test_versions_hang_on_the_features_that_they_were_made_of(opened: Opened) -> None:
    page = opened("train").page
    expect(page.locator(".descent .version .name")).to_have_text(["v3", "v2", "v1"])
    expect(page.locator(".version.champion .badge").first).to_have_text("answers now")


def test_a_version_shows_its_figures_charts_and_texts_as_text(opened: Opened) -> None:
    page = opened("train/maud/v2").page
    expect(page.get_by_role("heading", name="v2, made of F1")).to_be_visible()
    expect(page.locator(".chart svg").first).to_be_visible()
    page.get_by_text("Write about fog.").click()
    expect(page.locator(".sample .text").first).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator(".sample img, .sample a").count() == 0


def test_two_versions_are_compared(opened: Opened) -> None:
    page = opened("train").page
    page.get_by_label("Compare v1").check()
    expect(page.get_by_role("button", name="Compare the two")).to_be_disabled()
    page.get_by_label("Compare v2").check()
    page.get_by_role("button", name="Compare the two").click()
    expect(page.get_by_role("heading", name="v1 and v2")).to_be_visible()
    columns = page.locator(".sample").first.locator(".columns > div")
    expect(columns.nth(0)).to_contain_text("The fog came in.")
    expect(columns.nth(1)).to_contain_text("onerror")
    expect(columns.nth(2)).to_contain_text("Fog, and plenty.")
    expect(page.get_by_role("table").first).to_be_visible()


def test_a_version_is_promoted_and_rolled_back_and_a_refusal_says_why(opened: Opened) -> None:
    page = opened("train").page
    champion = page.locator(".version.champion .name")
    expect(champion).to_have_text("v1")
    row = page.locator(".version").filter(has=page.get_by_role("link", name="v2"))
    row.get_by_role("button", name="Let it answer").click()
    expect(champion).to_have_text("v2")
    page.get_by_role("button", name="Roll back to it").click()
    page.get_by_role("dialog").get_by_role("button", name="Roll back").click()
    expect(champion).to_have_text("v1")
    worse = page.locator(".version").filter(has=page.get_by_role("link", name="v3"))
    worse.get_by_role("button", name="Let it answer").click()
    expect(page.get_by_role("dialog")).to_contain_text("v3")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(champion).to_have_text("v1")


@pytest.mark.parametrize(
    ("place", "last"),
    [("train", ".descent"), ("train/maud/v2", ".one-version"), ("train/maud/compare/v1/v2", ".one-version")],
)
def test_axe_finds_nothing(opened: Opened, place: str, last: str) -> None:
    page = opened(place, bypass_csp=True).page  # axe is a script that is put into the page
    page.locator(last).wait_for()
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert_accessible(page)


def assert_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
