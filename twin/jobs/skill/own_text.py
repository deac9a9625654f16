"""Which of an author's text a skill may count and quote: their own prose, nothing masked, nothing erased."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from feature_pipeline.prose import blocks
from feature_store.records import Document
from feature_store.versions import Forgotten
from text.sentences import sentences


@dataclass(frozen=True, slots=True)
class OwnText:
    document: Document
    paragraphs: tuple[str, ...]


def own_texts(documents: Sequence[Document], forgotten: Forgotten) -> list[OwnText]:
    """Of each document its paragraphs of prose: no code, no quotation, no list or heading, no sentence in which
    anything was masked, and none that repeats what was forgotten. Documents without any are left out."""
    found = (OwnText(document, tuple(_paragraphs(document, forgotten))) for document in documents)
    return [text for text in found if text.paragraphs]


def _paragraphs(document: Document, forgotten: Forgotten) -> Iterator[str]:
    for block in blocks(document):
        if block.kind != "prose":
            continue
        if not any(block.start < finding.end and finding.start < block.end for finding in document.findings):
            paragraph = block.text
        else:
            kept = (
                block.text[start:end]
                for start, end in sentences(block.text)
                if not any(
                    block.start + start < finding.end and finding.start < block.start + end
                    for finding in document.findings
                )
            )
            paragraph = " ".join(kept)
        if paragraph and not forgotten.quoted_in(paragraph):
            yield paragraph
