"""A post → a document in the author's view: every word, mark and meant line break, without the format's markup.

Code and other people's words stay in the text, for search, and are marked, so that nobody learns to write from them.
The second view, for search, is made by text/normalise.py.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from feature_pipeline.cleaning.html import html_pieces
from feature_pipeline.cleaning.listing import why_no_article
from feature_pipeline.cleaning.markdown import markdown_pieces
from feature_pipeline.cleaning.marked_text import Piece, assemble, without_title
from feature_pipeline.cleaning.mdx import mdx_pieces
from feature_pipeline.cleaning.no_words import is_file_name, is_name_of_linked, without_encoded
from feature_pipeline.cleaning.plain import plain_pieces
from feature_pipeline.cleaning.rst import rst_pieces
from feature_pipeline.cleaning.short_forms import SHORT_FORMS, own_pieces, without_mentions
from feature_pipeline.errors import UnreadableItemError
from feature_pipeline.limits import within_limits
from feature_pipeline.tracking import without_tracking, without_tracking_in
from feature_store.records import ContentType, Document, Post, PostKind, Span
from text.language import detect_language
from text.words import count_words

__all__ = ["CLEANING_VERSION", "clean", "fingerprint", "own_words", "unread"]

TOO_SHORT = "too short"  # how the reason of a text with too few words begins
CLEANING_VERSION = "6"  # to be raised by hand whenever a stored document would come out differently

PIECES: dict[ContentType, Callable[[str], list[Piece]]] = {
    ContentType.MARKDOWN: markdown_pieces,
    ContentType.MDX: mdx_pieces,
    ContentType.RST: rst_pieces,
    ContentType.HTML: html_pieces,
    ContentType.PLAIN: plain_pieces,
}


def fingerprint(min_words: int, min_words_short: int) -> str:
    """What documents depend on besides their posts."""
    return f"{CLEANING_VERSION}, at least {min_words} words, {min_words_short} of a short form"


def clean(post: Post, *, min_words: int, min_words_short: int = 4) -> Document:
    """The document of `post`; quarantined, with the reason, when there is nothing to learn from, it is not public, or
    its parser fails on it or does not come to an end."""
    try:
        read = partial(_clean, post, min_words=min_words, min_words_short=min_words_short)
        return within_limits(read, characters=len(post.content))
    except UnreadableItemError as error:
        return unread(post, f"cannot be read as {post.content_type}: {error}")


def unread(post: Post, reason: str) -> Document:
    """The document of a post whose text is left out for `reason`."""
    return replace(
        _clean(replace(post, content="", problem=reason), min_words=1, min_words_short=1), post_hash=post.content_hash
    )


def plain_lines(text: str) -> str:
    """`text` as PIECES read it: each line ended by "\n", without zero bytes."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _clean(post: Post, *, min_words: int, min_words_short: int) -> Document:
    content = plain_lines(post.content)
    pieces = PIECES[post.content_type](without_mentions(content, post)) if not post.problem else []
    # Of Markdown, the author typed what a link is called, be it a file's name; a program gives it that of its target.
    is_typed = post.content_type in (ContentType.MARKDOWN, ContentType.MDX, ContentType.RST)
    no_words = is_name_of_linked(content) if is_typed else is_file_name
    pieces = [piece for piece in own_pieces(pieces, post) if piece.kind or not no_words(piece.text)]
    pieces = [p if p.kind == "code" else replace(p, text=without_tracking_in(without_encoded(p.text))) for p in pieces]
    text, marked = assemble(without_title(pieces, post.title))
    return Document(
        id=post.id,
        author=post.author,
        source=post.source,
        source_id=post.source_id,
        url=without_tracking(post.url),
        title=post.title,
        created_at=post.created_at,
        kind=post.kind,
        text=text,
        marked=marked,
        language=detect_language(own_words(text, marked)),
        post_hash=post.content_hash,
        context=post.context.strip(),
        quarantine=_quarantine(post, text, marked, min_words_short if post.kind in SHORT_FORMS else min_words),
    )


def own_words(text: str, marked: tuple[Span, ...]) -> str:
    """The text outside of marked spans."""
    parts: list[str] = []
    position = 0
    for span in marked:
        parts.append(text[position : span.start])
        position = span.end
    return "\n".join([*parts, text[position:]])


def _quarantine(post: Post, text: str, marked: tuple[Span, ...], min_words: int) -> str:
    if post.problem:
        return post.problem
    if post.visibility != "public":
        return f"{post.visibility}: the author has not published it"
    if post.kind is PostKind.REPOST:
        return "a repost: another person's words"
    if post.content_type is ContentType.HTML and (reason := why_no_article(post.content, post.url)):
        return reason
    own = count_words(own_words(text, marked))
    if own >= min_words:
        return ""
    others = count_words(text) - own
    beside = f", beside {others} of code and quotations" if others > 0 else ""
    setting = "feature_pipeline." + ("min_words_short" if post.kind in SHORT_FORMS else "min_words")
    return f"{TOO_SHORT}: {own} of the author's own words{beside}; {setting} is {min_words}"
