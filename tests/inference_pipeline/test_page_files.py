"""The files of the page: what may not stand in them, and that an installation has them."""

import gzip
import re
import tomllib
from pathlib import Path

import pytest

from inference_pipeline import web

FOLDER = Path(web.__file__).parent
PROJECT = FOLDER.parents[1]
SCRIPTS = sorted(FOLDER.rglob("*.js"))
FILES = sorted(path for path in FOLDER.rglob("*") if path.suffix in (".html", ".css", ".js", ".svg"))
MAX_BYTES = 150_000  # as a browser is sent them: every view, which it loads when it is opened
MAKES_MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|setHTML|srcdoc"
    r"|\beval\b|new Function|setAttribute\(\s*[\"']on|setAttribute\(\s*[\"']style"
)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_no_script_makes_markup_of_text(path: Path) -> None:
    assert MAKES_MARKUP.findall(path.read_text("utf-8")) == []


def test_the_markup_has_no_script_or_style_in_it() -> None:
    text = (FOLDER / "index.html").read_text("utf-8")
    assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]* src=)|javascript:", text) == []


def test_nothing_is_loaded_from_elsewhere() -> None:
    """Relative addresses alone: a proxy may put a prefix before them."""
    for path in FILES:
        text = path.read_text("utf-8")
        assert re.findall(r"(?:src|href)=\"(?:https?:|/)[^\"]*|url\([^)]*|@import|import\(?\s*\"(?!\.)", text) == [], (
            path
        )
        assert re.findall(r"[\"'`]/(?:v1|web|admin|session)\b", text) == [], path


def test_the_page_is_light() -> None:
    assert sum(len(gzip.compress(path.read_bytes(), mtime=0)) for path in FILES) < MAX_BYTES


def test_an_installation_has_every_file() -> None:
    """As setuptools finds package data."""
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    patterns = settings["package-data"]["inference_pipeline.web"]
    packed = {path for pattern in patterns for path in FOLDER.glob(pattern)}
    assert set(FILES) <= packed
    assert len(FILES) > 8
