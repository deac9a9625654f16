"""Feedback on the disk: several writers, a kill, erasure."""

import multiprocessing
from dataclasses import replace
from pathlib import Path

import pytest

from fakes.feature_records import make_post, make_profile
from fakes.feature_store import InMemoryFeatureStore
from feature_store.records import Passage
from model_registry import feedback as module
from model_registry.errors import FeedbackRefusedError
from model_registry.feedback import Feedback, FeedbackLog

SECRET = "The canary is called zyzzogeton and she sings behind the lamp room at night."
ROWS = 40


def make_log(folder: Path) -> FeedbackLog:
    store = InMemoryFeatureStore()
    store.create_author(make_profile())
    return FeedbackLog(folder, store)


def row(text: str, **more: object) -> Feedback:
    return Feedback(request="What of it?", chosen=text, rejected="", **more)  # type: ignore[arg-type]


def read(log: FeedbackLog) -> list[str]:
    lines = log.path("maud").read_bytes().splitlines()
    return [Feedback.model_validate_json(line).chosen for line in lines]


def write_rows(log: FeedbackLog, count: int) -> None:
    for _ in range(count):
        log.append("maud", row("x" * 100))


def write_many(folder: Path, name: str) -> None:
    log = make_log(folder)
    for number in range(ROWS):
        log.append("maud", row(f"{name} {number} " + "é\n" * 5000))


def test_writers_in_several_processes_lose_and_mix_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_many, args=(tmp_path, name)) for name in "abc"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    found = [text.split("é")[0].strip() for text in read(make_log(tmp_path))]
    assert sorted(found) == sorted(f"{name} {number}" for name in "abc" for number in range(ROWS))


def test_a_line_that_a_kill_cut_off_spoils_no_other(tmp_path: Path) -> None:
    log = make_log(tmp_path)
    log.append("maud", row("first"))
    with log.path("maud").open("ab") as file:
        file.write(b'{"request": "cut')
    log.append("maud", row("second"))
    lines = log.path("maud").read_bytes().splitlines()
    assert [Feedback.model_validate_json(lines[place]).chosen for place in (0, 2)] == ["first", "second"]
    assert log.erase("maud") == 1
    assert read(log) == ["first", "second"]


def test_there_is_an_end_to_what_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 1000)
    log = make_log(tmp_path)
    with pytest.raises(FeedbackRefusedError, match="as much as is kept"):
        write_rows(log, 10)
    assert 0 < log.path("maud").stat().st_size <= 1000


def test_what_shows_a_forgotten_post_goes_and_cannot_come_back(tmp_path: Path) -> None:
    store = InMemoryFeatureStore()
    store.create_author(make_profile())
    log = FeedbackLog(tmp_path, store)
    post = replace(make_post("canary"), content=SECRET)
    passage = Passage("Canary", "2024-01-01", SECRET)
    quoted = "The canary is called zyzzogeton and she sings"
    doomed = [row(f"I said so. {SECRET}"), row(f'I said: "{SECRET}"'), row(f"As I wrote, {quoted}."),
              Feedback(request=f"Why do you say {quoted}?", chosen="a", rejected=""), row("a", passages=(passage,)),
              row("b", documents=(post.id,))]  # fmt: skip
    for one in [*doomed, row("kept", documents=("other",))]:
        log.append("maud", one)
    store.forget("maud", [post])
    assert log.erase("maud") == 6
    assert read(log) == ["kept"]
    for one in doomed:
        with pytest.raises(FeedbackRefusedError, match="erased"):
            log.append("maud", one)
    assert b"zyzzogeton" not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    log.erase_author("maud")
    assert not log.path("maud").exists()


@pytest.mark.parametrize(
    ("text", "quoted", "alike"),
    [
        ("One two three four five six seven eight nine.", "two three four five six seven eight nine", "two three four"),
        ("吾輩は猫である。名前はまだ無い。どこで生れたか", "である。名前はまだ無い。どこで生れたか", "名前はまだ無い"),
    ],
)
def test_a_quotation_of_eight_words_of_what_is_being_erased_goes(
    text: str, quoted: str, alike: str, tmp_path: Path
) -> None:
    log = make_log(tmp_path)
    for chosen in (f"He said: {quoted}!", f"He said: {alike}!"):
        log.append("maud", row(chosen))
    assert log.erase("maud", [text]) == 1
    assert read(log) == [f"He said: {alike}!"]
