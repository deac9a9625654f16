"""Plain text → pieces. There is no markup in it but the ">" of lines that a mail quotes, and the ``` of chats' code."""

import re
from itertools import groupby

from feature_pipeline.cleaning.marked_text import Piece
from feature_pipeline.cleaning.wrapping import filled_width, unwrap

FENCED = re.compile(r"```(?:[\w+#.-]{0,20}[ \t]*\n)?((?:(?!```).)+)```", re.DOTALL)

Paragraph = list[str]  # its lines


def plain_pieces(text: str) -> list[Piece]:
    """`text` has "\\n" line ends."""
    parts = FENCED.split(text) if "```" in text else [text]  # what is code, at every second place
    own = [_paragraphs(part) for part in parts[::2]]
    width = filled_width([lines for paragraphs in own for lines in paragraphs])
    pieces: list[Piece] = []
    for place, paragraphs in enumerate(own):
        if place and parts[2 * place - 1].strip():
            pieces.append(Piece(parts[2 * place - 1].strip("\n").rstrip(), "code"))
        for lines in paragraphs:
            runs = [(quote, list(run)) for quote, run in groupby(lines, key=lambda line: line.startswith(">"))]
            for index, (quote, run) in enumerate(runs):
                body = "\n".join(line.rstrip() for line in run) if quote else unwrap(run, width)
                pieces.append(Piece(body, "quote" if quote else "", tight=index > 0))
    return pieces


def _paragraphs(text: str) -> list[Paragraph]:
    return [list(lines) for blank, lines in groupby(text.split("\n"), key=lambda line: not line.strip()) if not blank]
