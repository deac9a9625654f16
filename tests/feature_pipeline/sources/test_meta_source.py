"""What Meta gives of an account, as JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from fakes.fetching import opened
from feature_pipeline.errors import EmptySourceError, SourceError, WhoIsTheAuthorError
from feature_pipeline.sources.meta.files import repaired_text
from feature_store.records import Post, PostKind

START = 1_704_448_800_000  # 2024-01-05T10:00:00Z


def mangled(value: Any) -> Any:
    """As Meta writes it: each byte of UTF-8 as a character."""
    if isinstance(value, str):
        return value.encode().decode("latin-1")
    if isinstance(value, list):
        return [mangled(item) for item in value]
    return {mangled(k): mangled(v) for k, v in value.items()} if isinstance(value, dict) else value


def write(root: Path, name: str, value: Any) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(mangled(value)), encoding="utf-8")
    return path


def said(sender: str, minute: int, content: str | None = None, **more: Any) -> dict[str, Any]:
    told = {} if content is None else {"content": content}
    return {"sender_name": sender, "timestamp_ms": START + minute * 60_000, **told, "type": "Generic", **more}


def thread(
    *messages: dict[str, Any], title: str = "Ann Lee", people: tuple[str, ...] = ("Ann Lee", "Maud Ferrier")
) -> Any:
    participants = [{"name": name} for name in people]
    return {"participants": participants, "messages": [*reversed(messages)], "title": title, "thread_path": "inbox/a_1"}


CHAT = thread(
    said("Ann Lee", 0, "Is there fog at the café? 🌫"),
    said("Maud Ferrier", 1, "Yes — all over."),
    said("Maud Ferrier", 2, "Reacted 😀 to your message "),
    said("Maud Ferrier", 3, "Maud Ferrier sent an attachment.", photos=[{"uri": "1.jpg"}]),
    said("Maud Ferrier", 4, photos=[{"uri": "1.jpg"}]),
    said("Maud Ferrier", 5, "gone", is_unsent=True),
    said("Maud Ferrier", 6, "Du hast ein Foto gesendet.", photos=[{"uri": "1.jpg"}]),
    said("Maud Ferrier", 7, "You sent a photo."),
    said("Maud Ferrier", 8, "The clock ☕", photos=[{"uri": "1.jpg"}]),
    said("Maud Ferrier", 9, "call", type="Call"),
    said("Maud Ferrier", 10, "You missed a call.", call_duration=0),
    said("Maud Ferrier", 200, "Nothing answers this."),
)
INBOX = "your_facebook_activity/messages/inbox/annlee_1/message_1.json"


def read(place: Path, **options: Any) -> list[Post]:
    return [post for post in opened(str(place), **options).read() if isinstance(post, Post)]


def test_a_chat_of_two(tmp_path: Path) -> None:
    write(tmp_path, INBOX, CHAT)
    source = opened(str(tmp_path), author_name="M.")
    posts = [post for post in source.read() if isinstance(post, Post)]

    assert [post.content for post in posts] == ["Yes — all over.", "The clock ☕", "Nothing answers this."]
    assert [post.context for post in posts] == ["Is there fog at the café? 🌫", "", ""]
    assert posts[0].created_at == "2024-01-05T10:01:00+00:00"
    assert posts[0].people == ("Ann Lee",)
    assert source.name == "meta:Maud Ferrier"
    assert not source.lists_all
    assert source.ignored == {"deleted message": 1, "media": 1, "notice of Meta": 6, "written by others": 1}


def test_parts_of_a_conversation_are_one_and_the_author_is_who_is_in_all(tmp_path: Path) -> None:
    group = ("Ann Lee", "Maud Ferrier", "Bo")
    write(tmp_path, INBOX, CHAT)
    write(tmp_path, INBOX.replace("_1.json", "_2.json"), thread(said("Maud Ferrier", -9, "Earlier.")))
    other = {**thread(said("Maud Ferrier", 0, "Cake."), title="Crew", people=group), "thread_path": "inbox/crew_2"}
    write(tmp_path, "messages/inbox/crew_2/message_1.json", other)

    contents = [post.content for post in read(tmp_path, author_name="M.")]
    assert contents[contents.index("Earlier.") + 1] == "Yes — all over."
    assert "Cake." in contents


def test_a_group_asks_who_the_author_is(tmp_path: Path) -> None:
    group = thread(said("Ann", 0, "Fog?"), said("Zoë", 1, "Yes."), title="Crew", people=("Ann", "Zoë", "Bo"))
    path = write(tmp_path, "message_1.json", group)
    with pytest.raises(WhoIsTheAuthorError, match="--me"):
        opened(str(path), author_name="M.")
    assert [post.content for post in read(path, me=("zoë",))] == ["Yes."]


def test_the_profile_says_whose_account_it_is(tmp_path: Path) -> None:
    write(
        tmp_path, "messages/inbox/crew/message_1.json", thread(said("Zoë", 0, "Ja."), title="C", people=("Ann", "Zoë"))
    )
    profile = {"profile_v2": {"name": {"full_name": "Zoë"}, "family_members": [{"name": "Ann"}]}}
    write(tmp_path, "personal_information/profile_information/profile_information.json", profile)

    assert [post.content for post in read(tmp_path, author_name="M.")] == ["Ja."]


def test_encrypted_chats_have_other_names_for_the_same(tmp_path: Path) -> None:
    messages = [
        {
            "senderName": "Ann Lee",
            "text": "Fog?",
            "timestamp": START,
            "type": "Generic",
            "isUnsent": False,
            "media": [],
        },
        {"senderName": "Maud", "text": "Ja, café.", "timestamp": START + 1, "type": "Generic", "isUnsent": False},
        {"senderName": "Maud", "text": "oops", "timestamp": START + 2, "type": "Generic", "isUnsent": True},
    ]
    chat = {"participants": ["Ann Lee", "Maud"], "threadName": "Ann Lee", "messages": messages}
    path = write(tmp_path, "Ann Lee_12.json", chat)
    [post] = read(path, author_name="M.")
    assert (post.content, post.context, post.source_id.split("/")[0]) == ("Ja, café.", "Fog?", "Ann Lee")


def test_posts_captions_and_comments(tmp_path: Path) -> None:
    second = START // 1000
    write(tmp_path, "posts/your_posts__check_ins__photos_and_videos_1.json", [
        {"timestamp": second, "data": [{"post": "Fog over the café."}], "title": "Maud Ferrier updated her status."},
        {"timestamp": second, "attachments": [{"data": [{"media": {"description": "x"}}]}], "title": "Maud added it."},
    ])  # fmt: skip
    write(tmp_path, "comments/comments.json", {"comments_v2": [
        {"timestamp": second, "data": [{"comment": {"timestamp": second, "comment": "Not mine.", "author": "Bo"}}]},
        {"timestamp": second, "data": [{"comment": {"comment": "Half past six.", "author": "Maud Ferrier"}}]},
    ]})  # fmt: skip
    write(tmp_path, "media/posts_1.json", [
        {"media": [{"uri": "1.jpg", "creation_timestamp": second, "title": "One picture 🕰"}]},
        {"media": [{"creation_timestamp": second, "title": ""}, {"uri": "2.jpg"}], "title": "Two pictures",
         "creation_timestamp": second},
        {"media": [{"uri": "1.jpg", "creation_timestamp": second, "title": ""}]},
    ])  # fmt: skip
    write(
        tmp_path,
        "media/reels.json",
        {"ig_reels_media": [{"media": [{"creation_timestamp": second, "title": "Ticking"}]}]},
    )
    write(tmp_path, "media/archived_posts.json", {"ig_archived_post_media": [
        {"media": [{"creation_timestamp": second, "title": "Withdrawn"}]}]})  # fmt: skip
    write(tmp_path, "threads/threads_and_replies.json", {"text_post_app_text_posts": [
        {"media": [{"creation_timestamp": second, "title": "At the gatepost."}]},
        {"media": [{"creation_timestamp": second, "title": "Agreed.", "text_app_post": {"is_reply": True}}]},
    ]})  # fmt: skip
    write(tmp_path, "comments/post_comments_1.json", [
        {"media_list_data": [], "string_map_data": {"Kommentar": {"value": "Schön!"}, "Medieninhaber": {"value": "bo"},
         "Zeit": {"timestamp": second}}},
    ])  # fmt: skip
    posts = {post.content: post for post in read(tmp_path)}

    kinds = {content: post.kind for content, post in posts.items()}
    assert kinds == {
        "Fog over the café.": PostKind.POST, "Half past six.": PostKind.COMMENT, "One picture 🕰": PostKind.POST,
        "Two pictures": PostKind.POST, "Ticking": PostKind.POST, "Withdrawn": PostKind.POST,
        "At the gatepost.": PostKind.POST, "Agreed.": PostKind.REPLY, "Schön!": PostKind.COMMENT,
    }  # fmt: skip
    assert {post.created_at for post in posts.values()} == {"2024-01-05T10:00:00+00:00"}
    assert posts["Withdrawn"].visibility == "private"


def test_a_comment_that_another_wrote_is_not_the_authors(tmp_path: Path) -> None:
    write(tmp_path, INBOX, CHAT)
    comments = [{"timestamp": 1, "data": [{"comment": {"comment": text, "author": name}}]} for text, name in
                (("Mine.", "Maud Ferrier"), ("Not mine.", "Bo"))]  # fmt: skip
    write(tmp_path, "comments/comments.json", {"comments_v2": comments})
    assert [post.content for post in read(tmp_path, author_name="M.") if post.kind is PostKind.COMMENT] == ["Mine."]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("café".encode().decode("latin-1"), "café"),
        ("🕰".encode().decode("latin-1"), "🕰"),
        ("café", "café"),  # right already
        ("naïve “fog” é", "naïve “fog” é"),
        ("日本", "日本"),
        ("Fog ☕".encode()[:-1].decode("latin-1"), "Fog "),  # cut within a character
        ("plain", "plain"),
    ],
)
def test_strings_are_repaired_one_by_one(text: str, right: str) -> None:
    assert repaired_text(text) == right


@pytest.mark.parametrize(
    "value",
    [
        {"participants": [], "messages": None, "thread_path": "x"},
        {"participants": [None, 5], "messages": [None, {"sender_name": 5, "timestamp_ms": "x"}], "thread_path": "x"},
    ],
)
def test_odd_shapes_hold_nothing(tmp_path: Path, value: Any) -> None:
    assert read(write(tmp_path, "message_1.json", value)) == []


def test_what_is_not_there_or_broken_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EmptySourceError, match="neither messages nor posts"):
        opened(str(tmp_path), "meta")
    write(tmp_path, INBOX, CHAT).write_text('{"participants": [{"name": "A"}], "thread_path": ')
    with pytest.raises(SourceError, match="broken JSON"):
        opened(str(tmp_path))
