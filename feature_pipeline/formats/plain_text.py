"""A text in any format → plain text, as the context of a reply needs it."""

from functools import partial

from feature_pipeline.cleaning import PIECES, plain_lines
from feature_pipeline.cleaning.marked_text import assemble
from feature_pipeline.errors import UnreadableItemError
from feature_pipeline.limits import within_limits
from feature_store.records import ContentType


def plain_text(text: str, content_type: ContentType) -> str:
    """`text` without markup. Quotations stay, marked with "> ".

    What its parser fails on, or does not end with, stays as it is: who answers it loses nothing by it.
    """
    lines = plain_lines(text)
    try:
        return assemble(within_limits(partial(PIECES[content_type], lines), characters=len(lines)))[0]
    except UnreadableItemError:
        return lines
