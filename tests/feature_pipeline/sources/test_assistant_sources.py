"""What people typed to assistants: ChatGPT's and Claude's exports."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from fakes.fetching import opened
from feature_pipeline.errors import EmptySourceError
from feature_store.records import Post, PostKind

TYPED = "Why do springs break in frost? I keep six on the shelf."


def node(key: str, parent: str | None, children: list[str], role: str = "", *parts: Any, **more: Any) -> dict[str, Any]:
    content = {"content_type": more.pop("content_type", "text"), "parts": [*parts]}
    at = 1_714_600_000.5 + len(key)
    message = {"id": key, "author": {"role": role}, "create_time": at, "content": content, **more} if role else None
    return {"id": key, "message": message, "parent": parent, "children": children}


def chatgpt(*nodes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "title": "Springs",
        "create_time": 1.0,
        "mapping": {n["id"]: n for n in nodes},
        "conversation_id": "c1",
        **more,
    }


TREE = chatgpt(
    node("root", None, ["system"]),
    node("system", "root", ["hidden"], "system", "You are ChatGPT."),
    node("hidden", "system", ["a"], "user", "About me.", metadata={"is_visually_hidden_from_conversation": True}),
    node("a", "hidden", ["b", "b2"], "user", TYPED),
    node("b", "a", ["c"], "assistant", "Steel is brittle."),
    node("b2", "a", [], "assistant", "Other answer."),
    node("c", "b", ["d", "d2"], "user", {"content_type": "image_asset_pointer"}, "And this one?",
         content_type="multimodal_text"),
    node("d", "c", ["e"], "assistant", "code()", content_type="code"),
    node("e", "d", ["f"], "assistant", "That is bronze."),
    node("d2", "c", [], "assistant", "Newer, not shown."),
    node("f", "e", [], "user", "Thank you."),
    current_node="f",
)  # fmt: skip
CLAUDE = {
    "uuid": "c1", "name": "Springs", "created_at": "2024-05-01T10:00:00Z", "account": {"uuid": "acc"},
    "chat_messages": [
        {"uuid": "m1", "text": TYPED, "content": [{"type": "text", "text": TYPED}], "sender": "human",
         "created_at": "2024-05-01T10:00:00.5Z", "attachments": [{"extracted_content": "Somebody's book."}]},
        {"uuid": "m2", "text": "", "content": [{"type": "thinking", "thinking": "Hm."},
         {"type": "text", "text": "Steel is brittle."}], "sender": "assistant", "created_at": "2024-05-01T10:00:10Z"},
        {"uuid": "m3", "text": "And this one?", "sender": "human", "created_at": "2024-05-03T10:00:00Z"},
        {"uuid": "m4", "text": "", "content": [], "sender": "human", "created_at": "2024-05-03T10:00:01Z"},
    ],
}  # fmt: skip


def write(root: Path, value: Any, name: str = "conversations.json") -> Path:
    path = root / name
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def read(place: Path) -> list[Post]:
    return [post for post in opened(str(place)).read() if isinstance(post, Post)]


def test_chatgpt_the_branch_that_was_shown_with_the_answers_as_context(tmp_path: Path) -> None:
    write(tmp_path, [TREE])
    write(tmp_path, {"id": "user-1", "email": "maud@example.org"}, "user.json")
    source = opened(str(tmp_path))
    posts = [post for post in source.read() if isinstance(post, Post)]

    assert [(post.content, post.context) for post in posts] == [
        (TYPED, ""), ("And this one?", "Steel is brittle."), ("Thank you.", "That is bronze.")
    ]  # fmt: skip
    assert posts[0].source_id == "c1/a"
    assert posts[0].created_at == "2024-05-01T21:46:41+00:00"
    assert posts[0].kind is PostKind.MESSAGE
    assert all(post.people == () for post in posts)
    assert source.name == "chatgpt:user-1"
    assert not source.takes_me
    assert source.ignored == {"instructions": 1, "written by others": 2}


def test_chatgpt_without_a_current_node_the_last_branch_is_read(tmp_path: Path) -> None:
    tree = chatgpt(
        node("a", None, ["b", "c"], "user", TYPED),
        node("b", "a", [], "assistant", "First."),
        node("c", "a", ["d"], "assistant", "Second."),
        node("d", "c", [], "user", "Thank you."),
    )
    assert [post.context for post in read(write(tmp_path, [tree]))] == ["", "Second."]


def test_claude(tmp_path: Path) -> None:
    source = opened(str(write(tmp_path, [CLAUDE])))
    posts = [post for post in source.read() if isinstance(post, Post)]

    assert [(post.content, post.context) for post in posts] == [(TYPED, ""), ("And this one?", "Steel is brittle.")]
    assert posts[0].created_at == "2024-05-01T10:00:00+00:00"
    assert source.name == "claude:acc"
    assert not source.takes_me
    assert source.ignored == {"files alone": 1, "written by others": 1}


@pytest.mark.parametrize(("value", "kind"), [(TREE, "chatgpt"), (CLAUDE, "claude")])
def test_each_is_known_zipped_in_parts_and_by_a_name_of_its_own(tmp_path: Path, value: Any, kind: str) -> None:
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for part in ("000", "001"):
            archive.writestr(f"export/conversations-{part}.json", json.dumps([value]))
        archive.writestr("export/chat.html", '<script>var jsonData = [{"title": "Springs"}]</script>')
    source = opened(str(tmp_path / "export.zip"))
    assert source.name.startswith(kind)
    assert len([*source.read()]) == len(read(write(tmp_path, [value], "mine.json")))  # the parts hold the same


@pytest.mark.parametrize("kind", ["chatgpt", "claude"])
@pytest.mark.parametrize("value", [[], {}, [None, 5], [{"mapping": 5, "chat_messages": {}}]])
def test_odd_shapes_hold_nothing(tmp_path: Path, kind: str, value: Any) -> None:
    with pytest.raises(EmptySourceError, match=r"looked for conversations\.json"):
        opened(str(write(tmp_path, value)), kind)


def test_a_circle_of_turns_ends(tmp_path: Path) -> None:
    tree = chatgpt(node("a", "b", ["b"], "user", TYPED), node("b", "a", ["a"], "assistant", "Yes."), current_node="a")
    assert [post.content for post in read(write(tmp_path, [tree]))] == [TYPED]
