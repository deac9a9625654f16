"""Which file among other texts is a mail that somebody saved, and what its sender wrote in it.

A mail shows itself by what programs mark in a page, by the line or the block of headers above the mail that it answers,
or by its own headers at the top. Pages of a web site are none, whatever they quote.
"""

import re
from dataclasses import dataclass
from email.utils import getaddresses
from itertools import islice

from feature_pipeline import dates
from feature_pipeline.formats.bylines import Names
from feature_pipeline.letters.attributions import headers_end
from feature_pipeline.letters.pages import DRAWN, MARKS, page_text
from feature_pipeline.letters.phrases import FROM_FIELD, REPLY_PREFIX, SUBJECT_FIELD
from feature_pipeline.letters.text import MailText, split_mail
from text.words import count_words

OF_SITE = re.compile(
    r"<(?:article|main|nav|header|footer|aside)\b|property\s*=\s*[\"']?(?:og|article):"
    r"|<link\b[^<>]*\brel\s*=\s*[\"']?(?:canonical|stylesheet|alternate|icon|shortcut)\b",
    re.IGNORECASE,
)
FIELD = re.compile(r">[^<>:：]{1,25}[:：]\s*(?:</|&nbsp;)")  # <b>From:</b>
COLON = re.compile(r"[:：][*_\s]*")
LONGEST = 1000  # words of a mail that nothing but what it quotes shows to be one
OWN_HEADERS = 3  # at least, at the top of a file
# What a mail in plain text has one of: an address, headers, a line with a time above a quotation, a device's line.
HINT = re.compile(
    r"\S@\S|(?:^[^\n:：]{1,25}[:：] ?[^\n]+\n\s?){3}|^[^\n]{0,200}\d[:.h]\d\d[^\n]{0,200}[:：]\s*$"
    r"|^\W*(?:sent|get|von mein|gesendet|envoyé|enviad|enviat|inviat|verzonden|verstuurd|skicka|sendt|lähetetty|wysłan"
    r"|odesl|odosl|poslan|küld|trimis|отправлено|надіслано|发自|發自|從我|iphone)",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class SavedMail:
    text: MailText
    sender: Names = ()  # name and address; () where its own headers are not in the file
    subject: str = ""
    sent_at: str = ""  # ISO 8601, UTC


def saved_mail(content: str, *, html: bool) -> SavedMail | None:
    """The mail that a file holds; None where it may be an article."""
    if html and OF_SITE.search(content):
        return None
    marked = html and any(mark in content for mark in MARKS)
    if not (marked or (_may_be_page(content) if html else HINT.search(content))):
        return None
    text = page_text(content) if html else content.replace("\r\n", "\n")
    lines = text.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    end = headers_end(lines, first, fewest=OWN_HEADERS)
    found = split_mail("\n".join(lines[end:]))
    if end:
        return _with_headers(lines[first:end], found)
    is_mail = marked or (found.headed and count_words(found.body) <= LONGEST)  # an article may quote a mail
    return SavedMail(found) if is_mail else None


def _may_be_page(markup: str) -> bool:
    """Whether a page without marks has an address, the rule that Outlook draws, or fields of headers."""
    return "@" in markup or bool(DRAWN.search(markup)) or sum(1 for _ in islice(FIELD.finditer(markup), 3)) == 3


def _with_headers(headers: list[str], text: MailText) -> SavedMail:
    sender: Names = ()
    subject = sent_at = ""
    for line in headers:
        value = COLON.split(line, maxsplit=1)[-1].strip()
        if SUBJECT_FIELD.match(line):
            subject = REPLY_PREFIX.sub("", value)
        elif FROM_FIELD.match(line):
            sender = tuple(name for person in getaddresses([value]) for name in person if name) or (value,)
        else:
            sent_at = sent_at or dates.to_utc(value)
    return SavedMail(text, sender, subject, sent_at)
