import codecs
import os
from pathlib import Path

import pytest

from fakes.fetching import opened
from feature_pipeline.errors import EmptySourceError, SourceError
from feature_store.records import ContentType, Post


def read(folder: Path, base_url: str = "") -> dict[str, Post]:
    return {post.source_id: post for post in opened(folder, "folder", base_url=base_url, max_file_bytes=10_000).read()}


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_jekyll(tmp_path: Path) -> None:
    write(
        tmp_path,
        "_posts/2023-04-02-fog.md",
        "---\ntitle: Fog\npermalink: /2023/fog/\nredirect_from: /x\ntags: [sea, fog]\n---\nBody.\n",
    )
    write(
        tmp_path,
        "_posts/2023-04-03-rain.md",
        "---\ntitle: Rain\ndate: 2023-04-05 10:00:00 +0200\npublished: false\n---\nBody.\n",
    )
    write(tmp_path, "_drafts/wind.md", "Body.")
    posts = read(tmp_path, "https://maud.example")
    fog, rain = posts["_posts/2023-04-02-fog.md"], posts["_posts/2023-04-03-rain.md"]
    assert (fog.title, fog.created_at, fog.url) == (
        "Fog",
        "2023-04-02T00:00:00+00:00",
        "https://maud.example/2023/fog/",
    )
    assert (fog.tags, fog.content, fog.visibility) == (("sea", "fog"), "Body.\n", "public")
    assert (rain.created_at, rain.visibility) == ("2023-04-05T08:00:00+00:00", "draft")
    assert posts["_drafts/wind.md"].visibility == "draft"


def test_hugo(tmp_path: Path) -> None:
    write(tmp_path, "fog/index.md", '+++\ndate = 2023-08-12T15:30:00Z\nslug = "the-fog"\ndraft = true\n+++\nBody.')
    write(tmp_path, "rain.md", '{"title": "Rain", "url": "/r/", "date": "2023-01-02"}\nBody.')
    posts = read(tmp_path, "https://maud.example/blog/")
    fog, rain = posts["fog/index.md"], posts["rain.md"]
    assert (fog.title, fog.created_at, fog.visibility) == ("fog", "2023-08-12T15:30:00+00:00", "draft")
    assert fog.url == "https://maud.example/blog/the-fog"
    assert (rain.title, rain.url, rain.content) == ("Rain", "https://maud.example/blog/r/", "Body.")


def test_obsidian(tmp_path: Path) -> None:
    write(
        tmp_path,
        "Fog on the pier.md",
        "---\ncreated: 2023-02-05\naliases:\n  - haze\ntags:\n  - '#sea'\n  - fog\n---\nBody.",
    )
    write(tmp_path, "2023-02-06.md", "Body.")
    write(tmp_path, "untitled.md", "# Of *rain* and [snow](x)\n\nBody.")
    write(tmp_path, ".obsidian/workspace.md", "{}")
    posts = read(tmp_path)
    assert list(posts) == ["2023-02-06.md", "Fog on the pier.md", "untitled.md"]
    fog = posts["Fog on the pier.md"]
    assert (fog.title, fog.created_at, fog.tags, fog.url) == (
        "Fog on the pier",
        "2023-02-05T00:00:00+00:00",
        ("sea", "fog"),
        fog.source_id,
    )
    assert (posts["2023-02-06.md"].title, posts["2023-02-06.md"].created_at[:10]) == ("2023-02-06", "2023-02-06")
    assert (posts["untitled.md"].title, posts["untitled.md"].created_at) == ("Of rain and snow", "")


def test_html_and_text(tmp_path: Path) -> None:
    write(
        tmp_path,
        "a.html",
        '<html><head><title>Fog | Maud</title><meta name="date" content="2023-11-11"></head><body><h1>Fog</h1>x',
    )
    write(
        tmp_path,
        "b.htm",
        '<meta property="article:published_time" content="2023-11-12T01:00:00+02:00"><title>Rain</title><p>x',
    )
    write(
        tmp_path,
        "c.html",
        '<link rel="canonical" href="https://m.example/c"><p>x <time datetime="2023-11-13">then</time>',
    )
    write(tmp_path, "d.html", "<!-- nothing -->")
    write(tmp_path, "e.html", b'<meta charset="iso-8859-1"><title>Caf\xe9</title><p>\x93x\x94')
    write(tmp_path, "2024-01-02-f.txt", "The gull\n\nIt sat.")
    posts = read(tmp_path, "https://maud.example")
    assert [posts[key].title for key in posts] == ["The gull", "Fog", "Rain", "c", "d", "Café"]
    assert [posts[key].created_at[:10] for key in posts] == [
        "2024-01-02",
        "2023-11-11",
        "2023-11-11",
        "2023-11-13",
        "",
        "",
    ]
    assert posts["c.html"].url == "https://m.example/c"
    assert posts["a.html"].url == "https://maud.example/a.html"
    assert "“x”" in posts["e.html"].content
    assert [p.content_type for p in posts.values()] == [ContentType.PLAIN, *[ContentType.HTML] * 5]


def test_a_pattern_is_no_address(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "---\npermalink: /:year/:title/\n---\nx")
    write(tmp_path, "b.md", "---\ncanonical_url: https://elsewhere.example/b\nslug: c\n---\nx")
    posts = read(tmp_path, "https://maud.example")
    assert (posts["a.md"].url, posts["b.md"].url) == ("a.md", "https://elsewhere.example/b")


def test_null_in_front_matter_is_nothing(tmp_path: Path) -> None:
    write(tmp_path, "fog.md", "---\ntitle: null\ntags: ~\ndate: null\npermalink: null\nauthor: null\n---\nBody.")
    fog = read(tmp_path, "https://maud.example")["fog.md"]
    assert (fog.title, fog.tags, fog.created_at, fog.url) == ("fog", (), "", "fog.md")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the file is empty (0 bytes)"),
        (b"fine \xff\xfe then", "invalid UTF-8 at byte 5"),
        (codecs.BOM_UTF8 + b"ok \xe9", "invalid UTF-8 at byte 6"),
        (b"text\x00text", "binary content: a zero byte at offset 4"),
        (b"---\ntitle: a\n bad: b\n---\nx", "broken front matter, line 3"),
        (b"x" * 10_001, "the limit is 0.01 MB"),
    ],
)
def test_a_bad_file_is_a_post_with_its_reason_and_stops_no_other(tmp_path: Path, content: bytes, problem: str) -> None:
    write(tmp_path, "2023-04-02-bad.md", content)
    write(tmp_path, "good.md", "Good.")
    posts = read(tmp_path)
    bad = posts["2023-04-02-bad.md"]
    assert problem in bad.problem
    assert (bad.content, bad.title, bad.created_at[:10]) == ("", "bad", "2023-04-02")
    assert (posts["good.md"].problem, posts["good.md"].content) == ("", "Good.")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks_are_read(tmp_path: Path, encoding: str) -> None:
    write(tmp_path, "a.md", "---\ntitle: Füchse\n---\nÄpfel.".encode(encoding))
    post = read(tmp_path)["a.md"]
    assert (post.title, post.content, post.problem) == ("Füchse", "Äpfel.", "")


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = write(tmp_path, "outside/secret.md", "secret")
    folder = tmp_path / "posts"
    write(folder, "a.md", "A.")
    (folder / "same.md").symlink_to(folder / "a.md")
    (folder / "loop.md").symlink_to(folder / "loop.md")
    (folder / "gone.md").symlink_to(folder / "nowhere.md")
    (folder / "up").symlink_to(folder, target_is_directory=True)
    (folder / "out").symlink_to(outside.parent, target_is_directory=True)
    (folder / "out.md").symlink_to(outside)
    source = opened(folder, "folder")
    posts = {post.source_id: post for post in source.read() if isinstance(post, Post)}
    assert {key for key, post in posts.items() if not post.problem} == {"a.md"}
    assert set(posts) == {"a.md", "loop.md", "gone.md", "out", "out.md"}
    assert "out of the folder" in posts["out"].problem
    assert str(outside) in posts["out.md"].problem
    assert "secret" not in "".join(post.content for post in posts.values())
    assert source.ignored == {"link inside the folder": 2}


def test_what_is_no_post_is_counted(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "A.")
    for name in ["b.png", "c.PNG", ".hidden.md", "node_modules/x.md", "_site/x.md", "README.md", "sub/LICENSE.txt"]:
        write(tmp_path, name, "x")
    write(tmp_path, "sub/readme.md", "---\ntitle: Read me as a post\n---\nx")
    os.mkfifo(tmp_path / "pipe.md")
    source = opened(tmp_path, "folder")
    assert [post.source_id for post in source.read()] == ["a.md", "sub/readme.md"]
    assert source.count() == 2
    assert source.ignored == {
        ".png": 2, "README and the like": 2, "_site": 1, "hidden": 1, "no ordinary file": 1, "node_modules": 1,
    }  # fmt: skip


def test_a_name_that_is_no_utf8_is_shown(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.md")).write_text("x")
    assert list(read(tmp_path)) == ["caf\\xe9.md"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "x").chmod(0)
    write(tmp_path, "sub/b.md", "x").parent.chmod(0)
    posts = read(tmp_path)
    (tmp_path / "sub").chmod(0o700)
    assert "Permission denied" in posts["a.md"].problem
    assert "cannot be listed" in posts["sub/"].problem


def test_a_file_that_goes_while_reading_is_a_problem(tmp_path: Path) -> None:
    path = write(tmp_path, "a.md", "x")
    source = opened(tmp_path, "folder")
    path.unlink()
    assert [post.problem for post in source.read()] == ["cannot be read: No such file or directory"]


def test_one_file_is_a_source(tmp_path: Path) -> None:
    write(tmp_path, "README.md", "x")
    assert [post.source_id for post in opened(tmp_path / "README.md", "folder").read()] == ["README.md"]


def test_a_location_without_posts_names_what_is_looked_for(tmp_path: Path) -> None:
    write(tmp_path, "a.odt", "x")
    with pytest.raises(EmptySourceError, match=r"\.markdown .*ignored: 1 \.odt") as caught:
        opened(tmp_path, "folder")
    assert str(tmp_path) in str(caught.value)
    with pytest.raises(SourceError, match=r"neither a folder nor a file ending in \.md"):
        opened(tmp_path / "a.odt", "folder")
    with pytest.raises(SourceError, match="no folder or file"):
        opened(tmp_path / "missing", "folder")


def test_the_same_folder_gives_the_same_posts(tmp_path: Path) -> None:
    write(tmp_path, "b.md", "B.")
    write(tmp_path, "a/b.md", "AB.")
    first, second = read(tmp_path), read(tmp_path)
    assert first == second
    assert {p.source for p in first.values()} == {f"folder:{tmp_path}"}
    assert list(first) == ["a/b.md", "b.md"]
