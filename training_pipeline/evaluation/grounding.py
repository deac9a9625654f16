"""The grounding judge: does retrieval find what the author wrote, do answers rest on it, and is there silence about
the rest.

Known-item retrieval: every question is made from one held-out post, and that post is the right answer. Support is
checked apart from the words that citations are chosen by: names and numbers are what an answer gets wrong.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import cycle, islice
from pathlib import Path

from configs.progress import Progress
from feature_store.records import Chunk, Document
from model_registry.evaluation import Measure, Measures
from model_registry.ports import Cited, RetrievalProbe, Retrieved
from training_pipeline.evaluation.bootstrap import measure
from training_pipeline.evaluation.off_topic import off_topic
from training_pipeline.evaluation.questions import Question, by_fact, by_title
from training_pipeline.evaluation.words import names, numbers, plain, words
from training_pipeline.evaluation.writings import Writer

DEPTH = 10  # documents of a ranking that are looked at: mrr is MRR@10 (as in MS MARCO, Bajaj et al. 2016)
ANSWERS = 12  # at most: they cost minutes on a CPU
TEMPERATURE = 0.3  # of answers

ByDocument = list[tuple[str, float]]  # a value, and the document (or the question without one) that is resampled


def judge(
    adapter: Path,
    documents: Sequence[Document],
    chunks: Sequence[Chunk],
    *,
    retrieval: RetrievalProbe,
    writer: Writer,
    count: int,
    progress: Progress,
) -> Measures:
    """Figures, all but the last with intervals over documents:

    - for K of "title" and "fact", what the questions were made from: K/recall@1, K/recall@5, K/mrr;
    - abstained: share of questions about what the author never wrote on for which no passage was retrieved (each is a
      document of its own), abstained_wrongly: share of the others;
    - cited: share of at most ANSWERS answers with a supporting citation; without passages there is none;
    - supported: share of cited sentences whose names and numbers all stand in the quote or in the passages of the same
      document; of those that have any;
    - questions: how many were asked.

    `documents` and `chunks` are all of the feature version, `count` is the most questions of each kind. What cannot be
    measured is left out: an author whose titles are dates has no questions by title.
    """
    asked = {"title": by_title(documents, count), "fact": by_fact(documents, count)}
    foreign = off_topic(chunks, count)
    answerable = [question for kind in asked.values() for question in kind]
    progress.start("retrieve", len(answerable) + len(foreign))
    ranks: dict[Question, int | None] = {}
    shown: dict[Question, Retrieved] = {}
    for question in answerable:
        ranks[question] = _rank(question, retrieval)
        shown[question] = retrieval.retrieve(question.text)
        progress.advance()
    silent: ByDocument = []
    for text in foreign:
        silent.append((text, not retrieval.retrieve(text).chunks))
        progress.advance()
    progress.finish()
    figures: dict[str, ByDocument] = {
        "abstained": silent,
        "abstained_wrongly": [(q.document_id, not shown[q].chunks) for q in answerable],
        **_answers(adapter, _to_answer(asked["title"], asked["fact"], count), shown, retrieval, writer),
    }
    for kind, questions in asked.items():
        figures |= {f"{kind}/{name}": values for name, values in _known_item(questions, ranks).items()}
    return {
        **{name: _mean(values) for name, values in figures.items() if values},
        "questions": Measure(value=len(answerable) + len(foreign)),
    }


def is_supported(cited: Cited, chunks: Iterable[Chunk], language: str) -> bool | None:
    """Whether the names and numbers of an answer's sentence stand in its quote, or in what the prompt showed of the
    same document; None for a sentence without any."""
    named, stated = names(cited.sentence, language), numbers(cited.sentence)
    if not named and not stated:
        return None
    passages = (f"{c.title} {c.created_at[:10]} {c.text}" for c in chunks if c.document_id == cited.document_id)
    source = "\n".join([cited.quote, *passages])
    return named <= {plain(word) for word in words(source)} and stated <= numbers(source)


def _rank(question: Question, retrieval: RetrievalProbe) -> int | None:
    """From 1; None beyond DEPTH."""
    found = retrieval.documents(question.text, DEPTH)
    return found.index(question.document_id) + 1 if question.document_id in found else None


def _known_item(questions: Sequence[Question], ranks: dict[Question, int | None]) -> dict[str, ByDocument]:
    ranked = [(question.document_id, ranks[question]) for question in questions]
    return {
        "recall@1": [(document, rank == 1) for document, rank in ranked],
        "recall@5": [(document, rank is not None and rank <= 5) for document, rank in ranked],
        "mrr": [(document, 1 / rank if rank else 0.0) for document, rank in ranked],
    }


def _to_answer(titles: Sequence[Question], facts: Sequence[Question], count: int) -> list[Question]:
    """Both kinds by turns, no document twice while there are others."""
    most = min(count, ANSWERS)
    chosen: dict[str, Question] = {}
    for kind in islice(cycle((titles, facts)), 2 * most):
        fresh = next((question for question in kind if question.document_id not in chosen), None)
        if fresh is not None:
            chosen[fresh.document_id] = fresh
    rest = [question for question in (*titles, *facts) if question not in chosen.values()]
    return [*chosen.values(), *rest][:most]


def _answers(
    adapter: Path,
    questions: Sequence[Question],
    shown: dict[Question, Retrieved],
    retrieval: RetrievalProbe,
    writer: Writer,
) -> dict[str, ByDocument]:
    grounded = [question for question in questions if shown[question].passages]
    prompts = [writer.prompt(question.text, shown[question].passages) for question in grounded]
    written = writer.write("answers", adapter, prompts, temperature=TEMPERATURE)
    cited: ByDocument = [(question.document_id, False) for question in questions if not shown[question].passages]
    supported: ByDocument = []
    for question, answer in zip(grounded, written, strict=True):
        chunks = shown[question].chunks
        citations = retrieval.cite(answer.text, question.text, chunks)
        cited.append((question.document_id, bool(citations)))
        checks = (is_supported(c, (scored.chunk for scored in chunks), question.language) for c in citations)
        supported += [(question.document_id, check) for check in checks if check is not None]
    return {"cited": cited, "supported": supported}


def _mean(values: ByDocument) -> Measure:
    """The mean over all values; its interval over documents."""
    by_document: dict[str, list[float]] = defaultdict(list)
    for document, value in values:
        by_document[document].append(value)
    own = list(by_document.values())

    def mean(places: Sequence[int]) -> float:
        return sum(sum(own[place]) for place in places) / sum(len(own[place]) for place in places)

    return measure(len(own), mean)
