"""Short lines that sites put before and after an article: dates, bylines, tags, "next" and "previous", copyright.

They are known by their words where no tag, role or name tells of them, in English alone.
"""

import re

from lxml import etree

from text.words import count_words

LONGEST = 300  # characters of a line
MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
DAY = r"\d{1,2}(?:st|nd|rd|th)?"
DATE = rf"(?:\w+day,? )?(?:{MONTH} {DAY},? \d{{4}}|{DAY} {MONTH},? \d{{4}}|\d{{4}}-\d\d-\d\d)"
LINE = re.compile(  # a whole line that is no sentence, without its marks
    r"(?:[·•|—–-] ?)*(?:"
    rf"(?:posted|published|written|updated|last (?:updated|modified|edited))\b(?: on| by| in| at|:).*|{DATE}.{{0,30}}"
    r"|(?:about |est\. ?)?\d+ ?-?min(?:ute)?s?(?: read(?:ing)?(?: time)?)?|(?:estimated )?read(?:ing)? time:? .*"
    r"|(?:tags?|tagged|tagged with|filed under|categor(?:y|ies)|labels|topics|posted in) ?:.*|(?:filed under|tagged) .*"
    r"|share(?: this\b.*| on\b.*| via\b.*|:.*)?|tweet(?: this)?|pin it|(?:e-?mail|print) this|like this:?|follow|listen"
    r"|(?:«|←|‹|<+) ?.{0,80}|.{0,80} ?(?:»|→|›|>+)|save"
    r"|(?:previous|prev|older|next|newer)(?: (?:posts?|entry|entries|article|page|story))?(?: ?:.{0,80})?"
    r"|(?:leave|post|add|write) a (?:comment|reply).*|no comments.*|\d+ (?:comments?|responses|replies|likes|claps)"
    r"|subscribe.*|sign up .*|related (?:posts|articles|reading)?:?|you (?:may|might) also (?:like|enjoy).*"
    r"|read (?:more|next).*|more (?:posts|stories|articles|from) ?.*"
    r"|edit (?:this|on|page).*|improve this page.*|view (?:page )?source.*|back to (?:top|home|index|blog|all)\b.*"
    r"|(?:return to )?(?:home|top|index|contents|up)|(?:table of )?contents|on this page|in this article"
    r"|(?:skip|jump) to .*|written by|about the author|author|comments|permalink"
    r")[\W_]*",
    re.IGNORECASE | re.DOTALL,
)
LEGAL = re.compile(  # a whole line, a sentence or not
    r"(?:copyright|©|\(c\)) .{0,200}|.{0,100}\ball rights reserved\b.{0,100}|(?:.{0,40}\b)?powered by .{0,80}"
    r"|(?:designed|built|made) (?:with|by) .{0,80}|last (?:updated|modified|edited)\b.{0,80}",
    re.IGNORECASE | re.DOTALL,
)


def is_boilerplate_line(text: str) -> bool:
    """Whether a short text is one that sites put before and after an article."""
    if len(text) > LONGEST:
        return False
    return LEGAL.fullmatch(text) is not None or (LINE.fullmatch(text) is not None and not _ends_with_sentence(text))


def _ends_with_sentence(text: str) -> bool:
    """Of two words or more."""
    from text.sentences import ends_sentence, sentences  # heavy, and collecting asks for none

    return ends_sentence(text) and any(count_words(text[start:]) > 1 for start, _ in [*sentences(text)][-1:])


def beginning(element: etree._Element) -> str:
    """The first characters of an element's text, however long it is."""
    parts: list[str] = []
    left = LONGEST
    for text in element.itertext():
        parts.append(str(text)[:left])
        left -= len(parts[-1])
        if left <= 0:
            break
    return "".join(parts)
