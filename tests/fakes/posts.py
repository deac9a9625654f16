"""Posts and documents to test with."""

from feature_pipeline.cleaning import clean
from feature_store.records import ContentType, Document, Post


def post(content: str, *, source_id: str = "a.md", title: str = "", **fields: object) -> Post:
    values: dict[str, object] = {
        "author": "maud",
        "source": "folder:/posts",
        "source_id": source_id,
        "url": source_id,
        "title": title,
        "created_at": "2023-01-01T00:00:00+00:00",
        "fetched_at": "2026-01-01T00:00:00+00:00",
        "content": content,
        "content_type": ContentType.MARKDOWN,
        **fields,
    }
    return Post(**values)  # type: ignore[arg-type]


def document(content: str, *, min_words: int = 1, **fields: object) -> Document:
    return clean(post(content, **fields), min_words=min_words, min_words_short=min_words)  # type: ignore[arg-type]
