"""A person's first visit, without a terminal: from a dropped folder to the first answer, with the real default model.

The server is killed while the twin is made: the work goes on, and a new server's page shows it.
"""

import re
import shutil
from pathlib import Path

import pytest
from end_to_end.terminal import Server, Terminal
from playwright.sync_api import Page, expect

from fakes.browser import chromium, visiting
from fakes.page import ask

POSTS = Path(__file__).parents[2] / "examples" / "maud_ferrier" / "posts"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]
QUESTION = "What had seized the 1908 Singer 66 solid?"
MAKING = 600_000  # milliseconds, on a machine with other work


def begin(page: Page, folder: Path) -> None:
    page.locator("input[webkitdirectory]").set_input_files(folder)
    page.get_by_label("Whose writing is it?").fill("Maud Ferrier")
    page.get_by_label("These texts are the author's").check()
    # The shortest that is offered is five minutes
    page.locator("#minutes option").first.evaluate("option => { option.value = '0.1' }")
    page.get_by_label("Time to learn").select_option("0.1")
    page.get_by_role("button", name="Make the twin").click()


def test_from_a_dropped_folder_to_the_first_answer_though_the_server_dies(tmp_path: Path, cache_dir: Path) -> None:
    (tmp_path / "notes").mkdir()
    for path in sorted(POSTS.glob("*.md"))[::4]:
        shutil.copy(path, tmp_path / "notes")
    terminal = Terminal(tmp_path / "data", cache_dir)
    with chromium() as browser:
        server = Server(terminal)
        with visiting(browser) as visit:
            visit.page.goto(server.link)
            expect(visit.page.get_by_role("heading", name="Make a twin of somebody’s writing")).to_be_visible()
            begin(visit.page, tmp_path / "notes")
            step = visit.page.get_by_role("region", name="Maud Ferrier’s twin").locator("li.now .dot")
            expect(step).to_have_text(re.compile("[23]"), timeout=MAKING)  # features, or training
            server.process.kill()
            server.process.wait()
        server = Server(terminal)
        try:
            with visiting(browser) as visit:
                page = visit.page
                page.goto(server.link)
                making = page.get_by_role("region", name="Maud Ferrier’s twin")
                page.locator(".job[data-state=done], .job[data-state=failed]").wait_for(timeout=MAKING)
                if making.get_attribute("data-state") == "done":
                    page.get_by_label("Ask Maud Ferrier something").fill(QUESTION)
                    page.get_by_role("button", name="Ask", exact=True).click()
                else:  # a few steps on a few posts may not satisfy the judges: that is not the subject here
                    expect(making).to_contain_text("may not be champion")
                    terminal.run("promote", "maud-ferrier", "--version", "v1", "--force", "--reason", "a test")
                    page.goto(f"{server.address}/#/chat")
                    ask(page, QUESTION)
                expect(page.locator(".answer").last).to_contain_text("Singer 66", timeout=MAKING)
                assert "machine" in ask(page, "Who are you?").inner_text()
                assert (visit.errors, visit.dialogs, visit.elsewhere(server.address)) == ([], [], [])
        finally:
            server.stop()
