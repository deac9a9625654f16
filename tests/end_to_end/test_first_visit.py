"""From an empty data folder to the first answer in the browser, with the real model: a folder is dropped, the twin is
made beside the server, which is killed and started anew meanwhile, and answers."""

import re
import signal
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from end_to_end.test_main_job import POSTS, Server, Terminal
from playwright.sync_api import expect

from fakes.browser import chromium, visiting

JOB_MILLISECONDS = 600_000
QUESTION = "What had seized the 1908 Singer 66 solid?"
DOZEN = 12


def link(server: Server) -> str:
    """The one that `twin serve` printed."""
    for _ in range(4):
        found = re.search(r"http://\S+\?token=\S+", "".join(server.lines))
        if found:
            return found[0]
        assert server.process.stdout
        server.lines.append(server.process.stdout.readline())
    raise AssertionError(server.lines)


@pytest.mark.slow
def test_a_person_makes_a_twin_without_a_terminal(tmp_path: Path, cache_dir: Path) -> None:
    posts = tmp_path / "posts"
    posts.mkdir()
    for post in sorted(POSTS.glob("*.md"))[:DOZEN]:
        (posts / post.name).write_bytes(post.read_bytes())
    terminal = Terminal(tmp_path / "data", cache_dir)
    terminal.environment["TWIN_FEATURE_STORE__ENCODER"] = "all-minilm-l6-v2"  # the smaller one
    terminal.settings += ["--set", "evaluation.prompts=2", "--set", "feature_pipeline.gates.min_words=1"]
    server = Server(terminal)
    with chromium() as browser, visiting(browser) as visit:
        page = visit.page
        page.goto(link(server))
        expect(page.get_by_role("heading", name="Make a twin of somebody’s writing")).to_be_visible()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        page.locator("input[webkitdirectory]").set_input_files(posts)
        page.get_by_label("Whose writing is it?").fill("Maud Ferrier")
        page.get_by_label("Time to learn").select_option("5")
        page.get_by_label("These texts are the author's").check()
        page.get_by_role("button", name="Make the twin").click()
        job = page.get_by_role("region", name="Maud Ferrier’s twin")
        expect(job.locator(".steps .now, .steps .past").first).to_be_visible(timeout=60_000)
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        expect(job.locator(".stage")).to_contain_text("does not answer", timeout=60_000)

        server = Server(terminal)
        page.goto(link(server))
        expect(job.locator(".steps .past").first).to_be_visible(timeout=JOB_MILLISECONDS)
        ended = job.locator(".good, .outcome .trouble")
        expect(ended).to_be_visible(timeout=JOB_MILLISECONDS)
        expect(job.locator(".good")).to_contain_text("Maud Ferrier answers: v1.")
        page.get_by_label("Ask Maud Ferrier something").fill(QUESTION)
        page.get_by_role("button", name="Ask", exact=True).click()
        answer = page.locator(".answer")
        expect(answer.locator(".foot")).to_be_visible(timeout=JOB_MILLISECONDS)
        expect(answer).to_contain_text("Singer")
        assert visit.errors == []
    assert server.stop() == 0
