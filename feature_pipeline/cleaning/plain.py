"""Plain text → pieces. There is no markup in it but the ">" of lines that a mail quotes."""

from itertools import groupby

from feature_pipeline.cleaning.marked_text import Piece
from feature_pipeline.cleaning.wrapping import filled_width, unwrap


def plain_pieces(text: str) -> list[Piece]:
    """`text` has "\\n" line ends."""
    paragraphs = [
        list(lines) for blank, lines in groupby(text.split("\n"), key=lambda line: not line.strip()) if not blank
    ]
    width = filled_width(paragraphs)
    pieces: list[Piece] = []
    for lines in paragraphs:
        runs = [(quote, list(run)) for quote, run in groupby(lines, key=lambda line: line.startswith(">"))]
        for index, (quote, run) in enumerate(runs):
            body = "\n".join(line.rstrip() for line in run) if quote else unwrap(run, width)
            pieces.append(Piece(body, "quote" if quote else "", tight=index > 0))
    return pieces
