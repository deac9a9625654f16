"""Forty short posts and the questions to them in each of five languages, written for these tests."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from feature_store.records import Chunk
from text.normalise import normalise

LANGUAGES = ("de", "fr", "es", "zh", "ja")
FOLDER = Path(__file__).parent / "languages"


@dataclass(frozen=True)
class KnownItems:
    chunks: list[Chunk]  # one a post, without vectors
    questions: list[tuple[str, str]]  # a question that shares a word with the post, and the id of the document
    in_other_words: list[tuple[str, str]]  # one that shares none, or hardly one, and the id


@cache
def known_items(language: str) -> KnownItems:
    chunks = []
    questions: dict[str, list[tuple[str, str]]] = {"question": [], "in_other_words": []}
    lines = (FOLDER / f"{language}.jsonl").read_text(encoding="utf-8").splitlines()
    for number, row in enumerate(map(json.loads, lines)):
        document = f"{language}-{number}"
        chunks.append(_chunk(document, language, row["title"], row["text"]))
        for key, asked in questions.items():
            asked += [(row[key], document)] if key in row else []
    return KnownItems(chunks, *questions.values())


def _chunk(document: str, language: str, title: str, text: str) -> Chunk:
    return Chunk(
        document_id=document,
        author="maud",
        title=title,
        url="",
        created_at="",
        start=0,
        end=len(text),
        text=text,
        search_text=f"{normalise(title)}. {normalise(text)}",
        token_count=1,
        encoder="",
        language=language,
    )
