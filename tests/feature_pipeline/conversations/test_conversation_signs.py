"""Exports that are known by the marks that their program leaves, and pages that only speak of them."""

import html

import pytest

from feature_pipeline.conversations import why_conversation

PAGES = {
    "telegram": '<div class="page_body chat_page"><div class="message default clearfix" id="message1">Fog</div></div>',
    "discord": "<div class=chatlog__message-group><div class=chatlog__message>Fog</div></div>",
    "Facebook, Messenger, Instagram": '<div class="pam _3-95 _2ph- _a6-g uiBoxWhite noborder"><h2>Ann</h2>Fog</div>',
    "iPhone": '<div class="message"><div class="received iMessage"><p>Fog</p></div></div>',
    "ChatGPT": '<script>\nvar jsonData = [{"title": "Fog", "mapping": {}}]</script>',
    "Teams": '<div class="fui-ChatMessage__body" data-tid="chat-pane-message">Fog</div>',
    "searched, watched": '<div class="outer-cell mdl-cell mdl-cell--12-col mdl-shadow--2dp">Searched for fog</div>',
}
TEXTS = {
    "LINE": "\ufeff[LINE] Ann Leeとのトーク履歴\r\n保存日時：2024/05/01 12:00\r\n",
    "KakaoTalk": "앤 님과 카카오톡 대화\n저장한 날짜 : 2024-05-01 12:00:00\n",
    "discord": f"{'=' * 62}\nGuild: Harbour\nChannel: Text / fog\n{'=' * 62}\n\n[01/05/2024 10:02] ann\nFog?\n",
    "IRC": "--- Log opened Wed May 01 10:02:33 2024\n10:02 -!- ann has joined #fog\n",
}


@pytest.mark.parametrize("program", PAGES)
def test_a_page_of_an_export_is_known(program: str) -> None:
    assert program in why_conversation(f"<html><body>{PAGES[program]}</body></html>", name="a.html", html=True)


@pytest.mark.parametrize("program", PAGES)
def test_a_page_that_shows_the_markup_of_an_export_is_an_article(program: str) -> None:
    page = f"<p>This is how it looks:</p><pre><code>{html.escape(PAGES[program], quote=False)}</code></pre>"
    if program != "ChatGPT":  # whose mark is in a script, and scripts look alike in code
        assert why_conversation(page, name="a.html", html=True) == ""


@pytest.mark.parametrize("program", TEXTS)
def test_a_text_of_an_export_is_known(program: str) -> None:
    assert program in why_conversation(TEXTS[program], name="a.txt", html=False)


@pytest.mark.parametrize("name", ["Takeout/archive_browser.html", "Takeout/My Activity/Search/MyActivity.html"])
def test_pages_of_googles_own_are_known_by_name(name: str) -> None:
    assert "Google's" in why_conversation("<p>Fog</p>", name=name, html=True)
