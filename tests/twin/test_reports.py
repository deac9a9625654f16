"""What `twin status --posts`, `twin privacy report` and `twin sources` say."""

import json
from pathlib import Path
from typing import Any

import pytest

from configs.errors import ExitCode
from configs.settings import load_settings
from twin import wiring
from twin.cli import run

TEXT = "On day {n} I wound the harbour clock, all {n} turns of it, and then I sat down with soup number {n}. "
SECRET = "Write to me at maud.ferrier@tidewrack.net before the tide turns, or not at all. "


@pytest.fixture
def blog(tmp_path: Path) -> Path:
    folder = tmp_path / "blog"
    folder.mkdir()
    for number in range(1, 9):
        write(folder / f"{number}.md", number)
    return folder


def write(path: Path, number: int, more: str = "") -> None:
    text = TEXT.format(n=number) * 4 + more
    path.write_text(f"---\ntitle: Day {number}\ndate: 2024-01-{number:02}\n---\n{text}\n", encoding="utf-8")


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    capsys.readouterr()
    assert run([*arguments, "--json"]) == ExitCode.OK
    return json.loads(capsys.readouterr().out)


def text(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert run(arguments) == ExitCode.OK
    return capsys.readouterr().out


def made(blog: Path) -> None:
    assert run(["collect", str(blog), "--as", "folder", "--author", "Maud"]) == ExitCode.OK
    assert run(["features"]) == ExitCode.OK


@pytest.mark.slow
def test_status_follows_a_post_through_the_versions(blog: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made(blog)
    (blog / "short.md").write_text("Too short.", encoding="utf-8")
    (blog / "copy.md").write_text((blog / "2.md").read_text(), encoding="utf-8")
    write(blog / "9.md", 9)
    made(blog)
    (author,) = output(capsys, "status")["authors"]
    rows = {row["file"]: row for row in author["posts"]}
    assert (rows["1.md"]["state"], rows["1.md"]["versions"], rows["1.md"]["chunks"]) == ("kept", "F1-F2", 1)
    assert (rows["9.md"]["state"], rows["9.md"]["versions"], rows["9.md"]["created_at"][:10]) == (
        "kept",
        "F2",
        "2024-01-09",
    )
    assert (rows["short.md"]["state"], rows["short.md"]["versions"]) == ("quarantined", "")
    assert "too short: 2" in rows["short.md"]["reason"]
    assert {rows["2.md"]["state"], rows["copy.md"]["state"]} == {"kept", "near-duplicate"}
    assert author["sources"] == [
        {
            "name": f"folder:{blog}",
            "kind": "folder",
            "location": str(blog),
            "changed_at": author["sources"][0]["changed_at"],
            "posts": 11,
        }
    ]
    shown = text(capsys, "status", "--posts")
    assert "kept           2024-01-01 1.md, article (F1-F2, 1 chunk)" in shown
    assert "1.md" not in text(capsys, "status").replace(str(blog), "")


def test_many_that_were_set_aside_for_one_reason_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "blog"
    folder.mkdir()
    for number in range(9):
        (folder / f"{number}.md").write_text("Too short.", encoding="utf-8")
    run(["collect", str(folder), "--as", "folder", "--author", "Maud"])
    run(["features"])
    for number in range(9):
        (folder / f"empty{number}.md").write_bytes(b"")
    write(folder / "long.md", 1, more=TEXT.format(n=5) * 8)
    run(["collect", str(folder), "--as", "folder", "--author", "Maud"])
    run(["features"])
    said = text(capsys, "status")
    assert "quarantined    4.md: too short" in said
    assert "quarantined    5.md" not in said
    assert "… and 4 more: too short (twin status --posts)" in said
    assert "… and 4 more: the file is empty" in said
    assert "quarantined    no date    8.md" in text(capsys, "status", "--posts")


def test_what_is_masked_is_said_in_part_and_indexed_nowhere(blog: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(blog / "8.md", 8, more=SECRET)
    made(blog)
    report = output(capsys, "privacy", "report")
    assert report["counts"] == {"email": 1}
    (row,) = report["masked"]
    assert (row["post"], row["field"], row["kind"]) == ("8.md", "text", "email")
    assert "maud.ferrier" not in json.dumps(report)
    assert "Write to me at ma…@ti…" in row["excerpt"]
    store = wiring.feature_store(load_settings())
    stored = [d.text for d in store.documents("maud")] + [c.search_text for c in store.chunks("maud")]
    stored += [example.target for example in store.examples("maud", store.version("maud"))]
    assert [one for one in stored if "tidewrack" in one] == []
    assert any(row["pseudonym"] in one for one in stored)
    said = text(capsys, "privacy", "report")
    assert "1 email masked in 1 post" in said
    assert "feature_pipeline.allow" in said
    assert output(capsys, "privacy", "report", "--kind", "phone")["masked"] == []


@pytest.mark.slow
def test_what_is_allowed_stays(blog: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    write(blog / "8.md", 8, more=SECRET)
    made(blog)
    monkeypatch.setenv("TWIN_FEATURE_PIPELINE__ALLOW", "['*@tidewrack.net']")
    assert output(capsys, "privacy", "report")["masked"] == []
    features = output(capsys, "features")
    assert (features["version"], features["written"]) == ("F2", True)
    assert any("tidewrack" in document.text for document in wiring.feature_store(load_settings()).documents("maud"))


def test_sources_are_listed_with_an_example_and_each_with_the_way_to_get_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    listed = text(capsys, "sources")
    assert "twin collect @maud@mastodon.social --author NAME" in listed
    assert "Download an archive" not in listed
    assert "Download an archive" in text(capsys, "sources", "twitter")
    kinds = [one["kind"] for one in output(capsys, "sources")["kinds"]]
    assert {"folder", "jsonl", "feed", "sitemap", "site", "twitter", "mbox", "github"} < set(kinds)
    assert run(["sources", "myspace"]) == ExitCode.USAGE
    assert "Known: " in capsys.readouterr().err
