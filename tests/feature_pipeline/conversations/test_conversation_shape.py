"""What is a conversation by its lines, and what only looks like one."""

import html

import pytest

from feature_pipeline.conversations import why_conversation

CONVERSATIONS = {
    "IRC": "[10:02:33] <ann> is there fog?\n[10:02:40] <maud> yes\n[10:03:00] * ann waves\n[10:04:00] <ann> ok\n",
    "irssi": "10:02 < ann> is there fog?\n10:03 <@maud> yes\n10:04 < ann> ok\n",
    "WeeChat": "2024-05-01 10:02:33\tann\tis there fog?\n2024-05-01 10:02:40\tmaud\tyes\n",
    "HexChat": "May 01 10:02:33 <ann>\tis there fog?\nMay 01 10:02:40 <maud>\tyes\nMay 01 10:03:40 <maud>\tyes\n",
    "Zoom": "10:02:33\t From  Ann Lee  to  Everyone : hello\n10:02:40\t From  Maud  to  Everyone : hi there\n",
    "Zoom, newer": "10:02:33 From Ann Lee to Everyone:\n\thello\n10:02:40 From Maud to Everyone:\n\thi there\n",
    "Zoom, of a recording": "00:02:33\tAnn Lee:\thello\n00:02:40\tMaud Ferrier:\thi there\n",
    "Teams": "[10:02] Ann Lee\nhello there\n[10:05] Maud Ferrier\nhi\n[10:06] Ann Lee\nbye\n",
    "Teams, newer": "Ann Lee  10:02 AM\nhello\nMaud Ferrier  10:05 AM\nhi\nAnn Lee  10:07 AM\nbye\n",
    "Teams, with days": "Ann Lee, 01/05 10:02 AM\nhello\nMaud, 01/05 10:05 AM\nhi\nAnn Lee, 01/05 10:07 AM\nbye\n",
    "Discord, copied": "Ann — Today at 10:02 AM\nhello\nMaud — Today at 10:05 AM\nhi\nAnn — 05/01/2024 10:05 AM\nhi\n",
    "Slack, copied": "ann  10:02 AM\nhello there\nmaud  10:05 AM\nhi\nann  10:07 AM\nbye\n",
    "Skype": "[01/05/2024 10:02:33] Ann: hello\n[01/05/2024 10:03:33] Maud: hi\n",
    "ICQ": "Ann (10:02): hello\nMaud (10:03): hi\nAnn (10:04): bye\n",
    "iPhone": "Aug 03, 2023  4:25:11 PM (Read by you after 1 hour)\nann@example.org\nHello\n\n"
    "Aug 03, 2023  4:26:11 PM\nMe\nHi.\nSo it is\n\nAug 03, 2023  4:27:11 PM\nMe\nFog.\n",
    "iPhone, two": "Aug 03, 2023  4:25:11 PM\nAnn\nHello there\n\nAug 03, 2023  4:26:11 PM\nMe\nHi.\n",
    "Korean": "--- 2024년 5월 1일 수요일 ---\n[앤] [오후 9:03] 안녕\n[모드] [오후 9:04] 응\n[앤] [오후 9:05] 그래\n",
    "Japanese": "2024/05/01\n21:03\tアン\t写真\n21:05\tモード\tはい\n21:06\tアン\tはい\n",
    "Chinese": "2024-05-01 10:02:33 小明\n你好\n\n2024-05-01 10:03:33 我\n你好啊\n\n2024-05-01 10:04:33 小明\n再见\n",
    "Russian": "01.05.2024 10:02 - Анна: привет\n01.05.2024 10:03 - Мод: туман\n01.05.2024 10:04 - Анна: да\n",
    "dots in the clock": "13.6.2018 klo 21.25 - Mika: tämä on\n13.6.2018 klo 21.26 - Laura: niin on\n",
    "Signal": "[2024-05-01 10:02] Ann: hello\n[2024-05-01 10:03] Me: hi\n",
    "Signal, Markdown": "**Ann** (2024-05-01 10:02):\nhello\n\n**Me** (2024-05-01 10:03):\nhi\n\n"
    "**Ann** (2024-05-01 10:04):\nbye",
    "Viber": "[ 01/05/2024 ] [ 10:02:33 ] Ann Lee: hello\n[ 01/05/2024 ] [ 10:02:35 ] Maud: hi\n",
    "a transcript": "Ann Lee  0:02\nhello there it is\n\nMaud Ferrier  0:15\nhi\n\nAnn Lee  0:20\nbye\n",
}
WITHOUT_TIMES = {
    "IRC": "<ann> is there fog?\n<maud> yes\n<ann> ok\n<maud> bye\n",
    "an assistant": "You said:\nWhy?\nChatGPT said:\nFrost.\nYou said:\nOk\nChatGPT said:\nFine\n",
    "an assistant, Markdown": "# Springs\n\n**You:** Why?\n\n**Claude:** Frost.\n\n**You:** Oh.\n\n**Claude:** Yes.\n",
    "an assistant, headings": "## Prompt:\nWhy?\n## Response:\nFrost.\n## Prompt:\nOh.\n## Response:\nYes.\n",
}
PROSE = "The fog came up the harbour like a cat that has been told to, and nobody rang the bell for it.\n\n"
ARTICLES = {
    "a dialogue": "The fog came in.\n\n“Is there fog?” said Ann at 10:02.\n\n“Yes,” I said at 10:03.\n\n“All over.”\n",
    "an interview": "I met Ann at 10:30.\n\nMaud: When did you begin?\n\n"
    "Ann: In 1990, at 6:30.\n\nMaud: And why?\n\nAnn: Fog.\n",
    "a play": "ANN. Is there fog?\nMAUD. Yes, since 10:02.\nANN. At the pier?\nMAUD. Since 9:15.\n",
    "a play with colons": "ANN: Is there fog?\nMAUD: Since 10:02.\nANN: At the pier?\nMAUD: Since 9:15.\n",
    "a poem": "At 10:02 the fog\nAt 10:03 the bell\nAt 10:04 the fog again\nAnd at 10:05 the bell\n",
    "a diary": "10:02 Left the harbour: fog everywhere.\n10:40 Passed the pier: nobody there.\n12:00 Home.\n",
    "a diary with dates": "2024-05-01 10:02 Left the harbour: fog.\n2024-05-01 10:40 Passed the pier: nobody.\n",
    "a programme": "10:00 Talk: Ann Lee\n11:00 Break: coffee\n11:30 Panel: Fog\n13:00 Lunch: pies\n15:00 Break: tea\n",
    "a recipe": "Knead: 10 minutes\nBake: at 9:30\nCool: until 10:15\nEat: at 11:00\n",
    "a timetable": "Patient Annie\n\nMonday: 10:00, 12:00\nTuesday: 10:00, 12:00\nWednesday: 10:00\n",
    "a timetable of places": "Harbour  10:02\nPier  10:15\nHarbour  11:02\nPier  11:15\n",
    "verses": "John 3:16\nThe first of them.\nMark 4:20\nThe second.\nJohn 3:18\nThe third.\n",
    "a chat further down": f"{PROSE * 20}\n10:02 <ann> hi\n10:03 <maud> hi\n10:04 <ann> hi\n",
    "a question to an assistant": f"{PROSE * 6}You: Why?\n\nChatGPT: Frost.\n\n{PROSE * 6}",
    "log lines": "2024-05-01 06:10 rose, fog\n2024-05-01 07:10 bread\n2024-05-01 08:10 clock\n",
}


def page_of(text: str) -> str:
    return f"<html><head><title>x</title></head><body>{''.join(f'<p>{html.escape(t)}</p>' for t in text.splitlines())}"


@pytest.mark.parametrize("name", [*CONVERSATIONS, *WITHOUT_TIMES])
def test_a_conversation_is_known_by_who_speaks_and_when(name: str) -> None:
    text = (CONVERSATIONS | WITHOUT_TIMES)[name]
    reason = why_conversation(text, name="notes.txt", html=False)
    assert reason.startswith("a conversation")
    assert "twin collect" in reason
    assert why_conversation(text.replace("\n", "\r\n"), name="notes.txt", html=False) == reason


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_so_is_a_page_of_it(name: str) -> None:
    assert why_conversation(page_of(CONVERSATIONS[name]), name="notes.html", html=True)
    in_pre = f"<body><pre>{html.escape(CONVERSATIONS[name])}</pre></body>"
    assert why_conversation(in_pre, name="notes.html", html=True)


@pytest.mark.parametrize("name", ARTICLES)
def test_an_article_with_voices_or_with_times_is_an_article(name: str) -> None:
    assert why_conversation(ARTICLES[name], name="notes.txt", html=False) == ""
    assert why_conversation(page_of(ARTICLES[name]), name="notes.html", html=True) == ""


DIALOGUE = "Ann: You left the tap on.\n\nMaud: I did not.\nThe tap is yours.\n\nAnn: It is off.\n\nMaud: Thank you.\n"


@pytest.mark.parametrize("called", ["Maud Ferrier", "maud", "Ann Lee"])
def test_lines_without_times_are_a_conversation_where_the_author_is_one_who_speaks(called: str) -> None:
    reason = why_conversation(DIALOGUE, name="notes.txt", html=False, called=(called,))
    assert reason.startswith("a conversation (the lines of Ann and Maud), so other people's words")
    assert why_conversation(page_of(DIALOGUE), name="notes.html", html=True, called=(called,)) == reason


@pytest.mark.parametrize("text", [f"I met Ann.\n\n{DIALOGUE}", "Maud: a clock.\nAnn: a pie.\n", f"{PROSE}{DIALOGUE}"])
def test_an_introduction_or_nobody_who_comes_again_make_it_an_article(text: str) -> None:
    assert why_conversation(text, name="notes.txt", html=False, called=("Maud Ferrier",)) == ""


def test_so_does_an_author_who_is_not_among_them() -> None:
    assert why_conversation(DIALOGUE, name="notes.txt", html=False, called=("Nell Reed", "nell-reed")) == ""


def test_comments_below_an_article_do_not_make_it_a_conversation() -> None:
    comments = "".join(
        f"<div class=comment><b>{name}</b><i>1 May 2024, 10:0{number}</i><p>Fog.</p></div>"
        for number, name in enumerate(("Ann", "Bo", "Ann", "Bo", "Ann"))
    )
    page = f"<body><article>{f'<p>{PROSE}</p>' * 12}</article>{comments}</body>"
    assert why_conversation(page, name="fog.html", html=True) == ""
