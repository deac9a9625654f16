"""`twin chat`: what is typed, and what is said to it."""

import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from configs.errors import ExitCode
from inference_pipeline.answers import Finished, Origin, Retrieved
from inference_pipeline.citations import Citation
from inference_pipeline.errors import ServerRefusedError
from model_registry.prompting import ChatMessage
from twin import interruption
from twin.cli import run
from twin.jobs import ask

QUOTE = "The harbour clock is slow."


class Answers:
    """In the place of what answers: an answer a question, and what is to go wrong."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, tuple[ChatMessage, ...]]] = []
        self.failures: list[BaseException] = []

    def answer(
        self, author: str, messages: Sequence[ChatMessage], *, version: str, on_text: Callable[[str], None]
    ) -> Finished:
        self.asked.append((author, version, tuple(messages)))
        on_text("The clock ")
        if self.failures:
            raise self.failures.pop()
        on_text("is slow.")
        cited = [
            Citation("supports", post, f"On {post}", "2024-01-02", f"https://maud.test/{post}", QUOTE, 0, 9, 1, 0, 9)
            for post in ("fog", "rye")
        ]
        looked = Retrieved("fog", "On fog", "2024-01-02", "https://maud.test/fog", 0, 9, QUOTE, 0.71, 0.5, True)
        origin = Origin(author, version, "F7", "small")
        return Finished("The clock is slow.", "stop", 9, 9, tuple(cited), origin, 1.0, 2.0, retrieved=(looked,))

    def close(self) -> None:
        return None


@pytest.fixture
def answers(three_versions: Path, monkeypatch: pytest.MonkeyPatch) -> Answers:
    monkeypatch.setenv("TWIN_DATA_DIR", str(three_versions))
    made = Answers()
    monkeypatch.setattr(ask, "Answering", lambda _: made)
    monkeypatch.setattr(interruption, "leave_to_command", lambda: None)  # the signals are the tests' own
    return made


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[str, str]]:
    def talk(*lines: str) -> tuple[str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        capsys.readouterr()
        assert run(["chat", "Maud"]) == ExitCode.OK
        said = capsys.readouterr()
        return said.out, said.err

    return talk


def test_answers_stream_with_numbered_sources_below(answers: Answers, typed: Callable[..., tuple[str, str]]) -> None:
    out, err = typed("How slow is it?", "/sources")
    assert out.startswith("The clock is slow.\n\n[1] On fog (2024-01-02)  https://maud.test/fog\n    “The harbour")
    assert "[2] On rye" in out
    assert "similarity 0.71, used" in out
    assert "A machine answers here, made of what Maud wrote." in err


def test_a_follow_up_is_asked_with_the_turns_before(answers: Answers, typed: Callable[..., tuple[str, str]]) -> None:
    typed("One?", "Two?", "/retry", "/version v2", "Three?")
    contents = [[message.content for message in messages] for _, _, messages in answers.asked]
    assert contents[0] == ["One?"]
    assert contents[1] == contents[2] == ["One?", "The clock is slow.", "Two?"]
    assert contents[3] == ["One?", "The clock is slow.", "Two?", "The clock is slow.", "Three?"]
    assert [version for _, version, _ in answers.asked] == ["champion", "champion", "champion", "v2"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), ServerRefusedError("the server is busy.", 503)])
def test_what_stops_an_answer_does_not_end_the_conversation(
    failure: BaseException, answers: Answers, typed: Callable[..., tuple[str, str]]
) -> None:
    answers.failures.append(failure)
    out, err = typed("One?", "/sources", "/retry", "Two?")
    assert ("/retry asks it again" if isinstance(failure, KeyboardInterrupt) else "the server is busy") in err
    assert "There is no answer yet" in err
    assert out.count("[1] On fog") == 2
    assert [message.content for message in answers.asked[-1][2]] == ["One?", "The clock is slow.", "Two?"]


def test_what_is_not_there_is_told_with_the_way_out(answers: Answers, typed: Callable[..., tuple[str, str]]) -> None:
    _, err = typed("/version v9", "/author Nobody", "/nonsense", "/save", "/retry", "/help", "/quit", "Not heard?")
    for word in ("it has v1, v2, v3", "there is no author 'nobody'", "There is no /nonsense", "/save conversation.md",
                 "Nothing was asked yet", "/sources"):  # fmt: skip
        assert word in err
    assert answers.asked == []


def test_a_conversation_is_saved_and_nothing_is_overwritten(
    answers: Answers, typed: Callable[..., tuple[str, str]], tmp_path: Path
) -> None:
    place = tmp_path / "talk.md"
    _, err = typed("How slow is it?", f"/save {place}", f"/save {place}")
    text = place.read_text(encoding="utf-8")
    assert text.startswith("# A conversation with Maud's twin\n\nA machine answers here")
    assert "**You:** How slow is it?\n\n**Maud's twin:** The clock is slow.\n\n- [1] On fog (2024-01-02)" in text
    assert "is there already" in err


def test_an_author_or_a_version_that_is_not_there_is_refused_at_once(
    answers: Answers, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["chat", "Nobody"]) == ExitCode.NOT_FOUND
    for option in ("--version", "--model"):  # as every other command calls it, and as this one did
        assert run(["chat", option, "v9"]) == ExitCode.NOT_FOUND
        assert "it has v1, v2, v3" in capsys.readouterr().err
