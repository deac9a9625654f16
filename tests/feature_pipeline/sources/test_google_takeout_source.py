"""Google Takeout: notes of Keep by their JSON, comments on YouTube, in any language of the account."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from fakes.fetching import FakeFetcher, opened
from feature_pipeline.cleaning import clean
from feature_pipeline.errors import EmptySourceError, WhoIsTheAuthorError
from feature_pipeline.source_contract import Location, Match
from feature_pipeline.sources import google_takeout, recognise
from feature_store.records import Post, PostKind

KEEP = "Takeout/Google Notizen"
PAGE = (
    '<html><body><div class="note"><div class="heading"><div class="meta-icons"></div>2024-04-01, 17:59:22</div>'
    '<div class="title">Bell</div><div class="content">Ring it twice.<br>Then wait.</div><div class="chips">'
    '<span class="chip label"><span class="label-name">clock</span></span></div></div></body></html>'
)
COLUMNS = "Kommentar-ID,Kanal-ID,Erstellt,Preis,Übergeordnet,Beitrags-ID,Video-ID,Kommentartext,Oberster\r\n"


def note(**fields: Any) -> str:
    base = {"color": "DEFAULT", "isTrashed": False, "isPinned": False, "isArchived": False, "textContent": ""}
    times = {"userEditedTimestampUsec": 1_711_987_218_461_000, "createdTimestampUsec": 1_711_987_196_106_000}
    return json.dumps({**base, "title": "", **times, **fields})


def zipped(path: Path, **files: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def read(path: Path, **options: object) -> tuple[list[Post], dict[str, int]]:
    source = opened(str(path), "google_takeout", **options)
    return [post for post in source.read() if isinstance(post, Post)], source.ignored


def test_notes_come_from_their_json(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "takeout.zip",
        **{
            f"{KEEP}/Bell.json": note(title="Bell", textContent="Ring it twice.\n", labels=[{"name": "clock"}]),
            f"{KEEP}/Bell.html": PAGE,
            f"{KEEP}/list.json": note(
                createdTimestampUsec=1_711_987_300_000_000,
                listContent=[{"text": "mainspring", "isChecked": True}, {"text": ""}, {"text": "oil"}],
            ),
            f"{KEEP}/gone.json": note(title="Gone", textContent="Away with it.", isTrashed=True),
            f"{KEEP}/Labels.txt": "clock\n",
            "Takeout/Archiv_Übersicht.html": "<title>Google Datenexport</title>Keep 1 Dateien",
        },
    )
    assert recognise(Location(str(path), FakeFetcher())) == "google_takeout"
    (bell, items), ignored = read(path)
    assert (bell.title, bell.content, bell.kind, bell.tags) == ("Bell", "Ring it twice.", PostKind.ARTICLE, ("clock",))
    assert bell.created_at == "2024-04-01T15:59:56+00:00"
    assert (items.title, items.content, items.kind) == ("", "- mainspring\n- oil", PostKind.POST)
    assert ignored == {"notes in the trash": 1, "other files": 3}


def test_old_notes_are_pages_alone(tmp_path: Path) -> None:
    (found,), _ = read(zipped(tmp_path / "takeout.zip", **{"Takeout/Keep/Bell.html": PAGE}))
    assert (found.title, found.content, found.tags) == ("Bell", "Ring it twice.\nThen wait.", ("clock",))
    assert found.created_at == "2024-04-01T17:59:22+00:00"


def test_a_broken_note_is_a_problem_and_stops_no_other(tmp_path: Path) -> None:
    files = {f"{KEEP}/a.json": note(textContent="Good."), f"{KEEP}/b.json": '{"isTrashed": fal', f"{KEEP}/c.json": "[]"}
    found, _ = read(zipped(tmp_path / "takeout.zip", **files))
    assert [bool(post.problem) for post in found] == [False, True, False]


def test_two_notes_of_one_moment_stay_two(tmp_path: Path) -> None:
    files = {f"{KEEP}/{name}.json": note(textContent=f"Note {name}.") for name in "ab"}
    found, _ = read(zipped(tmp_path / "takeout.zip", **files))
    assert len({post.source_id for post in found}) == 2


def test_a_note_that_somebody_else_shared_is_theirs(tmp_path: Path) -> None:
    def shared(owner: str, other: str) -> str:
        people = [{"isOwner": True, "type": "WRITER", "email": owner}, {"isOwner": False, "email": other}]
        return note(textContent=f"By {owner}.", sharees=people)

    maud, ann = "maud@fog.example", "ann@fog.example"
    files = {"a": shared(maud, ann), "b": shared(ann, maud), "c": note(textContent="Mine alone.")}
    path = zipped(tmp_path / "takeout.zip", **{f"{KEEP}/{name}.json": text for name, text in files.items()})
    found, ignored = read(path, me=(maud,))
    assert [post.content for post in found] == [f"By {maud}.", "Mine alone."]
    assert ignored == {"by other authors": 1}
    with pytest.raises(WhoIsTheAuthorError, match=ann):
        read(path)


@pytest.mark.parametrize(
    "cell",
    [
        '{""text"":""Strikes "" },{""text"":""at ten, late."",""link"":{""linkUrl"":""https://x.example""}}',
        '{""takeoutSegments"":[{""text"":""Strikes at ten, ""},{""text"":""late.""}]}',
        "Strikes at ten, late.",
    ],
)
def test_comments_on_youtube(tmp_path: Path, cell: str) -> None:
    row = f'Ugx1,UCmaud0,2024-05-01T10:00:00.5Z,0,,,abcDEF12345,"{cell}",\r\n'
    files = {
        "Takeout/YouTube/Kommentare/Kommentare.csv": "\ufeff" + COLUMNS + row,
        "Takeout/YouTube/Kommentare/Kommentare(1).csv": COLUMNS + row,
        "Takeout/YouTube/Abos/Abos.csv": "Kanal-ID,Kanal-URL,Kanaltitel\r\nUCann,https://x.example,Ann\r\n",
    }
    (found,), ignored = read(zipped(tmp_path / "takeout.zip", **files))
    assert clean(found, min_words=1).text == "Strikes at ten, late."
    assert (found.source_id, found.kind) == ("Ugx1", PostKind.COMMENT)
    assert found.url == "https://www.youtube.com/watch?v=abcDEF12345&lc=Ugx1"
    assert found.created_at == "2024-05-01T10:00:00+00:00"
    assert ignored == {"other files": 1, "repeated": 1}


def test_parts_are_read_together(tmp_path: Path) -> None:
    for number in (1, 2):
        zipped(
            tmp_path / f"takeout-20240501T120000Z-00{number}.zip", **{f"{KEEP}/{number}.json": note(title=str(number))}
        )
    (tmp_path / "letter.md").write_text("Beside it.")
    assert sorted(post.title for post in read(tmp_path)[0]) == ["1", "2"]


def test_what_is_none(tmp_path: Path) -> None:
    path = zipped(tmp_path / "takeout.zip", **{"Takeout/Fotos/a.json": '{"title": "a.jpg"}', "a.csv": "a,b\n1,2\n"})
    assert google_takeout.recognises(Location(str(path), FakeFetcher())) is Match.NO
    with pytest.raises(EmptySourceError):
        opened(str(path), "google_takeout")


@pytest.mark.shared
def test_a_real_export(shared: Path) -> None:
    path = shared / "cases" / "12-google-keep" / "keep.zip"
    if not path.is_file():
        pytest.skip("no Takeout is there")
    found, ignored = read(path)
    assert (len(found), ignored["notes in the trash"]) == (5, 1)
    assert all(post.created_at.startswith("2024-") and not post.problem for post in found)


def test_comments_of_the_older_page(tmp_path: Path) -> None:
    link = '<a href="http://www.youtube.com/watch?v=abcdefghijk&amp;lc={}">Kommentar</a>'
    items = "".join(
        f"<li>{link.format(key)} zu einem <a href='x'>Video</a> um {at} UTC.<br/>{words}</li>"
        for key, at, words in (
            ("Ugx1", "2019-05-06 10:12:33", "The bell &amp; the fog.<br>Twice."),
            ("Ugx2.9", "2019-05-07 08:00:00", "No."),
        )
    )
    live = '<li>Sent at 2020-01-02 03:04:05 UTC while watching <a href="http://www.youtube.com/watch?v=abcdefghijk">It</a><br/>Hello.</li>'
    folder = tmp_path / "Takeout" / "YouTube" / "my-comments"
    folder.mkdir(parents=True)
    (folder / "meine-kommentare.html").write_text(f"<html><body><ul>{items}{live}</ul></body></html>", encoding="utf-8")
    assert recognise(Location(str(tmp_path), FakeFetcher())) == "google_takeout"
    posts = [post for post in opened(str(tmp_path), "google_takeout").read() if isinstance(post, Post)]
    assert [(post.source_id, post.content, post.created_at) for post in posts][:2] == [
        ("Ugx1", "The bell & the fog.\nTwice.", "2019-05-06T10:12:33+00:00"),
        ("Ugx2.9", "No.", "2019-05-07T08:00:00+00:00"),
    ]
    assert (posts[2].content, posts[0].url) == ("Hello.", "http://www.youtube.com/watch?v=abcdefghijk&lc=Ugx1")
