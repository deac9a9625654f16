"""Links that are buttons: alone on a line, they lead nowhere by themselves, are called buttons, or are an icon."""

import re

from lxml import etree

from feature_pipeline.cleaning.class_names import named, words_of
from feature_pipeline.cleaning.lines import beginning
from text.words import folded_words

BUTTON = re.compile(r"(?:.*-)?(?:btn|button|cta)(?:-.*)?")
NOWHERE = re.compile(r"#?|javascript:.*", re.IGNORECASE)
BUTTON_WORDS = 8
SERVICES = {
    *(
        "twitter",
        "x",
        "facebook",
        "instagram",
        "linkedin",
        "youtube",
        "github",
        "gitlab",
        "mastodon",
        "bluesky",
        "tiktok",
    ),
    *(
        "pinterest",
        "threads",
        "whatsapp",
        "telegram",
        "reddit",
        "tumblr",
        "flickr",
        "vimeo",
        "medium",
        "discord",
        "rss",
    ),
    *("email", "mail", "share", "tweet", "print", "xing", "snapchat", "skype", "soundcloud", "spotify"),
}
ICON_TAGS = {"i", "svg", "span", "img"}
INLINE = {
    *("a", "abbr", "b", "big", "cite", "code", "em", "font", "i", "label", "mark", "q", "s", "small", "span", "strong"),
    *("sub", "sup", "time", "u"),
}


def is_button(link: etree._Element) -> bool:
    has_icon = any(_is_icon(child) for child in link)
    called = (
        NOWHERE.fullmatch((link.get("href") or "").strip()) is not None
        or "button" in words_of(link, "role")
        or named(link, BUTTON)
    )
    if not (called or has_icon) or not _stands_alone(link):
        return False
    if any(child.tag not in INLINE | ICON_TAGS | {"br"} for child in link):
        return False  # a card
    text = beginning(link)
    words = folded_words(text)
    if not words or text.lstrip().startswith(("@", "#")) or len(words) > BUTTON_WORDS:
        return False
    return called or set(words) <= SERVICES


def _is_icon(element: etree._Element) -> bool:
    return element.tag in ICON_TAGS and not beginning(element).strip()


def _stands_alone(link: etree._Element) -> bool:
    """No words stand before or after it on its line."""
    before, after, around = link.getprevious(), link.getnext(), link.getparent()
    if around is None or (link.tail or "").strip():
        return False
    text_before = (around.text if before is None else before.tail) or ""
    return not text_before.strip() and not _has_words(before) and not _has_words(after)


def _has_words(neighbour: etree._Element | None) -> bool:
    return neighbour is not None and neighbour.tag in INLINE - {"a"} and bool(beginning(neighbour).strip())
