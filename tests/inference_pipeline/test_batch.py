"""OpenAI's batch form: nothing twice, nothing lost, bad lines answered too."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from configs.progress import Silent
from fakes.engine import FakeEngine
from fakes.world import World
from inference_pipeline.api.batch import BatchReport, run_batch
from inference_pipeline.errors import BatchFileError, EngineUnavailableError


def line(name: str, **more: Any) -> str:
    body = {"model": "maud", "messages": [{"role": "user", "content": f"Who is Mainspring, {name}?"}]}
    return json.dumps({"custom_id": name, "method": "POST", "url": "/v1/chat/completions", "body": body} | more)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "in.jsonl", tmp_path / "out.jsonl"


def run(world: World, files: tuple[Path, Path], parallel: int = 3) -> BatchReport:
    async def go() -> BatchReport:
        return await run_batch(world.pipeline, *files, parallel=parallel, progress=Silent())

    return asyncio.run(go())


def rows(files: tuple[Path, Path]) -> dict[str, dict[str, Any]]:
    found = [json.loads(text) for text in files[1].read_text("utf-8").splitlines()]
    assert len({row["id"] for row in found}) == len(found)
    return {row["custom_id"]: row for row in found}


def test_every_line_is_answered_and_bad_ones_stop_nothing(world: World, files: tuple[Path, Path]) -> None:
    bad = [
        "{", line("a"), line("url", url="/v1/images"), line("model", body={"model": "nell", "messages": []}),
        line("nell", body={"model": "nell", "messages": [{"role": "user", "content": "Hi"}]}), '{"custom_id": "only"}',
    ]  # fmt: skip
    files[0].write_text("\n".join([line("a"), *bad, "", line("z")]), "utf-8")
    report = run(world, files)
    assert (report.answered, report.refused, report.done_before) == (2, 6, 0)
    assert len(files[1].read_text("utf-8").splitlines()) == 8
    found = rows(files)
    answer = found["z"]["response"]
    assert (answer["status_code"], found["z"]["error"]) == (200, None)
    assert answer["body"]["choices"][0]["message"]["content"] == world.text
    assert answer["body"]["llm_twin"]["ai_generated"] is True
    assert found[None]["error"]["code"] == found["only"]["error"]["code"] == "invalid_line"  # type: ignore[index]
    assert found[None]["error"]["message"] == "line 2: the body is no JSON."  # type: ignore[index]
    assert found["url"]["error"]["code"] == "invalid_url"
    assert [found[name]["response"]["status_code"] for name in ("model", "nell")] == [400, 404]
    assert "duplicate_custom_id" in files[1].read_text("utf-8")


def test_a_run_that_was_killed_goes_on_where_it_was(world: World, files: tuple[Path, Path]) -> None:
    files[0].write_text("\n".join(["nonsense", *(line(str(n)) for n in range(9))]), "utf-8")
    run(world, files)
    whole = files[1].read_bytes().splitlines(keepends=True)
    assert len(whole) == 10
    files[1].write_bytes(b"".join(whole[:4]) + whole[4][:-20])
    with files[0].open("a", encoding="utf-8") as source:
        source.write("\n" + line("new") + "\n" + line("0"))
    report = run(world, files)
    assert report.done_before == 4
    assert (report.answered, report.refused) == (
        7 - b"".join(whole[4:]).count(b"invalid_line"),
        1 + b"".join(whole[4:]).count(b"invalid_line"),
    )
    assert len(rows(files)) == 11
    assert run(world, files).done_before == 12


def test_no_more_run_at_once_than_was_said(world: World, files: tuple[Path, Path]) -> None:
    files[0].write_text("\n".join(line(str(n)) for n in range(12)), "utf-8")
    engine = FakeEngine()
    engine.gate.clear()
    world.make_engine = lambda _: engine

    async def look() -> int:
        while engine.running < 3:
            await asyncio.sleep(0)
        for _ in range(1000):
            await asyncio.sleep(0)
        most = engine.running
        engine.gate.set()
        return most

    async def go() -> int:
        batch = run_batch(world.pipeline, *files, parallel=3, progress=Silent())
        _, most = await asyncio.gather(batch, look())
        return most

    assert asyncio.run(go()) == 3
    assert len(rows(files)) == 12


def test_what_only_the_operator_can_mend_ends_the_run_and_is_asked_again(
    world: World, files: tuple[Path, Path]
) -> None:
    files[0].write_text(line("a"), "utf-8")
    world.make_engine = lambda _: (_ for _ in ()).throw(EngineUnavailableError("no memory left"))
    with pytest.raises(EngineUnavailableError, match="no memory"):
        run(world, files)
    assert files[1].read_bytes() == b""
    world.make_engine = None
    assert run(world, files).answered == 1


def test_another_file_is_not_written_to(world: World, files: tuple[Path, Path]) -> None:
    files[0].write_text(line("a"), "utf-8")
    files[1].write_text("my diary\n", "utf-8")
    with pytest.raises(BatchFileError, match="line 1"):
        run(world, files)
    assert files[1].read_text("utf-8") == "my diary\n"
    with pytest.raises(BatchFileError, match="cannot be read"):
        run(world, (files[0].with_name("none"), files[1].with_name("new")))
    assert not files[1].with_name("new").exists()
