"""HTML's character references → characters, whatever number one has."""

import html
import re

BEYOND = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{7,});?")  # of Unicode; int() takes no more than 4300 digits


def unescaped(text: str) -> str:
    return html.unescape(BEYOND.sub("\ufffd", text))
