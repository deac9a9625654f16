"""A post that its parser fails on, or does not end with, is quarantined with its reason, and the others go on."""

import re
import time
from contextlib import suppress

import pytest

from fakes.posts import post
from feature_pipeline import cleaning, limits
from feature_pipeline.errors import UnreadableItemError
from feature_pipeline.limits import within_limits
from feature_store.records import ContentType

TEXT = "ok so the bell rang twice before anybody looked up, and it was the wrong bell.\n"


def fails(text: str) -> list[cleaning.Piece]:
    raise KeyError(text)


def never_ends(text: str) -> list[cleaning.Piece]:
    while True:
        with suppress(Exception):  # as parsers do
            sum(range(1000))


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SECONDS", 0.1)


def test_a_parser_that_does_not_end_costs_its_post(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cleaning.PIECES, ContentType.RST, never_ends)
    found = cleaning.clean(post(TEXT, content_type=ContentType.RST), min_words=3)
    assert found.quarantine == "cannot be read as text/x-rst: it takes more than 0 s to read"
    assert (found.text, found.marked, found.language) == ("", (), "")


def test_a_parser_that_fails_costs_its_post_and_what_it_says_of_the_text_is_not_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(cleaning.PIECES, ContentType.RST, fails)
    bad = post(TEXT, content_type=ContentType.RST)
    found = cleaning.clean(bad, min_words=3)
    assert re.fullmatch(r"cannot be read as text/x-rst: KeyError in test_limits.py, line \d+", found.quarantine)
    assert (found.id, found.post_hash, found.text) == (bad.id, bad.content_hash, "")


def test_what_is_not_the_posts_fault_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory(text: str) -> list[cleaning.Piece]:
        raise MemoryError

    monkeypatch.setitem(cleaning.PIECES, ContentType.RST, no_memory)
    with pytest.raises(MemoryError):
        cleaning.clean(post(TEXT, content_type=ContentType.RST), min_words=3)


def test_nothing_is_ended_once_the_post_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "AGAIN_SECONDS", 0.01)
    with pytest.raises(UnreadableItemError):
        within_limits(lambda: never_ends(""), characters=0)
    assert within_limits(lambda: TEXT, characters=0) == TEXT
    began = time.process_time()
    while time.process_time() < began + 0.3:
        pass
