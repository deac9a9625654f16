"""Posts of Tumblr as its first API tells them, in JSON and, in exports, in XML: the same names of fields in both.

Only what the author wrote is a post's text. A reblog holds what it answers in a quotation below the name of the blog
that it is from, and is left out where nothing was added, or where the two cannot be told apart; so are quotations,
links without words, chats that were copied, and what others sent in. A question that is answered is the context.
"""

from collections.abc import Mapping

from lxml import etree

from feature_pipeline import dates
from feature_pipeline.formats.conversations import shortened
from feature_pipeline.formats.html_parts import by_class, drop, inner_html, parse_page, words_of
from feature_pipeline.formats.json_values import Json, list_at, text_at
from feature_pipeline.formats.plain_text import plain_text
from feature_pipeline.source_bases.base import BaseSource, Ignored, Item
from feature_store.records import ContentType, PostKind
from text.words import count_words

TEXTS = {  # by type: the field of the author's text
    "regular": "regular-body",
    "photo": "photo-caption",
    "video": "video-caption",
    "audio": "audio-caption",
    "link": "link-description",
    "answer": "answer",
}
NO_TEXT = {"quote": "quotations", "conversation": "chats that were copied"}
REBLOGGED = ("reblogged-from-name", "reblogged-from-url", "reblogged-root-name", "reblogged-root-url")
BLOG = "tumblr_blog"  # the class of the link to whom a text is from
LONG_FORM_WORDS = 200


def read_post(source: BaseSource, found: Mapping[str, Json], tags: tuple[str, ...]) -> Item:
    """`found`: the fields of a post by their names."""
    kind = text_at(found, "type")
    if kind in NO_TEXT:
        return Ignored(NO_TEXT[kind])
    if text_at(found, "is-submission").lower() == "true" or found.get("is-submission") is True:
        return Ignored("sent in by others")
    markup = text_at(found, TEXTS.get(kind, ""))
    own, answered = own_words(markup, is_reblog=any(text_at(found, name) for name in REBLOGGED))
    if answered is None:
        return Ignored("reblogs without words of one's own")
    title = "" if answered else text_at(found, "regular-title").strip()
    if not plain_text(own, ContentType.HTML).strip() and not (title and kind == "regular"):
        return Ignored(f"{kind or 'posts'} without words")
    asked = plain_text(text_at(found, "question"), ContentType.HTML) if kind == "answer" else ""
    long = bool(title) and count_words(plain_text(own, ContentType.HTML)) >= LONG_FORM_WORDS
    return source.post(
        text_at(found, "id"),
        url=text_at(found, "url-with-slug") or text_at(found, "url"),
        title=title if plain_text(own, ContentType.HTML).strip() else "",
        created_at=dates.to_utc(text_at(found, "date-gmt")) or dates.to_utc(text_at(found, "unix-timestamp")),
        content=own if plain_text(own, ContentType.HTML).strip() else title,
        content_type=ContentType.HTML,
        kind=PostKind.REPLY if asked or answered else PostKind.ARTICLE if long else PostKind.POST,
        visibility="private"
        if text_at(found, "state") == "private" or text_at(found, "private") == "true"
        else "public",
        tags=tags,
        context=shortened(asked or answered),
    )


def own_words(markup: str, *, is_reblog: bool) -> tuple[str, str | None]:
    """What the author added, as HTML, and what it answers: "" for no reblog, None for one without own words."""
    own, quoted, named = _parted(markup)
    if not quoted:
        return (markup, "") if not is_reblog and not named else ("", None)
    if not plain_text(own, ContentType.HTML).strip():
        return "", None
    said, _, _ = _parted(quoted)  # of whoever spoke last, without what that answers in turn
    return own, plain_text(said if said.strip() else quoted, ContentType.HTML)


def _parted(markup: str) -> tuple[str, str, bool]:
    """The words outside of quotations below a blog's name, the last such quotation, and whether a blog is named."""
    page = parse_page(markup)
    if page is None:
        return "", "", False
    body = page.find("body")
    body = page if body is None else body
    answered: list[etree._Element] = []
    for link in list(by_class(body, BLOG)):
        line = link.getparent()
        if line is None or line.tag != "p" or any(outer.tag == "blockquote" for outer in line.iterancestors()):
            continue
        following = line.getnext()
        if words_of(line).endswith(":") and following is not None and following.tag == "blockquote":
            answered += [line, following]
        elif words_of(line).startswith("(via") or words_of(line) == words_of(link):
            answered.append(line)
    quoted = [inner_html(element) for element in answered if element.tag == "blockquote"]
    drop(answered)
    return inner_html(body).strip(), quoted[-1] if quoted else "", bool(answered)


def tags_of(found: Json) -> tuple[str, ...]:
    return tuple(name for tag in list_at(found, "tags") if (name := text_at([tag], 0)))
