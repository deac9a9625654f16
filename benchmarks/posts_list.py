"""How ten thousand posts are listed in a browser: `python -m benchmarks.posts_list`, some minutes, with Chromium.

Printed are the time from opening the view to the first rows, from a typed word to what it finds, and the longest task
that kept the page from answering meanwhile (from 50 ms on people notice: RAIL, Google 2015).
"""

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from configs.settings import Settings, load_settings
from feature_store.records import ContentType, Document, Post, PostKind
from twin import wiring
from twin.jobs.authors import ensure_author

AUTHOR = "maud"
WORDS = ("harbour", "clock", "soup", "kettle", "rain", "ferry", "screw", "mainspring", "tide", "lamp", "bread", "oil")
OBSERVED = """() => {
  window.longest = 0;
  const longer = (one) => { window.longest = Math.max(window.longest, one.duration); };
  new PerformanceObserver((list) => list.getEntries().forEach(longer)).observe({ entryTypes: ["longtask"] });
}"""


def fill(settings: Settings, count: int) -> None:
    store = wiring.feature_store(settings)
    ensure_author(store, AUTHOR)
    posts = [post(number) for number in range(count)]
    documents = [document(one, number) for number, one in enumerate(posts)]
    with store.writing(AUTHOR):
        store.write_posts(AUTHOR, upserts=posts, deleted_ids=[])
        store.commit(AUTHOR, documents=documents, chunks=[], examples=[], encoder="none", configuration={})


def post(number: int) -> Post:
    words = " ".join(WORDS[(number * step + step) % len(WORDS)] for step in range(1, 60))
    day = f"{2000 + number % 25}-{1 + number % 12:02}-{1 + number % 28:02}T00:00:00Z"
    return Post(
        author=AUTHOR, source="folder:/posts", source_id=f"{number}.md", url=f"https://example.org/{number}",
        title=f"Number {number}: {WORDS[number % len(WORDS)]}", created_at=day, fetched_at=day,
        content=f"This is number {number}. {words}.", content_type=ContentType.MARKDOWN,
    )  # fmt: skip


def document(post: Post, number: int) -> Document:
    made = Document(
        id=post.id, author=AUTHOR, source=post.source, source_id=post.source_id, url=post.url, title=post.title,
        created_at=post.created_at, kind=PostKind.ARTICLE, text=post.content, marked=(), language="en",
        post_hash=post.content_hash,
    )  # fmt: skip
    return replace(made, quarantine="fewer than 8 words of the author's own") if number % 50 == 0 else made


@contextmanager
def served(data: Path) -> Iterator[str]:
    """The link of a server over `data`."""
    command = [sys.executable, "-m", "twin", "--set", f"data_dir={data}", "--set", "serving.port=0", "serve"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert server.stdout
    try:
        link = re.search(r"http://\S+\?token=\S+", "".join(next(server.stdout) for _ in range(3)))
        assert link
        yield link[0]
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=10_000)
    count = parser.parse_args().posts
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(overrides=[f"data_dir={Path(folder) / 'data'}"])
        began = time.perf_counter()
        fill(settings, count)
        print(f"{count} posts were written in {time.perf_counter() - began:.0f} s")
        with served(settings.data_dir) as link, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.set_default_timeout(120_000)
            page.goto(link)
            page.get_by_role("button", name="Sign out").wait_for()
            page.evaluate(OBSERVED)
            opening = []
            for _ in range(5):
                page.evaluate("location.hash = '#/signin'")
                page.locator("#key").wait_for()
                began = time.perf_counter()
                page.evaluate("location.hash = '#/posts'")
                page.locator(".rows li").first.wait_for()
                opening.append(time.perf_counter() - began)
            print(f"first rows after {statistics.median(opening[1:]):.2f} s (the first time, {opening[0]:.2f} s)")
            page.evaluate("window.longest = 0")
            began, rows = time.perf_counter(), 0
            while rows < count:
                page.evaluate("document.querySelector('.all').scrollBy(0, 1e6)")
                page.wait_for_timeout(30)
                rows = page.locator(".rows li").count()
            took, longest = time.perf_counter() - began, page.evaluate("window.longest")
            print(f"scrolled through {rows} in {took:.0f} s; longest task {longest:.0f} ms")
            page.evaluate("window.longest = 0")
            finding = []
            for number in (17, 4711, 9001, 123, 5555):
                began = time.perf_counter()
                page.get_by_label("Search in posts").fill(f"number {number}.")
                page.locator(".rows .title", has_text=f"Number {number}:").wait_for()
                finding.append(time.perf_counter() - began)
            took, longest = statistics.median(finding), page.evaluate("window.longest")
            print(f"a word is found after {took:.2f} s; longest task {longest:.0f} ms")
            browser.close()


if __name__ == "__main__":
    main()
