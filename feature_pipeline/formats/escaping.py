"""The few HTML entities that services write into plain text and Markdown, taken back once."""

import re

from feature_pipeline.entities import unescaped

ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "#39": "'", "#x27": "'"}
ENTITY = re.compile(rf"&({'|'.join(ENTITIES)});")
BARE = re.compile(r"[<>]|&(?!#?\w+;)")
NEVER_ESCAPED = re.compile(rf"[<>]|&(?!(?:{'|'.join(ENTITIES)});)")


def unescape_once(text: str) -> str:
    """`&amp;lt;` → `&lt;`: in a text that was escaped, that is what the author wrote."""
    return ENTITY.sub(lambda match: ENTITIES[match[1]], text)


def unescape_if_escaped(text: str) -> str:
    """For files that escape in one version and not in another: a bare <, > or & is in no escaped text."""
    return text if NEVER_ESCAPED.search(text) else unescape_once(text)


def unescape_title(text: str) -> str:
    """`What&rsquo;s` → `What’s`: exports of blogs hold titles as HTML. With a bare <, > or & in it, it is none."""
    return text if BARE.search(text) else unescaped(text)
