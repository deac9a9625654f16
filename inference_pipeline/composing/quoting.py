"""Answers made of the author's own sentences, word for word, each with its place in the post."""

from collections.abc import Sequence

from inference_pipeline.citations import Citation
from inference_pipeline.composing.evidence import Excerpt
from text.sentences import Sentence
from text.words import count_words

CitedText = tuple[str, tuple[Citation, ...]]
PARAGRAPH = "\n\n"
OMITTED = "…"


def quoted(excerpts: Sequence[Excerpt], *, after: str = "") -> CitedText:
    """The excerpts in their order, a paragraph each, `after` what is said first."""
    text, citations = after, []
    for excerpt in excerpts:
        text += PARAGRAPH if text else ""
        text += f"{OMITTED} " if excerpt.begins_inside else ""
        place = Sentence(len(text), len(text) + len(excerpt.text))
        text += excerpt.text + (f" {OMITTED}" if excerpt.ends_inside else "")
        citations.append(_citation(excerpt, place))
    return text, tuple(citations)


def joined(excerpts: Sequence[Excerpt], *, words: int) -> CitedText:
    """A text of about `words` words on the excerpts' topic: the best of them, post by post from the oldest on."""
    kept: list[Excerpt] = []
    length = 0
    for excerpt in sorted(excerpts, key=lambda e: -e.score):
        length += count_words(excerpt.text)
        if kept and length > words:
            break
        kept.append(excerpt)
    kept.sort(key=lambda e: (e.chunk.created_at, e.chunk.document_id, e.chunk.start + e.start))
    return quoted(kept)


def _citation(excerpt: Excerpt, place: Sentence) -> Citation:
    chunk = excerpt.chunk
    return Citation(
        kind="supports",
        document_id=chunk.document_id,
        title=chunk.title,
        date=chunk.created_at[:10],
        url=chunk.url,
        quote=excerpt.text,
        start=chunk.start + excerpt.start,
        end=chunk.start + excerpt.end,
        score=round(min(1.0, max(0.0, excerpt.score)), 3),
        answer_start=place.start,
        answer_end=place.end,
    )
