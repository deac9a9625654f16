import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from fakes.fetching import FakeFetcher, opened
from feature_pipeline.errors import EmptySourceError, SourceError, WhoIsTheAuthorError
from feature_pipeline.source_contract import Location
from feature_pipeline.sources import recognise
from feature_pipeline.sources.whatsapp.notices import sender_text
from feature_store.records import Post, PostKind

ME = ("Maud",)
IPHONE = (
    "[31/12/2023, 23:58:02] Fog Club: \u200eMessages and calls are end-to-end encrypted.\n"
    "[31/12/2023, 23:58:03] Fog Club: \u200eAnn Lee created this group\n"
    "[31/12/2023, 23:58:58] ~\u202fAnn Lee: Is there fog?\n"
    "[31/12/2023, 23:59:01] ~\u202fAnn Lee: At the pier?\n"
    "[31/12/2023, 23:59:58] Maud: Yes: all over.\n\nSee the second\u200d line 😀\n"
    "\u200e[31/12/2023, 23:59:59] Maud: \u200eimage omitted\n"
    "[01/01/2024, 00:00:07] Maud: @\u2068Ann Lee\u2069 bring  a coat \u200e<This message was edited>\n"
    "\u200e[01/01/2024, 00:00:09] Maud: \u200eThis message was deleted.\n"
    "\u200e[01/01/2024, 00:01:00] Maud: \u200e<attached: 00000012-PHOTO-2024-01-01-00-01-00.jpg>\n"
    "\u200e[01/01/2024, 00:01:30] Maud: The pier \u200e<attached: 00000013-PHOTO-2024-01-01-00-01-30.jpg>\n"
    "\u200e[01/01/2024, 00:01:40] Maud: plan.pdf • \u200e3 pages \u200e<attached: 00000014-plan.pdf>\n"
    "\u200e[01/01/2024, 00:02:00] Maud: \u200ePOLL:\nWhen?\n\u200eOPTION: Nine (2 votes)\n\u200eOPTION: Ten (0 votes)\n"
    "\u200e[01/01/2024, 00:03:00] Ann Lee: \u200eaudio omitted\n"
)
ANDROID = (
    "12/31/23, 11:58\u202fPM - Messages and calls are end-to-end encrypted. No one outside of this chat can read.\n"
    '12/31/23, 11:58\u202fPM - Maud created group "Fog: the club"\n'
    "12/31/23, 11:58\u202fPM - \u202a+44 20 7946 0958\u202c: Is there fog?\n"
    "12/31/23, 11:59\u202fPM - Maud: Yes.\n"
    "\n"
    "- not a new message\n"
    "1/1/24, 12:00\u202fAM - Maud: <Media omitted>\n"
    "1/1/24, 12:01\u202fAM - Maud: IMG-20240101-WA0001.jpg (file attached)\nThe pier\n"
    "1/1/24, 12:02\u202fAM - Maud: null\n"
    "1/1/24, 12:03\u202fPM - Maud: You deleted this message\n"
    "1/1/24, 12:04\u202fPM - Maud: ok <This message was edited>\n"
    "1/1/24, 12:05\u202fPM - Maud: location: https://maps.google.com/?q=50.1,1.2\n"
    "1/1/24, 12:05\u202fPM - Maud: POLL:\nWhen?\nOPTION: Nine (2 votes)\nOPTION: Ten (0 votes)\n\n"
    "1/1/24, 12:06\u202fPM - Maud: ok\n"
    "1/1/24, 12:06\u202fPM - Maud: ok\n"
)


def chat(tmp_path: Path, text: str, name: str = "WhatsApp Chat with Ann Lee.txt") -> Path:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def read(path: Path, me: tuple[str, ...] = ME) -> list[Post]:
    return [post for post in opened(path, me=me).read() if isinstance(post, Post)]


def test_an_iphones_export(tmp_path: Path) -> None:
    source = opened(chat(tmp_path, IPHONE.replace("\n", "\r\n"), "_chat.txt"), me=ME)
    posts = [post for post in source.read() if isinstance(post, Post)]
    assert [post.content for post in posts] == [
        "Yes: all over.\n\nSee the second\u200d line 😀",
        "@Ann Lee bring  a coat",
        "The pier",
    ]
    assert posts[0].context == "Is there fog?\nAt the pier?"
    assert (posts[0].created_at, posts[0].kind) == ("2023-12-31T23:59:58+00:00", PostKind.MESSAGE)
    assert posts[1].created_at == "2024-01-01T00:00:07+00:00"
    assert [post.people for post in posts[:2]] == [("Ann Lee",), ("Ann Lee",)]
    assert all(post.visibility == "public" and not post.title for post in posts)
    assert source.ignored == {
        "deleted message": 1,
        "media": 4,
        "notice of WhatsApp": 2,
        "poll": 1,
        "written by others": 2,
    }
    assert source.count() == len(posts)


def test_androids_export(tmp_path: Path) -> None:
    source = opened(chat(tmp_path, ANDROID), me=ME)
    posts = [post for post in source.read() if isinstance(post, Post)]
    assert [post.content for post in posts] == ["Yes.\n\n- not a new message", "The pier", "ok", "ok", "ok"]
    assert [post.created_at[:16] for post in posts[:3]] == ["2023-12-31T23:59", "2024-01-01T00:01", "2024-01-01T12:04"]
    assert len({post.source_id for post in posts}) == 5
    assert posts[0].people == ("+44 20 7946 0958",)
    assert source.name == "whatsapp:WhatsApp Chat with Ann Lee"
    assert source.ignored == {
        "deleted message": 1, "location": 1, "media": 2, "notice of WhatsApp": 2, "poll": 1, "written by others": 1
    }  # fmt: skip


def test_archives_of_phones(tmp_path: Path) -> None:
    archive = tmp_path / "WhatsApp Chat - Ann Lee (2).zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("_chat.txt", IPHONE)
        file.writestr("00000012-PHOTO-2024-01-01-00-01-00.jpg", b"")
    assert opened(archive, me=ME).name == "whatsapp:WhatsApp Chat - Ann Lee"
    assert len(read(archive)) == 3
    folder = tmp_path / "chats"
    chat(folder, IPHONE, "WhatsApp Chat - Ann Lee/_chat.txt")
    chat(folder, ANDROID, "Chat de WhatsApp con Bo.txt")
    assert len(read(folder)) == 8
    assert recognise(Location(str(folder), FakeFetcher())) == "whatsapp"


@pytest.mark.parametrize(
    ("lines", "moments"),
    [
        (["13/01/24, 14:08 - M: a"], ["2024-01-13T14:08"]),
        (["1/13/24, 2:08 PM - M: a"], ["2024-01-13T14:08"]),
        (["01/02/24, 14:08 - M: a", "13/02/24, 14:08 - M: b"], ["2024-02-01T14:08", "2024-02-13T14:08"]),
        (
            ["2/1/24, 14:08 - M: a", "3/1/24, 14:08 - M: b", "1/2/24, 9:00 - M: c"],
            ["2024-01-02", "2024-01-03", "2024-02-01"],
        ),
        (["1/2/24, 2:08 PM - M: a"], ["2024-01-02T14:08"]),
        (["01/02/2024, 2:08 pm - M: a"], ["2024-02-01T14:08"]),
        (["1/2/24, 14:08 - M: a"], ["2024-02-01T14:08"]),
        (["12/3/22, 2:08 p.\u00a0m. - M: a"], ["2022-03-12T14:08"]),
        (["12/3/22, 12:08 a.\u202fm. - M: a"], ["2022-03-12T00:08"]),
        (["12.03.22, 14:08 - M: a"], ["2022-03-12T14:08"]),
        (["12.3.2022 klo 14.08 - M: a"], ["2022-03-12T14:08"]),
        (["[12.3.2022 klo 14.08.18] M: a"], ["2022-03-12T14:08:18"]),
        (["[12/03/2022 14.08.18] M: a"], ["2022-03-12T14:08:18"]),
        (["12-03-2022 14:08 - M: a"], ["2022-03-12T14:08"]),
        (["2022-03-12 14:08 - M: a"], ["2022-03-12T14:08"]),
        (["2022-03-12 14 h 08 - M: a"], ["2022-03-12T14:08"]),
        (["22/01/2021 à 15:51 - M : a"], ["2021-01-22T15:51"]),
        (["[22/03/12, 14:08:18] M: a", "[23/04/13, 14:08:18] M: a"], ["2012-03-22", "2013-04-23"]),
        (["[22/03/31, 14:08:18] M: a", "[23/04/01, 14:08:18] M: a"], ["2022-03-31", "2023-04-01"]),
        (["2022/03/12 14:08 - M: a"], ["2022-03-12T14:08"]),
        (["[2022/3/12 下午2:08:18] M: a"], ["2022-03-12T14:08:18"]),
        (["2022. 3. 12. 오후 2:08 - M: a"], ["2022-03-12T14:08"]),
        (["2022. 03. 12. 14:08 - M: a"], ["2022-03-12T14:08"]),
        (["12. 3. 2022, 14:08 - M: a"], ["2022-03-12T14:08"]),
        (["12.03.22 г., 14:08 ч. - M: a"], ["2022-03-12T14:08"]),
        (["\u200f12\u200f/3\u200f/2022، 2:08 م - M: a"], ["2022-03-12T14:08"]),
        (["١٢/٣/٢٠٢٢, ٢:٠٨ م - M: a"], ["2022-03-12T14:08"]),
        (["12/3/2565 14:08 - M: a"], ["2022-03-12T14:08"]),
        (["99/99/99, 10:00 - M: a"], [""]),
        (["1402/10/22, 14:08 - M: a"], [""]),
        (["[12/03/22, 2:08:18\u202fPM] M: a"], ["2022-03-12T14:08:18"]),
        (["14:08, 12/03/2022 - M: a"], ["2022-03-12T14:08"]),
    ],
)
def test_dates_of_every_region(tmp_path: Path, lines: list[str], moments: list[str]) -> None:
    posts = read(chat(tmp_path, "\n".join(lines), "_chat.txt"), me=("M",))
    assert [post.created_at[: len(moment)] for post, moment in zip(posts, moments, strict=True)] == moments
    assert {post.content for post in posts} <= {"a", "b", "c"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<Multimedia omitido>", "media"),
        ("<Médias omis>", "media"),
        ("<Medien ausgeschlossen>", "media"),
        ("<Mídia oculta>", "media"),
        ("<Media weggelaten>", "media"),
        ("<Без медиафайлов>", "media"),
        ("<メディアは含まれていません>", "media"),
        ("\u200eBild weggelassen", "notice of WhatsApp"),
        ("image omitted", "media"),
        ("Bild weggelassen", "media"),
        ("Contact card omitted", "media"),
        (
            "Messages and calls are end-to-end encrypted. Only people in this chat can read, listen to, or share them.",
            "notice of WhatsApp",
        ),
        ("VID-20240101-WA0002.mp4 (Datei angehängt)", "media"),
        ("Ann.vcf (archivo adjunto)", "media"),
        ("Eliminaste este mensaje.", "deleted message"),
        ("Diese Nachricht wurde gelöscht.", "deleted message"),
        ("Dit bericht is verwijderd.", "deleted message"),
        ("このメッセージは削除されました", "deleted message"),
        ("This message was deleted by admin Ann", "deleted message"),
        ("You deleted this message as admin", "deleted message"),
        ("UMFRAGE:\nWann?\nOPTION: Neun (2 Stimmen)\nOPTION: Zehn (0 Stimmen)", "poll"),
        ("ubicación: https://maps.google.com/?q=50.1,1.2", "location"),
    ],
)
def test_placeholders_in_many_languages(text: str, reason: str) -> None:
    own = sender_text(text)
    assert not own.text
    assert own.ignored in (reason, "media")


@pytest.mark.parametrize(
    "text",
    [
        "I think this message was deleted by mistake",
        "see notes.txt (the second one)",
        "<3",
        "<br>",
        "a < b > c",
        "media",
        "Note: https://example.org/maps",
        "image omitted by mistake",
        "Messages and calls are end-to-end encrypted. So what?",
        "שלום\u200f!",
        "  indented\n\n\n- list",
        "use <edit>",
    ],
)
def test_sender_text_that_look_like_placeholders_stay(text: str) -> None:
    assert sender_text(text).text == text


def test_edited_marks_in_many_languages_go() -> None:
    for mark in (
        "<Se editó este mensaje.>",
        "<Diese Nachricht wurde bearbeitet.>",
        "<Este mensaje fue editado>",
        "<已编辑此消息>",
    ):
        assert sender_text(f"Fog. {mark}").text == "Fog."


def test_a_chat_pasted_into_a_chat_is_one_message(tmp_path: Path) -> None:
    text = f"the end of one\n{ANDROID}1/2/24, 9:00\u202fAM - Maud: Look:\n[31/12/2023, 23:58:58] Ann: Is there fog?\n"
    assert read(chat(tmp_path, text))[-1].content == "Look:\n[31/12/2023, 23:58:58] Ann: Is there fog?"


def test_who_the_author_is(tmp_path: Path) -> None:
    path = chat(tmp_path, ANDROID.replace("Maud:", "Maud Ferrier:"))
    assert len(read(path, me=())) == 5
    assert len(read(path, me=("~ MAUD  ferrier",))) == 5
    assert [post.content for post in read(path, me=("+442079460958",))] == ["Is there fog?"]
    with pytest.raises(WhoIsTheAuthorError, match=r"Maud Ferrier \(5\), \+44 20 7946 0958 \(1\).*--me"):
        opened(path, me=("Bo",))


def test_ids_stay_when_the_chat_grows(tmp_path: Path) -> None:
    before = [post.source_id for post in read(chat(tmp_path / "a", ANDROID))]
    after = [post.source_id for post in read(chat(tmp_path / "b", f"{ANDROID}1/2/24, 12:06\u202fPM - Maud: ok\n"))]
    assert after[: len(before)] == before
    assert len(after) == len(before) + 1


def test_what_was_said_long_before_is_not_answered(tmp_path: Path) -> None:
    text = "01/02/24, 10:00 - Ann: Fog?\n20/02/24, 10:00 - Maud: Hello\n20/02/24, 10:01 - Maud: there\n"
    assert [post.context for post in read(chat(tmp_path, text))] == ["", ""]
    near = text.replace("20/02/24, 10", "01/02/24, 11")
    assert [post.context for post in read(chat(tmp_path, near))] == ["Fog?", ""]
    path = chat(tmp_path, near)
    posts = opened(path, me=ME, answered_within=timedelta(hours=2)).read()
    assert [post.context for post in posts if isinstance(post, Post)] == ["Fog?", "Fog?"]


OLDER = {
    "iPhone, 2014": "24/03/14 13:59:59: Ann Lee: Is it back?\n24/03/14 14:01:10: Maud: Tuesday: wound.\n",
    "iPhone, 12 hours": "3/24/14, 1:59:59 PM: Ann Lee: Is it back?\n3/24/14, 2:01:10 PM: Maud: Tuesday: wound.\n",
    "year first": "2014-03-24, 1:59:04 PM: Ann Lee: Is it back?\n2014-03-24, 2:01:10 PM: Maud: Tuesday: wound.\n",
    "dots": "24.03.14 13.59.59: Ann Lee: Is it back?\n24.03.14 14.01.10: Maud: Tuesday: wound.\n",
    "Spanish": "24/3/14 1:59:59 p. m.: Ann Lee: Is it back?\n24/3/14 2:01:10 p. m.: Maud: Tuesday: wound.\n",
    "mixed": "24.3.2014 klo 13.59.59 - Ann Lee: Is it back?\n24.03.14 14.01.10: Maud: Tuesday: wound.\n",
}


@pytest.mark.parametrize("form", OLDER)
def test_older_forms_have_a_colon_behind_the_time(tmp_path: Path, form: str) -> None:
    [post] = read(chat(tmp_path, OLDER[form], "chat.txt"))
    assert (post.content, post.created_at) == ("Tuesday: wound.", "2014-03-24T14:01:10+00:00")
    assert post.context == "Is it back?"


def test_a_chat_of_another_name_is_read_beside_those_that_are_called_so(tmp_path: Path) -> None:
    chat(tmp_path, OLDER["dots"])
    chat(tmp_path, OLDER["iPhone, 2014"].replace("Tuesday", "Monday"), "ann.txt")
    chat(tmp_path, "Fog came in at six.\n", "fog.txt")
    assert sorted(post.content[:6] for post in read(tmp_path)) == ["Monday", "Tuesda"]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"Dear diary,\nfog: today", b"[1/1/24, 10:00:00] "])
def test_what_is_no_chat_is_an_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "_chat.txt"
    path.write_bytes(data)
    with pytest.raises(EmptySourceError):
        opened(path, kind="whatsapp", me=("M",))


def test_a_broken_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "_chat.txt"
    path.write_bytes(IPHONE.encode() + b"\xff\xfe\xff")
    with pytest.raises(SourceError, match="invalid UTF-8"):
        opened(path, me=ME)


def test_a_text_of_notes_is_no_chat(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("# Fog\n\n[31/12/2023, 23:59:58] Maud: quoted\n")
    assert recognise(Location(str(path), FakeFetcher())) == "folder"


def test_the_year_is_left_out_where_it_was_that_of_the_export(tmp_path: Path) -> None:
    old = (
        "23:58, 30 Dec 2014 - Maud created group “Fog”\n"
        "23:59, 31 Dec 2014 - Ann Lee: Is there fog?\n"
        "00:07, 1 Jan - Maud: Thick.\nSecond line\n"
        "8:37 PM, Jan 5 - Maud: Gone: the fog\n"
    )
    posts = read(chat(tmp_path, old))
    assert [(post.content, post.context, post.created_at) for post in posts] == [
        ("Thick.\nSecond line", "Is there fog?", "2015-01-01T00:07:00+00:00"),
        ("Gone: the fog", "", "2015-01-05T20:37:00+00:00"),
    ]
    (tmp_path / "b").mkdir()
    undated = read(chat(tmp_path / "b", "09:05, 5 mai - Ann Lee: Ça va ?\n09:06, 5 mai - Maud: Oui.\n"))
    assert [(post.content, post.context, post.created_at) for post in undated] == [("Oui.", "Ça va ?", "")]
