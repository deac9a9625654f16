"""Debian's Chromium, driven by Playwright, which is told to download none."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MISSING = "Chromium is not here, so the page was not opened. On Debian or Ubuntu: apt install chromium"
DESKTOP, PHONE = (1280, 800), (390, 844)


@contextmanager
def chromium() -> "Iterator[Browser]":
    """Skips the test where there is none. Its event loop occupies this thread: no asyncio.run beside it."""
    if not (program := shutil.which("chromium")):
        pytest.skip(MISSING)
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page that is open, and what it did that nobody should see."""

    page: "Page"
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def elsewhere(self, origin: str) -> list[str]:
        """Requests that went to another origin."""
        return [url for url in self.requests if not url.startswith((f"{origin}/", f"blob:{origin}/"))]


@contextmanager
def visiting(browser: "Browser", size: tuple[int, int] = DESKTOP, **context: Any) -> Iterator[Visit]:
    """A browser without cookies or storage, in a window of `size`; on a phone's one is touched."""
    phone = {"has_touch": True, "is_mobile": True} if size == PHONE else {}
    viewport = {"width": size[0], "height": size[1]}
    opened = browser.new_context(viewport=viewport, accept_downloads=True, **phone, **context)
    opened.set_default_timeout(60_000)
    visit = Visit(opened.new_page())

    def refuse(dialog: Any) -> None:
        visit.dialogs.append(dialog.message)
        dialog.dismiss()

    visit.page.on("request", lambda request: visit.requests.append(request.url))
    visit.page.on("dialog", refuse)
    visit.page.on("pageerror", lambda error: visit.errors.append(str(error)))
    try:
        yield visit
    finally:
        opened.close()
