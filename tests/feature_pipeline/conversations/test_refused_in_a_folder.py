"""`twin collect` of a folder with a file of every kind that is refused: each is named, with its way out."""

import re
from html import escape
from pathlib import Path

import pytest
from test_conversation_shape import CONVERSATIONS, WITHOUT_TIMES
from test_conversation_signs import PAGES, TEXTS

from configs.errors import ExitCode
from twin.cli import run

ARTICLE = "The fog came up the harbour at six, and nobody rang the bell for it, as they had in the year before.\n"
TAKEOUT = {"archive_browser.html": "<p>Fog</p>", "MyActivity.html": "<p>Fog</p>", "watch-history.html": "<p>Fog</p>"}
GMAIL = (
    '<div class="bodycontainer"><div class="maincontent"><table><tr><td>Fog</td></tr></table><table class="message">'
    "<tr><td>Ann</td></tr></table></div></div>"
)
MAILBOXES = {f"mail{ending}": "From: ann@example.org\n\nFog?\n" for ending in (".eml", ".emlx", ".mbox", ".mbx")}


MORE = re.compile(
    r"  ((?:text|page|note|saved|mail|archive_browser|MyActivity|watch-history)[^:]*?)(?: and (\d+) more)?: "
)
# One of each form of refusal: what the others of CONVERSATIONS are told differs in names alone.
SHAPES = ("IRC", "Zoom", "Teams", "Slack, copied", "Korean", "a transcript")


def files() -> dict[str, str]:
    shaped = [*(CONVERSATIONS[name] for name in SHAPES), *WITHOUT_TIMES.values()]
    shaped.append("Ann: Fog?\nMaud: Fog.\nAnn: At six?\nMaud: At six.\n")
    texts = {f"text {number}.txt": text for number, text in enumerate((*TEXTS.values(), *shaped))}
    pages = {f"page {n}.html": f"<html><body>{page}</body></html>" for n, page in enumerate((*PAGES.values(), GMAIL))}
    saved = f"<html><body><p>{escape(CONVERSATIONS['IRC']).replace(chr(10), '<br>')}</p></body></html>"
    return {**texts, **pages, "note.md": CONVERSATIONS["Viber"], "saved.html": saved, **TAKEOUT, **MAILBOXES}


@pytest.mark.slow
def test_each_is_named_with_its_way_out_and_the_rest_is_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "fog.md").write_text(ARTICLE)
    for name, text in files().items():
        (folder / name).write_text(text)

    assert run(["collect", str(folder), "--author", "Maud"]) == ExitCode.OK
    report, told = capsys.readouterr()
    refused = [line for line in told.splitlines() if MORE.match(line)]
    assert sum(1 + int(MORE.match(line)[2] or 0) for line in refused) == len(files())  # type: ignore[index]
    for line in refused:
        assert any(way in line for way in ("twin collect", "collect that", "name that", "name these", "Name the"))
    assert {line.partition("--as ")[2].partition(" ")[0] for line in refused} >= {
        *("telegram", "discord", "meta", "line", "kakaotalk", "mbox", "KIND")
    }
    assert f"{len(files()) + 1} new" in report
    assert f"{len(files())} of them unreadable" in report
