"""Pandoc's Markdown, as Quarto, R Markdown and the admonitions of Docusaurus and VitePress have it: ::: and {.x}."""

import re
from collections.abc import Collection

DIV = re.compile(r"^[ \t]*:{3,}[ \t]*(.*?)[ \t:]*$")
# "note", "note Title", "note[Title]", "{.callout-note title="Title"}" behind the colons
DIV_TITLE = re.compile(r"^[\w-]+(?:\[(.+)\]|[ \t]+(?!\{)(.+?))?(?:[ \t]*\{[^{}]*\})?$")
TITLE_ATTRIBUTE = re.compile(r"\btitle=\"([^\"]+)\"|\btitle='([^']+)'")
ATTRIBUTE = r"(?:[#.][\w:.-]+|-|=\w+|[\w-]+=(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s{}\"']+))"
ATTRIBUTES = rf"\{{[ \t]*{ATTRIBUTE}(?:[ \t]+{ATTRIBUTE})*[ \t]*\}}"
HEADING_ATTRIBUTES = re.compile(rf"^([ \t]*#{{1,6}}[ \t].*?)[ \t]*{ATTRIBUTES}[ \t]*$")
SPAN = re.compile(rf"(?<!\!)\[([^\[\]\n]*)\]{ATTRIBUTES}")
BEHIND = re.compile(rf"(?<=[)\]`]){ATTRIBUTES}")


def without_div_marks(lines: list[str], code: Collection[int]) -> None:
    """The marks of fenced divs; their text, and a title on the mark, is the author's."""
    for number, line in enumerate(lines):
        if ":::" in line and number not in code and (div := DIV.match(line)):
            title = DIV_TITLE.match(div[1]) or TITLE_ATTRIBUTE.search(div[1])
            words = (title[1] or title[2] or "") if title else ""
            lines[number] = f"{words}\n" if words else ""  # a paragraph of its own


def without_attributes(lines: list[str], code: Collection[int]) -> None:
    for number, line in enumerate(lines):
        if "{" in line and number not in code:
            line = HEADING_ATTRIBUTES.sub(r"\1", line)
            lines[number] = BEHIND.sub("", SPAN.sub(r"\1", line))
