"""Org files → Markdown, without what Org keeps for itself: drawers, clocks, plans, task words, keywords, comments."""

import re
from collections.abc import Callable

from feature_pipeline.formats.front_matter import Values, plain_keys

TASK_WORDS = (
    "TODO|DOING|DONE|LATER|NOW|WAITING|WAIT|CANCELED|CANCELLED|IN-PROGRESS|STARTED|NEXT|HOLD|SOMEDAY|KILL|PROJ|STRT"
)
TASK = re.compile(rf"(?:{TASK_WORDS})[ \t]+(?=\S)|(?:{TASK_WORDS})$")
PRIORITY = re.compile(r"\[#[A-Z0-9]\][ \t]*")
COOKIE = re.compile(r"[ \t]*\[(?:\d*/\d*|\d*%)\]")
DRAWER = re.compile(r"[ \t]*:[\w-]+:[ \t]*$")
DRAWER_END = re.compile(r"[ \t]*:END:[ \t]*$", re.IGNORECASE)
PLAN = re.compile(r"[ \t]*(?:CLOCK|SCHEDULED|DEADLINE|CLOSED):[ \t]*[\[<].*$")
BLOCK = re.compile(r"([ \t]*)#\+begin_(\w+)(?:[ \t:]+(.*))?$", re.IGNORECASE)
HEADING = re.compile(r"(\*+)[ \t]+(.*?)(?:[ \t]+:((?:[\w@#%]+:)+))?[ \t]*$")
KEYWORD = re.compile(r"[ \t]*#\+([\w-]+)(?:\[[^\]]*\])?:[ \t]*(.*)$")
COMMENT = re.compile(r"[ \t]*#(?:[ \t]|$)")
FIXED_WIDTH = re.compile(r"[ \t]*:(?:[ \t](.*)|)$")
TABLE_RULE = re.compile(r"[ \t]*\|[-+]+\|?[ \t]*$")
LINK = re.compile(r"\[\[([^\[\]]*)\](?:\[((?:[^\[\]]|\[[^\[\]]*\])*)\])?\]")
FOOTNOTE = re.compile(r"\[fn:[^\[\]:]*\]|(?<=\S)\[fn:[^\[\]:]*:[^\[\]]*\]")
STAMP = re.compile(r"[ \t]*[\[<]\d{4}-\d\d-\d\d[^\]>\n]*[\]>](?:--[\[<][^\]>\n]*[\]>])?[ \t]*$")
BEFORE, AFTER = r"(?<![^\s\-('\"{])", r"(?![^\s\-.,;:!?)'\"}\]\\])"
EMPHASIS = re.compile(rf"{BEFORE}([*/_+=~])(?=\S)([^\n]{{0,500}}?\S)\1{AFTER}")
MARKS = {"*": "**", "/": "*", "_": "", "+": "~~", "=": "`", "~": "`"}
CODE = {"src", "example"}
OTHERS_WORDS = {"quote"}
NO_TEXT = {"comment", "export", "query", "html", "latex", "gallery"}
NO_EXPORT = {"noexport", "ARCHIVE"}
TELLING = {
    "title",
    "date",
    "author",
    "email",
    "filetags",
    "tags",
    "description",
    "draft",
    "slug",
    "permalink",
    "language",
}


def org_markdown(text: str, *, as_outline: bool = False) -> tuple[Values, str]:
    """The keywords of the file's head ("#+TITLE: …"), keys in lower case, and its text as Markdown.

    `as_outline`: headings are the blocks of an outliner, and become list items.
    """
    values: Values = {}
    out: list[str] = []
    lines = text.replace("\r\n", "\n").removeprefix("\ufeff").split("\n")
    at, left_out = 0, 0  # left_out: the level of a heading that is not exported; 0 for none
    endless: set[str] = set()  # endings that no line further down is
    while at < len(lines):
        line, at = lines[at], at + 1
        heading = HEADING.match(line)
        if heading and left_out and len(heading[1]) <= left_out:
            left_out = 0
        if left_out:
            continue
        if heading:
            if set((heading[3] or "").split(":")) & NO_EXPORT or heading[2].startswith("COMMENT "):
                left_out = len(heading[1])
            elif title := _inline(without_task(heading[2])):
                out += _heading(len(heading[1]), title, as_outline=as_outline)
        elif block := BLOCK.match(line):
            ending = re.compile(rf"[ \t]*#\+end_{re.escape(block[2].lower())}[ \t]*$", re.IGNORECASE)
            inner, at = until(lines, at, ending, endless)
            out += block_lines(block[2].lower(), inner, block[3] or "", _inline)
        elif DRAWER.match(line) and not DRAWER_END.match(line):
            inner, at = until(lines, at, DRAWER_END, endless)
        elif keyword := KEYWORD.match(line):
            key = keyword[1].lower().removeprefix("hugo_")
            if key in TELLING and key not in values and keyword[2].strip():
                values[key] = keyword[2].strip()
        elif FIXED_WIDTH.match(line):
            at -= 1
            inner = []
            while at < len(lines) and (fixed := FIXED_WIDTH.match(lines[at])):
                inner.append(fixed[1] or "")
                at += 1
            out += block_lines("example", inner, "", _inline)
        elif not (PLAN.match(line) or COMMENT.match(line) or STAMP.match(line) or TABLE_RULE.match(line)):
            out.append(_inline(line))
    tags = values.pop("filetags", values.get("tags", ""))
    if tags:
        values["tags"] = [tag for tag in re.split(r"[:\s,]+", tags) if tag]
    if "date" in values:
        values["date"] = values["date"].strip("<>[]")
    return plain_keys(values), "\n".join(out)


def without_task(text: str) -> str:
    """A heading or a block of an outline without its task word, priority and count of what is done."""
    return COOKIE.sub("", PRIORITY.sub("", TASK.sub("", text, count=1) if TASK.match(text) else text, count=1)).strip()


def block_lines(kind: str, inner: list[str], language: str, reduce: Callable[[str], str]) -> list[str]:
    """The lines of a #+begin_KIND block as Markdown."""
    if kind in NO_TEXT:
        return []
    if kind in CODE:
        return ["", f"```{language.split(' ')[0] if kind == 'src' else ''}", *inner, "```", ""]
    reduced = [reduce(line.strip()) for line in inner]
    return ["", *(f"> {line}" if kind in OTHERS_WORDS else line for line in reduced), ""]


def until(lines: list[str], at: int, end: re.Pattern[str], endless: set[str]) -> tuple[list[str], int]:
    """The lines up to the one that ends them, and the number behind it; none where nothing ends them, which `endless`
    keeps, so that no text is searched to its end for each of its lines."""
    for number in range(at, len(lines) if end.pattern not in endless else at):
        if end.match(lines[number]):
            return lines[at:number], number + 1
    endless.add(end.pattern)
    return [], at


def _heading(level: int, title: str, *, as_outline: bool) -> list[str]:
    return ["\t" * (level - 1) + f"- {title}"] if as_outline else ["", f"{'#' * min(level, 6)} {title}", ""]


def _inline(text: str) -> str:
    text = FOOTNOTE.sub("", text)
    parts: list[str] = []
    at = 0
    for link in LINK.finditer(text):
        parts += [EMPHASIS.sub(_marked, text[at : link.start()]), _link(link[1], link[2] or "")]
        at = link.end()
    return "".join([*parts, EMPHASIS.sub(_marked, text[at:])]).rstrip()


def _marked(match: re.Match[str]) -> str:
    mark = MARKS[match[1]]
    return f"{mark}{match[2]}{mark}"


def _link(target: str, label: str) -> str:
    if label:
        return "" if LINK.fullmatch(label) or re.match(r"file:|https?:\S+\.(?:png|jpe?g|gif|svg)$", label) else label
    return target if re.match(r"https?:", target) else "" if re.match(r"\w+:|\.{0,2}/", target) else target.lstrip("*#")
