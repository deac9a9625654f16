"""A small place of every kind of source that holds conversations, by the builders of its tests."""

from collections.abc import Callable

import test_assistant_sources as assistant
import test_discord_pages as discord_pages
import test_discord_source as discord
import test_google_chat_source as google_chat
import test_imessage_source as imessage
import test_kakaotalk_source as kakaotalk
import test_line_source as line
import test_mbox_source as mbox
import test_meta_pages as meta_pages
import test_meta_source as meta
import test_other_side as other_side
import test_slack_source as slack
import test_telegram_pages as telegram_pages
import test_telegram_source as telegram
import test_whatsapp_source as whatsapp

from fakes.seeds import Seed, built, texts

KAKAO_CSV = '\ufeffDate,User,Message\n2024-05-01 21:03:00,"앤","안개?"\n2024-05-01 21:05:00,"모드","네, 온\n동네가요"\n'


SEEDS: dict[str, Callable[[], Seed]] = {
    "chatgpt": lambda: texts("chatgpt", {"conversations.json": [assistant.TREE], "user.json": {"id": "user-1"}}),
    "claude": lambda: texts("claude", {"conversations.json": [assistant.CLAUDE]}),
    "discord, package": lambda: built(
        "discord",
        lambda folder: discord.package(
            folder,
            {
                "account/user.json": discord.ACCOUNT,
                "messages/index.json": {discord.C1: "general in Fog"},
                f"messages/c{discord.C1}/channel.json": discord.CHANNEL,
                f"messages/c{discord.C1}/messages.csv": discord.as_csv(discord.ROWS),
                f"messages/c{discord.C2}/channel.json": {"id": discord.C2, "type": 1, "recipients": []},
                f"messages/c{discord.C2}/messages.json": [
                    {"ID": 1, "Timestamp": "2024-01-15 10:00", "Contents": "Hello."}
                ],
            },
        ),
    ),
    "discord, channel": lambda: texts("discord", {"fog.json": discord.EXPORT}, me=("maud",)),
    "discord, pages": lambda: built(
        "discord",
        lambda folder: discord_pages.export(folder, discord_pages.HEAD + "".join(discord_pages.CHANNEL)),
        me=discord_pages.ME,
    ),
    "discord, pages as text": lambda: texts(
        "discord", {discord_pages.NAME.replace(".html", ".txt"): discord_pages.TEXT}, me=discord_pages.ME
    ),
    "google_chat": lambda: built("google_chat", google_chat.takeout),
    "imessage": lambda: built("imessage", lambda folder: imessage.database(folder / "chat.db", *imessage.ROWS)),
    "kakaotalk": lambda: texts("kakaotalk", {"KakaoTalk_ann.txt": kakaotalk.COMPUTER}),
    "kakaotalk, csv": lambda: texts("kakaotalk", {"KakaoTalk_Chat_x.csv": KAKAO_CSV}, me=("모드",)),
    "line": lambda: texts("line", {line.NAME: line.CHAT}),
    "mbox": lambda: built(
        "mbox",
        lambda folder: mbox.box(
            folder,
            mbox.mail("When?", sender="Ann <ann@example.org>", id="q", Subject="=?utf-8?q?F=C3=B6g?="),
            mbox.mail(
                "At nine.\n\nOn 14 Jan 2024, Ann Lee <ann@example.org> wrote:\n> When?\n\n-- \nMaud\n",
                id="a",
                In_Reply_To="<q@example.org>",
            ),
            mbox.mail(
                "--b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
                "F=C3=B6g.\n"
                "--b\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\nPHA+Rm9nPC9wPg==\n--b--\n",
                id="c",
                Content_Type='multipart/alternative; boundary="b"',
                X_Gmail_Labels="Sent",
            ),
        ),
        me=mbox.ME,
    ),
    "mbox, single mails": lambda: texts(
        "mbox", {"1.eml": mbox.mail("Fog."), "2.emlx": f"5  \n{mbox.mail('Rain.', id='2')}"}, me=mbox.ME
    ),
    "meta": lambda: built(
        "meta",
        lambda folder: (
            meta.write(folder, meta.INBOX, meta.CHAT),
            meta.write(
                folder,
                "posts/your_posts_1.json",
                [
                    {"timestamp": 1704448800, "data": [{"post": "Fog."}], "title": "Maud"},
                    {"media": [{"title": "The pier", "creation_timestamp": 1704448800}]},
                ],
            ),
            meta.write(
                folder,
                "comments/post_comments_1.json",
                {
                    "comments_media_comments": [
                        {"string_map_data": {"Comment": {"value": "Late."}, "Time": {"timestamp": 1704448800}}}
                    ]
                },
            ),
        ),
        author_name="Maud Ferrier",
    ),
    "meta, pages": lambda: built(
        "meta",
        lambda folder: meta_pages.page(
            folder / "messages/inbox/annlee_1/message_1.html",
            "Ann Lee",
            meta_pages.section(
                "Maud Ferrier", meta_pages.text("Yes<br/>all", meta_pages.REACTIONS), "Sep 25, 2024 9:05:00 pm"
            ),
            meta_pages.section("Ann Lee", meta_pages.text("Is there fog?"), "Sep 25, 2024 9:03:21 pm"),
        ),
        author_name="Maud Ferrier",
    ),
    "slack": lambda: built("slack", slack.export),
    "telegram": lambda: built("telegram", lambda folder: telegram.export(folder, telegram.FULL)),
    "telegram, pages": lambda: built(
        "telegram", lambda folder: telegram_pages.export(folder, *telegram_pages.MESSAGES)
    ),
    "whatsapp": lambda: built("whatsapp", lambda folder: whatsapp.chat(folder, whatsapp.IPHONE), me=whatsapp.ME),
    "whatsapp, android": lambda: built(
        "whatsapp", lambda folder: whatsapp.chat(folder, whatsapp.ANDROID), me=whatsapp.ME
    ),
}
TURNS = [("Ann Lee", "Is there fog?", 0), (other_side.ME, "Yes: all over.\nAnd there.", 1), ("Ann Lee", "ok", 2)]


def _of_form(kind: str, form: Callable[[other_side.Chat], other_side.Files]) -> Callable[[], Seed]:
    me = () if kind in ("chatgpt", "claude") else (other_side.ME,)
    return lambda: texts(kind, form(other_side.chat_of([*TURNS, *TURNS])), me=me)


for name, form in other_side.FORMS.items():
    kind = name.partition(",")[0]
    SEEDS[f"{kind}, other side{name.removeprefix(kind)}"] = _of_form(kind, form)
