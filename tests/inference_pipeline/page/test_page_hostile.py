"""Posts and answers that would like to be more than text. Canaries: each would show itself, and harms nothing."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from fakes.browser import Visit
from fakes.page import ask, publish
from fakes.service import Service
from fakes.world import World

pytestmark = pytest.mark.slow
Opened = Callable[..., Visit]
CANARY = "https://canary.example"
HOSTILE = [
    "<script>canary('script')</script>",
    f"<img src=x onerror=\"canary('onerror')\"><img src={CANARY}/image.png>",
    "<svg onload=canary('svg')><style>@import url(https://canary.example/style.css);</style></svg>",
    f"<iframe src='{CANARY}/frame' srcdoc='<script>parent.canary(1)</script>'></iframe>",
    "<a href=\"javascript:canary('link')\">a link</a> <form action=https://canary.example><button>send</button></form>",
    "[a link](javascript:canary('markdown')) [another](JaVaScRiPt:canary(1)) [d](data:text/html,canary)",
    "[plain](javascript:canary`1`) [spelt](java\tscript:canary`1`) [f](file:///etc/hostname) [b](blob:https://x/y)",
    f"![an image]({CANARY}/markdown.png) ![](//canary.example/relative.png)",
    f"[![picture]({CANARY}/nested.png)](javascript:canary('nested'))",
    f"[ordinary]({CANARY}/page\" onmouseover=\"canary('quote')) <{CANARY}/autolink>",
    "`<b onclick=canary(1)>code</b>` **<i onmouseover=canary(1)>bold</i>** *[em](vbscript:canary(1))*",
    "\u202e<script>canary('bidi')</script>\u202c \u2066javascript:canary(1)\u2069 zero\u200bwidth \ufeff \U000e0041",
    "{{constructor.constructor('canary(1)')()}} ${canary(1)} <%= canary(1) %> &lt;script&gt;canary(1)&lt;/script&gt;",
    "</textarea></title><noscript><p title=\"</noscript><img src=x onerror=canary('mutation')>\">",
    "<meta http-equiv=refresh content='0;url=https://canary.example/refresh'><base href=https://canary.example/>",
]
CANARIES = "() => { window.canaries = []; window.canary = (what) => window.canaries.push(what); }"
TITLE = "<img src=x onerror=canary('title')> [t](javascript:canary('t'))"


@pytest.fixture
def world(world: World) -> World:
    """All of them as posts whose sentences are quoted, under addresses that are scripts."""
    text = "The ferry is the Patient Annie. She was built in Carrick in 1974. " + " ".join(HOSTILE)
    publish(world, "maud", {TITLE: text}, number=2)
    return world


def harmless(visit: Visit, service: Service) -> None:
    page = visit.page
    page.wait_for_timeout(300)  # what an event would have begun
    assert page.evaluate("() => typeof window.canary") == "function"
    assert page.evaluate("window.canaries") == []
    assert visit.elsewhere(service.address) == []
    inside = "main script, main img, main iframe, main form[action], main style, main base, main meta, main [onclick]"
    assert page.locator(inside).count() == 0
    addresses: list[str] = page.eval_on_selector_all("main a[href]", "links => links.map((link) => link.href)")
    assert all(address.startswith(("http://", "https://")) for address in addresses)
    assert page.url.startswith(service.address)


def streamed(text: str) -> str:
    """What a server would send that lets anything through: its own leaves out much of it."""
    cited = {"kind": "supports", "document_id": "x", "title": TITLE, "date": HOSTILE[0], "url": "javascript:canary(1)"}
    cited |= {"quote": HOSTILE[1], "start": 0, "end": 9, "score": 1, "answer_start": 0, "answer_end": len(HOSTILE[0])}
    looked_at = {"document_id": "y", "title": TITLE, "date": HOSTILE[0], "url": f"{CANARY}/%22onclick=canary(1)"}
    looked_at |= {"quote": HOSTILE[2], "start": 0, "end": 9, "similarity": 0.5, "words": 0.5, "used": False}
    origin = {"author": "maud", "adapter": HOSTILE[3], "features": "F1", "base": HOSTILE[4], "retrieval_ms": 1}
    origin |= {"generation_ms": 1, "way": "quoted", "grounded": True, "retrieved": [looked_at]}
    parts = [{"choices": [{"delta": {"content": piece}}]} for piece in text.splitlines(keepends=True)]
    parts.append({"choices": [{"delta": {}}], "citations": [cited], "llm_twin": origin})
    return "".join(f"data: {json.dumps({'id': 'chatcmpl-1', **part})}\n\n" for part in parts) + "data: [DONE]\n\n"


def test_an_answer_is_text_whatever_stands_in_it(opened: Opened, service: Service) -> None:
    visit = opened()
    page = visit.page
    body = streamed("\n\n".join(HOSTILE))
    page.route("**/v1/chat/completions", lambda route: route.fulfill(body=body, content_type="text/event-stream"))
    page.evaluate(CANARIES)
    answer = ask(page, "What do you think?")
    for part in ("<script>canary('script')</script>", "[a link](javascript:canary", f"![an image]({CANARY}"):
        expect(answer.locator(".said")).to_contain_text(part)
    for text in answer.locator(".said p, .said a").all():
        text.hover()
    answer.get_by_role("button", name="How I would have said it").click()
    harmless(visit, service)
    answer.get_by_role("button", name="Source 1").click()
    expect(page.locator(".source h3")).to_have_text(TITLE)
    harmless(visit, service)


def test_posts_titles_and_addresses_are_text(opened: Opened, service: Service) -> None:
    service.world.text = "Right then. The Patient Annie was built in Carrick in 1974."
    visit = opened()
    page = visit.page
    page.evaluate(CANARIES)
    answer = ask(page)
    answer.get_by_role("button", name="Source 1").click()
    expect(page.locator(".passage mark")).to_contain_text("She was built in Carrick in 1974.")
    page.get_by_role("button", name="Show the whole post").click()
    expect(page.locator(".passage")).to_contain_text("<script>canary('script')</script>")
    expect(page.locator(".source h3")).to_have_text(TITLE)
    harmless(visit, service)


def test_what_a_person_types_or_keeps_is_text(opened: Opened, service: Service) -> None:
    visit = opened()
    page = visit.page
    page.evaluate(CANARIES)
    ask(page, HOSTILE[1])
    expect(page.locator(".asked .said")).to_have_text(HOSTILE[1])
    page.get_by_role("button", name="Delete this conversation").click()
    expect(page.locator("dialog")).to_contain_text("<img src=x")
    page.get_by_role("button", name="Cancel").click()
    page.goto(f"{service.address}/#/chat/<img src=x onerror=canary(1)>")
    harmless(visit, service)


def test_the_browser_itself_refuses_what_the_page_would_not_do(opened: Opened) -> None:
    page = opened().page
    for attempt in (
        "document.body.innerHTML = '<b>x</b>'",
        "document.body.insertAdjacentHTML('beforeend', '<img src=x>')",
        "Function('return 1')()",
    ):
        # From a timer: what a debugger evaluates is let through.
        caught = f"try {{ {attempt}; tell('allowed') }} catch (error) {{ tell(error.name) }}"
        program = f"() => new Promise((tell) => setTimeout(() => {{ {caught} }}))"
        assert page.evaluate(program) in ("TypeError", "EvalError"), attempt
    assert page.evaluate("fetch('https://canary.example').catch((error) => error.name)") == "TypeError"
