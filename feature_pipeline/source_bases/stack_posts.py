"""Questions and answers of Stack Exchange, as posts, whichever way they came."""

from dataclasses import dataclass

from feature_pipeline.entities import unescaped
from feature_pipeline.formats.conversations import shortened
from feature_pipeline.formats.plain_text import plain_text
from feature_pipeline.source_bases.base import BaseSource
from feature_store.records import ContentType, Post, PostKind
from text.words import count_words

LONG_FORM_WORDS = 200  # a question of fewer is a short text
QUESTION, ANSWER = "question", "answer"
SITES = (  # hosts, as a regular expression
    r"(?:[a-z]{2,}\.)?stackoverflow\.com|(?:meta\.)?(?:superuser|serverfault|askubuntu|stackapps)\.com"
    r"|(?:meta\.)?mathoverflow\.net|(?:[\w-]+\.){1,2}stackexchange\.com"
)


@dataclass(frozen=True, slots=True)
class StackPost:
    id: str
    kind: str  # QUESTION or ANSWER
    body: str  # HTML
    created_at: str  # ISO 8601, UTC
    title: str = ""
    tags: tuple[str, ...] = ()
    question: str = ""  # of an answer: the question's id


def as_post(source: BaseSource, found: StackPost, *, site: str, asked: StackPost | None = None) -> Post:
    """`asked`: the question of an answer, where it is there. `site`: its host, "" where it is not known."""
    answer = found.kind == ANSWER
    long = count_words(plain_text(found.body, ContentType.HTML)) >= LONG_FORM_WORDS
    return source.post(
        found.id,
        url=f"https://{site}/{'a' if answer else 'q'}/{found.id}" if site else "",
        title="" if answer else found.title,
        created_at=found.created_at,
        content=found.body,
        content_type=ContentType.HTML,
        kind=PostKind.COMMENT if answer else PostKind.ARTICLE if long else PostKind.POST,
        tags=(asked.tags if asked else ()) if answer else found.tags,
        context=context_of(asked) if answer and asked else "",
        problem="" if found.body.strip() else f"the {found.kind} has no text",
    )


def context_of(question: StackPost) -> str:
    text = plain_text(question.body, ContentType.HTML)
    return shortened("\n\n".join(filter(None, (question.title, text))))


def unescaped_title(title: str) -> str:
    """The API escapes titles for HTML: "What&#39;s fog?"."""
    return " ".join(unescaped(title).split())
