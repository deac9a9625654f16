"""Pieces of a cleaned post, and how they become one text with marked spans."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from feature_store.records import Span
from text.words import folded_words

Kind = Literal["", "code", "quote"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A block of text. `kind` says whose words it is: "" the author's, "code", or "quote" for other people's."""

    text: str
    kind: Kind = ""
    tight: bool = False  # follows the piece before on the next line, without a blank line between


def assemble(pieces: Sequence[Piece]) -> tuple[str, tuple[Span, ...]]:
    """One text and its sorted, disjoint spans. Neighbours of one kind share a span."""
    parts: list[str] = []
    spans: list[Span] = []
    length = 0
    for piece in pieces:
        if not piece.text.strip():
            continue
        gap = "" if not parts else "\n" if piece.tight else "\n\n"
        start = length + len(gap)
        length = start + len(piece.text)
        parts += [gap, piece.text]
        if not piece.kind:
            continue
        if spans and spans[-1].kind == piece.kind and spans[-1].end + len(gap) == start:
            spans[-1] = spans[-1]._replace(end=length)
        else:
            spans.append(Span(start, length, piece.kind))
    return "".join(parts), tuple(spans)


def without_title(pieces: Sequence[Piece], title: str) -> list[Piece]:
    """The pieces without a first line that only repeats the title: the title is kept beside the text."""
    wanted = folded_words(title)
    for index, piece in enumerate(pieces):
        if not piece.text.strip():
            continue
        first, _, rest = piece.text.strip("\n").partition("\n")
        if not piece.kind and wanted and folded_words(first) == wanted:
            underline = rest.partition("\n")[0].strip()
            if underline and not underline.strip("=-"):
                rest = rest.partition("\n")[2]
            return [replace(piece, text=rest.strip("\n")), *pieces[index + 1 :]]
        break
    return list(pieces)


def quoted(text: str) -> str:
    """Lines of other people's words, each behind the mark that Markdown gives them."""
    return "\n".join(f"> {line}" if line.strip() else ">" for line in text.split("\n"))
