"""A text in any format → plain text, as the context of a reply needs it."""

from feature_pipeline.cleaning import PIECES, plain_lines
from feature_pipeline.cleaning.marked_text import assemble
from feature_store.records import ContentType


def plain_text(text: str, content_type: ContentType) -> str:
    """`text` without markup. Quotations stay, marked with "> "."""
    return assemble(PIECES[content_type](plain_lines(text)))[0]
