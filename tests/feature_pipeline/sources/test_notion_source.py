"""Notion: pages of an export in parts, with properties as metadata and without ids."""

import io
import zipfile
from pathlib import Path

import pytest

from fakes.fetching import FakeFetcher, opened
from feature_pipeline.cleaning import clean
from feature_pipeline.errors import EmptySourceError, WhoIsTheAuthorError
from feature_pipeline.source_contract import Location, Match
from feature_pipeline.sources import notion, recognise
from feature_store.records import Post

HOME, ROW, OTHER = "0" * 32, "1" * 31 + "a", "2" * 31 + "b"
TEXT = "The fog came in at six.\n\nThe ferry went out at seven."


def zip_of(**files: str | bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def export(folder: Path, **files: str | bytes) -> Path:
    path = folder / "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f_Export.zip"
    path.write_bytes(zip_of(**files))
    return path


def read(path: Path, **options: object) -> tuple[dict[str, Post], dict[str, int]]:
    source = opened(str(path), "notion", **options)
    return {post.source_id: post for post in source.read() if isinstance(post, Post)}, source.ignored


def only(folder: Path, text: str, name: str = f"Fog {HOME}.md", **others: str) -> Post:
    return read(export(folder, **{name: text, **others}))[0][HOME]


def test_parts_inside_an_archive(tmp_path: Path) -> None:
    one = zip_of(
        **{
            f"Export-x/Harbour {HOME}.md": f"# Harbour\n\n{TEXT}\n\n[Fog](Harbour%20{HOME}/Fog%20{OTHER}.md)\n",
            "Export-x/index.html": "<html><ul><li>Harbour</li></ul></html>",
            f"Export-x/Harbour {HOME}/pier.png": b"x",
        }
    )
    two = zip_of(**{f"Export-x/Harbour/Fog {OTHER}.md": f"# Fog\n\n{TEXT}\n", "Export-x/index.html": "<html></html>"})
    path = export(tmp_path, **{"Export-x-Part-1.zip": one, "Export-x-Part-2.zip": two})
    assert recognise(Location(str(path), FakeFetcher())) == "notion"
    posts, ignored = read(path)
    assert {post.title: clean(post, min_words=1).text for post in posts.values()} == {"Harbour": TEXT, "Fog": TEXT}
    assert posts[HOME].url == f"https://www.notion.so/{HOME}"
    assert ignored == {"attachments": 2}


PROPERTIES = "Created: April 1, 2024 5:59 PM\nTags: clock, sea\nHow late: ten minutes\n"


def test_properties_are_metadata(tmp_path: Path) -> None:
    post = only(tmp_path, f"# Fog\n\n{PROPERTIES}\n{TEXT}\n")
    assert (post.created_at, post.tags) == ("2024-04-01T17:59:00+00:00", ("clock", "sea"))
    assert clean(post, min_words=1).text == TEXT


@pytest.mark.parametrize("folder", [f"Log {OTHER}", "Log"])
def test_the_columns_of_a_table_are_its_pages_properties(tmp_path: Path, folder: str) -> None:
    text = f"# Fog\n\nBell: twice\nNote: this is text.\n\n{TEXT}"
    post = only(tmp_path, text, f"{folder}/Fog {HOME}.md", **{f"Log {OTHER}_all.csv": "\ufeffName,Bell\nFog,twice\n"})
    assert clean(post, min_words=1).text == f"Note: this is text.\n\n{TEXT}"


@pytest.mark.parametrize("line", ["Note: it was cold.", "Remember: nobody came, and nobody wrote."])
def test_a_line_of_text_is_no_property(tmp_path: Path, line: str) -> None:
    assert clean(only(tmp_path, f"# Fog\n\n{line}\n\n{TEXT}"), min_words=1).text == f"{line}\n\n{TEXT}"


def test_what_only_leads_elsewhere_goes_and_callouts_stay(tmp_path: Path) -> None:
    text = (
        f"# Fog\n\n<aside>\n💡 Ring the bell.\n\n</aside>\n\n[pier.pdf](Fog%20{HOME}/pier.pdf)\n\n"
        f"[https://x.example](https://x.example)\n\n- [ ]  oil\n- [ ]  \n\nSee [Rain](Rain%20{OTHER}.md) too."
    )
    assert clean(only(tmp_path, text), min_words=1).text == "💡 Ring the bell.\n\n- [ ]  oil\n\nSee Rain too."


def test_pages_of_the_html_export(tmp_path: Path) -> None:
    text = (
        '<html><body><article class="page sans"><header><h1 class="page-title">Fog</h1><table class="properties">'
        '<tr class="property-row property-row-created_time"><th>Created</th><td>@April 1, 2024 5:59 PM</td>'
        '</tr><tr class="property-row"><th>Tags</th><td><span class="selected-value">sea</span>'
        '<span class="selected-value">a clock</span></td></tr></table></header><div class="page-body">'
        f'<p>It came in.</p><figure class="link-to-page"><a href="Rain%20{OTHER}.html">Rain</a></figure>'
        '<figure class="callout"><div><span class="icon">💡</span></div><div>Ring the bell.</div></figure>'
        "</div></article></body></html>"
    )
    post = only(tmp_path, text, f"Fog {HOME}.html", **{"index.html": "<ul></ul>"})
    assert (post.title, post.created_at, post.tags) == ("Fog", "2024-04-01T17:59:00+00:00", ("sea", "a clock"))
    assert clean(post, min_words=1).text == "It came in.\n\nRing the bell."


def test_what_others_made_is_theirs(tmp_path: Path) -> None:
    makers = {HOME: "Maud Ferrier", ROW: "Ann Sellick", OTHER: "Bo"}
    files = {f"Fog {key}.md": f"# Fog\n\nCreated by: {name}\n\n{TEXT}" for key, name in makers.items()}
    posts, ignored = read(export(tmp_path, **files))
    assert (set(posts), ignored) == ({HOME}, {"by other authors": 2})
    with pytest.raises(WhoIsTheAuthorError, match="Ann Sellick"):
        read(export(tmp_path, **files), me=("Cai",))


def test_a_broken_page_stops_no_other(tmp_path: Path) -> None:
    posts, _ = read(export(tmp_path, **{f"Fog {HOME}.md": b"\xff\xfe\x00\xd8", f"Rain {ROW}.md": TEXT}))
    assert posts[HOME].problem
    assert (posts[ROW].title, posts[ROW].content) == ("Rain", TEXT)


def test_what_is_none(tmp_path: Path) -> None:
    (tmp_path / "fog.md").write_text(TEXT)
    (tmp_path / "rain.md").write_text(TEXT)
    (tmp_path / f"wind {HOME}.md").write_text(TEXT)
    assert notion.recognises(Location(str(tmp_path), FakeFetcher())) is Match.NO
    with pytest.raises(EmptySourceError, match="id of 32 digits"):
        opened(str(tmp_path), "notion")


@pytest.mark.shared
def test_real_exports(shared: Path) -> None:
    cases = shared / "cases" / "11-notion"
    if not cases.is_dir():
        pytest.skip("no Notion export is there")
    for path, pages in zip(sorted(cases.glob("*/*.zip")), (12, 10), strict=True):
        assert recognise(Location(str(path), FakeFetcher())) == "notion"
        posts, _ = read(path)
        texts = [clean(post, min_words=1).text for post in posts.values()]
        assert len(posts) == pages
        assert not any(
            "Tags:" in text or ".md" in text or post.source_id in text for text in texts for post in posts.values()
        )
