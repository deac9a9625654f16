"""MDX (Astro, Docusaurus, Next) → Markdown: imports, exports, components and expressions go, their text stays.

https://mdxjs.com/docs/what-is-mdx/
"""

import re

from feature_pipeline.cleaning.markdown import markdown_pieces
from feature_pipeline.cleaning.marked_text import Piece

ESM = re.compile(
    r"(?:import\s*(?:[\w{*][^\n]*|[\"'][^\n]*)|export\s+(?:const|let|var|function|class|async|default|\{|\*)[^\n]*)$"
)
FENCE = re.compile(r"[ \t]*(?:[-*+>][ \t]+)*(`{3,}|~{3,})")
BACKTICKS = re.compile(r"`+")
TAG_NAME = re.compile(r"<(/?)([A-Za-z][\w.:-]*)?(?=[\s/>{])")
ADDRESS = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]+:[^\s<>]*>")
STRING = re.compile(r"\s*(?:\"([^\"\\]*)\"|'([^'\\]*)'|`([^`\\$]*)`)\s*$")
# Elements that say what their text is, or whose content is none; of all others only the text stays.
TELLING = {
    *("pre", "blockquote", "ul", "ol", "li", "table", "thead", "tbody", "tr", "td", "th", "br", "hr", "sub", "sup"),
    *("h1", "h2", "h3", "h4", "h5", "h6"),
    *("script", "style", "svg", "math", "iframe", "object", "noscript", "video", "audio", "canvas", "form"),
}
ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]")
CONTINUES = re.compile(r"[ \t]*[.}\])]|[ \t]+\S")  # of a statement
SPECIAL = re.compile(r"[\\`{<]")
BRACE = re.compile(r"[\\`{}]")
IN_TAG = re.compile(r"[<>{\"']")
QUOTING = re.compile(r"quot(?:e|ation)$", re.IGNORECASE)


def mdx_pieces(text: str) -> list[Piece]:
    """`text` has "\\n" line ends."""
    return markdown_pieces(markdown_of_mdx(text))


def markdown_of_mdx(text: str) -> str:
    lines = text.split("\n")
    parts: list[str] = []
    prose: list[str] = []
    indentation = _Indentation()
    number = 0
    while number < len(lines):
        line = lines[number]
        begins = number == 0 or not lines[number - 1].strip() or (bool(prose) and not prose[-1])
        if fence := FENCE.match(line):
            end = _fence_end(lines, number, fence[1])
            cut = indentation.of(line)
            parts += [_without_jsx("\n".join(prose)), *(_cut(inner, cut) for inner in lines[number:end])]
            prose, number = [], end
        elif begins and ESM.match(line):
            number = _esm_end(lines, number)
            prose.append("")
        else:
            prose.append(_cut(line, indentation.of(line)))
            number += 1
    return "\n".join([*parts, _without_jsx("\n".join(prose))])


class _Indentation:
    """MDX has no indented code: how far a line is indented means something only inside of a list."""

    def __init__(self) -> None:
        self._list: int | None = None  # the indentation of the list that goes on

    def of(self, line: str) -> int:
        """How many characters of indentation mean nothing."""
        indent = len(line) - len(line.lstrip())
        if not line.strip():
            return indent
        if self._list is not None and indent > self._list:
            return self._list
        self._list = indent if ITEM.match(line) else None
        return indent


def _cut(line: str, characters: int) -> str:
    return line[min(characters, len(line) - len(line.lstrip())) :]


def _fence_end(lines: list[str], start: int, fence: str) -> int:
    """The line behind the closing fence, or behind the last."""
    for number in range(start + 1, len(lines)):
        closing = lines[number].strip()
        if closing.startswith(fence) and not closing.strip(fence[0]):
            return number + 1
    return len(lines)


def _esm_end(lines: list[str], start: int) -> int:
    """The line behind a statement: its brackets are closed, and it ends. One never closed ends with its paragraph."""
    depth = 0
    for number in range(start, len(lines)):
        depth += sum(lines[number].count(mark) for mark in "{([") - sum(lines[number].count(mark) for mark in "})]")
        if depth <= 0 and (number + 1 == len(lines) or not CONTINUES.match(lines[number + 1])):
            return number + 1
    return next((n for n in range(start, len(lines)) if not lines[n].strip()), len(lines))


def _without_jsx(text: str) -> str:
    if "<" not in text and "{" not in text:
        return text
    braces = _braces(text)
    out: list[str] = []
    position = 0
    while match := SPECIAL.search(text, position):
        at = match.start()
        out.append(text[position:at])
        position = at + 1
        if text[at] == "\\":
            position = min(at + 2, len(text))
            out.append(text[at + 1 : position] if text[at + 1 : position] in ("{", "}", "<") else text[at:position])
        elif text[at] == "`":
            position = _code_span_end(text, at)
            out.append(text[at:position])
        elif text[at] == "{" and at in braces:
            string = STRING.match(text, at + 1, braces[at])
            shown = next((group for group in string.groups() if group is not None), "") if string else ""
            out.append(shown)
            position = braces[at] + 1 if shown else _behind_dropped(text, at, braces[at] + 1)
        elif text[at] == "<" and (address := ADDRESS.match(text, at)):
            position = address.end()
            out.append(address[0])
        elif text[at] == "<" and (end := _tag_end(text, at, braces)):
            reduced = _reduced(text[at:end])
            out.append(reduced)
            position = end if reduced else _behind_dropped(text, at, end)
        else:
            out.append(text[at])
    return "".join([*out, text[position:]])


def _behind_dropped(text: str, start: int, end: int) -> int:
    """Of two spaces around what is left out, one goes."""
    before = start == 0 or text[start - 1].isspace()
    return end + 1 if before and text.startswith(" ", end) else end


def _reduced(tag: str) -> str:
    found = TAG_NAME.match(tag)
    closes, name = (found[1], found[2] or "") if found else ("", "")
    if QUOTING.search(name) and not tag.endswith("/>"):
        return f"\n\n<{closes}blockquote>\n\n"
    return f"<{closes}{name}{'/' if tag.endswith('/>') else ''}>" if name in TELLING else ""


def _tag_end(text: str, at: int, braces: dict[int, int]) -> int | None:
    """Behind the > of the tag at `at`; None when it is none."""
    opening = TAG_NAME.match(text, at)
    if opening is None:
        return None
    position = opening.end()
    while found := IN_TAG.search(text, position):
        at = found.start()
        if text[at] == ">":
            return at + 1
        if text[at] == "{":
            if at not in braces:
                return None
            position = braces[at] + 1
        elif text[at] == "<":
            return None
        else:
            closing = text.find(text[at], at + 1)
            if closing < 0:
                return None
            position = closing + 1
    return None


def _braces(text: str) -> dict[int, int]:
    """{ → its }, outside of code spans and escapes."""
    pairs: dict[int, int] = {}
    opened: list[int] = []
    position = 0
    while match := BRACE.search(text, position):
        at = match.start()
        position = at + 1
        if text[at] == "\\":
            position += 1
        elif text[at] == "`" and not opened:
            position = _code_span_end(text, at)
        elif text[at] == "{":
            opened.append(at)
        elif text[at] == "}" and opened:
            pairs[opened.pop()] = at
    return pairs


def _code_span_end(text: str, at: int) -> int:
    """Behind a code span; behind the backticks where they open none. A span does not go past its paragraph."""
    run = BACKTICKS.match(text, at)
    end = run.end() if run else at + 1
    paragraph = text.find("\n\n", end)
    closing = re.compile(rf"(?<!`)`{{{end - at}}}(?!`)").search(text, end, paragraph if paragraph >= 0 else len(text))
    return closing.end() if closing else end
