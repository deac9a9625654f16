"""The second view of a text, for search: plain characters, no marks, folded space. Never trained on, never shown."""

import re
import unicodedata

PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "…": "...",
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff"),
    }
)
CODE_SPAN = re.compile(r"(`+)(?!`)(.{1,2000}?)(?<!`)\1(?!`)", re.DOTALL)
FENCE = re.compile(r"^[ \t]*(?:> ?)*(?:`{3,}|~{3,})[^\n]*$", re.MULTILINE)
BLOCK_MARK = re.compile(r"^[ \t]*(?:>[ \t]?)*(?:#{1,6}[ \t]+|[-*+][ \t]+(?:\[[ xX]\][ \t]+)?|\d{1,3}[.)][ \t]+)?", re.M)
RULER = re.compile(r"^[ \t]*(?:[-*_=][ \t]*){3,}$", re.MULTILINE)
EMPHASIS = re.compile(r"(?<![\w*_~])(\*{1,3}|_{1,3}|~~)(?=[^\s*_~])([^\n]{1,500}?)(?<=[^\s*_~])\1(?![\w*_~])")


def normalise(text: str) -> str:
    """NFKC; typographic quotes and dashes plain; emphasis, heading, list, quote and fence marks gone; code kept."""
    text = BLOCK_MARK.sub("", RULER.sub("", FENCE.sub("", text)))
    parts: list[str] = []
    end = 0
    for match in CODE_SPAN.finditer(text):
        parts += [without_emphasis(text[end : match.start()]), match[2]]
        end = match.end()
    parts.append(without_emphasis(text[end:]))
    folded = unicodedata.normalize("NFKC", "".join(parts).translate(PLAIN))
    return " ".join(folded.split())


def without_emphasis(text: str) -> str:
    return EMPHASIS.sub(r"\2", EMPHASIS.sub(r"\2", text))  # twice, for *emphasis in **emphasis***
