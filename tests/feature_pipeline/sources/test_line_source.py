from pathlib import Path

import pytest

from fakes.fetching import opened
from fakes.text_chats import read_chats, written
from feature_pipeline.errors import EmptySourceError, WhoIsTheAuthorError
from feature_store.records import Post

CHAT = """[LINE] Chat history with Ann Lee
Saved on: 9/26/2026, 11:00

Fri, 9/25/2026
21:03	Ann Lee	Is there fog?
21:04	Ann Lee	At the pier?
21:05	Maud	Yes: all over.
21:06	Maud	[Sticker]
21:07	Maud	"Bring the long ladder

Sat, 9/26/2026
and the ""short"" one."
21:08	Maud	"quoted"
21:09	Maud	☎ Call time 0:12
21:10	Maud unsent a message.
21:11		Ann Lee changed the background

Sat, 9/26/2026
10:00	Maud	Still here.
and here
"""
NAME = "[LINE] Chat history with Ann Lee.txt"


def export(tmp_path: Path, text: str, name: str = NAME) -> Path:
    return written(tmp_path / name, text)


def test_a_clock_with_dots(tmp_path: Path) -> None:
    text = "[LINE] Riwayat Obrolan dengan Ann\nDisimpan pada: 02/05/2024 12.00\n\nRab, 01/05/2024\n"
    place = export(tmp_path, f"{text}21.03\tAnn\tFog?\n21.05\tMaud\tYes. 12.30 it is.\n")
    [post] = (post for post in opened(str(place), me=("Maud",)).read() if isinstance(post, Post))
    assert (post.content, post.created_at) == ("Yes. 12.30 it is.", "2024-05-01T21:05:00+00:00")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_chat_of_two(tmp_path: Path, newline: str, mark: str) -> None:
    source = opened(str(export(tmp_path, mark + CHAT.replace("\n", newline))), author_name="M.")
    posts = [post for post in source.read() if isinstance(post, Post)]

    assert [post.content for post in posts] == [
        "Yes: all over.",
        'Bring the long ladder\n\nSat, 9/26/2026\nand the "short" one.',
        '"quoted"',
        "Still here.\nand here",
    ]
    assert posts[0].context == "Is there fog?\nAt the pier?"
    assert [post.created_at for post in (posts[0], posts[3])] == [
        "2026-09-25T21:05:00+00:00",
        "2026-09-26T10:00:00+00:00",
    ]
    assert posts[0].people == ("Ann Lee",)
    assert source.name == "line:[LINE] Chat history with Ann Lee"
    assert source.ignored == {
        "call": 1, "deleted message": 1, "media": 1, "notice of LINE": 1, "written by others": 2
    }  # fmt: skip


@pytest.mark.parametrize(
    ("title", "day", "clock"),
    [
        ("[LINE] アンとのトーク履歴", "2024/05/01(水)", "21:05"),
        ("[LINE] アンとのトーク履歴", "2024.05.01 水曜日", "午後9:05"),
        ("[LINE] 與アン的聊天記錄", "2024/05/01（三）", "下午09:05"),
        ("[LINE] アン 님과의 대화", "2024년 5월 1일 수요일", "오후 9:05"),
        ("[LINE] ประวัติการแชทกับ アン", "พ. 1/5/2567", "21:05"),
        ("[LINE] Chat history with アン", "2024/05/01 Wed", "9:05PM"),
        ("[LINE] Chat history with アン", "Wed, 05/01/2024", "09:05PM"),
        ("[LINE] Chat history with アン", "Wed, 01/05/2024", "09:05 PM"),
    ],
)
def test_dates_and_titles_as_phones_write_them(tmp_path: Path, title: str, day: str, clock: str) -> None:
    text = f"{title}\nsaved\n\n{day}\n{clock}\tアン\t霧?\n{clock}\tモード\tはい、そうです。\n"
    [post] = read_chats(export(tmp_path, text))
    assert (post.content, post.context, post.created_at) == ("はい、そうです。", "霧?", "2024-05-01T21:05:00+00:00")


def test_the_desktop_program_has_blanks_for_columns(tmp_path: Path) -> None:
    text = (
        "2024.05.01 水曜日\n21:03 Ann 霧は ありますか\n21:05 Maud Ferrier はい、そう です。\n続き\n"
        "21:06 Maud Ferrier スタンプ\n"
    )
    for known in ("Maud Ferrier", "M."):  # a name that is not known is what several messages begin with
        [post] = read_chats(export(tmp_path, text, "[LINE]Ann.txt"), author_name=known)
        assert (post.content, post.context) == ("はい、そう です。\n続き", "霧は ありますか")


def test_a_group_asks_who_the_author_is(tmp_path: Path) -> None:
    group = CHAT.replace("with Ann Lee", "in Fog club").replace("21:04	Ann Lee", "21:04	Bo")
    with pytest.raises(WhoIsTheAuthorError, match=r"Maud \(4\)"):
        read_chats(export(tmp_path, group))
    posts = read_chats(export(tmp_path, group), me=("maud",))
    assert posts[0].context == ""  # two have asked


def test_a_folder_of_several(tmp_path: Path) -> None:
    export(tmp_path, CHAT)
    export(tmp_path, CHAT.replace("Ann Lee", "Bo").replace("all over", "none"), "[LINE] Chat history with Bo.txt")
    assert len(read_chats(tmp_path)) == 8


def test_what_is_no_chat_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EmptySourceError, match="no chat history of LINE"):
        opened(str(export(tmp_path, "[LINE] is a program that I do not use.\n")), "line")
