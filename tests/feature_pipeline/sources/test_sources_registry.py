"""What every kind of source must have, whichever it is, and how a location finds its kind."""

import inspect
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from fakes.fetching import FakeFetcher, opened
from feature_pipeline import sources
from feature_pipeline.errors import UnknownSourceError
from feature_pipeline.source_contract import Location, Match
from feature_pipeline.sources import kinds, recognise, source_module, split_kind

KNOWN_BY_ADDRESS = [kind for kind in kinds() if hasattr(source_module(kind), "ADDRESS")]


def location(text: str) -> Location:
    """Of a place that nothing may be fetched from."""
    return Location(text, FakeFetcher())


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_says_what_it_reads_and_how_one_gets_it(kind: str) -> None:
    module = source_module(kind)

    assert module.SUMMARY.strip() == module.SUMMARY != ""
    assert module.EXAMPLE.strip() == module.EXAMPLE != ""
    assert "\n" not in module.SUMMARY + module.EXAMPLE + module.OBTAIN
    if kind in KNOWN_BY_ADDRESS:
        assert isinstance(module.ADDRESS, re.Pattern)
        assert not hasattr(module, "recognises")
    else:
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
    alike = [other for other in KNOWN_BY_ADDRESS if source_module(other).ADDRESS.fullmatch(example)]

    assert alike == ([kind] if kind in KNOWN_BY_ADDRESS else [])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("no such place", "there is no file or folder 'no such place'"),
        ("", "there is no file or folder ''"),
        ("~nobody-of-that-name/posts", "there is no file or folder '~nobody-of-that-name/posts'"),
        ("x" * 5_000, "there is no file or folder 'xxx"),
        ("https://[fog", "there is no file or folder 'https://[fog'"),
        ("posts", "'posts' is there, and is of no kind"),
        ("fog.example/feed", "If it is a web address, type https://fog.example/feed"),
        ("www.fog.example ", "If it is a web address, type https://www.fog.example"),
        ("https://fog.example/picture", "https://fog.example/picture answers with nothing that can be read"),
    ],
)
def test_a_place_that_nothing_knows_is_told_why_and_where_the_kinds_are_listed(
    text: str, why: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("posts").write_bytes(bytes(range(256)))

    with pytest.raises(UnknownSourceError) as error:
        recognise(Location(text, FakeFetcher({"https://fog.example/picture": b"\x89PNG\r\n"})))

    assert why in str(error.value)
    assert "`twin sources`" in str(error.value)


def test_blanks_around_a_place_are_no_part_of_it(tmp_path: Path) -> None:
    (tmp_path / "my posts").mkdir()

    assert location(f" {tmp_path}/my posts/ ").path == tmp_path / "my posts"
    assert location(" HTTPS://Fog.example/feed ").url == "HTTPS://Fog.example/feed"


def test_two_exports_in_one_folder_are_to_be_named_one_by_one(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x/tweets.js").write_text('window.YTD.tweets.part0 = [{"tweet": {"id_str": "1", "full_text": "Fog"}}]')
    (tmp_path / "outbox.json").write_text('{"type": "OrderedCollection", "orderedItems": []}')

    with pytest.raises(UnknownSourceError, match=r"mastodon_archive or twitter\..* folder of each by itself\."):
        recognise(location(str(tmp_path)))


def test_an_unknown_kind_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownSourceError, match=r"no kind of source 'myspace'.*Known: .*github.*twitter"):
        opened("x", "myspace")


def fakes(monkeypatch: pytest.MonkeyPatch, **strengths: Match) -> None:
    """Kinds that take every location, each with its strength, and open as their own name and what is left to them."""
    modules = {
        kind: SimpleNamespace(
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

    assert [split_kind(text) for text in ("alpha:maud", "beta:did:plc:x")] == [("alpha", "maud"), ("beta", "did:plc:x")]
    assert split_kind("gamma:maud") == (None, "gamma:maud")


def test_a_name_longer_than_any_file_has_can_follow_a_kind() -> None:
    assert split_kind("github:" + "x" * 5_000) == ("github", "x" * 5_000)


def test_a_file_whose_name_looks_like_a_kind_is_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    Path("github:notes.txt").write_text("Fog came in at six, and it stayed.\n", encoding="utf-8")

    assert opened("github:notes.txt").name.startswith("folder:")
