import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from libipld import decode_car

from fakes.bluesky_repository import DID, Car
from fakes.fetching import opened, source_options
from feature_pipeline.errors import EmptySourceError, SourceError, WhoIsTheAuthorError
from feature_pipeline.source_contract import Location, Match
from feature_pipeline.sources import source_module
from feature_store.records import ContentType, Post, PostKind

OTHER = "did:plc:ada7654321"
FEED = "app.bsky.feed.post"


def post(text: Any = "Fog.", **fields: Any) -> dict[str, Any]:
    return {"$type": FEED, "text": text, "createdAt": "2023-12-06T00:21:07.723Z", "langs": ["en"]} | fields


def reply_to(uri: str) -> dict[str, Any]:
    reference = {"cid": "bafyrei", "uri": uri}
    return {"root": reference, "parent": reference}


def facet(text: str, part: str, feature: dict[str, str]) -> dict[str, Any]:
    start = len(text[: text.index(part)].encode())
    return {"index": {"byteStart": start, "byteEnd": start + len(part.encode())}, "features": [feature]}


def uri(key: str, collection: str = FEED, did: str = DID) -> str:
    return f"at://{did}/{collection}/{key}"


def write(path: Path, value: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())
    return path


def read(location: Path, **options: Any) -> dict[str, Post]:
    found = list(opened(str(location), "bluesky_archive", **options).read())
    posts = {item.source_id.rpartition("/")[2]: item for item in found if isinstance(item, Post)}
    assert len(posts) == len(found)
    return posts


def records(*items: Any, did: str = DID) -> dict[str, Any]:
    return {"records": [{"uri": uri(str(i), did=did), "cid": "b", "value": item} for i, item in enumerate(items)]}


def recognised(location: Path) -> Match:
    return source_module("bluesky_archive").recognises(Location(str(location), source_options().fetcher))


def test_a_repository_holds_what_its_newest_tree_reaches(tmp_path: Path) -> None:
    car = Car()
    left = car.node({f"{FEED}/3aa": post("first"), f"{FEED}/3ab": post("second", reply=reply_to(uri("3aa")))})
    right = car.node({"app.bsky.graph.follow/3b": {"$type": "app.bsky.graph.follow", "subject": OTHER}})
    subject = {"subject": {"uri": uri("9", did=OTHER), "cid": "b"}, "createdAt": "2023-02-01T18:32:13.878Z"}
    tree = car.node(
        {f"{FEED}/3ac": post("third"), "app.bsky.feed.repost/3ad": subject | {"$type": "app.bsky.feed.repost"}},
        left,
        right,
    )
    deleted = car.node({f"{FEED}/3zz": post("deleted since")})
    old, new = car.commit(deleted, "3j"), car.commit(tree, "3k")
    car.add(b"\xff a picture", codec=0x55)
    data = car.bytes(old, new)
    path = write(tmp_path / "repo.car", data)
    assert recognised(path) is Match.YES
    source = opened(str(path), "bluesky_archive")
    posts = [item for item in source.read() if isinstance(item, Post)]
    assert [(item.source_id, item.content, item.kind, item.context) for item in posts] == [
        (uri("3aa"), "first", PostKind.POST, ""),
        (uri("3ab"), "second", PostKind.REPLY, "first"),
        (uri("3ac"), "third", PostKind.POST, ""),
        (uri("3ad", "app.bsky.feed.repost"), f"https://bsky.app/profile/{OTHER}/post/9", PostKind.REPOST, ""),
    ]
    assert (source.name, source.lists_all) == (f"bluesky_archive:{DID}", True)
    assert source.ignored == {"app.bsky.graph.follow": 1}
    assert posts[0].url == f"https://bsky.app/profile/{DID}/post/3aa"


def test_links_mentions_and_tags(tmp_path: Path) -> None:
    text = "🧑‍🚀 Nebel – see github.com/snarfed/brid... and fog.example, says @ada.example #fog, or here."
    link = {"$type": "app.bsky.richtext.facet#link"}
    facets = [
        facet(text, "github.com/snarfed/brid...", link | {"uri": "https://github.com/snarfed/bridgy-fed"}),
        facet(text, "fog.example", link | {"uri": "https://fog.example"}),
        facet(text, "@ada.example", {"$type": "app.bsky.richtext.facet#mention", "did": OTHER}),
        facet(text, "#fog", {"$type": "app.bsky.richtext.facet#tag", "tag": "fog"}),
        facet(text, "here", link | {"uri": "https://here.example"}),
        {"index": {"byteStart": 1, "byteEnd": 3}, "features": [link | {"uri": "https://inside.example"}]},
        {"index": {"byteStart": 5, "byteEnd": 9**9}, "features": [link | {"uri": "https://beyond.example"}]},
        *({"index": {}, "features": 3}, None, {"index": {"byteStart": "1", "byteEnd": None}, "features": [None, {}]}),
    ]
    own = read(write(tmp_path / "r.json", records(post(text, facets=facets, tags=["weather", 7]))))["0"]
    assert own.content == text.replace("github.com/snarfed/brid...", "https://github.com/snarfed/bridgy-fed")
    assert (own.people, own.tags) == (("ada.example",), ("fog", "weather", "7"))
    old = "🧑‍🚀 bsky.app/profile/ad..."  # the forerunner of facets counts UTF-16
    start = len(old[: old.index("bsky")].encode("utf-16-le")) // 2
    entity = {"type": "link", "index": {"start": start, "end": start + 22}, "value": "https://bsky.app/profile/ada"}
    own = read(write(tmp_path / "r.json", records(post(old, entities=[entity]))))["0"]
    assert own.content == "🧑‍🚀 https://bsky.app/profile/ada"


def feed() -> Iterator[Any]:
    author = {"did": DID, "handle": "maud.example", "displayName": "Maud"}
    ada = {"did": OTHER, "handle": "ada.example"}
    parent = {"uri": uri("7", did=OTHER), "author": ada, "record": post("A question?")}
    yield {"post": {"uri": uri("1"), "author": author, "record": post("Plain.")}}
    answer = post("An answer.", reply=reply_to(uri("7", did=OTHER)))
    yield {"post": {"uri": uri("2"), "author": author, "record": answer}, "reply": {"root": parent, "parent": parent}}
    reason = {"$type": "app.bsky.feed.defs#reasonRepost", "by": author, "indexedAt": "2023-12-07T00:00:00Z"}
    yield {"post": parent, "reason": reason}
    quoted = {"$type": "app.bsky.embed.record#view", "record": {"uri": uri("8", did=OTHER), "value": post("Quoted.")}}
    yield {"post": {"uri": uri("3"), "author": author, "record": post("So true."), "embed": quoted}}


def test_an_author_feed(tmp_path: Path) -> None:
    source = opened(str(write(tmp_path / "feed.json", {"feed": list(feed()), "cursor": "x"})), "bluesky_archive")
    posts = [item for item in source.read() if isinstance(item, Post)]
    assert [(item.kind, item.content, item.context) for item in posts] == [
        (PostKind.POST, "Plain.", ""),
        (PostKind.REPLY, "An answer.", "A question?"),
        (PostKind.REPOST, f"https://bsky.app/profile/{OTHER}/post/7", ""),
        (PostKind.POST, "So true.", "Quoted."),
    ]
    assert not source.lists_all


@pytest.mark.parametrize("shape", ["list", "postRecords", "pages", "unpacked"])
def test_json_shapes(tmp_path: Path, shape: str) -> None:
    entries = records(post("one"), post("two"))["records"]
    if shape == "unpacked":
        for entry in entries:
            write(tmp_path / DID / FEED / f"{entry['uri'][-1]}.json", entry["value"])
        write(tmp_path / DID / "app.bsky.feed.like" / "3.json", {"$type": "app.bsky.feed.like"})
    elif shape == "pages":
        write(tmp_path / "page-1.json", {"records": entries, "cursor": "c"})
        write(
            tmp_path / "page-2.json",
            {"records": [*records(post("one"))["records"], {"uri": uri("2"), "value": post("3")}]},
        )
    else:
        meta = {"accountMeta": {"Identity": {"DID": DID, "Handle": "maud.example"}}, "postRecords": entries}
        write(tmp_path / "x.json", meta if shape == "postRecords" else entries)
    assert recognised(tmp_path) is Match.YES
    contents = {key: item.content for key, item in read(tmp_path).items()}
    assert contents == {"0": "one", "1": "two"} | ({"2": "3"} if shape == "pages" else {})


def test_blogs_on_the_protocol(tmp_path: Path) -> None:
    whitewind = {"$type": "com.whtwnd.blog.entry", "title": "On fog", "content": "# On *fog*", "visibility": "public"}
    hidden = whitewind | {"visibility": "author"}
    items = [{"content": {"$type": "pub.leaflet.blocks.text", "plaintext": letter}} for letter in "ab"]
    blocks = [
        {"block": {"$type": "pub.leaflet.blocks.header", "level": 2, "plaintext": "Part"}},
        {"block": {"$type": "pub.leaflet.blocks.text", "plaintext": "It came."}},
        {"block": {"$type": "pub.leaflet.blocks.unorderedList", "children": items}},
        {"block": {"$type": "pub.leaflet.blocks.image"}},
    ]
    leaflet = {"$type": "pub.leaflet.document", "title": "Leaf", "publishedAt": "2025-05-01T00:00:00Z"}
    standard = {"$type": "site.standard.document", "title": "S", "site": "https://fog.example", "path": "/s"}
    entries = [
        {"uri": uri("1", "com.whtwnd.blog.entry"), "value": whitewind},
        {"uri": uri("2", "com.whtwnd.blog.entry"), "value": hidden},
        {"uri": uri("3", "pub.leaflet.document"), "value": leaflet | {"pages": [{"blocks": blocks}]}},
        {"uri": uri("4", "site.standard.document"), "value": standard | {"textContent": "Plain *text*."}},
        {"uri": uri("5", "site.standard.document"), "value": standard},
    ]
    posts = read(write(tmp_path / "r.json", {"records": entries}))
    assert {item.kind for item in posts.values()} == {PostKind.ARTICLE}
    assert (posts["1"].title, posts["1"].content, posts["1"].url) == (
        "On fog",
        "# On *fog*",
        f"https://whtwnd.com/{DID}/1",
    )
    assert [item.visibility for item in posts.values()] == ["public", "private", "public", "public", "public"]
    assert posts["3"].content == "## Part\n\nIt came.\n\n- a\n- b"
    assert (posts["4"].content_type, posts["4"].url) == (ContentType.PLAIN, "https://fog.example/s")
    assert posts["5"].problem


def test_bad_items_beside_good_ones(tmp_path: Path) -> None:
    items: list[Any] = [
        *(None, 3, {}, {"uri": 5}, {"uri": uri("a")}, {"uri": uri("b"), "value": "x"}),
        {"uri": uri("c"), "value": post(None)},
        {"uri": uri("d"), "value": post("good", createdAt=9**50, reply="x", embed=[], facets={}, tags="t")},
        {"uri": uri("e"), "value": post("half \ud83d")},
        {"uri": uri("f", "app.bsky.feed.repost"), "value": {"subject": None}},
    ]
    posts = read(write(tmp_path / "r.json", {"records": items}))
    assert {key: item.content for key, item in posts.items() if not item.problem} == {"d": "good", "e": "half \ufffd"}
    assert {key for key, item in posts.items() if item.problem} == {*(f"r.json#{i}" for i in range(4)), *"abcf"}


def test_whose_posts_these_are(tmp_path: Path) -> None:
    write(tmp_path / "a.json", records(post("mine")))
    write(tmp_path / "b.json", records(post("hers"), did=OTHER))
    with pytest.raises(WhoIsTheAuthorError, match=OTHER):
        opened(str(tmp_path), "bluesky_archive")
    source = opened(str(tmp_path), "bluesky_archive", me=(DID,))
    assert [item.content for item in source.read() if isinstance(item, Post)] == ["mine"]
    assert (source.name, source.ignored) == (f"bluesky_archive:{DID}", {"other people's posts": 1})


def test_zip_and_what_is_none(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "repo.zip", "w") as file:
        car = Car()
        file.writestr("deep/repo.car", car.bytes(car.commit(car.node({f"{FEED}/1": post()}))))
    assert recognised(tmp_path / "repo.zip") is Match.YES
    assert list(read(tmp_path / "repo.zip")) == ["1"]
    other = write(tmp_path / "o.json", {"lexicon": 1, "id": FEED, "defs": {}})
    broken = write(tmp_path / "b.json", b'{"records": [{"uri": "at://did:plc:x/app.bsky.feed.post/1", ')
    assert (recognised(other), recognised(broken)) == (Match.NO, Match.YES)
    for path, error in ((other, EmptySourceError), (broken, SourceError)):
        with pytest.raises(error):
            opened(str(path), "bluesky_archive")


@pytest.mark.shared
def test_real_repository(shared: Path) -> None:
    path = shared / "exports/bluesky/paul_staging.repo.car"
    _, blocks = decode_car(path.read_bytes())  # another reader; it knows no tree, so it sees deleted records too
    texts = Counter(block["text"] for block in blocks.values() if block.get("$type") == FEED)
    posts = read(path)
    kinds = Counter(item.kind for item in posts.values())
    assert sum(texts.values()) == kinds[PostKind.POST] + kinds[PostKind.REPLY] == 101
    assert (
        kinds[PostKind.REPOST] == sum(block.get("$type") == "app.bsky.feed.repost" for block in blocks.values()) == 15
    )
    assert Counter(item.content for item in posts.values() if item.kind is not PostKind.REPOST) == texts
    assert not [item for item in posts.values() if item.problem or not item.created_at]


@pytest.mark.shared
def test_real_capture(shared: Path) -> None:
    path = shared / "exports/bluesky/capture_atprotocom.json"
    raw = path.read_text(encoding="utf-8")
    posts = read(path)
    assert len(posts) == raw.count('"text": "') == 20
    assert sum(item.kind is PostKind.REPLY for item in posts.values()) == raw.count('"parent": {') == 8
    assert not [item for item in posts.values() if item.content.endswith(("...", "…")) or item.problem]
