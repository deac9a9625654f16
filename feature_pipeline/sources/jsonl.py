"""A .jsonl or .ndjson file (or .jsonl.gz): one JSON object a line, one post each.

| key | meaning |
|---|---|
| text, or content | what the author wrote; the only key that must be there |
| content_type | markdown (the default), html or plain |
| id | names the post for good; without it, a hash of its content does |
| title, url, tags | tags as a list, or with commas between |
| date, or created_at | any usual form, or seconds since 1970 |
| kind | article (the default), post, reply, comment, message or repost |
| context | the message that this one answers, in plain text |
| visibility | public (the default), draft or private |

Other keys are ignored. Markdown is the default because people's archives are: of five real ones in this form, every
one has links, headings, quotations or code in Markdown, and plain prose means the same in it.
"""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, cast

from feature_pipeline import dates
from feature_pipeline.archives import MEGABYTE
from feature_pipeline.errors import EmptySourceError, SourceError, UnreadableItemError
from feature_pipeline.formats.escaping import unescape_title
from feature_pipeline.formats.json_values import Json, at, list_at, parse_json, text_at
from feature_pipeline.formats.post_fields import read_tags
from feature_pipeline.formats.text_files import BYTE_ORDER_MARKS
from feature_pipeline.links import joined
from feature_pipeline.source_bases.base import ExportSource, Item
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_store.records import ContentType, Post, PostKind, digest_of

SUMMARY = "a file with one JSON object a line: text, and where known id, title, date, url, tags, kind, context"
EXAMPLE = "~/writing/posts.jsonl"
OBTAIN = (
    'Write one line for each text: `{"id": "fog", "title": "Fog", "date": "2023-04-02", "text": "It came in …"}`. '
    "`text` (or `content`) must be there; `url`, `tags`, `kind`, `content_type` (markdown, html, plain), `context` "
    "(the message answered) and `visibility` may."
)

ENDINGS = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
CONTENT_TYPES = {"markdown": ContentType.MARKDOWN, "html": ContentType.HTML, "plain": ContentType.PLAIN}
OTHER_ROLES = ("assistant", "model", "system", "developer", "tool", "function")  # in a log of a chat with an assistant
VISIBILITIES = ("public", "draft", "private")
ID_IN_BROKEN_LINE = re.compile(rb'[{,]\s*"id"\s*:\s*(?:"([^"\\]+)"|(\d+))')


@dataclass
class JsonLinesSource(ExportSource):
    @property
    def identity(self) -> str:
        return self.resolved_path

    def items(self) -> Iterator[Item]:
        """Every line that is not blank. Raises EmptySourceError; SourceError when it cannot be read to its end."""
        (name,) = self.tree.names()
        first_lines: dict[str, int] = {}
        try:
            with self.tree.open(name) as stream:
                for number, line in enumerate(_lines(stream, self.options.max_file_bytes + 1), start=1):
                    if line.strip():
                        post = self._post(line, number)
                        first = first_lines.setdefault(post.source_id, number)
                        yield post if first == number else _repeated(post, number, first)
        except UnreadableItemError as error:
            raise SourceError(f"{self.tree.path}: {error}. Nothing was changed.") from error
        if not first_lines:
            raise EmptySourceError(f"{self.tree.path} holds no line. One JSON object a line is looked for.")

    def _post(self, line: bytes, number: int) -> Post:
        """Never raises: what is wrong with the line becomes the post's problem."""
        known = ID_IN_BROKEN_LINE.search(line)
        source_id = (known[1] or known[2]).decode("utf-8", "replace") if known else f"line {number}"
        limit = self.options.max_file_bytes
        try:
            if len(line) > limit:
                raise UnreadableItemError(f"longer than {limit / MEGABYTE:g} MB (feature_pipeline.max_file_mb)")
            value = parse_json(line, what="it", way_out="Write one whole JSON object a line")
            if not isinstance(value, dict):
                raise UnreadableItemError(f"a JSON object {{…}} is expected, it holds {value!r:.40}")
            source_id = text_at(value, "id") or f"line {number}"
            return _filled(
                self.post(source_id, content_type=ContentType.MARKDOWN), value, base_url=self.options.base_url
            )
        except SourceError as error:
            return self.post(
                source_id, content_type=ContentType.MARKDOWN, problem=_placed(str(error), source_id, number)
            )


def _placed(problem: str, source_id: str, number: int) -> str:
    """With the line, unless it names the post already."""
    return problem if source_id == f"line {number}" else f"line {number}: {problem}"


def recognises(location: Location) -> Match:
    if location.path is None or not location.path.name.lower().endswith(ENDINGS) or location.tree is None:
        return Match.NO
    try:
        with location.tree.open(location.tree.names()[0]) as stream:
            first = next((line for line in _lines(stream, 10 * MEGABYTE) if line.strip()), b"")
        value = parse_json(first, what="its first line")
    except SourceError:
        return Match.FALLBACK  # opened as what its name says, it tells what is wrong with it
    return Match.YES if text_at(value, "text") or text_at(value, "content") else Match.FALLBACK


def open(location: Location, options: SourceOptions) -> JsonLinesSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError when `location` is no file."""
    if location.path is None or not location.path.is_file() or location.tree is None:
        raise SourceError(f"there is no file {location.text}. Check the path.")
    if len(location.tree.names()) != 1:
        raise SourceError(f"{location.text} is an archive of several files. Unpack it, and name one .jsonl file of it.")
    return JsonLinesSource(options, location.tree)


def _lines(stream: BinaryIO, longest: int) -> Iterator[bytes]:
    """The lines as UTF-8; of a longer one its first `longest` bytes. Raises UnreadableItemError."""
    buffered = io.BufferedReader(cast("io.RawIOBase", stream))
    start = buffered.peek(4)
    mark, encoding = next(((m, e) for m, e in BYTE_ORDER_MARKS if start.startswith(m)), (b"", "utf-8"))
    buffered.read(len(mark))
    if encoding != "utf-8":  # as PowerShell writes; its line ends are not single bytes
        yield from _transcoded(buffered, encoding)
        return
    while line := buffered.readline(longest):
        yield line
        while not line.endswith(b"\n") and (line := buffered.readline(longest)):
            pass


def _transcoded(stream: BinaryIO, encoding: str) -> Iterator[bytes]:
    try:
        for line in io.TextIOWrapper(stream, encoding, newline="\n"):
            yield line.encode()
    except UnicodeDecodeError as error:
        raise UnreadableItemError(f"invalid {encoding.upper()}: {error.reason}. Save the file as UTF-8") from error


def _filled(bare: Post, value: dict[str, Json], *, base_url: str) -> Post:
    """Raises UnreadableItemError."""
    if (role := text_at(value, "role").lower()) in OTHER_ROLES:
        raise UnreadableItemError(f"a turn of a conversation that is not the author's: its role is {role!r}")
    content = text_at(value, "text") or text_at(value, "content")
    if not content.strip():
        raise UnreadableItemError('there is no "text" (or "content") with the author\'s words')
    title, url = unescape_title(text_at(value, "title")), text_at(value, "url")
    created_at = dates.to_utc(at(value, "date")) or dates.to_utc(at(value, "created_at"))
    source_id = text_at(value, "id") or digest_of("jsonl", title, created_at, content)[:24]
    content_type = text_at(value, "content_type").lower().removeprefix("text/") or "markdown"
    return replace(
        bare,
        source_id=source_id,
        url=joined(base_url.rstrip("/") + "/", url.lstrip("/")) if base_url and url else url or source_id,
        title=title,
        created_at=created_at,
        content=content,
        content_type=CONTENT_TYPES[_known(content_type, CONTENT_TYPES, key="content_type")],
        kind=PostKind(_known(text_at(value, "kind").lower() or "article", list(PostKind), key="kind")),
        visibility=_known(text_at(value, "visibility").lower() or "public", VISIBILITIES, key="visibility"),
        tags=read_tags(text_at(value, "tags") or [text_at(tag) for tag in list_at(value, "tags")]),
        context=text_at(value, "context"),
    )


def _known(word: str, words: Iterable[str], *, key: str) -> str:
    """`word`. Raises UnreadableItemError."""
    if word not in words:
        raise UnreadableItemError(f"{key} is {word!r}, it may be {', '.join(words)}")
    return word


def _repeated(post: Post, number: int, first: int) -> Post:
    """A second post with the same id would replace the first."""
    problem = f"line {number}: the id {post.source_id!r} is that of line {first} too. Give each line one of its own"
    return replace(post, source_id=f"{post.source_id} (line {number})", content="", problem=post.problem or problem)
