"""Whose post a file of a folder is: the author's, a guest's, or a clipping of somebody else's page."""

from pathlib import Path

import pytest

from fakes.fetching import opened
from feature_pipeline.errors import WhoIsTheAuthorError
from feature_store.records import Post

BODY = "The fog came in at six and the ferry went out at seven, as it does.\n"


def note(**fields: str) -> str:
    return "---\n" + "".join(f"{key}: {value}\n" for key, value in fields.items()) + f"---\n{BODY}"


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def own(folder: Path, **options: object) -> tuple[set[str], dict[str, int]]:
    source = opened(str(folder), "folder", **options)
    names = {post.source_id for post in source.read() if isinstance(post, Post)}
    return names, source.ignored


@pytest.mark.parametrize(
    "author",
    [
        "Ann Sellick", "[Ann Sellick, Bo Lindqvist]", "{name: Ann Sellick, url: https://ann.example}", "by Ann Sellick",
        "\n  - name: Ann Sellick\n    affiliation: The Harbour", "\n  - '[[Ann Sellick]]'",
    ],
)  # fmt: skip
def test_what_a_guest_signed_is_not_the_authors(tmp_path: Path, author: str) -> None:
    write(
        tmp_path,
        **{
            "a.md": note(author="Maud Ferrier"),
            "b.md": note(author="maud"),
            "c.md": note(title="Unsigned"),
            "d.md": note(author="null"),
            "e.md": note(authors="[Ann Sellick, Maud Ferrier]"),
            "f.md": "---\nextra:\n  author: M. Ferrier\n---\n" + BODY,
            "guest.md": note(author=author),
            "guest.html": f"<head><meta name='author' content='Ann Sellick'></head><p>{BODY}",
        },
    )
    names, ignored = own(tmp_path)
    assert names == {"a.md", "b.md", "c.md", "d.md", "e.md", "f.md"}
    assert ignored == {"by other authors": 2}


def test_where_the_owner_does_not_sign_who_signs_is_a_guest(tmp_path: Path) -> None:
    write(tmp_path, **{f"{n}.md": note(title=f"Day {n}") for n in range(5)})
    write(tmp_path, **{"x.md": note(author="Bo Lindqvist"), "y.md": note(author="Ann Sellick")})
    assert own(tmp_path) == ({f"{n}.md" for n in range(5)}, {"by other authors": 2})


def test_the_only_one_who_signs_is_the_author_whatever_the_name(tmp_path: Path) -> None:
    write(tmp_path, **{f"{n}.md": note(author="The Clockmaker") for n in range(3)}, **{"x.md": BODY})
    assert len(own(tmp_path)[0]) == 4


def test_several_who_sign_and_none_is_known_are_a_question(tmp_path: Path) -> None:
    write(tmp_path, **{"a.md": note(author="Bo"), "b.md": note(author="Bo"), "c.md": note(author="Ann"), "d.md": BODY})
    with pytest.raises(WhoIsTheAuthorError, match=r"Bo \(2\), Ann \(1\).*--me \"Bo\".* 1 more .* signed by nobody"):
        own(tmp_path)
    assert own(tmp_path, me=("ann",))[0] == {"c.md", "d.md"}
    assert own(tmp_path, me=("Maud Ferrier",))[0] == {"d.md"}


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("_config.yml", "url: https://x.example\nauthor: The Clockmaker\n"),
        ("hugo.toml", 'baseURL = "https://x.example"\n[params]\n[params.author]\nname = "The Clockmaker"\n'),
        ("pelicanconf.py", "AUTHOR = 'The Clockmaker'\nSITENAME = 'x'\n"),
    ],
)
def test_the_owner_that_the_site_names_is_the_author(tmp_path: Path, name: str, settings: str) -> None:
    write(
        tmp_path,
        **{
            name: settings,
            "content/a.md": note(author="The Clockmaker"),
            "content/b.md": note(author="Bo"),
            "content/c.md": note(author="Ann"),
        },
    )
    assert own(tmp_path / "content")[0] == {"a.md"}


def test_a_table_of_authors_says_who_a_key_is(tmp_path: Path) -> None:
    write(
        tmp_path,
        **{
            "_config.yml": "url: https://x.example\n",
            "_data/authors.yml": "keeper:\n  name: Maud Ferrier\nvisitor:\n  name: Ann Sellick\n",
            "_posts/2024-01-01-a.md": note(author="keeper"),
            "_posts/2024-01-02-b.md": note(author="visitor"),
        },
    )
    assert own(tmp_path / "_posts")[0] == {"2024-01-01-a.md"}


def test_a_note_about_a_book_is_of_whoever_read_it(tmp_path: Path) -> None:
    write(tmp_path, **{"a.md": BODY, "b.md": BODY, "book.md": note(author="Ann Sellick", isbn="9780000000000")})
    assert len(own(tmp_path)[0]) == 3


CLIPPING = {"title": "On clocks", "source": "https://www.elsewhere.example/clocks"}


@pytest.mark.parametrize(
    "fields",
    [
        CLIPPING,
        {**CLIPPING, "author": '\n  - "[[Ann Sellick]]"', "published": "2024-01-02", "created": "2024-02-03"},
        {**CLIPPING, "tags": "\n  - clippings"},
        {"title": "On clocks", "source_url": "http://elsewhere.example/"},
    ],
)
def test_a_clipping_is_somebody_elses_page(tmp_path: Path, fields: dict[str, str]) -> None:
    write(tmp_path, **{f"{n}.md": BODY for n in range(3)}, **{"Clippings/On clocks.md": note(**fields)})
    assert own(tmp_path) == ({"0.md", "1.md", "2.md"}, {"clippings of others' pages": 1})


def test_what_is_from_the_authors_own_page_is_no_clipping(tmp_path: Path) -> None:
    write(
        tmp_path,
        **{
            "a.md": note(source="https://maud.example/a"),
            "b.md": note(source="https://elsewhere.example/b", author="Maud Ferrier", tags="[clippings]"),
            "c.md": note(source="a letter"),
            **{f"{n}.md": note(source="https://clock.example/x") for n in range(4)},
        },
    )
    assert len(own(tmp_path, base_url="https://maud.example")[0]) == 7


def test_a_site_may_name_sources_of_its_own_posts(tmp_path: Path) -> None:
    write(tmp_path, **{"_config.yml": "url: https://maud.example\n", "_posts/2024-01-01-a.md": note(**CLIPPING)})
    assert len(own(tmp_path)[0]) == 1
