import io
import json
import re
import tarfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from fakes.fetching import opened, source_options
from feature_pipeline.errors import EmptySourceError, SourceError
from feature_pipeline.source_contract import Location, Match
from feature_pipeline.sources import source_module
from feature_store.records import ContentType, Post, PostKind

ME = "https://social.example/users/maud"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
ACTOR = {"@context": "https://www.w3.org/ns/activitystreams", "id": ME, "type": "Person", "preferredUsername": "maud"}


def note(key: str, content: Any = "<p>Fog.</p>", **fields: Any) -> dict[str, Any]:
    address = f"{ME}/statuses/{key}"
    written = {
        "id": address,
        "type": "Note",
        "summary": None,
        "inReplyTo": None,
        "published": "2023-03-11T13:43:31Z",
        "url": f"https://social.example/@maud/{key}",
        "attributedTo": ME,
        "to": [PUBLIC],
        "cc": [f"{ME}/followers"],
        "content": content,
        "contentMap": {"en": content},
        "attachment": [],
        "tag": [],
    } | fields
    return {"id": f"{address}/activity", "type": "Create", "actor": ME, "published": "2023-03-11T13:43:31Z"} | {
        "to": written["to"],
        "cc": written["cc"],
        "object": written,
    }


def boost(key: str, of: Any) -> dict[str, Any]:
    published = "2023-03-12T13:43:31Z"
    return {"id": f"{ME}/statuses/{key}/activity", "type": "Announce", "actor": ME, "published": published} | {
        "to": [PUBLIC],
        "object": of,
    }


def outbox(*items: Any) -> dict[str, Any]:
    head = {"@context": "https://www.w3.org/ns/activitystreams", "id": "outbox.json", "type": "OrderedCollection"}
    return head | {"totalItems": 9999, "orderedItems": list(items)}


def archive(folder: Path, *items: Any, actor: Any = ACTOR) -> Path:
    (folder / "outbox.json").write_text(json.dumps(outbox(*items)), encoding="utf-8")
    if actor:
        (folder / "actor.json").write_text(json.dumps(actor), encoding="utf-8")
    return folder


def read(location: Path) -> dict[str, Post]:
    posts = list(opened(str(location), "mastodon_archive").read())
    assert len({post.source_id for post in posts}) == len(posts)
    return {post.source_id.removeprefix(f"{ME}/statuses/"): post for post in posts}


def recognised(location: Path) -> Match:
    return source_module("mastodon_archive").recognises(Location(str(location), source_options().fetcher))


def test_a_post(tmp_path: Path) -> None:
    tags = [
        {"type": "Mention", "href": "https://other.example/users/ada", "name": "@ada@other.example"},
        {"type": "Mention", "href": ME, "name": "@maud"},
        {"type": "Hashtag", "href": "https://social.example/tags/fog", "name": "#fog"},
        {"type": "Emoji", "name": ":gull:"},
    ]
    content = "<p>Fog &amp; rain  🧑‍🚀<br />霧</p>"
    posts = read(archive(tmp_path, note("1", content, summary="weather", tag=tags, attachment=[{"name": "alt text"}])))
    assert posts["1"] == Post(
        author="maud",
        source=f"mastodon_archive:{ME}",
        source_id=f"{ME}/statuses/1",
        url="https://social.example/@maud/1",
        title="weather",
        created_at="2023-03-11T13:43:31+00:00",
        fetched_at="2026-01-01T00:00:00+00:00",
        content=content,
        content_type=ContentType.HTML,
        kind=PostKind.POST,
        tags=("fog",),
        people=("ada@other.example", "ada"),
    )


def test_replies_boosts_articles_and_questions(tmp_path: Path) -> None:
    source = opened(
        str(
            archive(
                tmp_path,
                note("1", "<p>First.</p><p>Second.</p>"),
                note("2", inReplyTo=f"{ME}/statuses/1"),
                note("3", inReplyTo="https://other.example/7"),
                boost("4", "https://other.example/8"),
                boost("5", {"type": "Note", "id": "https://other.example/9", "content": "not mine"}),
                note("6", type="Article", name="On fog"),
                note("7", type="Question", oneOf=[{"name": "yes"}]),
                note("8", None, name="yes", inReplyTo="https://other.example/7", attachment=[], contentMap=None),
                {"id": "x", "type": "Like", "actor": ME, "object": "https://other.example/8"},
                note("9", attributedTo="https://other.example/users/ada"),
            )
        ),
        "mastodon_archive",
    )
    posts = {post.source_id.split("/statuses/")[-1]: post for post in source.read()}
    assert {key: (post.kind, post.context, post.title) for key, post in posts.items()} == {
        "1": (PostKind.POST, "", ""),
        "2": (PostKind.REPLY, "First.\n\nSecond.", ""),
        "3": (PostKind.REPLY, "", ""),
        "4/activity": (PostKind.REPOST, "", ""),
        "5/activity": (PostKind.REPOST, "", ""),
        "6": (PostKind.ARTICLE, "", "On fog"),
        "7": (PostKind.POST, "", ""),
    }
    assert [posts[f"{key}/activity"].content for key in "45"] == ["https://other.example/8", "https://other.example/9"]
    assert source.ignored == {"like activities": 1, "other people's posts": 1, "votes in polls": 1}


@pytest.mark.parametrize(
    ("to", "cc", "visibility"),
    [
        ([PUBLIC], [f"{ME}/followers"], "public"),
        ([f"{ME}/followers"], [PUBLIC], "public"),
        ("as:Public", None, "public"),
        ([f"{ME}/followers"], [], "private"),
        (["https://other.example/users/ada"], [], "private"),
        (None, None, "private"),
        (7, {"a": 1}, "private"),
    ],
)
def test_visibility(tmp_path: Path, to: Any, cc: Any, visibility: str) -> None:
    assert read(archive(tmp_path, note("1", to=to, cc=cc)))["1"].visibility == visibility


def test_changes_and_deletions(tmp_path: Path) -> None:
    def update(key: str, content: str, at: str) -> dict[str, Any]:
        return note(key, content, updated=at) | {"type": "Update"}

    source = opened(
        str(
            archive(
                tmp_path,
                update("1", "<p>newest</p>", "2023-06-01T00:00:00Z"),
                update("1", "<p>newer</p>", "2023-05-01T00:00:00Z"),
                note("1", "<p>old</p>"),
                note("2"),
                note("2"),
                note("3"),
                {"type": "Delete", "actor": ME, "object": {"type": "Tombstone", "id": f"{ME}/statuses/3"}},
                {"type": "Create", "actor": ME, "object": {"type": "Tombstone", "id": f"{ME}/statuses/4"}},
                {"type": "Update", "actor": ME, "object": {"type": "Person", "id": ME, "name": "Maud"}},
            )
        ),
        "mastodon_archive",
    )
    posts = [(post.source_id[-1], post.content) for post in source.read()]
    assert posts == [("1", "<p>newest</p>"), ("2", "<p>Fog.</p>")]
    assert source.ignored["deleted posts"] == 2
    assert source.ignored["the same post again"] == 2


def test_the_line_for_apps_without_quotes_goes(tmp_path: Path) -> None:
    content = '<p class="quote-inline">RE: <a href="https://o.example/1"><span>o.example</span></a></p><p>So true.</p>'
    assert read(archive(tmp_path, note("1", content)))["1"].content == "<p>So true.</p>"


def test_bad_items_beside_good_ones(tmp_path: Path) -> None:
    items = [
        *(None, 5, {}, {"type": 3}, {"type": "Create"}, {"type": "Create", "object": f"{ME}/statuses/8"}),
        note("1", None, contentMap=["x"]),
        note("2", published=9**30, tag={"a": 1}, url=[{"href": "https://u.example"}], attachment="x", inReplyTo=[]),
        note("3", None, contentMap={"de": "<p>Nebel</p>"}),
        note("4", "half \ud83d"),
        boost("5", None),
    ]
    posts = read(archive(tmp_path, *items))
    good = {key: post for key, post in posts.items() if not post.problem}
    assert {key: post.content for key, post in good.items()} == {
        "2": "<p>Fog.</p>",
        "3": "<p>Nebel</p>",
        "4": "half \ufffd",
    }
    assert (good["2"].url, good["2"].created_at) == ("https://u.example", "2023-03-11T13:43:31+00:00")
    assert {key for key in posts if key not in good} == {
        *(f"outbox.json#{i}" for i in (0, 1, 2, 4)),
        "8",
        "1",
        "5/activity",
    }


@pytest.mark.parametrize("text", ["", "{", '{"@context": "activitystreams", "orderedItems": 3}', "[" * 100_000])
def test_a_broken_outbox(tmp_path: Path, text: str) -> None:
    archive(tmp_path, note("1"))
    (tmp_path / "outbox2.json").write_text(f'{text} "OrderedCollection"' if text in ("{", "[" * 100_000) else text)
    if not text:  # nothing says that it is one
        assert list(read(tmp_path)) == ["1"]
    else:
        (tmp_path / "outbox.json").write_text(text.replace("}", ', "type": "OrderedCollection"}') or "x")
        with pytest.raises(SourceError):
            read(tmp_path)


def test_tar_single_file_and_what_is_none(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "archive-2024.tar.gz", "w:gz") as file:
        for name, value in (("outbox.json", outbox(note("1"))), ("actor.json", ACTOR), ("likes.json", outbox())):
            data = json.dumps(value).encode()
            info = tarfile.TarInfo(f"archive/{name}")
            info.size = len(data)
            file.addfile(info, io.BytesIO(data))
    assert recognised(tmp_path / "archive-2024.tar.gz") is Match.YES
    assert read(tmp_path / "archive-2024.tar.gz")["1"].source == f"mastodon_archive:{ME}"
    single = archive(tmp_path, note("1"), actor=None) / "outbox.json"
    assert recognised(single) is Match.YES
    assert read(single)["1"].source == f"mastodon_archive:{ME}"  # by the activities' actor
    likes = tmp_path / "likes.json"
    likes.write_text(json.dumps(outbox("https://other.example/8")))
    assert recognised(likes) is Match.NO
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(EmptySourceError):
        opened(str(empty), "mastodon_archive")
    with pytest.raises(EmptySourceError):
        read(archive(empty))


@pytest.mark.shared
def test_real_archive(shared: Path) -> None:
    folder = shared / "exports/mastodon_archive/reshaped"
    raw = (folder / "outbox.json").read_text(encoding="utf-8")
    posts = read(folder)
    kinds = Counter(post.kind for post in posts.values())
    assert kinds[PostKind.REPOST] == raw.count('"type": "Announce"') == 34
    assert kinds[PostKind.REPLY] == len(re.findall(r'"inReplyTo": "', raw))
    assert len(posts) == 34 + raw.count('"type": "Create"') == 200
    assert not [post for post in posts.values() if post.problem or not post.created_at]
