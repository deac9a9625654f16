"""Takes the pictures of the README, over the twin in the data folder (make one first: make twin).

    make screenshots

It starts `twin serve`, opens its link in Debian's Chromium, and does on the page what each picture shows. A picture is
a function here that takes the page; its file is docs/pictures/NAME.png.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOLDER = Path(__file__).parent / "pictures"
LINK = re.compile(r"https?://\S+/\?token=\S+")


def chat(page: "Page") -> None:
    """A fact, its source opened in its post."""
    page.get_by_label("Your message").fill("Tell me about the harbour clock.")
    page.keyboard.press("Enter")
    page.locator(".answer .foot").wait_for(timeout=120_000)
    page.locator(".answer button.mark").first.click()
    page.locator(".passage mark").first.wait_for()


def write(page: "Page") -> None:
    """A draft of the twin beside the base model's, on what she never wrote about, each with its style."""
    page.get_by_label("What is it to be about?").fill("a walk up the volcano")
    page.get_by_label("Length").select_option("medium")
    page.get_by_role("button", name="Write", exact=True).click()
    page.locator(".draft .draft-text").nth(1).wait_for(timeout=240_000)
    page.get_by_text("Comparing with").wait_for(state="hidden", timeout=240_000)
    page.locator(".choices").evaluate("node => node.scrollIntoView({ block: 'start' })")


def posts(page: "Page") -> None:
    """Words that are looked for, and a post that is read."""
    page.locator(".rows li").first.wait_for()
    page.get_by_label("Search in posts").fill("harbour clock")
    page.locator(".rows mark").first.wait_for()
    page.locator(".rows a").first.click()
    page.locator(".reading .text").wait_for()


def train(page: "Page") -> None:
    """The newest version: how near it comes to the author."""
    page.locator(".version .name").first.click()
    page.locator(".chart").first.wait_for()
    section = page.get_by_role("heading", name="Does it sound like the author?")
    section.evaluate("node => node.scrollIntoView({ block: 'start' })")


PICTURES: dict[str, Callable[["Page"], None]] = {"chat": chat, "write": write, "posts": posts, "train": train}


@contextmanager
def served() -> Iterator[str]:
    """`twin serve` over the data folder of the settings, on a free port; gives the link that it prints."""
    command = [sys.executable, "-m", "twin", "--set", "serving.port=0", "serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603  # this program
        assert server.stdout
        try:
            yield next(found[0] for line in server.stdout if (found := LINK.search(line)))
        except StopIteration:
            sys.exit("twin serve printed no link: see above. Make a twin first: make twin")
        finally:
            server.terminate()


def main() -> None:
    program = shutil.which("chromium")
    if program is None:
        sys.exit("Chromium is not here. On Debian or Ubuntu: apt install chromium")
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(exist_ok=True)
    with served() as link, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 720}, color_scheme="light", reduced_motion="reduce")
        page.goto(link)
        page.get_by_role("button", name="Sign out").wait_for()
        for name, draw in PICTURES.items():
            page.goto(f"{page.url.partition('#')[0]}#/{name}")
            draw(page)
            page.wait_for_timeout(300)
            page.screenshot(path=FOLDER / f"{name}.png")
            print(f"wrote docs/pictures/{name}.png")  # noqa: T201
        browser.close()


if __name__ == "__main__":
    main()
