"""Posts in a real browser: found, narrowed, read, added to and forgotten."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from configs.settings import Settings
from fakes.admin_ports import admin_ports
from fakes.browser import Visit
from fakes.library import ADDRESS, collect_posts, write_post
from fakes.page import JOB_MILLISECONDS, held
from fakes.service import Service
from fakes.world import World
from twin import wiring
from twin.jobs.work import KINDS

pytestmark = pytest.mark.slow
Opened = Callable[..., Visit]


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return collect_posts(tmp_path_factory.mktemp("posts"))


@pytest.fixture
def service(world: World, settings: Settings, collected: Path) -> Iterator[Service]:
    """With the real jobs."""
    shutil.copytree(collected, settings.data_dir, ignore=shutil.ignore_patterns("lock"))
    running = Service(world, admin=admin_ports(settings, wiring.job_runner(settings, KINDS)))
    yield running
    running.stop()


def titles(page: Page) -> list[str]:
    return page.locator(".rows .title").all_text_contents()


def test_every_post_is_listed_with_its_state_and_why(opened: Opened) -> None:
    page = opened("posts").page
    expect(page.locator(".rows li")).to_have_count(12)
    assert titles(page)[:2] == ["Day 12", "Day 11"]
    short = page.locator(".rows li").filter(has_text="Day 10")
    expect(short.locator(".badge")).to_have_text("left out")
    expect(short.locator(".reason")).to_contain_text("words")
    expect(page.locator(".rows li").filter(has_text="Day 11")).to_contain_text("Masked: email")


def test_it_is_narrowed_by_state_and_words(opened: Opened) -> None:
    page = opened("posts").page
    page.get_by_role("button", name="Left out 1").click()
    expect(page.locator(".rows li")).to_have_count(1)
    expect(page.get_by_role("button", name="Left out 1")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="All 12").click()
    page.get_by_label("Search in posts").fill("soup number 3.")
    expect(page.locator(".rows li")).to_have_count(1)
    expect(page.locator(".rows .snippet mark").first).to_have_text("soup")
    page.get_by_label("Search in posts").fill("nobody wrote this")
    expect(page.locator(".list")).to_contain_text("No post is like that.")


def test_a_post_is_read_with_its_masked_places_and_closed_again(opened: Opened) -> None:
    page = opened("posts").page
    page.get_by_role("link", name="Day 11").click()
    panel = page.get_by_role("complementary", name="Post")
    expect(panel.locator(".text mark.email")).to_contain_text("@example.com")
    expect(panel.get_by_role("heading", name="Day 11")).to_be_focused()
    assert ADDRESS not in page.content()
    panel.get_by_role("button", name="Close").click()
    expect(panel).to_be_hidden()
    expect(page.locator(".rows li")).to_have_count(12)


def test_a_post_that_is_not_there_closes_no_other(opened: Opened) -> None:
    page = opened("posts").page
    expect(page.locator(".rows li")).to_have_count(12)
    panel = page.get_by_role("complementary", name="Post")
    with held(page, "posts/none", lambda: page.evaluate("() => { location.hash = '#/posts/maud/none'; }")):
        page.get_by_role("link", name="Day 11").click()
        expect(panel.get_by_role("heading", name="Day 11")).to_be_visible()
    expect(panel).to_be_visible()


def test_a_dropped_folder_is_collected_and_listed(opened: Opened, tmp_path: Path) -> None:
    for day in (20, 21):
        write_post(
            tmp_path / "more" / f"{day}.md", day, f"On day {day} I mended the weathercock and it turned at once. " * 6
        )
    page = opened("posts").page
    page.get_by_role("button", name="Add posts").click()
    page.locator("input[webkitdirectory]").set_input_files(tmp_path / "more")
    expect(page.locator(".picked")).to_contain_text("“more”: 2 files")
    page.get_by_role("button", name="Collect", exact=True).click()  # begins nothing: nobody agreed yet
    page.get_by_label("These texts are the author's").check()
    page.get_by_role("button", name="Collect", exact=True).click()
    job = page.get_by_role("region", name="Collect posts")
    expect(job.locator(".good")).to_contain_text("2 new", timeout=JOB_MILLISECONDS)
    expect(page.locator(".job")).to_have_count(1)
    expect(page.locator(".rows li").filter(has_text="Day 21").locator(".badge")).to_have_text("kept")
    page.reload()
    expect(page.locator(".rows li")).to_have_count(14)


def test_what_cannot_be_collected_says_the_way_out(opened: Opened) -> None:
    page = opened("posts").page
    page.get_by_role("button", name="Add posts").click()
    page.get_by_label("or an address").fill("/nowhere/at/all")
    page.get_by_label("These texts are the author's").check()
    page.get_by_role("button", name="Collect", exact=True).click()
    job = page.get_by_role("region", name="Collect posts")
    expect(job.locator(".trouble")).to_contain_text("/nowhere/at/all", timeout=JOB_MILLISECONDS)
    expect(job.get_by_role("button", name="Start it again")).to_be_visible()


def test_a_post_is_forgotten_after_one_question(opened: Opened, settings: Settings) -> None:
    page = opened("posts").page
    page.get_by_role("link", name="Day 3 ").click()
    panel = page.get_by_role("complementary", name="Post")
    panel.get_by_role("button", name="Forget everywhere").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(panel).to_be_visible()
    panel.get_by_role("button", name="Forget everywhere").click()
    page.get_by_role("dialog").get_by_role("button", name="Forget it").click()
    job = page.get_by_role("region", name="Forget “Day 3”")
    expect(job.locator(".good")).to_contain_text("Forgotten: 1 post", timeout=JOB_MILLISECONDS)
    expect(page.locator(".rows li")).to_have_count(11)
    assert "3.md" not in [post.source_id for post in wiring.feature_store(settings).posts_ever("maud")]


def test_it_is_used_by_keyboard_alone_and_axe_finds_nothing(opened: Opened) -> None:
    page = opened("posts", bypass_csp=True).page  # axe is a script that is put into the page
    expect(page.locator(".rows li")).to_have_count(12)
    page.get_by_label("Search in posts").focus()
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.post')"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary", name="Post")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("button", name="Add posts").click()
    assert_accessible(page)


def assert_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
