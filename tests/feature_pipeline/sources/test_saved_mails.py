"""Mails that somebody saved as pages or texts among other files: what is learned is their sender's words alone."""

from pathlib import Path

import pytest

from fakes.fetching import opened
from feature_pipeline.errors import EmptySourceError
from feature_pipeline.letters.files import saved_mail
from feature_store.records import ContentType, Post, PostKind

OWN = "Thursday suits me, if the fog lifts."
THEIRS = "kanarifugl, shall we meet on Thursday?"
QUOTED = f"<blockquote>{THEIRS}<br>Ann</blockquote>"
HEAD = "<b>{}:</b> Ann Lee &lt;ann@example.org&gt;<br><b>{}:</b> x<br><b>{}:</b> Maud"
PAGES = {
    "Gmail": f'<div dir="ltr">{OWN}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Mon, 15 Jan '
    f'2024, Ann wrote:<br></div><blockquote class="gmail_quote">{THEIRS}</blockquote></div>',
    "Gmail in a language that nobody listed": f'<div>{OWN}</div><div class="gmail_quote"><div class="gmail_attr">'
    f"L-Ewwel, kitbet Ann:<br></div><blockquote>{THEIRS}</blockquote></div>",
    "Thunderbird": f'<html><body>{OWN}<br><div class="moz-cite-prefix">Den 15.01.2024, Ann:<br></div>'
    f'<blockquote type="cite" cite="mid:x@y">{THEIRS}</blockquote></body></html>',
    "Apple Mail": f'<html><body>{OWN}<br><div><blockquote type="cite"><div>On 15 Jan 2024, at 10:00, Ann &lt;a@b.org'
    f"&gt; wrote:</div><div>{THEIRS}</div></blockquote></div></body></html>",
    "Hotmail": f"<html><body class='hmmessage'><div>{OWN}<div><hr id=\"stopSpelling\">Date: Thu, 26 Jun 2014 13:53:45 "
    f"+0400<br>Subject: Pier<br>From: ann@example.org<br>To: maud@example.org<br><br><div>{THEIRS}</div></div></div>",
    "Outlook.com in Basque": f'<html><body><div>{OWN}</div><hr style="display:inline-block;width:98%"><div '
    f'id="divRplyFwdMsg" dir="ltr"><b>Nork:</b> Ann<br><b>Noiz:</b> 2024<br></div><div>{THEIRS}</div></body></html>',
    "Outlook, by another": f'<html><body><div>{OWN}</div><div id="x_x_appendonsend"></div><div>{THEIRS}</div>',
    "Outlook for Windows": f'<html><body><div class="WordSection1"><p class="MsoNormal">{OWN}<o:p></o:p></p><div><div '
    'style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in"><p class="MsoNormal">'
    f"{HEAD.format('Feladó', 'x', 'y')}</p></div></div><p class=MsoNormal>{THEIRS}</p></div></body></html>",
    "Windows Mail": f'<html><body dir="ltr"><div>{OWN}</div><div style="padding-top: 5px; border-top-color: rgb(229, '
    f'229, 229); border-top-width: 1px;"><b>От:</b>&nbsp;Ann<br><b>Кому:</b> Maud</div><div>{THEIRS}</div></body>',
    "Outlook 2003": "<html><body><p>" + OWN + "</p><hr><p><b>From:</b> Ann Lee [mailto:ann@example.org]<br>"
    f"<b>Sent:</b> Friday, June 27, 2014 12:06<br><b>To:</b> Maud<br><b>Subject:</b> Pier</p><p>{THEIRS}</p></body>",
    "Yahoo": f'<html><body><div>{OWN}</div><div id="ydp1ayahoo_quoted_7" class="ydp1ayahoo_quoted"><div>Lunes</div>'
    f"<div>{THEIRS}</div></div></body></html>",
    "Proton": f'<div>{OWN}</div><div class="protonmail_quote">Am Montag schrieb Ann:<br>{QUOTED}</div>',
    "Zimbra": f'<html><body><div>{OWN}</div><hr id="zwchr"><div><b>X: </b>Ann</div><div>{THEIRS}</div></body>',
    "GMX": f'<html><body>{OWN}<div name="quote" style="border-left:2px solid #C3D9E5;"><div name="quoted-content">'
    f"{THEIRS} ann@example.org</div></div></body></html>",
    "Yandex": f'<p>{OWN}<br>26.06.2014, 14:41, "Ann" &lt;<a href="mailto:a@b.org">a@b.org</a>&gt;:</p>{QUOTED}',
    "Roundcube": f'<html><body><p id="reply-intro">Am 15.01.2024 schrieb Ann:</p><blockquote type="cite">'
    f"{THEIRS}</blockquote><div>{OWN}</div></body></html>",
}  # fmt: skip


@pytest.mark.parametrize("program", PAGES)
def test_a_page_that_answers_a_mail_loses_it(program: str) -> None:
    mail = saved_mail(PAGES[program], html=True)

    assert mail is not None
    assert mail.text.body == OWN
    assert "kanarifugl" in mail.text.quoted


@pytest.mark.parametrize(
    "text",
    [
        f"{OWN}\n\nOn Wed, 14 Nov 2018 08:14:43 -0200 Ann <ann@example.org> wrote\n\n{THEIRS}",
        f"{OWN}\r\n\r\nFrom: Ann <ann@example.org>\r\nSent: Monday\r\nTo: Maud\r\nSubject: Pier\r\n\r\n{THEIRS}",
        f"{OWN}\n\nSent from my Wiko RIDGE FAB 4G\n\n{THEIRS}",
    ],
)
def test_a_text_that_answers_a_mail_loses_it(text: str) -> None:
    mail = saved_mail(text, html=False)

    assert mail is not None
    assert (mail.text.body, mail.text.quoted) == (OWN, THEIRS)


@pytest.mark.parametrize(
    "page",
    [
        f"<html><head><link rel=canonical href=x></head><body><p>{OWN} Write to maud@example.org.</p>{QUOTED}",
        f'<html><body><article><p>{OWN}</p><div class="gmail_quote">{QUOTED}</div></article></body></html>',
        f"<html><body><p>{OWN} Write to maud@example.org.</p><blockquote>{THEIRS}</blockquote><p>So.</p></body></html>",
        "<p>From: Porto<br>To: Lisbon<br>Date: 5 May</p><p>That is the train; ask maud@example.org.</p>",
    ],
)
def test_an_article_is_no_mail_whatever_it_quotes(page: str) -> None:
    assert saved_mail(page, html=True) is None


@pytest.mark.parametrize(
    "text",
    [
        f"In 1819 Keats wrote:\n> {THEIRS}\n\n{OWN}",
        f"{OWN}\n\nAnn wrote:\n> {THEIRS}\n\nSo it is.",
        f"{'The fog came up the harbour at six. ' * 200}\n\nOn 15 Jan 2024 at 10:00, Ann <a@b.org> wrote:\n> {THEIRS}",
    ],
)
def test_a_text_that_quotes_is_no_mail_for_that(text: str) -> None:
    assert saved_mail(text, html=False) is None


def test_a_mails_own_headers_are_who_wrote_it_when_and_about_what() -> None:
    page = (
        '<table class="header-part1"><tr><td><b>Subject: </b>Re: The pier</td></tr><tr><td><b>From: </b>Maud Ferrier '
        "&lt;maud@example.org&gt;</td></tr><tr><td><b>Date: </b>Mon, 15 Jan 2024 10:00:00 +0100</td></tr></table>"
        f'<table class="header-part2"><tr><td><b>To: </b>Ann</td></tr></table><br>{OWN}<br>{QUOTED}'
    )
    mail = saved_mail(page, html=True)

    assert mail is not None
    assert (mail.sender, mail.subject) == (("Maud Ferrier", "maud@example.org"), "The pier")
    assert (mail.sent_at, mail.text.body) == ("2024-01-15T09:00:00+00:00", OWN)


def headed(sender: str) -> str:
    return f"From: {sender}\nDate: Mon, 15 Jan 2024 10:00:00 +0100\nTo: x\nSubject: Pier\n\n{OWN}\n"


def test_in_a_folder_each_is_a_message_and_what_others_sent_is_not_the_authors(tmp_path: Path) -> None:
    (tmp_path / "fog.md").write_text("The fog came up the harbour at six.\n")
    (tmp_path / "pier.html").write_text(PAGES["Hotmail"])
    (tmp_path / "mine.txt").write_text(headed("Maud Ferrier <mf@example.org>"))
    (tmp_path / "hers.txt").write_text(headed("Ann Lee <ann@example.org>"))
    source = opened(str(tmp_path))
    posts = {post.source_id: post for post in source.read() if isinstance(post, Post)}

    assert [*posts] == ["fog.md", "mine.txt", "pier.html"]
    assert source.ignored == {"mails by others": 1}
    pier, mine = posts["pier.html"], posts["mine.txt"]
    assert (pier.content, pier.content_type, pier.kind) == (OWN, ContentType.PLAIN, PostKind.MESSAGE)
    assert "kanarifugl" in pier.context
    assert (mine.content, mine.title, mine.created_at) == (OWN, "Pier", "2024-01-15T09:00:00+00:00")


def test_a_mail_of_somebody_else_alone_is_an_error_that_says_how_to_name_oneself(tmp_path: Path) -> None:
    (tmp_path / "hers.txt").write_text(headed("Ann Lee <ann@example.org>"))

    with pytest.raises(EmptySourceError, match="--me"):
        list(opened(str(tmp_path / "hers.txt")).read())
    assert len(list(opened(str(tmp_path / "hers.txt"), me=("ann@example.org",)).read())) == 1


def test_mailboxes_among_articles_are_named_and_the_articles_are_read(tmp_path: Path) -> None:
    (tmp_path / "fog.md").write_text("The fog came up the harbour at six.\n")
    (tmp_path / "pier.eml").write_text(headed("Ann Lee <ann@example.org>"))
    posts = {post.source_id: post for post in opened(str(tmp_path)).read() if isinstance(post, Post)}

    assert posts["fog.md"].content
    assert "--as mbox" in posts["pier.eml"].problem
    assert opened(str(tmp_path / "pier.eml"), me=("ann@example.org",)).name.startswith("mbox:")
