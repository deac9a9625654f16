"""A zipped or tarred folder of posts."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from fakes.fetching import FakeFetcher, opened
from feature_pipeline.errors import EmptySourceError, UnsafeArchiveError
from feature_pipeline.source_contract import Location, Match, Source
from feature_pipeline.sources import folder

BODY = "---\ntitle: T\n---\nBody.\n"


def write(folder: Path, **files: str) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder


def source_of(folder: Path, **options: object) -> Source:
    return opened(str(folder), "folder", **options)


FILES = {
    "blog-main/_config.yml": "url: https://maud.example\n",
    "blog-main/_posts/2023-04-02-fog.md": BODY,
    "blog-main/_site/x.html": "x",
    "blog-main/_site/y.html": "y",
    "blog-main/.github/x.md": "x",
    "blog-main/pier.png": "x",
    "blog-main/README.md": "x",
    "__MACOSX/blog-main/._fog.md": "x",
}


def zipped(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def tarred(path: Path, files: dict[str, str]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content.encode())
            archive.addfile(info, io.BytesIO(content.encode()))
    return path


def test_an_archive_is_read_as_the_folder_that_it_holds(tmp_path: Path) -> None:
    for path in (zipped(tmp_path / "blog.zip", FILES), tarred(tmp_path / "blog.tar.gz", FILES)):
        source = source_of(path)
        assert {post.source_id: post.url for post in source.read()} == {
            "_posts/2023-04-02-fog.md": "https://maud.example/2023/04/02/fog.html"
        }
        assert source.name == f"folder:{path}"
        assert source.ignored == {".png": 1, ".yml": 1, "README and the like": 1, "_site": 1, "hidden": 1}


def test_archives_with_posts_are_recognised(tmp_path: Path) -> None:
    def match(path: Path) -> Match:
        return folder.recognises(Location(str(path), FakeFetcher()))

    assert match(zipped(tmp_path / "a.zip", {"x/Fog.MD": "x"})) is Match.FALLBACK
    assert match(zipped(tmp_path / "b.zip", {"x/fog.png": "x"})) is Match.NO
    assert match(write(tmp_path / "c", **{"x.png": "x"})) is Match.FALLBACK
    assert match(tmp_path / "missing") is Match.NO


def test_an_archive_without_posts_or_with_a_way_out_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmptySourceError, match=r"ignored: 1 \.png"):
        source_of(zipped(tmp_path / "a.zip", {"x.png": "x"}))
    with pytest.raises(UnsafeArchiveError, match="leads out of the archive"):
        source_of(zipped(tmp_path / "b.zip", {"../x.md": "x"}))
