"""How soon the page is painted and can be used, and what it weighs, measured by the browser itself.

    python -m benchmarks.page [--loads 15]

Starts `twin serve` over the data folder of the settings and opens the page in Debian's Chromium: with an empty cache,
and again with a full one, where the server answers "not modified". As a measure of the machine, an answer of a few
bytes (/health) is opened in the same way.
"""

import argparse
import shutil
import sys
from statistics import median, quantiles
from typing import TYPE_CHECKING

from docs.screenshots import served

if TYPE_CHECKING:
    from playwright.sync_api import Page

# A promise: the page's policy keeps Playwright's own way of waiting for an expression from running.
PAINTED = """new Promise((resolve) => new PerformanceObserver((list) => {
    for (const paint of list.getEntriesByName('first-contentful-paint')) resolve(paint.startTime);
}).observe({ type: 'paint', buffered: true }))"""
WEIGHED = """performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
    .filter((one) => !/\\/(v1|session)/.test(one.name))
    .reduce((sum, one) => [sum[0] + one.transferSize, sum[1] + one.decodedBodySize, sum[2] + 1], [0, 0, 0])"""


def painted(page: "Page", address: str) -> float:
    """Milliseconds from the navigation to the first contentful paint."""
    page.goto(address)
    return float(page.evaluate(PAINTED))


def usable(page: "Page") -> float:
    """Milliseconds from the navigation until a question can be typed."""
    page.wait_for_selector("#ask")
    return float(page.evaluate("performance.now()"))


def measure(name: str, figures: list[float], unit: str = "ms") -> float:
    middle, high = median(figures), quantiles(figures, n=20)[-1]
    print(f"{name}: median {middle:.0f} {unit}, p95 {high:.0f} {unit}")
    return middle


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loads", type=int, default=15)
    loads = parser.parse_args().loads
    program = shutil.which("chromium")
    if program is None:
        sys.exit("Chromium is not here. On Debian or Ubuntu: apt install chromium")
    from playwright.sync_api import sync_playwright

    with served() as link, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        origin = link.partition("?")[0]
        warm = browser.new_context().new_page()
        painted(warm, origin)
        first, again, ready, plain = [], [], [], []
        for _ in range(loads):
            context = browser.new_context()
            page = context.new_page()
            plain.append(painted(page, f"{origin}health"))
            context.close()
            context = browser.new_context()
            page = context.new_page()
            first.append(painted(page, origin))
            ready.append(usable(page))
            context.close()
            again.append(painted(warm, origin))
        context = browser.new_context()
        page = context.new_page()
        painted(page, origin)
        usable(page)
        sent, decoded, files = page.evaluate(WEIGHED)
        browser.close()
    least = measure("/health, first paint", plain)
    middle = measure("page, first paint, nothing cached", first)
    measure("page, first paint, all cached", again)
    measure("page, a question can be typed", ready)
    print(f"first paint: {middle / least:.2f} times that of /health; aimed at is under 300 ms")
    print(
        f"weight: {decoded / 1000:.0f} kB in {files} files, {sent / 1000:.0f} kB with headers; aimed at is under 150 kB"
    )


if __name__ == "__main__":
    main()
