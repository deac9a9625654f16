"""The lines that a reader sees of an HTML page, roughly: enough to tell who speaks in it."""

import re

from feature_pipeline.entities import unescaped

UNSEEN = re.compile(
    r"<(script|style|head|template|noscript)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL | re.IGNORECASE
)
BREAK = re.compile(
    r"</?(?:p|div|br|li|ul|ol|tr|table|section|article|header|footer|main|h[1-6]|dt|dd|dl|blockquote|hr)\b[^<>]*>",
    re.IGNORECASE,
)
PREFORMATTED = re.compile(r"<(pre|textarea)\b[^<>]*>(.*?)</\1\s*>", re.DOTALL | re.IGNORECASE)
TAG = re.compile(r"<[a-zA-Z/!?][^<>]*>")
CELL_END = re.compile(r"</t[dh]\s*>", re.IGNORECASE)


def lines_of_page(page: str) -> list[str]:
    seen = UNSEEN.sub(" ", page)
    seen = PREFORMATTED.sub(lambda match: match[0].replace("\n", "<br>"), seen)
    seen = BREAK.sub("\0", CELL_END.sub("\t", seen.replace("\n", " ")))
    text = unescaped(TAG.sub(" ", seen))
    return [" ".join(line.split(" ")).strip() for line in text.split("\0") if line.strip()]
