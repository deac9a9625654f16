import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from configs.progress import Silent
from configs.settings import Settings
from fakes.feature_store import InMemoryFeatureStore
from fakes.fetching import opened
from fakes.online_index import HashEncoder, InMemoryIndex
from fakes.posts import document
from feature_pipeline.errors import PromptMakerError
from feature_pipeline.fetching.chat_endpoint import ChatEndpoint
from feature_pipeline.labels.backward_prompts import BATCH, BackwardPrompts, copied_words, request_in
from feature_pipeline.pipeline import build_features, collect
from feature_store.records import Document, Split
from feature_store.versions import AuthorProfile, FeatureVersion

DEX = Path(__file__).parents[3] / "examples" / "dex_moreno" / "posts"
TEXT = "The harbour clock loses four minutes a day, and Col puts it right with the handle of a broom."


@dataclass
class Scripted:
    """Answers with a request of its own for every text; `fails_after` batches it cannot be reached."""

    fingerprint: str = "scripted"
    fails_after: int = 99
    asked: list[str] = field(default_factory=list)

    def answer(self, prompts: Sequence[str]) -> list[str]:
        if self.fails_after == 0:
            raise PromptMakerError("gone")
        self.fails_after -= 1
        self.asked += prompts
        return [f"What happened to clock {prompt.rsplit(' ', 1)[-1].strip('.')} this year?" for prompt in prompts]


def beginnings(count: int, split: Split = Split.TRAIN) -> list[tuple[Document, str]]:
    return [
        (replace(document(f"{TEXT} Number {i}.", source_id=f"{i}"), split=split), f"{TEXT} Number {i}.")
        for i in range(count)
    ]


def test_a_second_run_asks_nothing_again_and_answers_the_same(tmp_path: Path) -> None:
    maker = Scripted()
    prompts = BackwardPrompts(maker, tmp_path / "kept" / "requests.jsonl", posts=12)
    made = prompts.requests(beginnings(20), Silent())
    assert len(made) == len(maker.asked) == 12
    assert all(
        request == f"What happened to clock {text.split()[-1].strip('.')} this year?" for text, request in made.items()
    )
    assert prompts.requests(beginnings(20), Silent()) == made
    assert len(maker.asked) == 12
    changed = [(d, text.replace("four", "five")) for d, text in beginnings(20)]
    prompts.requests(changed, Silent())
    assert len(maker.asked) == 24


def test_another_model_is_asked_anew(tmp_path: Path) -> None:
    file = tmp_path / "requests.jsonl"
    BackwardPrompts(Scripted(), file, posts=3).requests(beginnings(3), Silent())
    other = Scripted(fingerprint="another")
    BackwardPrompts(other, file, posts=3).requests(beginnings(3), Silent())
    assert len(other.asked) == 3


def test_held_out_posts_are_never_shown(tmp_path: Path) -> None:
    maker = Scripted()
    held_out = beginnings(4, Split.TEST) + beginnings(4, Split.VALIDATION)
    assert BackwardPrompts(maker, tmp_path / "r", posts=50).requests(held_out, Silent()) == {}
    assert maker.asked == []


def test_a_new_post_takes_the_place_of_one_at_most(tmp_path: Path) -> None:
    prompts = BackwardPrompts(Scripted(), tmp_path / "r", posts=6)
    before, after = (set(prompts.requests(beginnings(count), Silent())) for count in (20, 21))
    assert len(before - after) <= 1


def test_what_was_answered_before_a_failure_or_a_kill_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "requests.jsonl"
    with pytest.raises(PromptMakerError):
        BackwardPrompts(Scripted(fails_after=1), file, posts=20).requests(beginnings(20), Silent())
    with file.open("a", encoding="utf-8") as half:
        half.write('{"key": "ab')
    again = Scripted()
    made = BackwardPrompts(again, file, posts=20).requests(beginnings(20), Silent())
    assert len(again.asked) == 20 - BATCH
    assert len(made) == 20
    assert len(BackwardPrompts(Scripted(fails_after=0), file, posts=20).requests(beginnings(20), Silent())) == 20


@pytest.mark.parametrize(
    ("answer", "request_"),
    [
        ("Why is the clock slow?", "Why is the clock slow?"),
        ('Request: "Write a post about a slow clock."', "Write a post about a slow clock."),
        ("\n  Tell me about the broom.  \n", "Tell me about the broom."),
        ("", ""),
        ("Clock?", ""),  # too short
        ("Why is it slow?\nIt is salt.", ""),  # an answer too
        ("The author talks about a clock that is slow.", ""),  # no request
        ("A slow clock in a harbour town", ""),
        ("Sure! Why is the clock slow?", ""),
        ("Write that the harbour clock loses four minutes a day, please.", ""),  # copied
        ("Write " + "a lot of things " * 12, ""),  # too long
        ("Écris un billet sur la vieille horloge du port, s'il te plaît.", ""),  # another language
    ],
)
def test_only_one_line_that_asks_is_a_request(answer: str, request_: str) -> None:
    assert request_in(answer, text=TEXT, language="en") == request_


def test_a_request_in_the_language_of_the_text_is_one() -> None:
    asked = "Écris un billet sur la vieille horloge du port, s'il te plaît."
    assert request_in(asked, text="L'horloge du port retarde de quatre minutes.", language="fr") == asked


def test_copied_words_counts_the_longest_run_in_any_casing() -> None:
    assert copied_words("Say that The Harbour clock is broken", TEXT) == 3
    assert copied_words("arbour", TEXT) == 0
    assert copied_words("", TEXT) == 0


def test_requests_reach_the_examples_and_another_run_makes_the_same_version(tmp_path: Path, settings: Settings) -> None:
    store, index = InMemoryFeatureStore(), InMemoryIndex()
    store.create_author(AuthorProfile(id="dex", name="Dex", created_at="", consent=""))
    source = opened(DEX, author="dex")
    collect(source, author="dex", store=store, max_deleted_share=1, allow_deletions=True, progress=Silent())
    maker = Scripted()

    def build(backward: BackwardPrompts | None) -> FeatureVersion:
        return build_features(
            "dex",
            store=store,
            index=index,
            encoder=HashEncoder(),
            settings=settings.feature_pipeline,
            progress=Silent(),
            backward=backward,
        ).version

    plain = build(None)
    prompts = BackwardPrompts(maker, tmp_path / "requests.jsonl", posts=5)
    asked = build(prompts)
    requests = [e.request for e in store.examples("dex", asked, Split.TRAIN) if "What happened to clock" in e.request]
    assert len(requests) == len(maker.asked) == 5
    assert build(prompts) == asked != plain
    assert len(maker.asked) == 5


def test_an_endpoint_is_asked_for_one_answer_a_prompt(httpserver: HTTPServer) -> None:
    reply = {"choices": [{"message": {"content": "Why is it slow?"}}]}
    httpserver.expect_request("/v1/chat/completions", method="POST").respond_with_json(reply)
    endpoint = ChatEndpoint(httpserver.url_for("/v1/"), "small", api_key="secret")
    assert endpoint.answer(["one", "two"]) == ["Why is it slow?"] * 2
    requests = [request for request, _ in httpserver.log]
    assert [json.loads(request.data)["messages"][0]["content"] for request in requests] == ["one", "two"]
    assert all(request.headers["Authorization"] == "Bearer secret" for request in requests)
    assert "secret" not in repr(endpoint) + endpoint.fingerprint


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [(401, "no key", "401"), (302, "", "302"), (200, "<html>", "no OpenAI"), (200, '{"choices": []}', "no OpenAI")],
)
def test_an_endpoint_that_answers_otherwise_is_named(httpserver: HTTPServer, status: int, body: str, says: str) -> None:
    httpserver.expect_request("/v1/chat/completions").respond_with_data(body, status=status)
    with pytest.raises(PromptMakerError, match=says):
        ChatEndpoint(httpserver.url_for("/v1"), "small").answer(["one"])


def test_an_endpoint_that_is_not_there_is_named() -> None:
    with pytest.raises(PromptMakerError, match="Start the server"):
        ChatEndpoint("http://127.0.0.1:9/v1", "small").answer(["one"])
