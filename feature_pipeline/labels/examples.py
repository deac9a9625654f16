"""Documents → examples: conversations whose last turn is the author's text, to the letter.

Write and continue together have every sentence of a document's prose in a target exactly once. A short post is one
target as a whole, or a reply to the message that it answers where that is known; of a longer one the first target is an
opening that closes with a paragraph, and a later one a section, a part on some topics, or what comes next. Rewrite maps
a plain text to the author's, answer answers from passages in the author's own words. Every choice is by hash, so that
it stays while the document stays.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from configs.progress import Progress
from feature_pipeline.cleaning.short_forms import SHORT_FORMS
from feature_pipeline.labels.answers import answers_of
from feature_pipeline.labels.choice import chosen, form, seed_of
from feature_pipeline.labels.key_phrases import key_phrases, notes
from feature_pipeline.labels.paraphrase import rewritings
from feature_pipeline.labels.targets import CONTEXT_CHARACTERS, context, targets
from feature_pipeline.labels.topics import as_topic, heading_text, is_informative
from feature_pipeline.prose import Block, blocks, stands_alone
from feature_store.records import Chunk, Document, Example, ExampleKind
from text.request_wording import Wording, listed, wording
from text.words import count_words

EXAMPLES_VERSION = "8"  # to be raised by hand whenever the same document would give other examples
TOKENS_PER_WORD = 1.35  # of English prose in the subwords of small models

# How often each way of asking is taken; one that has nothing to go by gives way to the next.
TITLED_WAYS = ("title", "topics", "title", "topics", "notes")
UNTITLED_WAYS = ("topics", "topics", "notes", "bare")
TOPICS = (1, 1, 2, 3)  # people name one, or two
FEWEST_PART_WORDS = 25  # of a later part that is asked for by its topics
WORDS_PER_TOPIC = 8  # of the target; fewer, and the topics would be the text
NOTES = (3, 4, 5, 6)
FEWEST_NOTES = 3
WORDS_PER_NOTE = 12
FEWEST_HEADING_WORDS = 2
PASSES = 3  # over the documents


def fingerprint(example_tokens: int, backward: str = "") -> str:
    """What examples depend on besides documents and chunks. `backward` is the fingerprint of backward prompts."""
    return f"{EXAMPLES_VERSION}, targets of about {example_tokens} tokens" + (
        f", requests by {backward}" if backward else ""
    )


def label(
    documents: Sequence[Document],
    chunks: Sequence[Chunk],
    *,
    example_tokens: int,
    requests: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> list[Example]:
    """Examples of every document that has a split. `progress` advances by PASSES for each of them.

    `requests` are those that a model read out of texts, by the text: each stands in the place of one made here.
    Invariant: target == document.text[start:end], outside of marked spans.
    """
    prose = {document.id: blocks(document) for document in documents if document.split is not None}
    used = [document for document in documents if document.id in prose]

    def each() -> Iterator[Document]:
        for document in used:
            yield document
            if progress:
                progress.advance()

    found = [e for d in each() for e in _write_and_continue(d, prose[d.id], example_tokens, requests or {})]
    found += [e for d in each() for e in _rewrite(d, prose[d.id])]
    answers = answers_of(used, prose, chunks)
    return found + [e for d in each() for e in answers(d)]


def beginnings(documents: Sequence[Document], example_tokens: int) -> list[tuple[Document, str]]:
    """The first target of every document that has a split: what a request to write is answered with."""
    found: list[tuple[Document, str]] = []
    for document in documents:
        if document.split is None or document.context:
            continue
        spans = _spans(document, blocks(document), example_tokens)
        found += [(document, document.text[start:end]) for start, end in spans[:1]]
    return found


def _write_and_continue(
    document: Document, found: Sequence[Block], example_tokens: int, requests: Mapping[str, str]
) -> Iterator[Example]:
    starts = [block.start for block in found]
    for index, (start, end) in enumerate(_spans(document, found, example_tokens)):
        before = found[: bisect_left(starts, start + 1)]
        if index == 0:
            kind, request = _first(document, start, end, requests)
        else:
            kind, request = _next(document, before, start, end)
        yield _example(document, kind, request, start, end)


def _spans(document: Document, found: Sequence[Block], example_tokens: int) -> list[tuple[int, int]]:
    if document.kind in SHORT_FORMS and not document.marked:
        start = len(document.text) - len(document.text.lstrip())
        return [(start, len(document.text.rstrip()))]
    return targets(document, found, int(example_tokens / TOKENS_PER_WORD))


def _first(document: Document, start: int, end: int, requests: Mapping[str, str]) -> tuple[ExampleKind, str]:
    text = document.text[start:end]
    short = document.kind in SHORT_FORMS and not document.marked
    if short and document.context:
        return ExampleKind.REPLY, document.context[-CONTEXT_CHARACTERS:]
    return ExampleKind.WRITE, requests.get(text) or _request(document, text, wording(document.language), short=short)


def _request(document: Document, text: str, asked: Wording, *, short: bool) -> str:
    seed = seed_of(document)
    titled = is_informative(document.title)
    way = chosen(TITLED_WAYS if titled else UNTITLED_WAYS, seed, "way")
    if way == "notes":
        count = min(chosen(NOTES, seed, "notes"), count_words(text) // WORDS_PER_NOTE)
        lines = notes(text, document=document.text, language=document.language, count=count)
        if len(lines) >= FEWEST_NOTES:
            return form(asked.notes, seed, notes="\n".join(f"- {line}" for line in lines))
    if way in ("topics", "notes") and (topics := _topics(document, text, asked, seed)):
        return form(asked.topics, seed, topics=topics)
    if titled:
        return form(asked.titled, seed, title=document.title)
    return form(asked.short if short else asked.untitled, seed)


def _topics(document: Document, text: str, asked: Wording, *seed: object) -> str:
    """One to three, as a part of a sentence; "" when `text` names none."""
    count = min(chosen(TOPICS, *seed, "topics"), count_words(text) // WORDS_PER_TOPIC)
    phrases = key_phrases(text, document=document.text, language=document.language, limit=count)
    return listed([as_topic(phrase, document.language) for phrase in phrases], asked.conjunction) if phrases else ""


def _next(document: Document, before: Sequence[Block], start: int, end: int) -> tuple[ExampleKind, str]:
    """Half of what begins a section is asked for by its heading, and half of what begins with another paragraph by its
    topics; all else continues what stands before it."""
    seed, asked = seed_of(document), wording(document.language)
    shown = [block for block in before if block.start < start]
    heading = heading_text(shown[-1].text) if shown and shown[-1].kind == "heading" else ""
    informative = count_words(heading) >= FEWEST_HEADING_WORDS and is_informative(heading)
    if informative and chosen((True, False), seed, heading, "section"):
        if is_informative(document.title):
            return ExampleKind.WRITE, form(asked.section, seed, heading, heading=heading, title=document.title)
        return ExampleKind.WRITE, form(asked.untitled_section, seed, heading, heading=heading)
    text = document.text[start:end]
    apart = before[-1].start == start and stands_alone(text) and count_words(text) >= FEWEST_PART_WORDS
    asks = apart and not informative and chosen((True, False), seed, start, "part")
    if asks and (topics := _topics(document, text, asked, seed, start)):
        return ExampleKind.WRITE, form(asked.part, seed, start, topics=topics)
    return ExampleKind.CONTINUE, form(asked.continued, seed, start, context=context(document, before, start))


def _rewrite(document: Document, found: Sequence[Block]) -> Iterator[Example]:
    seed, asked = seed_of(document), wording(document.language)
    for made in rewritings(document, found):
        request = form(asked.rewrite, seed, made.start, "rewrite", plain=made.plain)
        yield _example(document, ExampleKind.REWRITE, request, made.start, made.end)


def _example(document: Document, kind: ExampleKind, request: str, start: int, end: int) -> Example:
    assert document.split is not None
    return Example(
        document_id=document.id,
        author=document.author,
        kind=kind,
        split=document.split,
        request=request,
        passages=(),
        start=start,
        end=end,
        target=document.text[start:end],
    )
