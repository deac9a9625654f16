"""Folders of whole sites: which of their files are posts, and where these are found on the web."""

from pathlib import Path

import pytest

from fakes.fetching import opened
from feature_pipeline.cleaning import clean
from feature_pipeline.source_contract import Source
from feature_store.records import ContentType, Post

HUGO = 'baseURL = "https://maud.example/"\ntitle = "Maud"\n'
BODY = "---\ntitle: T\n---\nBody.\n"


def write(folder: Path, **files: str) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder


def source_of(folder: Path, **options: object) -> Source:
    return opened(str(folder), "folder", **options)


def ignored(folder: Path) -> dict[str, int]:
    source = source_of(folder)
    list(source.read())
    return source.ignored


def urls(folder: Path, **options: object) -> dict[str, str]:
    return {post.source_id: post.url for post in source_of(folder, **options).read() if isinstance(post, Post)}


def test_a_hugo_site_is_its_content_without_page_resources_and_empty_sections(tmp_path: Path) -> None:
    write(
        tmp_path,
        **{
            "hugo.toml": HUGO,
            "content/_index.md": "---\ntitle: Home\n---\n\n",
            "content/posts/_index.md": "---\ntitle: Posts\n---\nI write here on Mondays.\n",
            "content/posts/rain.md": BODY,
            "content/posts/fog/index.md": BODY,
            "content/posts/fog/index.de.md": BODY,
            "content/posts/fog/caption.md": "A resource.",
            "content/posts/fog/parts/more.html": "<p>A resource.",
            "archetypes/default.md": "---\ntitle: '{{ .Name }}'\n---\n",
            "themes/paper/exampleSite/content/post.md": BODY,
            "public/posts/rain/index.html": "<p>Body.",
            "layouts/single.html": "{{ .Content }}",
        },
    )
    assert urls(tmp_path) == {
        "content/posts/_index.md": "https://maud.example/posts/",
        "content/posts/fog/index.de.md": "https://maud.example/de/posts/fog/",
        "content/posts/fog/index.md": "https://maud.example/posts/fog/",
        "content/posts/rain.md": "https://maud.example/posts/rain/",
    }
    assert source_of(tmp_path).count() == 4
    assert ignored(tmp_path) == {
        ".toml": 1,
        "outside of content/": 4,
        "page resource": 2,
        "section page without text": 1,
    }


def test_files_beside_an_index_are_posts_where_there_are_no_bundles(tmp_path: Path) -> None:
    write(tmp_path, **{"docs/index.md": BODY, "docs/fog.md": BODY, "docs/deep/rain.md": BODY})
    assert len(urls(tmp_path)) == 3


def test_bundles_are_known_without_a_configuration_by_their_sections(tmp_path: Path) -> None:
    write(tmp_path, **{"_index.md": "Text.", "fog/index.md": BODY, "fog/note.md": BODY, "rain.md": BODY})
    assert set(urls(tmp_path)) == {"_index.md", "fog/index.md", "rain.md"}


def test_the_configuration_is_found_above_the_folder(tmp_path: Path) -> None:
    write(tmp_path, **{"config.toml": HUGO, "content/en/posts/2023/Fog On Pier.md": BODY, "notes/x.md": BODY})
    assert urls(tmp_path / "content" / "en" / "posts") == {
        "2023/Fog On Pier.md": "https://maud.example/en/posts/2023/fog-on-pier/"
    }
    assert urls(tmp_path / "content" / "en" / "posts", base_url="https://other.example/x/") == {
        "2023/Fog On Pier.md": "https://other.example/x/en/posts/2023/fog-on-pier/"
    }
    assert urls(tmp_path / "notes") == {"x.md": "x.md"}  # no part of that site


@pytest.mark.parametrize(
    "configuration",
    ["", "title: x", "baseURL: [", "- a", "baseURL: {a: b}", "&a [*a]", "a: &a {b: *a}", "baseURL: ftp://x\n", "\x00"],
)
def test_what_is_no_configuration_gives_no_address(tmp_path: Path, configuration: str) -> None:
    write(tmp_path, **{"config.yaml": configuration, "hugo.json": "[1", "content/a.md": BODY, "b.md": BODY})
    assert urls(tmp_path)["content/a.md"] == "content/a.md"


@pytest.mark.parametrize(
    ("permalink", "address"),
    [
        ("", "/sea/2023/04/02/Fog-Pier.html"),
        ("permalink: pretty", "/sea/2023/04/02/Fog-Pier/"),
        ("permalink: ordinal", "/sea/2023/092/Fog-Pier.html"),
        ("permalink: none", "/sea/Fog-Pier.html"),
        ("permalink: weekdate", "/sea/2023/W13/SUN/Fog-Pier.html"),
        ("permalink: /blog/:year-:i_month-:i_day/:slug", "/blog/2023-4-2/fog-pier"),
        ("permalink: /:nonsense/:title", ""),
        ("permalink: pretty\nbaseurl: /maud", "/maud/sea/2023/04/02/Fog-Pier/"),
    ],
)
def test_jekyll_addresses(tmp_path: Path, permalink: str, address: str) -> None:
    write(tmp_path, **{"_config.yml": f"url: https://maud.example\n{permalink}\n"})
    name = "_posts/2023-04-02-Fog-Pier.md"
    write(tmp_path, **{name: "---\ncategories: Sea\n---\nBody."})
    assert urls(tmp_path)[name] == (f"https://maud.example{address}" if address else name)


def test_jekyll_pages_drafts_and_own_permalinks(tmp_path: Path) -> None:
    write(
        tmp_path,
        **{
            "_config.yml": "url: https://maud.example\ntimezone: Europe/Berlin\n",
            "_posts/2023-04-02-own.md": "---\npermalink: /x/:title/\n---\nBody.",
            "_posts/2023-04-03-late.md": "---\ndate: 2023-04-03 23:30:00 -0500\nslug: Too late\n---\nBody.",
            "sea/_posts/2023-04-04-fixed.md": "---\npermalink: /fixed/\n---\nBody.",
            "sea/_posts/2023-04-05-deep.md": "---\ncategories: [Fog, Rain]\n---\nBody.",
            "_drafts/wind.md": "Body.",
            "about.md": BODY,
            "notes/index.md": BODY,
        },
    )
    assert urls(tmp_path) == {
        "_posts/2023-04-02-own.md": "https://maud.example/x/own/",
        "_posts/2023-04-03-late.md": "https://maud.example/2023/04/04/Too-late.html",
        "sea/_posts/2023-04-04-fixed.md": "https://maud.example/fixed/",
        "sea/_posts/2023-04-05-deep.md": "https://maud.example/sea/fog/rain/2023/04/05/deep.html",
        "_drafts/wind.md": "_drafts/wind.md",
        "about.md": "https://maud.example/about.html",
        "notes/index.md": "https://maud.example/notes/",
    }


@pytest.mark.parametrize(
    ("permalinks", "address"),
    [
        ('posts = "/:year/:month/:slug/"', "/2023/04/the-fog-of-pier/"),
        ('page = {posts = "/a/:day/:contentbasename"}', "/a/02/fog"),
        ('posts = "/:sections/:filename/"', "/posts/deep/fog/"),
        ('other = "/:year/"', "/posts/deep/fog/"),
    ],
)
def test_hugo_permalinks(tmp_path: Path, permalinks: str, address: str) -> None:
    write(
        tmp_path,
        **{
            "hugo.toml": f"{HUGO}[permalinks]\n{permalinks}\n",
            "content/posts/deep/fog.md": "---\ntitle: The Fog, of “Pier”\ndate: 2023-04-02T23:30:00-05:00\n---\nBody.",
        },
    )
    assert urls(tmp_path) == {"content/posts/deep/fog.md": f"https://maud.example{address}"}


def test_zola_and_hexo_addresses(tmp_path: Path) -> None:
    zola = write(
        tmp_path / "zola",
        **{"config.toml": 'base_url = "https://maud.example"\n', "content/blog/2023-04-02-fog.md": "+++\n+++\nBody."},
    )
    assert urls(zola) == {"content/blog/2023-04-02-fog.md": "https://maud.example/blog/fog/"}
    hexo = write(
        tmp_path / "hexo",
        **{
            "_config.yml": "url: https://maud.example/blog\nsource_dir: source\npermalink: :year/:month/:day/:title/\n",
            "source/_posts/fog.md": "title: Fog\ndate: 2023-04-02 10:00:00\ntags:\n- sea\n---\nBody.",
            "scaffolds/post.md": "title: {{ title }}\n---\n",
        },
    )
    assert urls(hexo) == {"source/_posts/fog.md": "https://maud.example/blog/2023/04/02/fog/"}
    assert [post.title for post in source_of(hexo).read() if isinstance(post, Post)] == ["Fog"]


def test_what_was_taken_back_or_is_to_come_is_not_public(tmp_path: Path) -> None:
    write(
        tmp_path,
        **{
            "gone.md": "---\nexpiryDate: 2025-12-31\n---\nx",
            "here.md": "---\nexpiryDate: 2026-01-02\npublishDate: 2025-01-01\n---\nx",
            "soon.md": "---\npublishDate: 2026-01-02\n---\nx",
        },
    )
    visible = {post.source_id: post.visibility for post in source_of(tmp_path).read() if isinstance(post, Post)}
    assert visible == {"gone.md": "private", "here.md": "public", "soon.md": "draft"}


def test_an_obsidian_vault_without_its_templates_and_drawings(tmp_path: Path) -> None:
    write(
        tmp_path,
        **{
            ".obsidian/app.json": "{}",
            ".obsidian/templates.json": '{"folder": "Meta/Forms"}',
            ".obsidian/plugins/templater-obsidian/data.json": "broken",
            ".trash/old.md": "x",
            "Fog.md": "Body.",
            "Templates/daily.md": "x",
            "Meta/Forms/weekly.md": "x",
            "Plan.canvas": "{}",
            "Pier.excalidraw.md": "x",
            "Quay.md": "---\nexcalidraw-plugin: parsed\n---\nx",
            "To do.md": "---\nkanban-plugin: basic\n---\n## Next\n\n- [ ] oil",
            "attachments/paper.pdf": "x",
        },
    )
    assert set(urls(tmp_path)) == {"Fog.md"}
    assert ignored(tmp_path) == {".canvas": 1, "attachment": 1, "board": 1, "drawing": 2, "hidden": 2, "template": 2}


def test_templates_are_posts_outside_of_a_vault(tmp_path: Path) -> None:
    write(tmp_path, **{"templates/a.md": "How I make letterpress templates."})
    assert set(urls(tmp_path)) == {"templates/a.md"}


def test_what_was_rendered_beside_its_source_is_no_second_post(tmp_path: Path) -> None:
    write(tmp_path, **{"a.Rmd": "x", "a.md": "x", "a.html": "x", "b.qmd": "x", "b.html": "x", "c.md": "x"})
    assert set(urls(tmp_path)) == {"a.Rmd", "b.qmd", "c.md"}
    assert ignored(tmp_path) == {"made from the .Rmd or .qmd beside it": 3}


def test_mdx_is_known_by_its_ending_or_its_imports(tmp_path: Path) -> None:
    write(
        tmp_path,
        **{
            "a.mdx": "---\ntitle: A\n---\n<Hero/> Body.",
            "b.md": "---\ndate: 2023-04-02\n---\nimport Tabs from '@theme/Tabs';\n\n# The {1} fog\n\nBody.",
            "c.md": "import duty from 1900 on\n\nBody.",
            "d.qmd": '---\ntitle: "D"\ndraft: true\ncategories: [x]\n---\n::: note\nBody.\n:::',
        },
    )
    posts = {post.source_id: post for post in source_of(tmp_path).read() if isinstance(post, Post)}
    assert [post.content_type for post in posts.values()] == [
        ContentType.MDX,
        ContentType.MDX,
        ContentType.MARKDOWN,
        ContentType.MARKDOWN,
    ]
    assert [post.title for post in posts.values()] == ["A", "The fog", "c", "D"]
    assert [clean(post, min_words=1).text for post in posts.values()] == [
        "Body.",
        "Body.",
        "import duty from 1900 on\n\nBody.",
        "Body.",
    ]
    assert posts["d.qmd"].visibility == "draft"
