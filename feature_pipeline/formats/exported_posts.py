"""The folder of posts that `twin export --format posts` writes: Markdown files with front matter, one a post.

It is written and read here, so that collecting it gives the same documents again. The body is the document's text: code
that came without marks between <pre>, other people's words behind ">". Where Markdown would read the words differently,
what means something there is written as entities, or the front matter says that the body is plain text.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from html import escape
from pathlib import PurePosixPath
from typing import Any

import yaml

from feature_pipeline import cleaning
from feature_pipeline.errors import UnreadableItemError
from feature_pipeline.formats.front_matter import Values
from feature_store.records import ContentType, Document, Post, PostKind

MADE_BY, PROGRAM = "made_by", "llm-twin"
BODIES = {"markdown": ContentType.MARKDOWN, "plain": ContentType.PLAIN}
FOLDERS = {
    PostKind.ARTICLE: "articles",
    PostKind.POST: "posts",
    PostKind.REPLY: "replies",
    PostKind.COMMENT: "comments",
    PostKind.MESSAGE: "messages",
}
LONGEST_NAME = 60  # characters of the words in a file's name: Windows counts the whole path
NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
MEANT = re.compile(r"((`+)(?!`)(?:(?!\2).)+?\2(?!`))|[&<\\\[\]{}%=]", re.DOTALL)
FENCED, INDENTED = re.compile(r" {0,3}(?:`{3,}|~{3,})"), re.compile(r" {4}| {0,3}\t")


def is_exported(values: Values) -> bool:
    return values.get(MADE_BY) == PROGRAM


def read_exported(post: Post, values: Values, body: str) -> Post:
    """`post` as it was when its document was exported. Raises UnreadableItemError."""

    def said(key: str) -> str:
        return str(values.get(key) or "")

    kind, form = said("kind") or PostKind.ARTICLE, said("body") or "markdown"
    if kind not in FOLDERS or form not in BODIES:
        raise UnreadableItemError(
            f"kind is {kind!r} and body {form!r}; they may be {', '.join(FOLDERS)}; {', '.join(BODIES)}"
        )
    return replace(
        post,
        content=body.strip("\n"),
        content_type=BODIES[form],
        title=said("title"),
        created_at=said("date"),
        url=said("url") or post.source_id,
        kind=PostKind(kind),
        context=said("context"),
        visibility="public",
    )


def files_of(documents: Iterable[Document]) -> Iterator[tuple[PurePosixPath, Document]]:
    """A name for each: in a folder for its kind where there are several, of plain letters, and no two alike even where
    case does not count."""
    ordered = sorted(documents, key=lambda document: (document.created_at, document.id))
    several = len({document.kind for document in ordered}) > 1
    taken: set[PurePosixPath] = set()
    for document in ordered:
        folder = PurePosixPath(FOLDERS[document.kind]) if several else PurePosixPath()
        stem = f"{document.created_at[:10] or 'undated'}-{_slug(document) or document.id[:12]}"
        name = folder / f"{stem}.md"
        if name in taken:
            name = folder / f"{stem}-{document.id[:12]}.md"
        taken.add(name)
        yield name, document


def write_exported(document: Document) -> tuple[str, bool]:
    """The file's text; and whether reading it gives the same text with the same code and quotations in it."""
    forms = (
        (_markdown(document), "markdown"), (_markdown(document, _entities), "markdown"), (_plain(document), "plain"),
    )  # fmt: skip
    good = next((written for written in forms if _reads_as(document, written[0], BODIES[written[1]])), None)
    body, form = good or forms[0]
    values: dict[str, Any] = {
        "title": document.title,
        "date": document.created_at,
        "url": "" if document.url == document.source_id else document.url,
        "source": document.source,
        "kind": document.kind.value,
        "language": document.language,
        "id": document.id,
        "context": document.context,
        "body": "" if form == "markdown" else form,
        MADE_BY: PROGRAM,
    }
    said = {key: value for key, value in values.items() if value}
    front = yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{front}---\n\n{body}\n", good is not None


def _slug(document: Document) -> str:
    words = document.title or document.text[: 2 * LONGEST_NAME].split("\n", 1)[0]
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower().replace("'", "")
    return NOT_IN_NAMES.sub("-", plain).strip("-")[:LONGEST_NAME].strip("-")


def _markdown(document: Document, words: Callable[[str], str] = str) -> str:
    return _body(document, words, lambda code: code if _is_marked(code) else f"<pre><code>{escape(code)}</code></pre>")


def _plain(document: Document) -> str:
    return _body(document, str, lambda code: f"```\n{code}\n```")


def _body(document: Document, words: Callable[[str], str], code: Callable[[str], str]) -> str:
    parts: list[str] = []
    position = 0
    for span in document.marked:
        marked = document.text[span.start : span.end]
        parts += [words(document.text[position : span.start]), code(marked) if span.kind == "code" else words(marked)]
        position = span.end
    return "".join([*parts, words(document.text[position:])])


def _entities(words: str) -> str:
    """What Markdown reads as more than a character, outside of code spans, where entities mean nothing."""
    return MEANT.sub(lambda found: found[0] if found[1] else f"&#{ord(found[0])};", words)


def _is_marked(code: str) -> bool:
    """Whether Markdown takes it for code as it stands: between fences, or indented."""
    return FENCED.match(code) is not None or all(INDENTED.match(line) for line in code.split("\n") if line.strip())


def _reads_as(document: Document, body: str, content_type: ContentType) -> bool:
    post = Post(
        author=document.author,
        source=document.source,
        source_id=document.source_id,
        url=document.url,
        title=document.title,
        created_at=document.created_at,
        fetched_at="",
        content=body,
        content_type=content_type,
        kind=document.kind,
        context=document.context,
    )
    found = cleaning.clean(post, min_words=1, min_words_short=1)
    return (found.text, found.marked) == (document.text, document.marked)
