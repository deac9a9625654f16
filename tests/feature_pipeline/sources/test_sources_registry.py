"""What every kind of source must have, whichever it is, and how a location finds its kind."""

import inspect
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from fakes.fetching import FakeFetcher, opened, source_options
from feature_pipeline import sources
from feature_pipeline.errors import UnknownSourceError
from feature_pipeline.locations import Location
from feature_pipeline.sources import Match, kinds, open_source, recognise, source_module

KNOWN_BY_ADDRESS = [kind for kind in kinds() if source_module(kind).ADDRESS]


def location(text: str) -> Location:
    """Of a place that nothing may be fetched from."""
    return Location(text, FakeFetcher())


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_says_what_it_reads_and_how_one_gets_it(kind: str) -> None:
    module = source_module(kind)

    assert module.SUMMARY.strip() == module.SUMMARY != ""
    assert module.EXAMPLE.strip() == module.EXAMPLE != ""
    assert "\n" not in module.SUMMARY + module.EXAMPLE + module.OBTAIN
    assert module.ADDRESS is None or isinstance(module.ADDRESS, re.Pattern)
    assert list(inspect.signature(module.recognises).parameters) == ["location"]
    assert list(inspect.signature(module.open).parameters) == ["location", "options"]
    assert (module.__doc__ or "").strip()


def test_no_two_kinds_describe_themselves_alike() -> None:
    summaries = [source_module(kind).SUMMARY for kind in kinds()]

    assert len(set(summaries)) == len(summaries)


def test_public_apis_are_known_by_address() -> None:
    assert {"bluesky", "devto", "github", "hackernews", "mastodon"} <= set(KNOWN_BY_ADDRESS)


@pytest.mark.parametrize("kind", KNOWN_BY_ADDRESS)
def test_the_example_of_an_address_is_of_its_kind_alone_and_nothing_is_fetched_to_know(kind: str) -> None:
    here = location(f" {source_module(kind).EXAMPLE} ")

    assert recognise(here) == kind
    assert isinstance(here.fetcher, FakeFetcher)
    assert here.fetcher.asked == []


@pytest.mark.parametrize("kind", kinds())
def test_no_example_is_spelled_like_two_kinds(kind: str) -> None:
    example = source_module(kind).EXAMPLE
    alike = [other for other in KNOWN_BY_ADDRESS if (source_module(other).ADDRESS or re.compile("")).fullmatch(example)]

    assert alike == ([kind] if kind in KNOWN_BY_ADDRESS else [])


def test_a_place_that_nothing_knows_is_told_where_the_kinds_are_listed() -> None:
    with pytest.raises(UnknownSourceError, match=r"'no such place' is nothing that can be read.*`twin sources`"):
        recognise(location("no such place"))


def test_an_unknown_kind_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownSourceError, match=r"no kind of source 'myspace'.*Known: .*github.*twitter"):
        open_source(location("x"), source_options(), "myspace")


def fakes(monkeypatch: pytest.MonkeyPatch, **strengths: Match) -> None:
    """Kinds that take every location, each with its strength, and open as their own name and what is left to them."""
    modules = {
        kind: SimpleNamespace(
            ADDRESS=None,
            recognises=lambda _, strength=strength: strength,
            open=lambda location, _, kind=kind: (kind, location.text),
        )
        for kind, strength in strengths.items()
    }
    monkeypatch.setattr(sources, "kinds", lambda: sorted(modules))
    monkeypatch.setattr(sources, "source_module", modules.__getitem__)


def test_the_strongest_match_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    fakes(monkeypatch, alpha=Match.FALLBACK, beta=Match.YES, gamma=Match.NO)

    assert recognise(location("x")) == "beta"


@pytest.mark.parametrize("strength", [Match.FALLBACK, Match.YES])
def test_two_that_match_alike_are_a_question_that_names_both(monkeypatch: pytest.MonkeyPatch, strength: Match) -> None:
    fakes(monkeypatch, beta=strength, alpha=strength, gamma=Match.NO)

    with pytest.raises(UnknownSourceError, match=r"'x' could be alpha or beta\. Say which: .* --as alpha"):
        recognise(location("x"))


def test_a_kind_before_a_colon_is_that_kind_and_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    fakes(monkeypatch, alpha=Match.YES, beta=Match.YES)
    options = source_options()

    opened_as = [open_source(location(text), options) for text in ("alpha:maud", "beta:did:plc:x")]
    said = open_source(location("gamma:maud"), options, "beta")

    assert opened_as == [("alpha", "maud"), ("beta", "did:plc:x")]
    assert said == ("beta", "gamma:maud")


def test_a_file_whose_name_looks_like_a_kind_is_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    Path("github:notes.txt").write_text("Fog came in at six, and it stayed.\n", encoding="utf-8")

    assert opened("github:notes.txt").name.startswith("folder:")
