"""How numbers and names are said."""

import re

CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def counted(number: int, noun: str) -> str:
    """1, "post" → "1 post"; 2, "post" → "2 posts"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def one_line(text: str) -> str:
    """`text` on one line, for a terminal: a file's name may hold line breaks, and other controls, which are escaped."""
    return CONTROLS.sub(lambda match: repr(match[0])[1:-1], text)
