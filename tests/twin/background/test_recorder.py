"""What a job reports is written soon, in order, and whole after a kill."""

import json
import time
from pathlib import Path
from typing import Any

from fakes.engine import eventually
from twin.background.recorder import INTERVAL, Recorder


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines() if line]


def test_the_last_of_quick_units_is_told_though_nothing_comes_behind_it(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    recorder = Recorder(path)
    recorder.start("count", 40)
    for number in range(20):
        recorder.point("loss", number, 1.0)
        recorder.advance()
    assert eventually(lambda: rows(path)[-1].get("done") == 20)
    assert [row["step"] for row in rows(path) if row["type"] == "point"] == list(range(20))
    recorder.close()


def test_many_units_are_few_lines(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    began = time.monotonic()
    recorder = Recorder(path, ["One", "Two"])
    with recorder.step("Two"):
        recorder.start("count", 100_000)
        for _ in range(100_000):
            recorder.advance()
        recorder.finish("all of them")
    recorder.close()
    assert len(rows(path)) < 10 + (time.monotonic() - began) / INTERVAL
    last = {"done": 100_000, "total": 100_000, "note": "all of them", "finished": True, "step": 2, "steps": 2}
    assert last.items() <= rows(path)[-1].items()


def test_units_that_were_there_when_a_stage_was_taken_up_again_say_nothing_of_its_pace(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    recorder = Recorder(path)
    recorder.start("fine-tune", 100)
    recorder.advance(90)
    assert eventually(lambda: rows(path)[-1].get("done") == 90)
    assert rows(path)[-1]["left"] is None
    recorder.close()


def test_a_line_that_a_kill_truncated_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"type": "no')
    Recorder(path).close()
    assert path.read_bytes().startswith(b'{"type": "no\n{"type": "started"')
