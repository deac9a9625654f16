"""What lies beside posts and is none, and titles that are the site's name."""

from pathlib import Path

import pytest

from fakes.fetching import opened
from feature_store.records import Post

TEXT = "The fog came in at six and the ferry went out at seven, as it does.\n"
POST = f"---\ntitle: Fog\n---\n{TEXT}"


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def read(folder: Path) -> tuple[dict[str, Post], dict[str, int]]:
    source = opened(str(folder), "folder")
    posts = {post.source_id: post for post in source.read() if isinstance(post, Post)}
    return posts, source.ignored


def test_what_quarto_has_beside_an_index_is_no_post(tmp_path: Path) -> None:
    write(
        tmp_path,
        **{
            "index.qmd": POST,
            "about.qmd": POST,
            "_footer.qmd": TEXT,
            "posts/fog/index.qmd": POST,
            "posts/fog/paper.pdf": TEXT,
            "posts/fog/data.txt": TEXT,
            "posts/fog/widget.html": TEXT,
            "posts/fog/demos/example.html": TEXT,
            "posts/fog/index.html": TEXT,
            "posts/fog/index_files/libs/notes.md": TEXT,
            "posts/fog/index_cache/html/x.md": TEXT,
            "posts/rain.qmd": POST,
            "site_libs/quarto/readme.md": TEXT,
        },
    )
    posts, ignored = read(tmp_path)
    assert set(posts) == {"index.qmd", "about.qmd", "posts/fog/index.qmd", "posts/rain.qmd"}
    assert ignored == {
        "files of the page beside them": 2,
        "made from the .Rmd or .qmd beside it": 1,
        "page resource": 4,
        "part of other pages": 1,
        "site_libs": 1,
    }


def test_what_lies_beside_several_index_files_is_theirs_and_beside_one_is_a_post(tmp_path: Path) -> None:
    write(
        tmp_path, **{"a/index.md": POST, "a/paper.pdf": TEXT, "b/index.mdx": POST, "b/demo.html": TEXT, "b/c.md": POST}
    )
    assert set(read(tmp_path)[0]) == {"a/index.md", "b/index.mdx", "b/c.md"}
    write(tmp_path / "one", **{"essays/index.md": POST, "essays/fog.txt": TEXT})
    assert set(read(tmp_path / "one")[0]) == {"essays/index.md", "essays/fog.txt"}


def test_a_saved_pages_files_are_no_posts(tmp_path: Path) -> None:
    write(tmp_path, **{"Fog.html": TEXT, "Fog_files/frame.html": TEXT, "my_files/rain.md": TEXT})
    assert set(read(tmp_path)[0]) == {"Fog.html", "my_files/rain.md"}


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("404.md", "# 404\n\nThis page went out with the tide. Try the front page.\n", "error pages"),
        ("404.html", TEXT, "error pages"),
        ("page-not-found.md", "---\ntitle: Not found\n---\nThere is nothing here.\n", "error pages"),
        ("robots.txt", TEXT, "README and the like"),
        ("sitemap.txt", "https://maud.example/a\n", "README and the like"),
        ("ads.txt", "google.com, pub-1, DIRECT\n", "README and the like"),
        ("llms.txt", TEXT, "README and the like"),
        ("google0123456789abcdef.html", "google-site-verification: google0123456789abcdef.html", "site verification"),
        ("yandex_0123456789abcdef.html", "<body>Verification: 0123456789abcdef</body>", "site verification"),
        ("pinterest-1a2b3.html", "<meta name='p:domain_verify' content='x'/><body>verified", "site verification"),
        ("0123456789abcdef0123456789abcdef.txt", "0123456789abcdef", "site verification"),
        ("old.txt", "https://maud.example/a\nhttps://maud.example/b\nhttps://maud.example/c\n", "lists of links"),
        ("roll.md", "# Blogs\n\n" + "".join(f"- [{n}](https://{n}.example)\n" for n in range(6)), "lists of links"),
        ("map.md", POST.replace(TEXT, "".join(f"- [[Note {n}]]\n" for n in range(6))), "lists of links"),
    ],
)  # fmt: skip
def test_what_is_for_machines_or_leads_elsewhere_is_no_post(tmp_path: Path, name: str, text: str, reason: str) -> None:
    write(tmp_path, **{"fog.md": POST, name: text})
    posts, ignored = read(tmp_path)
    assert (set(posts), ignored) == ({"fog.md"}, {reason: 1})


def test_a_number_is_a_name_like_another(tmp_path: Path) -> None:
    names = {"403.md", "404.md", "500.txt", "404 days at sea.md", "500-words-on-fog.html"}
    write(tmp_path, **dict.fromkeys(names, TEXT))
    assert set(read(tmp_path)[0]) == names


def test_links_that_are_told_of_are_a_post(tmp_path: Path) -> None:
    told = "".join(
        f"- [Clock {n}](https://{n}.example): it strikes late, and everybody here likes that.\n" for n in range(6)
    )
    few = TEXT * 3 + "".join(f"- [Clock {n}](https://{n}.example)\n" for n in range(6))
    write(tmp_path, **{"told.md": told, "few.md": few, "google-me.html": TEXT, "4040.md": TEXT})
    assert set(read(tmp_path)[0]) == {"told.md", "few.md", "google-me.html", "4040.md"}


def html(title: str, body: str, head: str = "") -> str:
    return f"<html><head><title>{title}</title>{head}</head><body>{body}<p>{TEXT}</p></body></html>"


def test_the_sites_name_is_not_the_title_of_every_page(tmp_path: Path) -> None:
    site = "The Harbour Clock"
    write(
        tmp_path,
        **{
            "a.html": html(site, "<h1>Fog</h1>"),
            "b.html": html(site, f"<h1>{site}</h1><h2>Rain</h2>"),
            "c.html": html(site, f"<h1>{site}</h1>"),
            "d.html": html("Wind - and more", "<h1>Wind</h1>"),
        },
    )
    assert {name: post.title for name, post in read(tmp_path)[0].items()} == {
        "a.html": "Fog", "b.html": "Rain", "c.html": "c", "d.html": "Wind",
    }  # fmt: skip


def test_a_name_that_all_titles_end_in_is_the_sites(tmp_path: Path) -> None:
    write(tmp_path, **{f"{n}.html": html(f"Day {n} – at sea | The Harbour Clock", "") for n in range(4)})
    assert [post.title for post in read(tmp_path)[0].values()] == [f"Day {n} – at sea" for n in range(4)]
    write(tmp_path / "two", **{f"{n}.html": html(f"Day {n} | The Harbour Clock", "") for n in range(2)})
    assert [post.title for post in read(tmp_path / "two")[0].values()] == [
        f"Day {n} | The Harbour Clock" for n in range(2)
    ]


@pytest.mark.parametrize(
    "mark",
    [
        '<meta property="og:site_name" content="The Harbour Clock">',
        '</head><body><p class="site-title">The Harbour Clock</p>',
    ],
)  # fmt: skip
def test_a_page_says_what_its_site_is_called(tmp_path: Path, mark: str) -> None:
    write(tmp_path, **{"fog.html": html("The Harbour Clock", "<h1>Of fog</h1>", mark)})
    assert read(tmp_path)[0]["fog.html"].title == "Of fog"
