import base64

import pytest

from feature_pipeline.letters.text import split_mail
from feature_pipeline.sources.mbox.charsets import decode_charset, decoded
from feature_pipeline.sources.mbox.messages import Mail

HEAD = b"From: Maud <maud@example.org>\nMessage-ID: <1@example.org>\n"


def body(content: bytes, kind: str = "text/plain", encoding: str = "8bit") -> bytes:
    return HEAD + f"Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n\n".encode() + content


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (body("Grüße 😀".encode()), "Grüße 😀"),
        (body("Grüße".encode("latin-1"), "text/plain; charset=iso-8859-1"), "Grüße"),
        (body("“Fog”".encode("cp1252"), "text/plain; charset=iso-8859-1"), "“Fog”"),
        (body("霧".encode("gb18030"), 'text/plain; charset="GB2312"'), "霧"),
        (body("霧".encode("shift_jis"), "text/plain; charset=shift_jis"), "霧"),
        (body(base64.b64encode("Nebel".encode("utf-16")), "text/plain; charset=utf-16", "base64"), "Nebel"),
        (body("Grüße".encode("latin-1"), "text/plain; charset=no-such-thing"), "Grüße"),
        (body("Grüße".encode(), "text/plain; charset=us-ascii"), "Grüße"),
        (body("Grüße".encode("latin-1"), "text/plain; charset=utf-8"), "Grüße"),
        (body(b"Gr=C3=BC=C3=9Fe =F0=9F=98=\n=80", "text/plain; charset=utf-8", "quoted-printable"), "Grüße 😀"),
        (body(base64.b64encode("Grüße".encode()), "text/plain; charset=utf-8", "base64"), "Grüße"),
        (body(b"One line \nthat flows.\nTwo.", "text/plain; format=flowed"), "One line that flows.\nTwo."),
        (body(b"  One \nlin \nes", "text/plain; format=flowed; delsp=yes"), " Onelines"),
        (body(b"<p>Fog &amp; rain</p><p>Second<br>line</p>", "text/html"), "Fog & rain\n\nSecond\nline"),
        (
            body(
                b"<html><body><div>Own.</div><div class='gmail_signature'>Maud<br>Tel</div></body></html>", "text/html"
            ),
            "Own.",
        ),
        (
            body(
                b"<div>Own.</div><div class=gmail_quote>On 15 Jan 2024 at 9:00, Ann &lt;ann@example.org&gt; wrote:<br>"
                b"<blockquote>When?</blockquote></div>",
                "text/html",
            ),
            "Own.",
        ),
        (
            body(
                b"<body class='hmmessage'><div>At nine.<div><br></div><div>Maud<br><br><hr id=stopSpelling>"
                b"Date: Mon, 15 Jan 2024 09:00:00 +0100<br>Subject: Pier<br>From: ann@example.org<br>"
                b"To: maud@example.org<br><br><div>When?</div></div></div></body>",
                "text/html",
            ),
            "At nine.\n\nMaud",
        ),
        (
            body(  # headers in a language that nobody listed
                b"<div>At nine.</div><hr><div id='divRplyFwdMsg'><b>Oddiwrth:</b> Ann<br><b>Anfonwyd:</b> ddoe</div>"
                b"<div>When?</div>",
                "text/html",
            ),
            "At nine.",
        ),
        (b"Content-Type: text/plain\n" + HEAD + b"\nFog.", "Fog."),
    ],
)
def test_text_in_every_encoding(message: bytes, text: str) -> None:
    assert split_mail(Mail(message).text()).body == text


@pytest.mark.parametrize("charset", ["", "unicode_escape", "hex", "punycode", "\0", "utf-16", "no such", "undefined"])
def test_a_charset_that_is_none_is_no_error(charset: str) -> None:
    assert decode_charset(b"Gr\xc3\xbc\xc3\x9fe", charset) == "Grüße" or charset == "utf-16"


def test_a_character_split_between_encoded_words() -> None:
    assert decoded("=?utf-8?Q?Gr=C3?= =?utf-8?Q?=BC=C3=9Fe?=") == "Grüße"


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("Re: AW: Fog", "Fog"),
        ("RE[2]: Fog", "Fog"),
        ("Fwd: Re: Fog", "Fog"),
        ("回复：雾", "雾"),
        ("Research: fog", "Research: fog"),
    ],
)
def test_a_title_is_the_subject_without_what_programs_put_before(subject: str, title: str) -> None:
    assert Mail(f"Subject: {subject}\n\n".encode()).subject == title
