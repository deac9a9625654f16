"""The lines before and after a text that were no elements of their own: dates, bylines, tags, links to other pages.

Only short pieces at the two ends of a page's article are looked at, never one between paragraphs.
"""

import re
from collections.abc import Sequence

from feature_pipeline.cleaning.article import Article
from feature_pipeline.cleaning.lines import is_boilerplate_line
from feature_pipeline.cleaning.marked_text import Piece
from feature_pipeline.cleaning.walk import Facts
from text.words import folded_words

LONGEST = 25  # words of a line that may be boilerplate
GLUE = 5  # words beside links, dates and names in such a line: "Posted on … by … in …"
SHARE = 0.6  # of a line's words that are links, dates and names
NOTHING = re.compile(r"[\W_]*")
MARK = re.compile(r"^(?:#{1,6} |- |\d+\. |\s)+")
COMMENTS = re.compile(
    r"(?:\d+|one|two|three|no) (?:comments?|responses?|replies|reply|thoughts?)\b.*|comments? ?\(\d+\)"
    r"|(?:leave|post|add|write) a (?:comment|reply)\b.*|discussion about .*",
    re.IGNORECASE,
)
ENDING = re.compile(  # a heading that begins what a site puts below a text
    r"subscribe\b.*|sign up\b.*|(?:join|get) .*\bnewsletter\b.*|newsletter|related (?:posts|articles|stories|reading)"
    r"|more (?:posts|articles|stories|from)\b.*|you (?:may|might) also\b.*|(?:recent|latest|popular) (?:posts|articles)"
    r"|about the author|written by\b.*|share (?:this|on)\b.*|filed under\b.*|read next|keep reading",
    re.IGNORECASE,
)
SMALL = 0.4  # of a page's words that may follow such a heading; comments may be any number

Pieces = Sequence[tuple[Piece, Facts]]


def without_edges(pieces: Pieces, article: Article) -> list[Piece]:
    """The pieces of an article from its first line to its last."""
    if not article.exact:
        pieces = _from_title(_until_ending(pieces), article.title)
    leading = next((index for index, (piece, facts) in enumerate(pieces) if _is_text(piece, facts)), len(pieces))
    trailing = next((index for index in range(len(pieces) - 1, -1, -1) if _is_text(*pieces[index])), -1)
    return [
        piece
        for index, (piece, facts) in enumerate(pieces)
        if leading <= index <= trailing or not _is_boilerplate(piece, facts, article)
    ]


def _is_text(piece: Piece, facts: Facts) -> bool:
    from text.sentences import ends_sentence  # heavy, and collecting asks for none

    unlinked = facts.words - max(facts.internal, facts.meta)
    return bool(piece.kind) or (
        unlinked > GLUE and (facts.words > LONGEST or (ends_sentence(piece.text) and not _is_line(piece)))
    )


def _is_line(piece: Piece) -> bool:
    return is_boilerplate_line(MARK.sub("", piece.text))


def _is_boilerplate(piece: Piece, facts: Facts, article: Article) -> bool:
    marked = facts.meta if article.exact else max(facts.meta, facts.internal)
    beside = facts.words - marked
    return (
        NOTHING.fullmatch(MARK.sub("", piece.text)) is not None
        or (marked > 0 and (marked >= SHARE * facts.words or beside <= GLUE))
        or (facts.words <= LONGEST and _is_line(piece))
    )


def _until_ending(pieces: Pieces) -> Pieces:
    """A heading such as "3 comments" or "Related posts", and all that follows it, is no longer the text.

    That holds for the last headings alone: an author may well write a chapter "Comments", and then another.
    """
    total = sum(facts.words for _, facts in pieces)
    after, end = 0, len(pieces)
    for index in range(len(pieces) - 1, 0, -1):
        piece, facts = pieces[index]
        after += facts.words
        if piece.kind or not piece.text.startswith("#"):
            continue
        heading = MARK.sub("", piece.text)
        if COMMENTS.fullmatch(heading) or (ENDING.fullmatch(heading) and after <= SMALL * total):
            end = index
        elif facts.internal < facts.words:
            break
    return pieces[:end]


def _from_title(pieces: Pieces, title: str) -> Pieces:
    """What stands before the line that the page is titled by is the site's."""
    wanted = folded_words(title)
    for index, (piece, facts) in enumerate(pieces):
        if _is_text(piece, facts):
            break
        own = folded_words(piece.text)
        if own and (own == wanted or (piece.text.startswith("#") and wanted[: len(own)] == own)):
            return pieces[index:]
    return pieces
