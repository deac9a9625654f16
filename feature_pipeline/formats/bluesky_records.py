"""Records of Bluesky, and of the blogs on its protocol, → the author's text as the app shows it."""

import re
from collections.abc import Iterator

from feature_pipeline.formats.json_values import Json, at, dict_at, list_at, text_at

POST = "app.bsky.feed.post"
REPOST = "app.bsky.feed.repost"
WHITEWIND = "com.whtwnd.blog.entry"
LEAFLET = "pub.leaflet.document"
STANDARD = "site.standard.document"
ARTICLES = (WHITEWIND, LEAFLET, STANDARD)

LINK = "app.bsky.richtext.facet#link"
MENTION = "app.bsky.richtext.facet#mention"
TAG = "app.bsky.richtext.facet#tag"
SHORTENED = re.compile(r"(?:\.\.\.|…)$")
AT_URI = re.compile(r"at://([^/]+)/([^/]+)/([^/?#]+)")
LEAFLET_MARKS = {"blockquote": "> ", "header": "## "}


def parse_at_uri(uri: str) -> tuple[str, str, str]:
    """(account, collection, key); three "" for anything else."""
    match = AT_URI.fullmatch(uri)
    return (match[1], match[2], match[3]) if match else ("", "", "")


def web_address(uri: str) -> str:
    """Where a reader finds the post that `uri` names; `uri` itself for other records."""
    account, collection, key = parse_at_uri(uri)
    return f"https://bsky.app/profile/{account}/post/{key}" if collection in (POST, REPOST) else uri


def post_text(record: Json) -> str:
    """With links that the app shortened ("github.com/snarfed/brid...") in full. Words that are links stay."""
    text = text_at(record, "text")
    before = 2 * len(text.encode("utf-8"))
    for start, end, encoding, kind, value in sorted(_slices(record), reverse=True):
        shown = _cut(text, start, end, encoding)
        # Offsets come from the app: those that overlap, or split a character, are skipped.
        if kind == LINK and value and end <= before and SHORTENED.search(shown) and "\ufffd" not in shown:
            data = text.encode(encoding)
            text = (data[:start] + value.encode(encoding) + data[end:]).decode(encoding)
            before = start
    return text


def mentioned(record: Json) -> tuple[str, ...]:
    """Handles, as they stand in the text."""
    text = text_at(record, "text")
    found = (_cut(text, start, end, encoding) for start, end, encoding, kind, _ in _slices(record) if kind == MENTION)
    return tuple(dict.fromkeys(handle for name in found if (handle := name.lstrip("@").strip())))


def hashtags(record: Json) -> tuple[str, ...]:
    tags = [value for *_, kind, value in sorted(_slices(record)) if kind == TAG]
    tags += [text_at([tag], 0) for tag in list_at(record, "tags")]
    return tuple(dict.fromkeys(filter(None, tags)))


def article_text(record: Json) -> str:
    """Of a blog's entry: Markdown (WhiteWind), blocks (Leaflet) or the plain text beside an unknown format."""
    blocks = [
        block
        for page in (*list_at(record, "pages"), *list_at(record, "content", "pages"), dict_at(record, "content"))
        for block in list_at(page, "blocks")
    ]
    written = "\n\n".join(filter(None, (_block_text(at(block, "block")) for block in blocks)))
    return written or text_at(record, "content") or text_at(record, "textContent")


def _block_text(block: Json) -> str:
    kind = text_at(block, "$type").rpartition(".")[2]
    if items := list_at(block, "children"):
        return "\n".join(f"- {text}" for item in items if (text := _block_text(at(item, "content"))))
    text = text_at(block, "plaintext") or text_at(block, "text")
    if kind == "code":
        return f"```\n{text}\n```"
    return "\n".join(LEAFLET_MARKS.get(kind, "") + line for line in text.split("\n")) if text else ""


def _slices(record: Json) -> Iterator[tuple[int, int, str, str, str]]:
    """(start, end, encoding that these bytes are counted in, kind, value) of each marked part of the text.

    Facets count UTF-8; their forerunner, "entities", counted UTF-16 units.
    """
    size = len(text_at(record, "text").encode("utf-8"))
    for facet in list_at(record, "facets"):
        start, end = at(facet, "index", "byteStart"), at(facet, "index", "byteEnd")
        for feature in list_at(facet, "features"):
            if _is_span(start, end, size):
                value = text_at(feature, "uri") or text_at(feature, "tag") or text_at(feature, "did")
                yield start, end, "utf-8", text_at(feature, "$type"), value
    for entity in list_at(record, "entities") if not list_at(record, "facets") else ():
        start, end = at(entity, "index", "start"), at(entity, "index", "end")
        kind = {"link": LINK, "mention": MENTION, "hashtag": TAG}.get(text_at(entity, "type"), "")
        if _is_span(start, end, size):
            yield 2 * start, 2 * end, "utf-16-le", kind, text_at(entity, "value")


def _is_span(start: Json, end: Json, size: int) -> bool:
    return type(start) is int and type(end) is int and 0 <= start < end <= size


def _cut(text: str, start: int, end: int, encoding: str) -> str:
    return text.encode(encoding)[start:end].decode(encoding, "replace")
