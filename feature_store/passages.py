"""Which chunks a passage was taken from."""

from collections.abc import Callable, Iterable

from feature_store.records import Chunk, Passage


def showing(chunks: Iterable[Chunk]) -> Callable[[Passage], bool]:
    """A test of whether a passage is one of the chunks, or a part of one: same title, same date, and words of it."""
    texts: dict[tuple[str, str], list[str]] = {}
    for chunk in chunks:
        texts.setdefault((chunk.title, chunk.created_at), []).append(chunk.text)
    return lambda passage: any(passage.text in text for text in texts.get((passage.title, passage.created_at), ()))
