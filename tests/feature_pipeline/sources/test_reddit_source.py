import csv
import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from fakes.fetching import opened, source_options
from feature_pipeline.errors import EmptySourceError, SourceError
from feature_pipeline.source_contract import Location, Match
from feature_pipeline.sources import source_module
from feature_store.records import ContentType, Post, PostKind

POSTS = "id,permalink,date,ip,subreddit,gildings,title,url,body"
COMMENTS = "id,permalink,date,ip,subreddit,gildings,link,parent,body,media"
OLD_COMMENTS = (
    "id,permalink,date,ip,subreddit,gildings,gildings_silver,gildings_supergold,link,parent,body,media"  # to 2023
)
IP = "203.0.113.77"


def table(header: str, rows: Iterable[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, header.split(","), restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def post(key: str, title: str, body: str = "", url: str = "https://link.example") -> dict[str, str]:
    permalink = f"https://www.reddit.com/r/fog/comments/{key.removeprefix('t3_')}/a_title/"
    row = {"id": key, "permalink": permalink, "date": "2023-06-15 14:30:00 UTC", "ip": IP, "subreddit": "fog"}
    return row | {"title": title, "url": url, "body": body}


def comment(key: str, body: str, *, parent: str = "", link: str = "p1") -> dict[str, str]:
    link = f"https://www.reddit.com/r/fog/comments/{link}/a_title/"
    row = {"id": key, "permalink": f"{link}{key}/", "date": "2023-06-16 14:30:00 UTC", "ip": IP, "subreddit": "fog"}
    return row | {"link": link, "parent": parent, "body": body}


def export(folder: Path, **tables: str) -> Path:
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    return folder


def read(location: Path) -> dict[str, Post]:
    posts = list(opened(str(location), "reddit").read())
    assert len({post.source_id for post in posts}) == len(posts)
    assert not [post for post in posts if IP in repr(post)]
    return {post.source_id: post for post in posts}


def recognised(location: Path) -> Match:
    return source_module("reddit").recognises(Location(str(location), source_options().fetcher))


def test_posts(tmp_path: Path) -> None:
    rows = [
        post("p1", "Fog &amp; rain", "He said:\n\n&gt; quoted\n\n**bold**  🧑‍🚀 &amp;amp;\n\n&amp;#x200B;\n\nend"),
        post("p2", "A link", url="https://fog.example"),
        post("t3_p3", "Long", "word " * 200),
        post("p4", "Raw", "> quoted & <b>, so &amp; was typed"),
        post("p5", "Gone", "[deleted]"),
        post("p6", "Gone too", "[removed]"),
        post("p7", ""),
    ]
    posts = read(export(tmp_path, posts=table(POSTS, rows)))
    assert posts["t3_p1"] == Post(
        author="maud",
        source=f"reddit:{tmp_path}",
        source_id="t3_p1",
        url="https://www.reddit.com/r/fog/comments/p1/a_title/",
        title="Fog & rain",
        created_at="2023-06-15T14:30:00+00:00",
        fetched_at="2026-01-01T00:00:00+00:00",
        content="He said:\n\n> quoted\n\n**bold**  🧑‍🚀 &amp;\n\n\n\nend",
        content_type=ContentType.MARKDOWN,
        kind=PostKind.POST,
        tags=("fog",),
    )
    link = posts["t3_p2"]
    assert (link.title, link.content, link.content_type) == ("", "A link", ContentType.PLAIN)
    assert [posts[f"t3_p{i}"].kind for i in (2, 3)] == [PostKind.POST, PostKind.ARTICLE]
    assert posts["t3_p4"].content == "> quoted & <b>, so &amp; was typed"
    assert {key: bool(found.content) for key, found in posts.items() if found.problem} == {
        "t3_p5": False,
        "t3_p6": False,
        "t3_p7": False,
    }


@pytest.mark.parametrize("header", [COMMENTS, OLD_COMMENTS])
def test_comments(tmp_path: Path, header: str) -> None:
    rows = [
        comment("c1", "On the post."),
        comment("c2", "On the *comment* of u/ada_k and /u/bo-2, not of menu/ada_k.", parent="c1"),
        comment("c3", "On the post, by name.", parent="t3_p1"),
        comment("c4", "On somebody else's.", parent="zzz", link="other"),
        comment("c5", "[ Removed by Reddit ]"),
        comment("c6", " "),
    ]
    tables = {"posts": table(POSTS, [post("p1", "Fog", "It **came** in.")]), "comments": table(header, rows)}
    posts = read(export(tmp_path, **tables))
    assert {key: found.context for key, found in posts.items()} == {
        "t3_p1": "",
        "t1_c1": "Fog\n\nIt **came** in.",
        "t1_c2": "On the post.",
        "t1_c3": "Fog\n\nIt **came** in.",
        "t1_c4": "",
        "t1_c5": "Fog\n\nIt **came** in.",
        "t1_c6": "Fog\n\nIt **came** in.",
    }
    own = posts["t1_c2"]
    assert (own.kind, own.content, own.content_type) == (PostKind.COMMENT, rows[1]["body"], ContentType.MARKDOWN)
    assert own.people == ("ada_k", "bo-2")
    assert own.url == "https://www.reddit.com/r/fog/comments/p1/a_title/c2/"
    assert [key for key, found in posts.items() if found.problem] == ["t1_c5", "t1_c6"]


def test_relative_permalinks_drafts_and_the_account(tmp_path: Path) -> None:
    export(
        tmp_path,
        posts=table(
            POSTS, [post("p1", "Fog", "In.") | {"permalink": "/r/fog/comments/p1/fog/", "date": "not available"}]
        ),
        drafts=table("id,title,body,kind,created,subreddit", [{"id": "d1", "title": "Later", "body": "Not yet."}]),
        statistics="statistic,value\nexport_time,2024-05-01\naccount name,maud_f\nemail,maud@x.example\n",
        messages=table("id,from,to,body", [{"id": "m1", "body": "hush\nhush"}, {"id": "m2", "body": "hush"}]),
        chat_history=table("message_id,username,message", [{"message_id": "h1", "message": "hush"}]),
        post_headers=table("id,permalink,date,ip,subreddit,gildings,url", [{"id": "p1"}]),
    )
    source = opened(str(tmp_path), "reddit")
    posts = {found.source_id: found for found in source.read()}
    assert source.name == "reddit:maud_f"
    assert {key: found.visibility for key, found in posts.items()} == {"t3_p1": "public", "draft/d1": "draft"}
    first = posts["t3_p1"]
    assert (first.url, first.created_at) == ("https://www.reddit.com/r/fog/comments/p1/fog/", "")
    assert source.ignored == {"chat messages": 1, "messages": 2}


def test_zip_duplicates_and_single_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "export_maud.zip", "w") as file:
        file.writestr("posts.csv", "\ufeff" + table(POSTS, [post("p1", "Fog", "In."), post("t3_p1", "Fog", "In.")]))
        file.writestr("export/comments.csv", table(COMMENTS, [comment("c1", "Yes.")]))
    source = opened(str(tmp_path / "export_maud.zip"), "reddit")
    assert [found.source_id for found in source.read()] == ["t3_p1", "t1_c1"]
    assert source.ignored == {"the same post again": 1}
    single = tmp_path / "my comments.csv"
    single.write_text(table(COMMENTS, [comment("c1", "Yes.")]))
    assert recognised(single) is recognised(tmp_path / "export_maud.zip") is Match.YES
    assert list(read(single)) == ["t1_c1"]


def test_odd_rows(tmp_path: Path) -> None:
    text = table(POSTS, [post("", "No id", "x"), post("p2", "Fog", "In.")]) + "p3,/r/fog\r\n,,,\r\n" + 'p4,,,,,,"open'
    posts = read(export(tmp_path, posts=text))
    assert [key for key, found in posts.items() if found.problem] == ["posts.csv#0", "t3_p3"]
    assert posts["t3_p4"].content == "open"


def test_what_is_no_export(tmp_path: Path) -> None:
    export(tmp_path, posts="post_id,post_date,is_published,title\n1,2024,true,x\n")  # another service's
    assert recognised(tmp_path) is Match.NO
    with pytest.raises(EmptySourceError):
        opened(str(tmp_path), "reddit")
    with pytest.raises(EmptySourceError):
        read(export(tmp_path, posts=table(POSTS, [])))
    (tmp_path / "posts.csv").write_bytes(table(POSTS, [post("p1", "x", "y")]).encode() + b"\xff\xfe")
    with pytest.raises(SourceError):
        read(tmp_path)


@pytest.mark.shared
def test_real_export(shared: Path) -> None:
    folder = shared / "exports/reddit_gdpr"
    posts = read(folder)
    raw = [path.read_text(encoding="utf-8") for path in folder.rglob("*.csv")]
    dates = sum(text.count(" UTC,") for text in raw)
    assert len(posts) == dates == 13
    assert not [found for found in posts.values() if found.problem or not found.created_at]
    assert [found.kind for found in posts.values()].count(PostKind.COMMENT) == 4
    assert posts["t1_comm01"].context.startswith("My First Python Project\n\n")
