"""The whole main job with the real default model: posts in, a cited answer out, over HTTP, through updates.

One author with a dozen posts, trained for a few steps. Every command runs in a process of its own, as a person's
terminals would; the server keeps running while another terminal collects, trains, promotes and asks.
"""

import json
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from end_to_end.real_clients import CLIENTS, answers_of
from end_to_end.terminal import Server, Terminal

from fakes.browser import chromium, visiting
from fakes.page import ask

PROJECT = Path(__file__).parents[2]
POSTS = PROJECT / "examples" / "maud_ferrier" / "posts"
AUTHOR = "maud-ferrier"
QUESTION = "What had seized the 1908 Singer 66 solid?"
PLAIN_QUESTIONS = [
    QUESTION,
    "Hello, who are you?",
    "Tell me about the harbour clock.",
    "What do you think of artificial intelligence?",
    "When did you last visit Paris?",
    "Who is Col Brandreth?",
    "What do you oil a sewing machine with?",
    "What's the capital of France?",
    "Write me a few lines about rain on the skylight.",
    "Thanks, that helped!",
]
SECONDS_BETWEEN_REQUESTS = 1.0  # of the client that keeps asking: it shares two cores with a training run
MARKED_NAME = "Zebulon Quarrington"
NEW_POST = f"""---
title: "A visitor called {MARKED_NAME}"
date: 2024-12-08
permalink: /2024/a-visitor/
---
Ten past four. Hail on the skylight. Right then.

A man called {MARKED_NAME} came in with a brass metronome under his arm and said it had stopped in Carrick on the
ninth of October. I do not hold with metronomes as a rule, mind you. They nag.

I opened the back. The mainspring was sound. The escape wheel had a bent tooth (I counted thirty of them.) and I
straightened it with the small pliers and I oiled it and I set it going on the bench and it ticked all afternoon and
he paid me six pounds. So there we are. Kettle is on.
"""


def cited(server: Server, model: str, question: str) -> dict[str, Any]:
    answer = server.client().chat.completions.create(model=model, messages=[{"role": "user", "content": question}])
    extras: dict[str, Any] = answer.model_extra or {}
    return extras


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every fourth post of the sample author, and three that cannot be read."""
    folder = tmp_path_factory.mktemp("posts")
    for path in sorted(POSTS.glob("*.md"))[::4]:
        shutil.copy(path, folder)
    (folder / "empty.md").write_bytes(b"")
    (folder / "latin.md").write_bytes("---\ntitle: Caf\xe9\n---\n".encode("latin-1"))
    (folder / "broken.md").write_text("---\ntitle: [never closed\n---\nSome text.\n")
    return folder


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory, cache_dir: Path) -> Terminal:
    return Terminal(tmp_path_factory.mktemp("data"), cache_dir)


@pytest.fixture(scope="module")
def first_answer(terminal: Terminal, folder: Path) -> str:
    # A few steps on a few posts may not satisfy the judges: what is promoted is not the subject here.
    up = ("up", str(folder), "--author", "Maud Ferrier", "--no-serve", "--force", "--question", QUESTION)
    return terminal.run(*up).stdout


@pytest.fixture(scope="module")
def server(terminal: Terminal, first_answer: str) -> Iterator[Server]:
    server = Server(terminal)
    yield server
    if server.process.poll() is None:
        server.stop()


@pytest.mark.timeout(1500)
class TestMainJob:
    """In order: each test goes on from where the one before it left the twin, the slow ones left out or not."""

    def test_one_command_ends_in_a_cited_answer(self, first_answer: str, folder: Path) -> None:
        """From the posts alone before it trains, and in the end. That its words are hers is no chance."""
        shown = " ".join(line.strip("│ ") for line in first_answer.splitlines())
        before, early, cited = re.split("Sources:|The nearest one:", shown)
        assert "From the posts alone, before any training" in before
        quotes = re.findall("“(.+?)”", cited)
        assert quotes == re.findall("“(.+?)”", early)
        posts = [" ".join(path.read_text(encoding="utf-8").split()) for path in folder.glob("20*.md")]
        titles = [post.split('title: "')[1].split('"')[0] for post in posts if any(quote in post for quote in quotes)]
        assert [title for title in titles if title in cited]

    def test_every_file_is_accounted_for(self, terminal: Terminal, first_answer: str, folder: Path) -> None:
        status = terminal.json("status", AUTHOR)
        text = json.dumps(status)
        for name in ("empty.md", "latin.md", "broken.md"):
            assert name in text
        (author,) = status["authors"]
        assert author["collected"] == len(list(folder.iterdir()))
        assert author["kept"] == len(list(folder.glob("20*.md")))

    def test_what_lies_in_the_data_folder_is_its_owners_alone(self, terminal: Terminal, first_answer: str) -> None:
        data = Path(terminal.environment["TWIN_DATA_DIR"])
        assert [path for path in data.rglob("*") if path.stat().st_mode & 0o077] == []

    @pytest.mark.slow
    def test_the_same_command_again_does_nothing(self, terminal: Terminal, first_answer: str, folder: Path) -> None:
        before = terminal.json("models")
        terminal.run("up", str(folder), "--author", "Maud Ferrier", "--no-serve")
        assert terminal.json("models") == before
        assert [a["features"] for a in terminal.json("status")["authors"]] == [["F1"]]

    def test_an_unmodified_openai_client_lists_chats_and_streams(self, server: Server) -> None:
        client = server.client()
        assert AUTHOR in [model.id for model in client.models.list()]
        messages: Any = [{"role": "user", "content": QUESTION}]
        whole = client.chat.completions.create(model=AUTHOR, messages=messages, seed=1, temperature=0)
        assert whole.choices[0].message.content
        extras: Any = whole.model_extra
        assert extras["llm_twin"]["adapter"] == "v1"
        assert extras["llm_twin"]["features"] == "F1"
        streamed = client.chat.completions.create(
            model=AUTHOR, messages=messages, seed=1, temperature=0, stream=True, stream_options={"include_usage": True}
        )
        chunks = list(streamed)
        # Not compared with the whole answer: cached prefixes round differently, and a near tie may fall either way.
        assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
        assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] in ("stop", "length")
        assert chunks[-1].usage
        assert chunks[-1].usage.completion_tokens > 0

    def test_a_browser_opens_the_link_asks_and_sees_the_cited_sentence_in_its_post(self, server: Server) -> None:
        with chromium() as browser, visiting(browser) as visit:
            page = visit.page
            page.goto(server.link)
            answer = ask(page, QUESTION)
            answer.locator("button.mark").first.click()
            page.locator(".passage mark").first.wait_for()
            quoted = page.locator(".passage mark").first.inner_text()
            assert quoted in "\n".join(path.read_text(encoding="utf-8") for path in POSTS.glob("*.md"))
            page.get_by_role("button", name="Sign out").wait_for()
            assert (visit.errors, visit.dialogs, visit.elsewhere(server.address)) == ([], [], [])

    @pytest.mark.slow
    @pytest.mark.parametrize("client", CLIENTS)
    def test_clients_that_people_have_complete_ten_plain_questions(self, server: Server, client: str) -> None:
        answers = answers_of(client, f"{server.address}/v1", AUTHOR, PLAIN_QUESTIONS)
        ways = {answer["way"] for answer in answers}
        assert len(answers) == len(ways) * len(PLAIN_QUESTIONS)
        assert [answer for answer in answers if not answer["text"].strip()] == []
        if client == "ai_sdk":  # the only one here that reads the annotations of both forms, whole and streamed
            sources = {way: sum(len(answer["sources"]) for answer in answers if answer["way"] == way) for way in ways}
            assert all(sources[way] for way in ("chat", "chat_streamed", "responses", "responses_streamed")), sources

    def test_an_unknown_model_is_a_404_that_names_the_known(self, server: Server) -> None:
        with pytest.raises(openai.NotFoundError, match=AUTHOR):
            server.client().chat.completions.create(model="nobody", messages=[{"role": "user", "content": "Hello?"}])

    @pytest.mark.slow
    def test_the_server_takes_up_a_new_version_without_a_failed_request(
        self, terminal: Terminal, server: Server, folder: Path
    ) -> None:
        removed = next(path for path in folder.glob("20*.md") if "singer-66" not in path.name)
        removed_title = removed.read_text().split('title: "')[1].split('"')[0]
        (folder / "2024-12-08-a-visitor.md").write_text(NEW_POST)
        removed.unlink()
        stop, seen, failures = threading.Event(), [], []

        def keep_asking() -> None:
            while not stop.is_set():
                try:
                    answer = server.client().chat.completions.create(
                        model=AUTHOR, messages=[{"role": "user", "content": "Who came in?"}], max_tokens=8
                    )
                    seen.append(answer.model_extra["llm_twin"]["adapter"])  # type: ignore[index]
                except openai.OpenAIError as error:
                    failures.append(error)
                stop.wait(SECONDS_BETWEEN_REQUESTS)

        asking = threading.Thread(target=keep_asking)
        asking.start()
        try:
            terminal.run("collect", str(folder), "--author", "Maud Ferrier")
            terminal.run("features", "--author", AUTHOR)
            terminal.run("train", "--author", AUTHOR)
            terminal.run("promote", AUTHOR, "--version", "v2", "--force", "--reason", "a few steps only")
            for _ in range(240):
                if "v2" in seen or failures:
                    break
                stop.wait(0.5)
        finally:
            stop.set()
            asking.join()
        assert failures == []
        assert seen[0] == "v1"
        assert seen[-1] == "v2"
        assert sorted(seen) == seen

        new = cited(server, AUTHOR, f"Who was {MARKED_NAME}?")
        assert any(
            MARKED_NAME in citation["quote"] or MARKED_NAME in citation["title"] for citation in new["citations"]
        )
        now = cited(server, AUTHOR, removed_title)
        assert removed_title not in [citation["title"] for citation in now["citations"]]
        assert now["llm_twin"]["features"] == "F2"
        then = cited(server, f"{AUTHOR}@v1", removed_title)
        assert removed_title in [citation["title"] for citation in then["citations"]]
        assert then["llm_twin"]["features"] == "F1"

    @pytest.mark.slow
    def test_a_rollback_is_taken_up_too(self, terminal: Terminal, server: Server) -> None:
        terminal.run("rollback", AUTHOR)
        waiting = threading.Event()
        for _ in range(120):
            answer = server.client().chat.completions.create(
                model=AUTHOR, messages=[{"role": "user", "content": "Who came in?"}], max_tokens=4
            )
            if answer.model_extra["llm_twin"]["adapter"] == "v1":  # type: ignore[index]
                return
            waiting.wait(0.5)
        pytest.fail("the server still answers with v2")

    @pytest.mark.slow
    def test_a_corrupt_champion_is_refused_and_the_server_goes_on(self, terminal: Terminal, server: Server) -> None:
        folder = Path(terminal.json("models", AUTHOR)["versions"][0]["folder"])
        weights = folder / "adapter_model.safetensors"
        content = bytearray(weights.read_bytes())
        content[len(content) // 2] ^= 1
        weights.write_bytes(content)
        asked = ("ask", "Who came in?", "--author", AUTHOR)
        assert terminal.json(*asked)["adapter"] == "v1"  # by the server, which has it in memory
        failed = terminal.run("--set", "serving.candidates=2", *asked, expect=6)  # not by the server: it has other ones
        assert "adapter_model.safetensors" in failed.stderr
        answer = server.client().chat.completions.create(
            model=AUTHOR, messages=[{"role": "user", "content": "Who came in?"}], max_tokens=4
        )
        assert answer.model_extra["llm_twin"]["adapter"] == "v1"  # type: ignore[index]

    def test_the_server_stops_cleanly(self, server: Server) -> None:
        assert httpx2.get(f"{server.address}/ready").status_code == 200
        assert server.stop() == 0
