"""Which files are conversations, whatever their ending: several people's words, never one author's text.

`signs` knows exporters by their own marks, `shape` any other by its lines: who speaks, and when. Where a conversation
is of a kind that a source reads, the reason names it.
"""

import re
from collections.abc import Collection
from itertools import islice

from feature_pipeline.advice import COLLECT_IT
from feature_pipeline.conversations.shape import dialogue_with, speaker_lines
from feature_pipeline.conversations.signs import sign_of
from feature_pipeline.conversations.text_of_page import lines_of_page

__all__ = ["why_conversation"]

PROBED_CHARACTERS = 200_000
CLOCK = re.compile(r"\d[:.h]\d\d")
ASSISTANTS = ("ChatGPT", "GPT", "Claude", "Assistant", "Gemini", "Copilot", "Bard", "AI", "Response", "LLM", "DeepSeek")
FEWEST_COLONS = 4  # two who come again
JSON_LINES = "one line a message of your own, with `text`, `date` and `context`: twin sources jsonl"


def why_conversation(text: str, *, name: str, html: bool, called: Collection[str] = ()) -> str:
    """Why `text`, of a file called `name`, is no article, with the way out; "" when it may be one.

    `called`: what the author is called, by which a conversation without times is told from an interview or a play.
    """
    head = text[:PROBED_CHARACTERS].lstrip("\ufeff").replace("\r\n", "\n")
    if sign := sign_of(head, name=name, html=html):
        return f"{sign.what}, {sign.way_out or _way_out(sign.kind)}"
    may_speak = _may_speak(head)
    if not may_speak and head.count(":") < FEWEST_COLONS:
        return ""
    lines = lines_of_page(head) if html else head.splitlines()
    if may_speak and (found := speaker_lines(lines)):
        return f"a conversation (the lines of {' and '.join(found[:2])}, with their times), {_way_out('')}"
    if found := dialogue_with(called, lines):
        return f"a conversation (the lines of {' and '.join(found[:2])}), {_way_out('')}"
    return ""


def _may_speak(text: str) -> bool:
    """False for most articles, which are done with here: no time, no name in angles, no assistant comes twice."""
    if sum(1 for _ in islice(CLOCK.finditer(text), 2)) > 1 or text.count("\n<") > 1 or text.count("&lt;") > 1:
        return True
    return any(text.count(name) > 1 for name in ASSISTANTS)


def _way_out(kind: str) -> str:
    if kind:
        return (
            "so the other side's words are in it too. It was not read as an article: collect it by itself, with "
            f'{COLLECT_IT} --as {kind} --me "your name in it"'
        )
    return (
        "so other people's words are in it too. It was not read as an article; if a program that `twin sources` lists "
        f'wrote it, collect it by itself with {COLLECT_IT} --as KIND --me "your name in it", else write {JSON_LINES}'
    )
