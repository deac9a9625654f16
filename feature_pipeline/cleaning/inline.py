"""Inline Markdown → the author's words: links, images, tags, template tags, footnote and highlight marks reduced.

One pass from left to right over one paragraph, linear in its length: what has no end is searched for once. Code
spans, escapes and emphasis stay as written.
"""

import html
import re
from collections.abc import Collection

from lxml.html import defs
from markdown_it.common.utils import normalizeReference

SPECIAL = re.compile(r"[\\`<!\[\]{%=&]")
BRACKET = re.compile(r"[\\`\[\]]")
BACKTICKS = re.compile(r"`+")
AUTOLINK = re.compile(r"<(?:mailto:)?([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*|[^\s<>@]+@[^\s<>@]+)>")
TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*|\s*/)?>")
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
DESTINATION = re.compile(
    r"\(\s*(?:<[^<>\n]*>|(?:[^\s()\\{]|\\.|\{[{%][^{}\n]*[}%]\}|\{|\((?:[^\s()\\]|\\.)*\))*)"
    r"(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*(?:=\d*x\d*\s*)?\)"
)
LABEL = re.compile(r"\[([^\[\]]*)\]")
FOOTNOTE = re.compile(r"\[\^[^\[\]\s]+\]")
TASK = re.compile(r"\[[ xX]\]")
HEADING_ID = re.compile(r"[ \t]*\{#[\w:.-]+\}[ \t]*$", re.MULTILINE)
DROPPED_WITH_CONTENT = {
    *(
        "script",
        "style",
        "svg",
        "math",
        "iframe",
        "object",
        "noscript",
        "textarea",
        "select",
        "video",
        "audio",
        "canvas",
    ),
}
TEMPLATE_ENDS = {"{%": "%}", "{{": "}}", "{:": "}"}


def reduce_inline(text: str, references: Collection[str] = ()) -> str:
    """`text` without markup. `references` are the normalised labels of the document's link definitions."""
    reduced = _Reduction(HEADING_ID.sub("", text), references).run()
    if reduced == text:
        return text
    lines = [line.rstrip() for line in reduced.split("\n")]
    # A line that held nothing but markup is removed with it.
    return "\n".join(line for line in lines if line)


class _Reduction:
    def __init__(self, text: str, references: Collection[str]) -> None:
        self._text = text
        self._references = references
        self._endless: set[str] = set()  # endings that occur nowhere further on
        self._code = self._code_spans()
        self._closing = self._brackets()
        self._jumps: dict[int, int] = {}  # where the rest of a link begins → where it ends
        self._out: list[str] = []

    def run(self) -> str:
        text, position = self._text, 0
        while match := SPECIAL.search(text, position):
            at = match.start()
            self._out.append(text[position:at])
            position = self._jumps.get(at) or self._at(at)
        self._out.append(text[position:])
        return "".join(self._out)

    def _at(self, at: int) -> int:
        """Write what the special character at `at` reduces to; return where to go on."""
        text = self._text
        match text[at]:
            case "\\":
                return self._keep(at, min(at + 2, len(text)))
            case "`":
                return self._keep(at, self._code.get(at) or BACKTICKS.match(text, at).end())  # type: ignore[union-attr]
            case "<":
                return self._angle(at)
            case "!" if text.startswith("![[", at):
                return self._drop(at, self._until("]]", at + 3) or at)
            case "!" if (end := self._link_end(at + 1)) is not None:
                return self._drop(at, end)
            case "[":
                return self._bracket(at)
            case "{" if (closing := TEMPLATE_ENDS.get(text[at : at + 2])) and (end := self._until(closing, at + 2)):
                return self._drop(at, end)
            case "%" | "=" if text.startswith(text[at] * 2, at):
                return self._doubled(at)
            case "&" if entity := ENTITY.match(text, at):
                self._out.append(html.unescape(entity[0]))
                return entity.end()
        return self._keep(at, at + 1)

    def _angle(self, at: int) -> int:
        text = self._text
        if text.startswith("<!--", at):
            return self._drop(at, self._until("-->", at + 4) or at)
        if link := AUTOLINK.match(text, at):
            self._out.append(link[1])
            return link.end()
        tag = TAG.match(text, at)
        if tag is None or (name := tag[1].lower()) not in defs.tags:
            return self._keep(at, at + 1)
        if name == "br":
            self._out.append("\n")
            return tag.end()
        if name in DROPPED_WITH_CONTENT and not text.startswith("</", at):
            return self._drop(at, self._until(f"</{name}>", tag.end()) or tag.end())
        return tag.end()

    def _bracket(self, at: int) -> int:
        text = self._text
        if text.startswith("[[", at) and (wiki := self._until("]]", at + 2)) and not text.startswith("(", wiki):
            target = text[at + 2 : wiki - 2]
            if "\n" not in target and "[" not in target and target.strip():
                page, _, alias = target.partition("|")
                page, _, section = page.partition("#")
                self._out.append((alias or page or section).strip())
                return wiki
        if (footnote := FOOTNOTE.match(text, at)) is not None:
            if text.startswith(":", footnote.end()) and not text[:at].strip():
                return footnote.end() + len(text[footnote.end() :]) - len(text[footnote.end() + 1 :].lstrip())
            return footnote.end()
        end = None if TASK.match(text, at) else self._link_end(at)
        if end is None:
            return self._keep(at, at + 1)
        self._jumps[self._closing[at]] = end
        return at + 1

    def _link_end(self, at: int) -> int | None:
        """Where the link or image whose [ stands at `at` ends; None when it is none."""
        text = self._text
        closing = self._closing.get(at)
        if closing is None:
            return None
        if destination := DESTINATION.match(text, closing + 1):
            return destination.end()
        label = LABEL.match(text, closing + 1)
        if label and normalizeReference(label[1].strip() or text[at + 1 : closing]) in self._references:
            return label.end()
        return closing + 1 if normalizeReference(text[at + 1 : closing]) in self._references else None

    def _doubled(self, at: int) -> int:
        """Obsidian's %%comments%% go; of its ==highlights== the marks go."""
        text, mark, start = self._text, self._text[at] * 2, at + 2
        begins = at == 0 or not (text[at - 1].isalnum() or text[at - 1] == mark[0])
        end = self._until(mark, start) if begins else None
        if end is None or text[end : end + 1].isalnum() or text.startswith(mark[0], end):
            return self._keep(at, start)
        if mark == "%%":
            return self._drop(at, end)
        inner = text[start : end - 2]
        if not inner or inner != inner.strip():
            return self._keep(at, start)
        self._jumps[end - 2] = end
        return start

    def _keep(self, start: int, end: int) -> int:
        self._out.append(self._text[start:end])
        return end

    def _drop(self, start: int, end: int) -> int:
        """Leave out [start, end), and one of two spaces around it. Nothing to leave out: keep the character."""
        if end <= start:
            return self._keep(start, start + 1)
        before = start == 0 or self._text[start - 1].isspace()
        return end + 1 if before and self._text.startswith(" ", end) and end + 1 not in self._jumps else end

    def _until(self, ending: str, start: int) -> int | None:
        """The position behind the next `ending`. Linear over all calls, as a failure is remembered."""
        if ending in self._endless:
            return None
        found = self._text.find(ending, start)
        if found < 0:
            self._endless.add(ending)
            return None
        return found + len(ending)

    def _code_spans(self) -> dict[int, int]:
        """Start → end of every code span: a run of backticks, closed by the next run of the same length."""
        runs = [match.span() for match in BACKTICKS.finditer(self._text)]
        later: dict[int, list[int]] = {}
        for index in range(len(runs) - 1, -1, -1):
            later.setdefault(runs[index][1] - runs[index][0], []).append(index)
        spans: dict[int, int] = {}
        index = 0
        while index < len(runs):
            start, end = runs[index]
            same = later[end - start]
            while same and same[-1] <= index:
                same.pop()
            escaped = start > 0 and self._text[start - 1] == "\\"
            if same and not escaped:
                spans[start] = runs[same[-1]][1]
                index = same[-1]
            index += 1
        return spans

    def _brackets(self) -> dict[int, int]:
        """[ → its ] outside of code and escapes."""
        pairs: dict[int, int] = {}
        open_at: list[int] = []
        position = 0
        while match := BRACKET.search(self._text, position):
            at = match.start()
            position = at + 1
            if match[0] == "\\":
                position += 1
            elif match[0] == "`":
                position = self._code.get(at) or BACKTICKS.match(self._text, at).end()  # type: ignore[union-attr]
            elif match[0] == "[":
                open_at.append(at)
            elif open_at:
                pairs[open_at.pop()] = at
        return pairs
