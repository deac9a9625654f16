"""Template tags around text: Hugo's and Quarto's shortcodes, Liquid's tags of Jekyll, those of Hexo and Octopress.

Tags are markup, and what stands between two is the author's, unless the tag's name says that it is code or somebody
else's words. Tags within a line are reduced inline.
"""

import re
from collections.abc import Collection

CODE = {"highlight", "code", "codeblock", "prism", "mermaid", "plantuml", "katex", "chart"}
QUOTES = {"quote", "blockquote", "epigraph"}
DROPPED = {"comment", "rawhtml", "script", "style", "css"}
NAMES = "|".join(sorted(CODE | QUOTES | DROPPED, key=len, reverse=True))
OPENING = re.compile(
    rf"\{{%-?\s*(?P<liquid>{NAMES})\b[^%]*%\}}[ \t]*\n?"
    rf"|\{{\{{[<%]\s*(?P<hugo>{NAMES})\b[^\n]*?(?<!/)[>%]\}}\}}[ \t]*\n?"
)
TAG_LINE = re.compile(r"[ \t]*(?:(?:\{\{[<%](?:(?![>%]\}\}).)*[>%]\}\}|\{%(?:(?!%\}).)*%\})[ \t]*)+$")
TAG_OPENS = re.compile(r"[ \t]*(?:\{\{[<%]|\{%)(?!.*[>%]\})")
TAG_CLOSES = re.compile(r".*?[>%]\}\}?[ \t]*$")
LONGEST_TAG = 60  # lines


def paired_tags_resolved(text: str, fence: str) -> str:
    """Highlighted code as a fenced block, quotations behind ">", comments gone. A tag that is not closed stays."""
    parts: list[str] = []
    position = 0
    endless: set[re.Pattern[str]] = set()  # closing tags that occur nowhere further on
    while opening := OPENING.search(text, position):
        name = opening["liquid"] or opening["hugo"]
        pattern = (_closing_liquid if opening["liquid"] else _closing_hugo)(name)
        closing = None if pattern in endless else pattern.search(text, opening.end())
        if closing is None:
            endless.add(pattern)
            parts.append(text[position : opening.end()])
            position = opening.end()
            continue
        inner = text[opening.end() : closing.start()].rstrip("\n")
        parts += [text[position : opening.start()].rstrip(" "), _resolved(name, inner, fence)]
        position = closing.end()
    return "".join([*parts, text[position:]])


def without_tag_lines(lines: list[str], code: Collection[int]) -> None:
    """Lines that hold nothing but tags, or one tag over several lines: no paragraph goes on across them."""
    number = 0
    while number < len(lines):
        if number not in code and "{" in lines[number]:
            if TAG_LINE.match(lines[number]):
                lines[number] = ""
            elif TAG_OPENS.match(lines[number]):
                end = next((n for n in range(number + 1, _limit(lines, number)) if TAG_CLOSES.match(lines[n])), number)
                if end > number:
                    lines[number : end + 1] = [""] * (end + 1 - number)
                    number = end
        number += 1


def _limit(lines: list[str], number: int) -> int:
    return min(len(lines), number + LONGEST_TAG)


def _resolved(name: str, inner: str, fence: str) -> str:
    if name in CODE:
        return f"\n{fence}\n{inner}\n{fence}\n"
    if name in DROPPED:
        return "\n\n"
    quoted = "\n".join(f"> {line}" for line in inner.strip("\n").split("\n"))
    return f"\n\n{quoted}\n\n"


def _closing_liquid(name: str) -> re.Pattern[str]:
    return re.compile(rf"\{{%-?\s*end{name}\s*-?%\}}")


def _closing_hugo(name: str) -> re.Pattern[str]:
    return re.compile(rf"\{{\{{[<%]\s*/\s*{name}\s*[>%]\}}\}}")
