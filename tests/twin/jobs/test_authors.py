"""Names become ids; ids are looked up."""

from pathlib import Path

import pytest

from configs.errors import ExitCode
from fakes.feature_store import InMemoryFeatureStore
from feature_store.errors import UnknownAuthorError
from twin.errors import AuthorNameError
from twin.jobs.authors import author_id, ensure_author, find_author

FOLDER = Path("/data/of/maud")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Maud Ferrier", "maud-ferrier"),
        ("  Zoë  O'Brien-Ñuñez ", "zoe-o-brien-nunez"),
        ("Søren Þór Łukasz", "soren-thor-lukasz"),
        ("STRASSE straße", "strasse-strasse"),
        ("R2/D2 (../..)", "r2-d2"),
        ("x" * 80, "x" * 64),
        ("x" * 63 + " y", "x" * 63),
    ],
)
def test_an_id_has_only_letters_digits_and_hyphens(name: str, expected: str) -> None:
    assert author_id(name) == expected
    assert author_id(expected) == expected  # an id is its own id


@pytest.mark.parametrize("name", ["", "   ", "村上春樹", "--", "!!!"])
def test_a_name_that_leaves_nothing_is_a_usage_error(name: str) -> None:
    with pytest.raises(AuthorNameError, match="--author NAME") as caught:
        author_id(name)
    assert caught.value.exit_code == ExitCode.USAGE


def test_a_new_author_is_made_once_with_consent() -> None:
    store = InMemoryFeatureStore()
    made, new = ensure_author(store, "Maud Ferrier")
    assert ensure_author(store, "Maud Ferrier") == (made, False)  # within the same second
    again, new_again = ensure_author(store, "maud-ferrier")
    assert (new, new_again) == (True, False)
    assert again == made
    assert (made.id, made.name) == ("maud-ferrier", "Maud Ferrier")
    assert "Maud Ferrier" in made.consent
    assert made.created_at[:10] in made.consent


def test_an_author_is_found_by_name_by_id_and_alone() -> None:
    store = InMemoryFeatureStore()
    maud, _ = ensure_author(store, "Maud Ferrier")
    assert [find_author(store, asked, FOLDER) for asked in ("Maud Ferrier", "maud-ferrier", "MAUD FERRIER", None)] == [
        maud
    ] * 4


def test_it_must_be_clear_who_is_meant() -> None:
    store = InMemoryFeatureStore()
    with pytest.raises(UnknownAuthorError, match=f"in {FOLDER} yet.*twin up PLACE --author NAME"):
        find_author(store, None, FOLDER)
    with pytest.raises(UnknownAuthorError, match=f"in {FOLDER} yet"):
        find_author(store, "Maud Ferrier", FOLDER)
    ensure_author(store, "Maud Ferrier")
    ensure_author(store, "Dex Moreno")
    with pytest.raises(AuthorNameError, match=r"dex-moreno, maud-ferrier"):
        find_author(store, None, FOLDER)
    with pytest.raises(UnknownAuthorError, match=r"maud-ferrier"):
        find_author(store, "Nobody", FOLDER)


def test_two_people_whose_names_give_one_id_are_told_apart() -> None:
    store = InMemoryFeatureStore()
    ensure_author(store, "李 Li")
    with pytest.raises(AuthorNameError, match=r"'王 Li' would have the id 'li'.*'李 Li'.*--author li-2"):
        ensure_author(store, "王 Li")
    assert ensure_author(store, "li")[0].name == "李 Li"
    assert ensure_author(store, "li-2")[1]
