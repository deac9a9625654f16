"""What stands in a text and is no words: encoded data, the bare name of a file."""

import re
from collections.abc import Callable
from urllib.parse import quote

LONG = re.compile(r"(?<!\S)\S{60,}")
ENCODED = re.compile(r"(?:data:[\w/+.-]+;base64,)?[A-Za-z0-9+/]{60,}={0,2}")
MIXED = (re.compile(r"[a-z]"), re.compile(r"[A-Z]"), re.compile(r"\d"))  # a cry of sixty letters has one of these
FILE = re.compile(
    r"\s*(?:- )?[^\s/\\]{1,120}\.(?:jpe?g|png|gif|webp|heic|svg|bmp|tiff?|pdf|docx?|xlsx?|pptx?|od[tsp]|epub|mobi"
    r"|zip|rar|7z|tar|gz|tgz|mp3|m4a|wav|ogg|flac|mp4|mov|avi|mkv|webm)\s*",
    re.IGNORECASE,
)


def without_encoded(text: str) -> str:
    """Without base64, as page builders and pasted pictures leave it; addresses stay."""
    return LONG.sub(_without, text)


def is_file_name(text: str) -> bool:
    """Whether it is nothing but the name of a file, as in a link to it."""
    return len(text) < 140 and FILE.fullmatch(text) is not None


def is_name_of_linked(text: str) -> Callable[[str], bool]:
    """`is_file_name` of such files as an address in `text` ends in, which is Markdown or reStructuredText."""

    def is_name(piece: str) -> bool:
        if not is_file_name(piece):
            return False
        name = piece.strip().removeprefix("- ")
        return any(
            re.search(rf"(?:[(/<]|:\s){re.escape(spelt)}(?:[)>?#\s\"]|\Z)", text) for spelt in (name, quote(name))
        )

    return is_name


def _without(match: re.Match[str]) -> str:
    if "://" in match[0] or match[0].startswith("www."):
        return match[0]
    return ENCODED.sub(lambda data: "" if all(kind.search(data[0]) for kind in MIXED) else data[0], match[0])
