"""DiscordChatExporter's HTML and text."""

from pathlib import Path

import pytest

from fakes.fetching import opened
from feature_pipeline.errors import WhoIsTheAuthorError
from feature_store.records import Post

FIRST = 1196400000000000001  # its time is 2024-01-15 10:26:28 UTC
ME = ("Maud",)
NAME = "Harbour - fog [123456789012345678].html"
STYLE = "<style>.chatlog__message { display: grid } .chatlog__content { color: red }</style>"
HEAD = f"<html><head><title>Harbour - fog</title>{STYLE}</head><body><div class=preamble__entry>Harbour</div>"
REPLY = (
    "<div class=chatlog__reply><div class=chatlog__reply-author title=annlee>Ann Lee</div><div "
    f"class=chatlog__reply-content><span class=chatlog__reply-link onclick=\"scrollToMessage(event,'{FIRST}')\">"
    "Is there</span></div></div>"
)


def container(number: int, content: str, *, name: str = "", title: str = "", more: str = "", bot: bool = False) -> str:
    header = (
        f'<div class=chatlog__header><span class=chatlog__author title={title} data-user-id="{title}1">{name}</span>'
        f"{'<span class=chatlog__author-tag>APP</span>' if bot else ''}<span class=chatlog__timestamp "
        'title="Monday, 15 January 2024 10:08">15/01/2024 10:08</span></div>'
        if name
        else ""
    )
    key = FIRST + number * (60_000 << 22)
    said = (
        f"<div class=chatlog__content><span class=chatlog__markdown-preserve>{content}</span></div>" if content else ""
    )
    return (
        f"<div id=chatlog__message-container-{key} class=chatlog__message-container data-message-id={key}><div "
        f"class=chatlog__message><div class=chatlog__message-primary>{more}{header}{said}</div></div></div>"
    )


def group(*containers: str) -> str:
    return f"<div class=chatlog__message-group>{''.join(containers)}</div>"


CHANNEL = [
    group(
        container(0, "Is there fog?", name="Ann Lee", title="annlee"),
        container(1, "At the <strong>pier</strong>?", more="<div class=chatlog__attachment>a.png</div>"),
    ),
    group(
        container(2, "Yes: all over.\n\nSee <a href=https://example.org>this</a> &lt;3", name="Maud", title="maud"),
        container(3, ""),
        container(4, 'In <span class=chatlog__markdown-mention title=bo>@Bo</span> the code:<br><code class="'
        'chatlog__markdown-pre chatlog__markdown-pre--multiline">wind()</code>done'),
    ),
    group(container(5, "Then at nine.", name="Maud", title="maud", more=REPLY)),
    group(container(6, "beep", name="Beeper", title="beeper", bot=True)),
    group(
        container(7, "", name="", more="<div class=chatlog__system-notification-content>Maud pinned a message</div>"),
    ),
    group(container(8, '<div class=chatlog__markdown-quote><div class=chatlog__markdown-quote-border></div><div class='
    'chatlog__markdown-quote-content>Is there</div></div>Still.', name="Maud", title="maud")),
]  # fmt: skip
OWN = [
    "Yes: all over.\n\nSee this <3",
    "In @Bo the code:\n\n```\nwind()\n```\ndone",
    "Then at nine.",
    "> Is there\nStill.",
]


def export(tmp_path: Path, text: str, name: str = NAME) -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def read(path: Path, me: tuple[str, ...] = ME) -> list[Post]:
    return [post for post in opened(str(path), me=me).read() if isinstance(post, Post)]


def test_a_page(tmp_path: Path) -> None:
    source = opened(str(export(tmp_path, f"{HEAD}{''.join(CHANNEL)}</body></html>")), me=ME)
    posts = [post for post in source.read() if isinstance(post, Post)]

    assert [post.content for post in posts] == OWN
    assert posts[0].context == "Is there fog?\nAt the pier?"
    assert posts[2].context == "Is there fog?"
    assert posts[1].people == ("Ann Lee", "Bo")
    assert posts[0].created_at == "2024-01-15T10:28:28+00:00"
    assert posts[0].source_id == f"123456789012345678/{FIRST + 2 * (60_000 << 22)}"
    assert source.name == "discord:channel123456789012345678"
    assert source.ignored == {
        "files alone": 1, "notice of Discord": 1, "written by bots": 1, "written by others": 2
    }  # fmt: skip


def test_a_page_asks_who_the_author_is(tmp_path: Path) -> None:
    path = export(tmp_path, f"{HEAD}{''.join(CHANNEL)}</body></html>", "renamed.html")
    with pytest.raises(WhoIsTheAuthorError, match=r"Maud \(4\), annlee \(2\)"):
        read(path, me=("Cass",))


def test_older_pages_have_a_name_for_a_group_of_messages(tmp_path: Path) -> None:
    def old(name: str, number: int, text: str) -> str:
        return (
            '<div class="chatlog__message-group"><div class="chatlog__author-avatar-container"></div>'
            f'<div class="chatlog__messages"><span class="chatlog__author-name" title="{name}#0001" '
            f'data-user-id="{name}">'
            f'{name}</span><span class="chatlog__timestamp">15-Jan-24 10:08 AM</span><div class="chatlog__message" '
            f'data-message-id="{number}" id="message-{number}"><div class="chatlog__content"><div class="markdown">'
            f"{text}</div></div></div></div></div>"
        )

    path = export(tmp_path, f"{HEAD}{old('ann', 1, 'Fog?')}{old('maud', 2, 'Yes.')}</body></html>")
    [post] = read(path, me=("maud#0001",))
    assert (post.content, post.context, post.created_at) == ("Yes.", "Fog?", "2024-01-15T10:08:00+00:00")


TEXT = f"""{"=" * 62}
Guild: Harbour
Channel: Text Channels / fog
{"=" * 62}

[15/01/2024 10:01] annlee
Is there fog?

[15/01/2024 10:02] maud
Yes: all over.

[not a head] here

{{Attachments}}
https://cdn.example.org/a.png

[15/01/2024 10:03] maud (pinned)
Still.

{{Reactions}}
😀 (2)

{"=" * 62}
Exported 3 message(s)
{"=" * 62}
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_text(tmp_path: Path, newline: str) -> None:
    path = tmp_path / NAME.replace(".html", ".txt")
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", newline).encode())
    posts = read(path, me=("maud",))

    assert [post.content for post in posts] == ["Yes: all over.\n\n[not a head] here", "Still."]
    assert (posts[0].context, posts[0].created_at) == ("Is there fog?", "2024-01-15T10:02:00+00:00")


def test_a_part_of_a_channel_is_not_all_of_it(tmp_path: Path) -> None:
    whole = opened(str(export(tmp_path, TEXT, "a.txt")), me=("maud",))
    part = opened(
        str(export(tmp_path, TEXT.replace("\n====", "\nAfter: 01/01/2024 00:00\n====", 1), "b.txt")), me=("maud",)
    )
    assert (whole.lists_all, part.lists_all) == (True, False)
