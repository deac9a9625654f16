"""LinkedIn: shares, comments and articles as its exports write them, old and new."""

import csv
import io
import zipfile
from pathlib import Path

import pytest

from fakes.fetching import FakeFetcher, opened
from feature_pipeline.errors import EmptySourceError, SourceError
from feature_pipeline.source_contract import Location, Match
from feature_pipeline.sources import linkedin
from feature_store.records import ContentType, Post, PostKind

LINK = "https://www.linkedin.com/feed/update/urn%3Ali%3Ashare%3A"
SHARES = (
    "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility\n"
    f'2023-05-06 07:08:09,{LINK}71,"Fog today. 🌫️ \n\n""Again"",  she  said.\nhttps://lnkd.in/x #fog"'
    ',"","",MEMBER_NETWORK\n'
    f"2023-05-05 07:08:09,{LINK}72,,https://other.example/post,,MEMBER_NETWORK\n"
    f'2023-05-04 07:08:09,{LINK}73,"One, two.",,,CONNECTIONS\n'
)


def marked(shares: str) -> str:
    """As newer exports write them: every line break inside a share between closed and opened marks."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in csv.reader(io.StringIO(shares, newline="")):
        writer.writerow([cell.replace("\n", '"\n"') for cell in row])
    return out.getvalue()


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_csv", ".csv").replace("_html", ".html")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return folder


def read(folder: Path) -> list[Post]:
    return list(opened(str(folder), "linkedin").read())


@pytest.mark.parametrize("text", [SHARES, marked(SHARES), SHARES.replace("\n", "\r\n")])
def test_shares_to_the_letter(tmp_path: Path, text: str) -> None:
    source = opened(str(write(tmp_path, Shares_csv=text)), "linkedin")
    first, last = source.read()
    assert first.content.replace("\r\n", "\n") == ('Fog today. 🌫️ \n\n"Again",  she  said.\nhttps://lnkd.in/x #fog')
    assert (first.kind, first.content_type, first.title) == (PostKind.POST, ContentType.PLAIN, "")
    assert (first.source_id, first.url) == ("urn:li:share:71", f"{LINK}71")
    assert (first.created_at, first.visibility) == ("2023-05-06T07:08:09+00:00", "public")
    assert (last.content, last.visibility) == ("One, two.", "private")
    assert source.ignored == {"shares without words": 1}


def test_marks_look_as_in_a_real_export(tmp_path: Path) -> None:
    """Blank lines, a quotation that ends a line, a break at the end."""
    raw = f'2024-01-01 00:00:00,{LINK}1,"One ""a""""\n""""\n""two""\n""",,,MEMBER_NETWORK\n'
    (post,) = read(write(tmp_path, Shares_csv=SHARES.partition("\n")[0] + "\n" + raw))
    assert post.content == 'One "a"\n\ntwo\n'


def test_quotations_around_a_break_stay_where_breaks_have_no_marks(tmp_path: Path) -> None:
    rows = f'2024-01-01 00:00:00,{LINK}1,"a\nb\nc",,,\n2024-01-01 00:00:00,{LINK}2,"""Go""\n""Stay""",,,\n'
    posts = read(write(tmp_path, Shares_csv=SHARES.partition("\n")[0] + "\n" + rows))
    assert [post.content for post in posts] == ["a\nb\nc", '"Go"\n"Stay"']


def test_comments(tmp_path: Path) -> None:
    comments = (
        'Notes:\n"What this list is, and is not"\n\nDate,Link,Message\n'
        f'2023-05-06 08:00:00,{LINK}71,"She said \\"hi, there\\" and\nleft\\\\ \\"so\\""\n'
        f"2023-05-06 08:00:01,{LINK}99,Well done!\n"
        f"2023-05-06 08:00:01,{LINK}99,Well done!\n"
        f"2023-05-06 08:00:01,{LINK}99,And more.\n"
        f"2023-05-06 08:00:02,{LINK}99,\n"
        f",{LINK}99,Some day.\n"
    )
    source = opened(str(write(tmp_path, Shares_181_csv=SHARES, Comments_181_csv=comments)), "linkedin")
    found = [post for post in source.read() if post.kind is PostKind.COMMENT]
    assert [post.content for post in found] == [
        'She said "hi, there" and\nleft\\\\ "so"', "Well done!", "And more.", "Some day."
    ]  # fmt: skip
    assert found[0].context.startswith("Fog today.")
    assert found[1].context == ""
    assert len({post.source_id for post in found}) == 4
    assert found[3].created_at == ""
    assert source.ignored == {"comments without words": 1, "repeated": 1, "shares without words": 1}


ARTICLE = (
    "<html>\n<head>\n  <title>On Fog</title>\n  <style>body { margin: 0 }</style>\n</head>\n<body>\n"
    '    <img src="https://media.example/x" alt="" title="" />\n'
    '      <h1><a href="https://www.linkedin.com/pulse/on-fog-maud-1a2b">On Fog</a></h1>\n'
    '    <p class="created">Created on 2022-02-24 00:06</p>\n  <p class="published">Published on 2022-02-25 00:09</p>\n'
    "  <div><p>Fog &amp; rain.</p><h3>More</h3><p>Of it.</p></div>\n</body>\n</html>"
)


def test_articles(tmp_path: Path) -> None:
    draft = ARTICLE.replace('<p class="published">Published on 2022-02-25 00:09</p>', "")
    table = 'Title,URL,Published Date,Content\nRain,https://www.linkedin.com/pulse/rain,2021-01-02,"<p>It rains.</p>"\n'
    profile = "First Name,Last Name,Maiden Name\nMaud,Ferrier,\n"
    write(tmp_path, Articles_csv=table, Profile_csv=profile)
    write(tmp_path, Articles__Articles__fog_html=ARTICLE, Articles__Articles__2020_html=draft, messages_csv="FROM,TO\n")
    source = opened(str(tmp_path), "linkedin")
    rain, draft_post, fog = source.read()
    assert source.name == "linkedin:Maud Ferrier"
    assert source.ignored == {"other files": 2}
    assert (rain.title, rain.content_type, rain.created_at) == ("Rain", ContentType.HTML, "2021-01-02T00:00:00+00:00")
    assert (fog.title, fog.url) == ("On Fog", "https://www.linkedin.com/pulse/on-fog-maud-1a2b")
    assert (fog.created_at, fog.visibility, fog.kind) == ("2022-02-25T00:09:00+00:00", "public", PostKind.ARTICLE)
    assert "<p>Fog &amp; rain.</p><h3>More</h3>" in fog.content
    assert "2022" not in fog.content
    assert "On Fog" not in fog.content
    assert (draft_post.visibility, draft_post.created_at) == ("draft", "2022-02-24T00:06:00+00:00")


def test_zipped_and_recognised(tmp_path: Path) -> None:
    path = tmp_path / "Complete_LinkedInDataExport_05-01-2024.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Complete/Shares.csv", SHARES)
        archive.writestr("Complete/Articles/Articles/fog.html", ARTICLE)
        archive.writestr("Complete/Comments.csv", "Date,Link,Message\n")
    assert linkedin.recognises(Location(str(path), FakeFetcher())) is Match.YES
    source = opened(str(path), "linkedin")
    assert [post.kind for post in source.read()] == [PostKind.POST, PostKind.POST, PostKind.ARTICLE]
    assert source.lists_all
    alone = write(tmp_path / "alone", Shares_csv=SHARES)
    assert not opened(str(alone), "linkedin").lists_all
    assert linkedin.recognises(Location(str(alone), FakeFetcher())) is Match.YES
    other = write(tmp_path / "other", Comments_csv="id,body\n1,x\n")
    assert linkedin.recognises(Location(str(other), FakeFetcher())) is Match.NO


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(EmptySourceError, match="larger archive"):
        opened(str(write(tmp_path, Profile_csv="First Name,Last Name\n")), "linkedin")
    with pytest.raises(SourceError, match="no column ShareCommentary"):
        read(write(tmp_path, Shares_csv="Date,Text\n1,2\n"))
    (tmp_path / "Shares.csv").write_text(SHARES.partition("\n")[0])
    (tmp_path / "Articles").mkdir()
    (tmp_path / "Articles" / "x.html").write_bytes(b"\xff\xfe\x00")
    (post,) = read(tmp_path)
    assert post.problem
    assert not post.content


@pytest.mark.shared
def test_real_exports(shared: Path) -> None:
    folder = shared / "exports" / "linkedin_export"
    if not folder.is_dir():
        pytest.skip("no LinkedIn exports are there")
    lists = sorted(path.parent for path in folder.rglob("Shares*.csv"))
    assert lists
    for export in lists:
        found = read(export)
        for pattern, column, kind in (
            ("Shares*.csv", "ShareCommentary", PostKind.POST),
            ("Articles*.csv", "Content", PostKind.ARTICLE),
        ):
            texts = [
                row[column].replace('"\n"', "\n")
                for path in export.glob(pattern)
                for row in csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline=""))
                if row[column].strip()
            ]
            assert sorted(post.content for post in found if post.kind is kind) == sorted(texts)
        comments = sum(
            path.read_text("utf-8").count("\n20") + path.read_text("utf-8").count(",20")
            for path in export.glob("Comm*.csv")
        )
        assert sum(post.kind is PostKind.COMMENT for post in found) == comments
        assert not [post.problem for post in found if post.problem]
