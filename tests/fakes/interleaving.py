"""What two authors' readers do, in any order, and what must hold after each step: a state machine for hypothesis."""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from configs.settings import load_settings
from fakes.engine import eventually
from fakes.scorer import MAUD
from fakes.service import Service
from fakes.two_authors import QUESTIONS, WORDS, TwoAuthors, said_by
from inference_pipeline.likeness import likeness
from inference_pipeline.retrieval import as_searched

OTHER = {"alex": "alex-2", "alex-2": "alex"}
NOBODY = "nell"
LIMITS = load_settings(environ={}).access.model_copy(update={"requests_per_minute": 10_000})
TEXT = " ".join(MAUD[-1].split()[:200])
Make = Callable[[], TwoAuthors]

authors = st.sampled_from(sorted(WORDS))
questions = st.sampled_from(QUESTIONS)
references = st.sampled_from(["", "@v1", "@base"])


@dataclass
class OpenStream:
    author: str
    seed: int
    response: httpx2.Response
    lines: Iterator[str]
    read: str = ""


class Interleaving(RuleBasedStateMachine):
    """`keys` open one author each; `answers` are ids by author; `searched` counts what the encoder must have read."""

    def __init__(self, make: Make) -> None:
        super().__init__()
        self.world = make()
        self.service = Service(self.world, LIMITS)  # type: ignore[arg-type]  # it has what a World has
        self.keys = {
            author: self.service.keys.create(author, scopes=["chat", "admin"], authors=[author])[0] for author in WORDS
        }
        self.answers: dict[str, list[str]] = {author: [] for author in WORDS}
        self.kept: Counter[str] = Counter()
        self.asked: set[tuple[str, str]] = set()
        self.searched: Counter[str] = Counter()
        self.streams: list[OpenStream] = []
        self.seeds = iter(range(1, 1000))

    def teardown(self) -> None:
        self.world.held.clear()
        for stream in self.streams:
            stream.response.close()
        self.service.stop()
        self.world.index.close()
        shutil.rmtree(self.world.folder)

    def send(self, author: str, path: str, body: dict[str, Any] | None = None) -> httpx2.Response:
        """With the key of `author`, whoever is asked: the answer holds nothing of the other."""
        headers = {"Authorization": f"Bearer {self.keys[author]}"}
        method = "GET" if body is None else "POST"
        answer = self.service.http.request(method, path, json=body, headers=headers)
        assert WORDS[OTHER[author]] not in answer.text
        return answer

    def ask(self, author: str, path: str, body: dict[str, Any], *, text: str = "") -> dict[str, Any]:
        """200, of `author` alone; `text` is what the posts were searched for."""
        if text:
            self.asked.add((author, as_searched(text)))
        answer = self.send(author, path, body)
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json()
        self.check_origin(author, said)
        return said

    def check_origin(self, author: str, said: dict[str, Any]) -> None:
        assert said["llm_twin"]["author"] == author
        assert all(WORDS[author] in citation["quote"] for citation in said.get("citations", []))

    def check_said_by(self, author: str, text: str, adapter: str) -> None:
        assert text.startswith(said_by("base" if adapter == "base" else f"{author} {adapter}"))
        assert text.count(WORDS[author])  # the posts were shown

    @rule(author=authors, question=questions, reference=references)
    def chat(self, author: str, question: str, reference: str) -> None:
        body = {"model": author + reference, "messages": [{"role": "user", "content": question}], "seed": 1000}
        said = self.ask(author, "/v1/chat/completions", body, text=question)
        assert said["citations"]
        self.check_said_by(author, said["choices"][0]["message"]["content"], said["llm_twin"]["adapter"])
        self.answers[author].append(said["id"])

    @rule(author=authors)
    def chat_for_two_answers(self, author: str) -> None:
        messages = [{"role": "user", "content": "Who sleeps in the oil drawer?"}]  # embedded once or twice: at once
        said = self.send(author, "/v1/chat/completions", {"model": author, "messages": messages, "n": 2}).json()
        for choice in said["choices"]:
            self.check_origin(author, choice)
            self.check_said_by(author, choice["message"]["content"], choice["llm_twin"]["adapter"])

    @rule(author=authors, question=questions)
    def responses(self, author: str, question: str) -> None:
        said = self.ask(author, "/v1/responses", {"model": author, "input": question, "store": False}, text=question)
        self.check_said_by(author, said["output"][0]["content"][0]["text"], said["llm_twin"]["adapter"])

    @rule(author=authors, question=questions)
    def begin_a_stream(self, author: str, question: str) -> None:
        seed = next(self.seeds)
        self.world.held.add(seed)
        self.asked.add((author, as_searched(question)))
        request = self.service.http.build_request(
            "POST",
            "/v1/chat/completions",
            json={
                "model": f"{author}@base",
                "messages": [{"role": "user", "content": question}],
                "seed": seed,
                "stream": True,
            },
            headers={"Authorization": f"Bearer {self.keys[author]}"},
        )
        response = self.service.http.send(request, stream=True)
        assert response.status_code == 200
        stream = OpenStream(author, seed, response, response.iter_lines())
        while "[base]" not in stream.read:
            stream.read += next(stream.lines)
        self.streams.append(stream)

    @rule(data=st.data(), abandon=st.booleans())
    def end_a_stream(self, data: st.DataObject, abandon: bool) -> None:
        if not self.streams:
            return
        self.end_stream(self.streams.pop(data.draw(st.integers(0, len(self.streams) - 1))), abandon=abandon)

    def end_stream(self, stream: OpenStream, *, abandon: bool) -> None:
        if not abandon:
            self.world.held.discard(stream.seed)
            stream.read += "".join(stream.lines)
            assert WORDS[stream.author] in stream.read
            assert f'"author": "{stream.author}"' in stream.read
            assert stream.read.endswith("[DONE]")
        stream.response.close()
        self.world.held.discard(stream.seed)
        assert WORDS[OTHER[stream.author]] not in stream.read

    @rule(author=authors, question=questions, reference=references)
    def search(self, author: str, question: str, reference: str) -> None:
        said = self.ask(author, "/v1/search", {"model": author + reference, "query": question})
        self.asked.add((author, as_searched(question)))
        assert said["data"]
        assert all(WORDS[author] in found["quote"] for found in said["data"])

    @rule(author=authors, question=questions)
    def embed(self, author: str, question: str) -> None:
        body = {"model": "hash-encoder", "input": question}
        vector = self.send(author, "/v1/embeddings", body).json()["data"][0]["embedding"]
        self.searched[question] += 1
        assert vector == list(self.world.encoder._encode(question))

    @rule(author=authors)
    def write_and_rewrite(self, author: str) -> None:
        for path, body in (("/v1/write", {"topic": "the harbour clock"}), ("/v1/rewrite", {"text": "A clock."})):
            said = self.ask(author, path, {"model": author, **body})
            assert said["text"].startswith(said_by(f"{author} {said['llm_twin']['adapter']}"))

    @rule(author=authors)
    def score(self, author: str) -> None:
        said = self.ask(author, "/v1/score", {"model": author, "text": TEXT})
        assert said["overall"] == round(likeness(self.world.scorers[author], TEXT).overall or 0, 3)

    @rule(author=authors)
    def feedback_on_own_answers(self, author: str) -> None:
        for answer in self.answers[author][-1:]:
            body = {"model": author, "answer_id": answer, "rating": "down"}
            assert self.send(author, "/v1/feedback", body).status_code == 200
            self.kept[author] += 1

    @rule(author=authors)
    def feedback_on_the_others_answers(self, author: str) -> None:
        for answer in self.answers[OTHER[author]][-1:]:
            refused, unknown = (
                self.send(author, "/v1/feedback", {"model": author, "answer_id": one, "rating": "down"})
                for one in (answer, f"{answer[:-1]}-")
            )
            assert refused.status_code == unknown.status_code == 404
            assert refused.text.replace(answer, "") == unknown.text.replace(f"{answer[:-1]}-", "")

    @rule(author=authors)
    def publish(self, author: str) -> None:
        self.world.publish(author)

    @rule(author=authors)
    def promote(self, author: str) -> None:
        number = self.world.register(author).number
        said = self.send(author, f"/admin/authors/{author}/promote", {"version": f"v{number}", "force": True})
        assert (said.json()["author"], said.json()["version"]) == (author, f"v{number}")
        self.wait_for_champion(author, f"v{number}")

    @rule(author=authors)
    def roll_back(self, author: str) -> None:
        said = self.send(author, f"/admin/authors/{author}/rollback", {})
        if len(self.world.registry.versions(author)) > 1:
            self.wait_for_champion(author, said.json()["version"])
        else:
            assert said.status_code == 404

    def wait_for_champion(self, author: str, name: str) -> None:
        def serves() -> bool:
            champion = self.world.pool.champions.get(author)
            return champion is None or (champion.author, champion.name) == (author, name)

        assert eventually(serves)

    @rule(author=authors)
    def list_models(self, author: str) -> None:
        listed = self.send(author, "/v1/models").json()["data"]
        assert {(model["owned_by"], model["id"].split("@")[0]) for model in listed} == {(author, author)}
        status = self.send(author, "/admin/status").json()
        assert status["authors"] == [author]
        assert status["champions"].keys() <= {author}

    @rule(author=authors, reference=references)
    def use_the_key_on_the_other(self, author: str, reference: str) -> None:
        """Answered as for an author who does not exist."""
        messages = [{"role": "user", "content": QUESTIONS[0]}]
        bodies: dict[str, dict[str, Any]] = {
            "/v1/chat/completions": {"messages": messages},
            "/v1/responses": {"input": QUESTIONS[0], "store": False},
            "/v1/search": {"query": QUESTIONS[0]},
            "/v1/write": {"topic": "the ferry"},
            "/v1/rewrite": {"text": "A ferry."},
            "/v1/score": {"text": TEXT},
            "/v1/feedback": {"messages": messages, "answer": "It was.", "rating": "up"},
        }
        for path, body in bodies.items():
            self.refused(author, [(path, {"model": who + reference, **body}) for who in (OTHER[author], NOBODY)])
        named = (f"{{}}{path}" for path in ("/versions", "/promote", "/rollback"))
        for path in ("/v1/models/{}" + reference, *(f"/admin/authors/{name}" for name in named)):
            body = {"version": "v1"} if path.endswith(("promote", "rollback")) else None
            self.refused(author, [(path.format(who), body) for who in (OTHER[author], NOBODY)])

    def refused(self, author: str, requests: list[tuple[str, dict[str, Any] | None]]) -> None:
        others, nobodys = (self.send(author, path, body) for path, body in requests)
        assert others.status_code == 404
        assert (others.status_code, others.content) == (nobodys.status_code, nobodys.content)

    @invariant()
    def no_prompt_shows_the_others_posts(self) -> None:
        for engine in self.world.engines:
            for prompt in engine.prompts:
                shown = {author for author, word in WORDS.items() if word in prompt}
                assert len(shown) <= 1
                assert engine.version == "base" or shown <= {engine.version.split()[0]}

    @invariant()
    def no_query_vector_is_taken_from_the_other(self) -> None:
        """A question is embedded once for each author whom it was put to: even time tells nothing of the other."""
        expected = Counter(text for _, text in self.asked) + self.searched
        embedded = Counter(self.world.encoder.encoded)
        assert {text: embedded[text] for text in expected} == dict(expected)

    @invariant()
    def feedback_lies_with_its_author(self) -> None:
        for author in WORDS:
            file = self.world.folder / "feedback" / f"{author}.jsonl"
            lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []
            assert len(lines) == self.kept[author]
            assert all(line["model"].split("@")[0] == author for line in lines)
            assert WORDS[OTHER[author]] not in str(lines)
