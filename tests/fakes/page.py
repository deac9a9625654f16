"""Posts of a world that the page can search and open, and what a person does on the page."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from fakes.feature_records import make_document
from fakes.world import World
from feature_store.records import digest_of

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

ANSWER = "Right then. The Patient Annie was built in Carrick in 1974. Kettle is on."
ASKED = "When was the ferry Patient Annie built?"
# Forty words and more without a name or a number, which writing would leave out
DRAFT = (
    "I sat down with the kettle and thought about it for a while, and then I went out to look. It was raining, which "
    "is no surprise. The dog from the bakery had come in and was asleep under the bench, and I did not have the heart "
    "to move him. So I worked around him until it was dark. There is a good deal to be said for a dog."
)
POSTS = {
    "The Patient Annie": "The ferry is the Patient Annie. I like her. She was built in Carrick in 1974. It is £6.",
    "Mainspring": "Mainspring is the shop cat. She sleeps in the oil drawer and eats sardines on Fridays.",
    "The harbour clock": "The harbour clock loses four minutes a day. I oiled the escape wheel twice.",
}


def publish(world: World, author: str, posts: dict[str, str], number: int = 1) -> None:
    """Posts that can be searched and read, under ids as they really are."""
    ids = {title: digest_of(author, title)[:24] for title in posts}
    world.publish(author, number, posts, ids=ids)
    documents = [
        replace(make_document(title, text), id=ids[title], author=author, title=title, marked=())
        for title, text in posts.items()
    ]
    encoder = world.encoder.fingerprint
    world.store.commit(author, documents=documents, chunks=[], examples=[], encoder=encoder, configuration={})


JOB_MILLISECONDS = 600_000  # a job gives way to everything else on the machine
# Of the next answer of a route: it has come, and the page does not have it yet.
HOLD = """([method, path]) => {
  const real = window.fetch;
  window.release = null;
  window.fetch = async (address, options = {}) => {
    const asked = (options.method ?? "GET") === method && new URL(address, location).pathname.endsWith(path);
    if (!asked) return real(address, options);
    window.fetch = real;
    const answer = await real(address, options);
    const late = new Response(await answer.blob(), answer);
    await new Promise((release) => (window.release = release));
    return late;
  };
}"""
RELEASE = "async () => { release(); await new Promise((done) => setTimeout(done, 200)); }"


@contextmanager
def held(page: "Page", path: str, begin: Callable[[], object], method: str = "GET") -> Iterator[None]:
    """`begin` asks the server for what ends in `path`; the page has the answer only when the block is left, as if the
    server were slower than the person."""
    page.evaluate(HOLD, [method, path])
    begin()
    page.wait_for_function("() => window.release !== null", timeout=JOB_MILLISECONDS)
    yield
    page.evaluate(RELEASE)


def ask(page: "Page", text: str = ASKED) -> "Locator":
    """Ask, and wait until the answer is there. Returns it."""
    page.get_by_label("Your message").fill(text)
    page.get_by_role("button", name="Send", exact=True).click()  # which is not there while the answer before is written
    answer = page.locator(".answer").last
    answer.locator(".foot").wait_for()
    return answer
