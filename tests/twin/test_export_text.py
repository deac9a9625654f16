"""`twin export --format posts` and `--format skill`: what is written, and what never is."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from configs.errors import ExitCode
from configs.settings import load_settings
from fakes.feature_records import make_post
from feature_pipeline import cleaning
from feature_store.records import ContentType, Document, Finding, PostKind
from twin import wiring
from twin.cli import run
from twin.jobs.authors import ensure_author

CLOCK = (
    "Half past six. The harbour clock is slow — four minutes a day — and I do not hold with brooms in clocks. "
    "So up I went with the oil. The brass was green, the pendulum was dry, and the spring was tired of it all.\n\n"
    "I wound it {n} times and wrote that down. So there we are."
)
SECRET = "The man at the counter gave [phone 3f2a] as his number to the whole queue."
OTHERS = "Zyzzogeton said that brooms are good enough for any clock."
WITHHELD = ("Quarantinus", "Pendingus", "Messagus", "Zyzzogeton", "3f2a")


def document(number: int, text: str, kind: PostKind = PostKind.ARTICLE) -> Document:
    post = make_post(str(number), author="maud")
    post = replace(
        post,
        title=f"Day {number}",
        url=f"https://maud.test/{number}",
        created_at=f"2024-01-{number + 1:02}T00:00:00+00:00",
        content=text,
        kind=kind,
        content_type=ContentType.MARKDOWN,
    )
    return cleaning.clean(post, min_words=3, min_words_short=1)


@pytest.fixture(autouse=True)
def maud(data_dir: Path) -> None:
    store = wiring.feature_store(load_settings())
    ensure_author(store, "Maud")
    documents = [document(number, CLOCK.format(n=number)) for number in range(12)]
    masked = document(12, f"{CLOCK.format(n=12)}\n\nIt was a plain day. {SECRET} Then it rained.\n\n> {OTHERS}")
    start = masked.text.index("[phone")
    documents.append(replace(masked, findings=(Finding(start, start + len("[phone 3f2a]"), "phone"),)))
    documents.append(replace(document(13, "Quarantinus is here, and he is too short."), quarantine="too short"))
    documents.append(document(14, f"Messagus, dear. {CLOCK.format(n=14)}", PostKind.MESSAGE))
    pending = document(15, f"Pendingus was erased, or nearly. {CLOCK.format(n=15)}")
    documents.append(pending)
    store.commit("maud", documents=documents, chunks=[], examples=[], encoder="e", configuration={})
    store.forget("maud", [replace(make_post("15", author="maud"), content="words that were erased " * 3)])
    assert store.forgotten("maud").pending == (pending.id,)


def files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.suffix == ".md"
    }


def test_posts_are_written_without_what_is_withheld(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "--format", "posts", "--to", str(tmp_path / "out")]) == ExitCode.OK
    said = capsys.readouterr()
    assert "13 posts of F1 (13 article)" in said.out
    assert "1 private message left out" in said.err
    assert "1 quarantined post left out" in said.err
    written = files(tmp_path / "out")
    assert "2024-01-01-day-0.md" in written
    assert not [word for word in WITHHELD[:3] for text in written.values() if word in text]
    assert "[phone 3f2a]" in written["2024-01-13-day-12.md"]  # masked, as everywhere


def test_messages_are_written_when_they_are_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["export", "--format", "posts", "--with-messages", "--to", str(tmp_path / "out"), "--json"]
    assert run(arguments) == ExitCode.OK
    assert json.loads(capsys.readouterr().out)["kinds"] == {"article": 13, "message": 1}
    assert [name for name in files(tmp_path / "out") if name.startswith("messages/")]


def test_a_skill_says_what_was_counted_and_nothing_that_is_withheld(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "maud-style"
    assert run(["export", "--format", "skill", "--to", str(to)]) == ExitCode.OK
    assert "the skill maud-style" in capsys.readouterr().out
    written = files(to)
    assert set(written) == {"SKILL.md", "references/examples.md"}
    assert not [word for word in WITHHELD for text in written.values() if word in text]
    page = written["SKILL.md"]
    front = yaml.safe_load(page.split("---\n")[1])
    assert front["name"] == to.name
    assert len(front["description"]) <= 1024
    assert all(isinstance(value, str) for value in front["metadata"].values())
    assert front["metadata"]["version"].startswith("F1-")
    assert "Counted in 13 texts by Maud, from 2024-01-01 to 2024-01-13" in page
    assert "” in 13 of 13 texts" in page
    assert re.search(r"\| dashes \(per 1,000 words\) \| \d\d\.\d \| .* \| more than", page)
    assert "It is not by Maud." in page
    assert "[Day 3](https://maud.test/3), 2024-01-04" in page + written["references/examples.md"]


def test_each_form_of_text_is_written_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, word in (
        (["--format", "skill,posts"], "by themselves"),
        (["--format", "gguf", "--with-messages"], "for posts and skill"),
        (["--format", "word"], "none of: peft, merged, gguf, posts, skill"),
    ):
        assert run(["export", *arguments, "--to", str(tmp_path / "out")]) == ExitCode.USAGE
        assert word in capsys.readouterr().err


def test_too_little_text_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = wiring.feature_store(load_settings())
    documents = [document(1, CLOCK)]
    store.commit("maud", documents=documents, chunks=[], examples=[], encoder="e", configuration={"a": "b"})
    assert run(["export", "--format", "skill", "--to", str(tmp_path / "out")]) == ExitCode.BAD_INPUT
    assert "500 are needed" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
