"""Telegram Desktop's HTML export."""

from pathlib import Path

import pytest

from fakes.fetching import opened
from feature_pipeline.errors import WhoIsTheAuthorError
from feature_store.records import Post, PostKind

HEAD = """<!DOCTYPE html>
<html><head><meta charset="utf-8"/><title>Exported Data</title></head><body>
 <div class="page_wrap"><div class="page_header"><div class="content"><div class="text bold">
{title}
 </div></div></div><div class="page_body chat_page"><div class="history">
  <div class="message service" id="message-1"><div class="body details">
15 January 2024
  </div></div>
"""


def said(number: int, name: str, body: str, *, clock: str = "10:{number:02}:00 UTC+02:00", inside: str = "") -> str:
    """A message; without a name it is joined to the one before."""
    named = f'<div class="from_name">\n{name}\n</div>' if name else ""
    text = f'<div class="text">\n{body}\n</div>' if body else ""
    joined = "" if name else " joined"
    return f"""<div class="message default clearfix{joined}" id="message{number}">
  <div class="pull_left userpic_wrap"><div class="userpic"><div class="initials">
A
  </div></div></div>
  <div class="body"><div class="pull_right date details" title="15.01.2024 {clock.format(number=number)}">
10:{number:02}
  </div>{named}{inside}{text}</div></div>
"""


ANSWER = '<div class="reply_to details">\nIn reply to <a href="#go_to_message1" onclick="return f(1)">it</a>\n</div>'
FORWARD = '<div class="forwarded body"><div class="from_name">\nBo\n</div><div class="text">\nBo said so.\n</div></div>'
PHOTO = '<div class="media_wrap clearfix"><a class="photo_wrap" href="photos/1.jpg"></a></div>'
MENTION = '<a href="" onclick="return ShowMentionName()">Bo</a>'
MESSAGES = [
    said(1, "Ann Lee", "Is there fog?"),
    said(2, "", "At the <strong>pier</strong>?"),
    said(3, "Maud Ferrier", f"Yes, {MENTION}, see <a href='https://example.org'>this</a> 😀<br><br>  two &lt;3"),
    said(4, "", "Then at nine.", inside=ANSWER),
    said(5, "", "", inside=PHOTO),
    said(6, "", "The pier", inside=PHOTO),
    said(7, "", "", inside=FORWARD),
    said(8, "Maud Ferrier via @gif", "gif"),
    said(9, "Maud Ferrier", "<blockquote>Is there<br>fog?</blockquote>Still."),
]
OWN = ["Yes, Bo, see this 😀\n\n  two <3", "Then at nine.", "The pier", "> Is there\n> fog?\nStill."]


def export(tmp_path: Path, *messages: str, title: str = "Ann Lee", name: str = "ChatExport/messages.html") -> Path:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{HEAD.format(title=title)}{''.join(messages)}</div></div></div></body></html>", encoding="utf-8")
    return path


def read(path: Path, me: tuple[str, ...] = ()) -> list[Post]:
    return [post for post in opened(str(path), me=me).read() if isinstance(post, Post)]


def test_a_chat_of_two_knows_its_other_side(tmp_path: Path) -> None:
    source = opened(str(export(tmp_path, *MESSAGES).parent), author_name="M.")
    posts = [post for post in source.read() if isinstance(post, Post)]

    assert [post.content for post in posts] == OWN
    assert posts[0].context == "Is there fog?\nAt the pier?"
    assert posts[1].context == "Is there fog?"
    assert posts[0].people == ("Ann Lee", "Bo")
    assert [post.created_at for post in posts[:2]] == ["2024-01-15T08:03:00+00:00", "2024-01-15T08:04:00+00:00"]
    assert posts[0].source_id == "Ann Lee/3"
    assert source.name == "telegram:chatAnn Lee"
    assert source.ignored == {
        "forwarded": 1, "made by a bot": 1, "media": 1, "notice of Telegram": 1, "written by others": 2
    }  # fmt: skip


def test_later_pages_go_on_in_their_order_and_a_joined_message_has_the_name_before(tmp_path: Path) -> None:
    export(tmp_path, said(1, "Ann Lee", "Fog?"), said(2, "Maud Ferrier", "One."))
    for page in range(2, 12):
        export(tmp_path, said(page + 1, "", f"Page {page}."), name=f"ChatExport/messages{page}.html")

    assert [post.content for post in read(tmp_path / "ChatExport")] == ["One.", *(f"Page {n}." for n in range(2, 12))]


def test_of_a_whole_account_the_author_is_who_writes_in_every_chat_of_two(tmp_path: Path) -> None:
    export(tmp_path, *MESSAGES[:3], name="DataExport/chats/chat_01/messages.html")
    bo = said(1, "Bo", "Cake?"), said(2, "M. Ferrier", "No.")
    export(tmp_path, *bo, title="Bo", name="DataExport/chats/chat_02/messages.html")
    with pytest.raises(WhoIsTheAuthorError):  # two names of hers: nobody writes in both
        opened(str(tmp_path), author_name="M.")
    bo = said(1, "Bo", "Cake?"), said(2, "Maud Ferrier", "No.")
    export(tmp_path, *bo, title="Bo", name="DataExport/chats/chat_02/messages.html")

    assert [post.content for post in opened(str(tmp_path), author_name="M.").read()] == [OWN[0], "No."]


def test_a_group_asks_who_the_author_is(tmp_path: Path) -> None:
    path = export(tmp_path, *MESSAGES, title="Fog club")
    with pytest.raises(WhoIsTheAuthorError, match=r"Maud Ferrier \(4\), Ann Lee \(2\).*--me"):
        opened(str(path), author_name="M.")
    assert [post.content for post in read(path, me=("maud ferrier",))] == OWN


def test_what_only_the_other_wrote_is_nobodys(tmp_path: Path) -> None:
    with pytest.raises(WhoIsTheAuthorError):
        opened(str(export(tmp_path, MESSAGES[0])))


def test_a_channel_is_the_authors_when_they_say_so(tmp_path: Path) -> None:
    created = '<div class="message service" id="message1"><div class="body details">\nChannel created\n</div></div>'
    path = export(tmp_path, created, said(2, "Maud's Fog", "Fog over the pier."), title="Maud's Fog")
    [post] = read(path, me=("Maud's Fog",))
    assert (post.content, post.kind, post.context) == ("Fog over the pier.", PostKind.POST, "")


def test_older_pages_have_no_zone_and_any_file_may_be_renamed(tmp_path: Path) -> None:
    old = "10:{number:02}:00"
    path = export(tmp_path, said(1, "Ann Lee", "Fog?"), said(2, "Maud Ferrier", "Yes.", clock=old), name="ann.html")
    [post] = read(path)
    assert (post.content, post.created_at) == ("Yes.", "2024-01-15T10:02:00+00:00")
