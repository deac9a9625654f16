import gzip
import json
from pathlib import Path

import pytest

from fakes.fetching import opened, source_options
from feature_pipeline.cleaning import clean
from feature_pipeline.errors import EmptySourceError, SourceError
from feature_pipeline.formats.escaping import unescape_title
from feature_pipeline.source_contract import Location
from feature_pipeline.sources import recognise
from feature_store.records import ContentType, Post, PostKind

CORPORA = {"cboettig": 600, "haacked": 600, "mtlynch": 247, "pepys": 600, "skeeto": 460}


def read(folder: Path, *lines: object, name: str = "posts.jsonl", **options: object) -> list[Post]:
    path = folder / name
    path.write_bytes(
        b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)
    )
    return [post for post in opened(path, **options).read() if isinstance(post, Post)]


def test_every_key_of_the_schema_is_read(tmp_path: Path) -> None:
    whole, least = read(
        tmp_path,
        {
            "id": 7,
            "title": "Fog",
            "created_at": 1680429600,
            "url": "https://maud.example/fog",
            "tags": ["sea", "#fog"],
            "kind": "Reply",
            "content_type": "text/html",
            "context": "Any fog?",
            "visibility": "private",
            "content": "<p>Fog.  Two  spaces.</p>",
            "words": 3,
        },
        {"text": "  Rain 🌧\n\n“So”  it was.\n"},
    )
    assert (whole.source_id, whole.title, whole.url) == ("7", "Fog", "https://maud.example/fog")
    assert (whole.created_at, whole.tags) == ("2023-04-02T10:00:00+00:00", ("sea", "fog"))
    assert (whole.kind, whole.content_type, whole.content) == (
        PostKind.REPLY,
        ContentType.HTML,
        "<p>Fog.  Two  spaces.</p>",
    )
    assert (whole.context, whole.visibility) == ("Any fog?", "private")
    assert (least.content, least.content_type, least.kind) == (
        "  Rain 🌧\n\n“So”  it was.\n",
        ContentType.MARKDOWN,
        PostKind.ARTICLE,
    )
    assert (least.visibility, least.created_at, least.problem) == ("public", "", "")
    assert least.source == f"jsonl:{tmp_path / 'posts.jsonl'}"


def test_of_a_chat_with_an_assistant_only_what_the_person_typed_is_read(tmp_path: Path) -> None:
    typed, answer, told = read(
        tmp_path,
        {"role": "user", "content": "Why do springs break in frost?"},
        {"role": "assistant", "content": "Steel is brittle."},
        {"role": "system", "content": "You are of help."},
    )
    assert (typed.content, typed.problem) == ("Why do springs break in frost?", "")
    assert answer.content == told.content == ""
    assert "its role is 'assistant'" in answer.problem


def test_entities_in_a_title_are_read_unless_it_is_no_html(tmp_path: Path) -> None:
    titles = ["What&rsquo;s new &amp; old&#8230;", "a && b &amp; c", "The <p> and the &nbsp;", "Fish & chips"]
    posts = read(tmp_path, *({"title": title, "text": "Fog."} for title in titles))
    assert [post.title for post in posts] == ["What’s new & old…", *titles[1:]]


def test_a_line_without_an_id_is_named_by_what_it_says(tmp_path: Path) -> None:
    first = read(tmp_path, {"text": "One."}, {"text": "Two."})
    again = read(tmp_path, {"text": "Two."}, {"text": "One.", "id": None})
    assert first[0].source_id == again[1].source_id
    assert first[1].id == again[0].id
    assert first[0].id != first[1].id


@pytest.mark.parametrize(
    ("line", "source_id", "problem"),
    [
        (b'{"id": "fog", "text": "cut o', "fog", "line 2: it is broken JSON"),
        (b"", None, ""),
        (b"  ", None, ""),
        (b"[1, 2]", "line 2", "a JSON object {…} is expected, it holds [1, 2]"),
        (b"7", "line 2", "it holds 7"),
        (b"null", "line 2", "it holds None"),
        (b'{"id": "fog"}', "fog", 'there is no "text"'),
        (b'{"id": "fog", "text": null, "content": ["x"]}', "fog", 'there is no "text"'),
        (b'{"id": "fog", "text": " \\n"}', "fog", 'there is no "text"'),
        (b'{"id": "fog", "text": "x", "kind": "poem"}', "fog", "kind is 'poem', it may be article, post, reply"),
        (b'{"id": "fog", "text": "x", "content_type": "rtf"}', "fog", "it may be markdown, html, plain"),
        (b'{"id": "fog", "text": "x", "visibility": "friends"}', "fog", "it may be public, draft, private"),
        (b'{"text": "' + b"x" * 2000 + b'"}', "line 2", "longer than 0.001 MB"),
        (b'{"id": "fog", "text": "\xff"}', "fog", "line 2: it: invalid UTF-8 at byte 23"),
        (b'{"text": ' + b"[" * 900, "line 2", "it is broken JSON"),
    ],
)
def test_a_bad_line_is_a_post_with_its_reason_and_stops_no_other(
    tmp_path: Path, line: bytes, source_id: str | None, problem: str
) -> None:
    posts = read(tmp_path, {"id": "a", "text": "One."}, line, {"id": "b", "text": "Two."}, max_file_bytes=1000)
    good = [post for post in posts if not post.problem]
    assert [(post.source_id, post.content) for post in good] == [("a", "One."), ("b", "Two.")]
    bad = [post for post in posts if post.problem]
    assert [post.source_id for post in bad] == ([source_id] if source_id else [])
    assert all(problem in post.problem and post.content == "" for post in bad)
    assert all(f"{post.source_id}: {post.problem}".count("line 2: ") == 1 for post in bad)
    assert all("Download it again" not in post.problem for post in bad)  # it was written by hand


def test_nesting_without_end_and_huge_numbers_are_problems(tmp_path: Path) -> None:
    posts = read(tmp_path, b'{"text": ' + b"[" * 200_000, b'{"text": "x", "id": ' + b"9" * 5000 + b"}")
    assert ["nested too deep" in posts[0].problem, "broken JSON" in posts[1].problem] == [True, True]


def test_an_id_that_stands_twice_is_a_problem_of_the_second(tmp_path: Path) -> None:
    first, second, third = read(
        tmp_path, {"id": "a", "text": "One."}, {"id": "a", "text": "Other."}, {"id": "a", "text": "Third."}
    )
    assert (first.content, first.problem) == ("One.", "")
    assert len({post.id for post in (first, second, third)}) == 3
    assert second.problem == "line 2: the id 'a' is that of line 1 too. Give each line one of its own"
    assert second.content == ""


def test_half_a_surrogate_pair_can_be_stored(tmp_path: Path) -> None:
    (post,) = read(tmp_path, b'{"id": "\\ud83d", "text": "x \\ud83d\\ude00 y\\ud83d", "tags": ["\\udc00"]}')
    assert post.content == "x 😀 y\ufffd"
    "".join([post.source_id, post.content, *post.tags]).encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("ending", [".jsonl", ".ndjson", ".jsonl.gz"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encodings_and_compression(tmp_path: Path, encoding: str, ending: str, newline: str) -> None:
    path = tmp_path / f"posts{ending}"
    lines = [json.dumps({"id": str(n), "text": f"Füchse\u2028ਊ {n}"}, ensure_ascii=False) for n in range(3)]
    data = newline.join(lines).encode(encoding)
    path.write_bytes(gzip.compress(data, mtime=0) if ending.endswith(".gz") else data)
    posts = list(opened(path).read())
    assert [post.content for post in posts if isinstance(post, Post)] == [f"Füchse\u2028ਊ {n}" for n in range(3)]


def test_what_cannot_be_read_to_its_end_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"text": "x"}\n' * 9999, mtime=0)[:-9])
    with pytest.raises(SourceError, match=r"posts.jsonl cannot be read: .*Nothing was changed"):
        list(opened(path).read())
    path.write_bytes(gzip.compress(b" " * 60_000_000, mtime=0))
    with pytest.raises(SourceError, match="decompression bomb"):
        list(opened(path, "jsonl").read())
    path.write_bytes(b"")
    with pytest.raises(EmptySourceError, match="holds no line"):
        list(opened(path).read())
    with pytest.raises(SourceError, match="there is no file"):
        opened(tmp_path / "missing.jsonl", "jsonl")


def test_it_is_recognised_by_its_first_line(tmp_path: Path) -> None:
    def kind_of(data: bytes) -> str:
        path = tmp_path / "x.jsonl"
        path.write_bytes(data)
        return recognise(Location(str(path), source_options().fetcher))

    assert kind_of(b'\n{"text": "x"}\n') == "jsonl"
    assert kind_of(b"broken") == "jsonl"
    assert kind_of(b"") == "jsonl"


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.parametrize(("author", "count"), CORPORA.items())
def test_real_archives_are_read_whole_and_to_the_letter(shared: Path, author: str, count: int) -> None:
    path = shared / "corpora" / author / "posts.jsonl"
    lines = path.read_bytes().split(b"\n")
    written = {row["id"]: row for row in map(json.loads, filter(None, lines))}
    posts = [post for post in opened(path).read() if isinstance(post, Post)]
    assert len(posts) == len(written) == path.read_bytes().count(b"\n") == count
    for post in posts:
        row = written[post.source_id]
        assert (post.content, post.url, post.problem) == (row["text"], row["url"], "")
        assert post.title == unescape_title(row["title"])
        assert post.created_at[:10] == row["date"][:10]
    assert sum(clean(post, min_words=20).usable for post in posts) > 0.95 * count
