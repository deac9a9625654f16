"""Documents → chunks: what search finds and prompts show. Exact spans, cut by a chunker first, then between paragraphs,
lines, sentences, words: at the largest of these that fits.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from feature_pipeline.chunkers import Chunker, chunker_module, headings
from feature_store.ports import Encoder
from feature_store.records import Chunk, Document
from feature_store.sentence_vectors import SENTENCE_RULES
from text.normalise import normalise

FIRST = "headings"  # of the chunkers: what it cut was stored without its name
TITLE_SHARE = 3  # a title may take one part in three of a chunk's tokens; a longer one is shortened
SMALL_SHARE = 3  # a chunk of less than one part in three joins a neighbour where both fit
HEADROOM = 0.9  # of the estimated capacity in characters, so that few chunks must be cut again


def fingerprint(name: str, chunk_tokens: int) -> str:
    """What chunks depend on besides their documents and the encoder. `name` is the chunker's. Raises SettingsError."""
    version = chunker_module(name).VERSION
    return f"{version if name == FIRST else f'{name} {version}'}, {chunk_tokens} tokens"


@dataclass(frozen=True, slots=True)
class _Cut:
    """Characters [start, end) of a document, and the tokens of their search text."""

    document: Document
    prefix: str
    start: int
    end: int
    tokens: int = 0

    @property
    def text(self) -> str:
        return self.document.text[self.start : self.end]

    @property
    def search_text(self) -> str:
        return self.prefix + normalise(self.text)


def chunk_documents(
    documents: Sequence[Document], *, encoder: Encoder, chunk_tokens: int, chunker: Chunker = headings
) -> list[Chunk]:
    """Chunks of all documents, in order, without vectors.

    Together they cover all of a document's text but space between them, and none overlaps another. No chunk's
    search text has more than min(chunk_tokens, encoder.max_tokens) tokens, special ones included.
    """
    limit = min(chunk_tokens, encoder.max_tokens)
    documents = [document for document in documents if document.text.strip()]
    prefixes = _prefixes([document.title for document in documents], encoder, limit // TITLE_SHARE)
    fitting: list[_Cut] = []
    pending = _counted(
        [_Cut(d, prefix, *span) for d, prefix in zip(documents, prefixes, strict=True) for span in chunker.spans(d)],
        encoder,
    )
    while pending:
        pieces = _counted([piece for cut in pending for piece in _split(cut, limit)], encoder)
        fitting += [piece for piece in pieces if piece.tokens <= limit]
        # A single character that is too long cannot be: the title leaves two thirds of the limit.
        pending = [piece for piece in pieces if piece.tokens > limit]
    order = {document.id: position for position, document in enumerate(documents)}
    fitting.sort(key=lambda cut: (order[cut.document.id], cut.start))
    cuts = _join_small(fitting, encoder, limit) if chunker.JOIN_SMALL else fitting
    commonest = most_common_language(documents)
    return [_chunk(cut, encoder.fingerprint, cut.document.language or commonest) for cut in cuts]


def most_common_language(documents: Iterable[Document]) -> str:
    """ "" where none of them says one."""
    count = Counter(document.language for document in documents if document.language)
    return min(count, key=lambda language: (-count[language], language), default="")


def _prefixes(titles: Sequence[str], encoder: Encoder, limit: int) -> list[str]:
    """What stands before every chunk of a document: its title, as much of its beginning as fits."""
    shown = [normalise(title) for title in titles]
    prefixes = [_prefix(title) for title in shown]
    counts = encoder.count_tokens(prefixes) if prefixes else []
    for index, tokens in enumerate(counts):
        while tokens > limit and shown[index]:
            shorter = shown[index][: int(len(shown[index]) * min(HEADROOM, limit / tokens))]
            shown[index] = shorter.rpartition(" ")[0] or shorter
            prefixes[index] = _prefix(shown[index])
            tokens = encoder.count_tokens([prefixes[index]])[0]
    return prefixes


def _prefix(title: str) -> str:
    return f"{title}. " if title else ""


def _counted(cuts: Sequence[_Cut], encoder: Encoder) -> list[_Cut]:
    counts = encoder.count_tokens([cut.search_text for cut in cuts]) if cuts else []
    return [replace(cut, tokens=tokens) for cut, tokens in zip(cuts, counts, strict=True)]


def _split(cut: _Cut, limit: int) -> Iterator[_Cut]:
    """Pieces that should fit. Text is measured in characters, by how many of them make a token in this very text."""
    from semantic_text_splitter import TextSplitter

    text = cut.text
    if cut.tokens <= limit:
        capacity = len(text)
    else:
        share = len(cut.prefix) / max(1, len(cut.search_text))
        room = max(1.0, limit - cut.tokens * share)
        capacity = max(1, min(len(text) // 2, int(len(text) * room / (cut.tokens * (1 - share)) * HEADROOM)))
    for offset, piece in TextSplitter(capacity, trim=False).chunk_indices(text):
        start, end = _trimmed(cut.document.text, cut.start + offset, cut.start + offset + len(piece))
        if start < end:
            yield replace(cut, start=start, end=end)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without blank lines before and space behind. The indentation of a first line stays."""
    span = text[start:end]
    end = start + len(span.rstrip())
    space = len(span) - len(span.lstrip())
    if start + space >= end:
        return start, start
    indented_from = span.rfind("\n", 0, space) + 1
    starts_line = indented_from > 0 or start == 0 or text[start - 1] == "\n"
    return start + (indented_from if starts_line else space), end


def _join_small(cuts: Sequence[_Cut], encoder: Encoder, limit: int) -> list[_Cut]:
    """Small cuts joined with the cut before them where both fit, counted again, and parted again where they do not."""
    groups: list[list[_Cut]] = []
    tokens = 0  # of the last group, at most: what stands twice, as the title does, is counted twice
    for cut in cuts:
        together = tokens + cut.tokens
        small = min(tokens, cut.tokens) < limit / SMALL_SHARE
        if groups and groups[-1][0].document is cut.document and small and together <= limit:
            groups[-1].append(cut)
            tokens = together
        else:
            groups.append([cut])
            tokens = cut.tokens
    joined = _counted([replace(group[0], end=group[-1].end) for group in groups], encoder)
    return [
        cut
        for whole, group in zip(joined, groups, strict=True)
        for cut in ([whole] if whole.tokens <= limit else group)
    ]


def _chunk(cut: _Cut, encoder: str, language: str) -> Chunk:
    document = cut.document
    return Chunk(
        document_id=document.id,
        author=document.author,
        title=document.title,
        url=document.url,
        created_at=document.created_at,
        start=cut.start,
        end=cut.end,
        text=cut.text,
        search_text=cut.search_text,
        token_count=cut.tokens,
        encoder=encoder,
        language=language,
        sentence_rules=SENTENCE_RULES,
    )
