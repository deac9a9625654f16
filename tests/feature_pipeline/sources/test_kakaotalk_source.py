from pathlib import Path

import pytest

from fakes.fetching import opened
from fakes.text_chats import read_chats, written
from feature_pipeline.errors import EmptySourceError, WhoIsTheAuthorError
from feature_store.records import Post

COMPUTER = """앤 님과 카카오톡 대화
저장한 날짜 : 2024-05-02 12:00:00

--------------- 2024년 5월 1일 수요일 ---------------
모드님이 앤님을 초대했습니다.
[앤] [오후 9:03] 안개가 있어요?
[모드] [오후 9:05] 네, 온 동네가요.
두 번째 줄
[모드] [오후 9:06] 사진 3장
[모드] [오후 9:07] 이모티콘
[모드] [오후 9:08] 삭제된 메시지입니다.
[모드] [오후 9:09] 보이스톡 해요
앤님이 나갔습니다.
--------------- 2024년 5월 2일 목요일 ---------------
[모드] [오전 12:10] 사다리가 왔어요
"""
PHONE = """앤 님과 카카오톡 대화
저장한 날짜 : 2024년 5월 2일 오후 12:00


2024년 5월 1일 오후 9:03
2024년 5월 1일 오후 9:03, 모드님이 앤님을 초대했습니다.
2024년 5월 1일 오후 9:03, 앤 : 안개가 있어요?
2024년 5월 1일 오후 9:05, {me} : 네, 온 동네가요.
두 번째 줄
2024년 5월 1일 오후 9:06, {me} : 동영상

2024년 5월 2일 오전 12:10
2024년 5월 2일 오전 12:10, {me} : 사다리가 왔어요
"""
OWN = ["네, 온 동네가요.\n두 번째 줄", "사다리가 왔어요"]
TIMES = ["2024-05-01T21:05:00+00:00", "2024-05-02T00:10:00+00:00"]


def export(tmp_path: Path, text: str, name: str = "KakaoTalk_20240502_1200_00_000_ann.txt") -> Path:
    return written(tmp_path / name, text)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_computers_chat(tmp_path: Path, newline: str, mark: str) -> None:
    source = opened(str(export(tmp_path, mark + COMPUTER.replace("\n", newline))), author_name="M.")
    posts = [post for post in source.read() if isinstance(post, Post)]

    assert [post.content for post in posts] == OWN
    assert [post.created_at for post in posts] == TIMES
    assert [post.context for post in posts] == ["안개가 있어요?", ""]
    assert posts[0].people == ("앤",)
    assert source.name == "kakaotalk:KakaoTalk_20240502_1200_00_000_ann"
    assert source.ignored == {
        "call": 1, "deleted message": 1, "media": 2, "notice of KakaoTalk": 2, "written by others": 1
    }  # fmt: skip


@pytest.mark.parametrize("me", ["모드", "회원님"])
def test_a_phones_chat(tmp_path: Path, me: str) -> None:
    posts = read_chats(export(tmp_path, PHONE.format(me=me)))
    assert ([post.content for post in posts], [post.created_at for post in posts]) == (OWN, TIMES)


@pytest.mark.parametrize(
    ("head", "first", "second"),
    [
        (
            "앤 카카오톡 대화\n저장한 날짜 : 2024. 5. 2. 오후 12:00\n",
            "2024. 5. 1. 오후 9:03, 앤 :",
            "2024. 5. 1. 오후 9:05, 모드 :",
        ),
        (
            "KakaoTalk Chats with 앤\nDate Saved : May 2, 2024\n",
            "May 1, 2024 at 9:03 PM, 앤 :",
            "May 1, 2024 at 9:05 PM, 모드 :",
        ),
        (
            f"KakaoTalk Chats with 앤\n\n{'-' * 15} Wednesday, May 1, 2024 {'-' * 15}",
            "[앤] [9:03 PM]",
            "[모드] [9:05 PM]",
        ),
    ],
)
def test_other_forms(tmp_path: Path, head: str, first: str, second: str) -> None:
    [post] = read_chats(export(tmp_path, f"{head}\n{first} 안개?\n{second} 네: 그래요\n", "ann.txt"))
    assert (post.content, post.context, post.created_at) == ("네: 그래요", "안개?", TIMES[0])


def test_the_macs_csv(tmp_path: Path) -> None:
    rows = [
        '2024-05-01 21:03:00,"앤","안개?"',
        '2024-05-01 21:05:00,"모드","네, 온\n동네가요"',
        '2024-05-01 21:06:00,"모드","사진"',
    ]
    path = export(tmp_path, "\n".join(["\ufeffDate,User,Message", *rows]), "KakaoTalk_Chat_앤_2024-05-02-12-00-00.csv")
    [post] = read_chats(path)
    assert (post.content, post.context, post.created_at) == ("네, 온\n동네가요", "안개?", TIMES[0])


def test_a_group_asks_who_the_author_is(tmp_path: Path) -> None:
    group = COMPUTER.replace("앤 님과", "안개 모임 3 님과").replace(
        "[앤] [오후 9:03]", "[보] [오후 9:02] 케이크?\n[앤] [오후 9:03]"
    )
    with pytest.raises(WhoIsTheAuthorError, match="--me"):
        read_chats(export(tmp_path, group))
    assert [post.content for post in read_chats(export(tmp_path, group), me=("모드",))] == OWN


def test_what_is_no_chat_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EmptySourceError, match="no chat of KakaoTalk"):
        opened(str(export(tmp_path, "안개가 왔어요.\n")), "kakaotalk")
