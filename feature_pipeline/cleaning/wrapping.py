"""Line breaks that an editor put in to fill lines, as against those that the author meant.

Filled text is recognised as typesetting does it: a line was broken because the next word would not have fitted.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

NARROWEST, WIDEST = 50, 120  # columns that text is filled to; verse is narrower, unfilled paragraphs are wider
FILLED_SHARE = 0.7  # of a document's line breaks; edits leave some lines short
FILLED_SHARE_OF_PARAGRAPH = 0.5  # in a document that is filled
SLACK = 0.85  # of the width that a line and the next word must pass to count as filled
HARD_BREAK = re.compile(r"(?: {2,}|\\)$")

Lines = Sequence[str]


def filled_width(paragraphs: Sequence[Lines]) -> int | None:
    """The column that these paragraphs are filled to; None where their line breaks are the author's own."""
    breaks = [pair for lines in paragraphs for pair in _breaks(lines)]
    if not breaks:
        return None
    lengths = sorted(length for length, _ in breaks)
    width = lengths[int(len(lengths) * 0.95)]
    if not NARROWEST <= width <= WIDEST or _filled_share(breaks, width) < FILLED_SHARE:
        return None
    return width


def unwrap(lines: Lines, width: int | None) -> str:
    """The paragraph with the breaks that only fill lines made spaces. Breaks by two spaces or a backslash stay."""
    breaks = _breaks(lines)
    join = width is not None and (not breaks or _filled_share(breaks, width) >= FILLED_SHARE_OF_PARAGRAPH)
    parts: list[str] = []
    for index, line in enumerate(lines):
        hard = HARD_BREAK.search(line)
        text = line[: hard.start()] if hard and index < len(lines) - 1 else line
        parts.append(text.strip() if join and index else text.rstrip())
        if index < len(lines) - 1:
            parts.append(" " if join and not hard else "\n")
    return "".join(parts)


def _breaks(lines: Lines) -> list[tuple[int, int]]:
    """(length of the line, length of the word that would have had to fit) at every soft break.

    Breaks beside a link say nothing: it is moved to a line of its own for its address's length.
    """
    return [
        (len(line.rstrip()), len((following.split(maxsplit=1) or [""])[0]))
        for line, following in pairwise(lines)
        if not HARD_BREAK.search(line) and not following.lstrip().startswith("[") and "](" not in line
    ]


def _filled_share(breaks: Sequence[tuple[int, int]], width: int) -> float:
    return sum(length + 1 + word > width * SLACK for length, word in breaks) / len(breaks)
