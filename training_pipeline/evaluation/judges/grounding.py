"""The grounding judge: does retrieval find what the author wrote, do answers rest on it, and does the twin abstain
from the rest.

Known-item retrieval: every question is made from one held-out post, and that post is the right answer. Support is
checked apart from the words that citations are chosen by: names and numbers are what an answer gets wrong.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

from configs.progress import Progress
from feature_store.records import Chunk, Document
from model_registry.evaluation import Measure, Measures
from model_registry.gates import figures_of, worse
from model_registry.judges import Column, Figure, Unit
from model_registry.ports import AdapterVersion, Cited, RetrievalProbe, Retrieved
from text.facts import names, numbers
from text.words import folded_words, without_possessive
from training_pipeline.evaluation.bootstrap import measure, ratio
from training_pipeline.evaluation.charts import Chart, chart
from training_pipeline.evaluation.context import EvaluationContext
from training_pipeline.evaluation.generation import CachedGenerator
from training_pipeline.evaluation.judge import Headline, Judge
from training_pipeline.evaluation.off_topic import off_topic
from training_pipeline.evaluation.questions import KnownItemQuestion, by_fact, by_title

NAME = "grounding"
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
    generator: CachedGenerator,
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
    ranks: dict[KnownItemQuestion, int | None] = {}
    shown: dict[KnownItemQuestion, Retrieved] = {}
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
        **_answers(adapter, _to_answer(asked["title"], asked["fact"], count), shown, retrieval, generator),
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
    return named <= set(map(without_possessive, folded_words(source))) and stated <= numbers(source)


def _rank(question: KnownItemQuestion, retrieval: RetrievalProbe) -> int | None:
    """From 1; None beyond DEPTH."""
    found = retrieval.documents(question.text, DEPTH)
    return found.index(question.document_id) + 1 if question.document_id in found else None


def _known_item(
    questions: Sequence[KnownItemQuestion], ranks: dict[KnownItemQuestion, int | None]
) -> dict[str, ByDocument]:
    ranked = [(question.document_id, ranks[question]) for question in questions]
    return {
        "recall@1": [(document, rank == 1) for document, rank in ranked],
        "recall@5": [(document, rank is not None and rank <= 5) for document, rank in ranked],
        "mrr": [(document, 1 / rank if rank else 0.0) for document, rank in ranked],
    }


def _to_answer(
    titles: Sequence[KnownItemQuestion], facts: Sequence[KnownItemQuestion], count: int
) -> list[KnownItemQuestion]:
    """Both kinds by turns, no document twice while there are others."""
    most = min(count, ANSWERS)
    chosen: dict[str, KnownItemQuestion] = {}
    for kind in islice(cycle((titles, facts)), 2 * most):
        fresh = next((question for question in kind if question.document_id not in chosen), None)
        if fresh is not None:
            chosen[fresh.document_id] = fresh
    rest = [question for question in (*titles, *facts) if question not in chosen.values()]
    return [*chosen.values(), *rest][:most]


def _answers(
    adapter: Path,
    questions: Sequence[KnownItemQuestion],
    shown: dict[KnownItemQuestion, Retrieved],
    retrieval: RetrievalProbe,
    generator: CachedGenerator,
) -> dict[str, ByDocument]:
    grounded = [question for question in questions if shown[question].passages]
    prompts = [generator.prompt(question.text, shown[question].passages) for question in grounded]
    written = generator.generate("answers", adapter, prompts, temperature=TEMPERATURE)
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
    return measure(len(by_document), ratio([(sum(group), len(group)) for group in by_document.values()]))


def _measure(context: EvaluationContext) -> Measures:
    """Nothing where the features cannot be searched."""
    run = context.run
    if run.retrieval is None:
        return {}
    return judge(
        context.adapter,
        run.store.documents(run.author, run.features),
        run.store.chunks(run.author, run.features, vectors=False),
        retrieval=run.retrieval,
        generator=context.generator,
        count=run.evaluation.questions,
        progress=run.progress,
    )


def gate(candidate: AdapterVersion, champion: AdapterVersion | None) -> Iterator[str]:
    """No figure of GATED is worse than the champion's beyond the candidate's interval; of those that were measured for
    the champion, as not everyone searches."""
    theirs = champion.judges.get(NAME, {}) if champion else {}
    for name, figure in theirs.items():
        if name in GATED and figure.is_finite:
            (mine,) = figures_of(candidate, NAME, name)
            yield from worse(f"grounding: {name}", mine, figure, higher=True, form=".1%")


def _charts(grounding: Measures) -> Iterator[Chart | None]:
    for title, names_shown, colour in (
        ("Finding the post that is asked for", FOUND, "adapter"),
        ("Answering", ANSWERED, "adapter-retrieval"),
    ):
        rows = [(FIGURES[name].label, colour, grounding[name]) for name in names_shown if name in grounding]
        yield chart(title, rows, Unit.SHARE, at_least=(0.0, 1.0))


def _found(grounding: Measures) -> str:
    return Unit.SHARE.text(grounding["title/recall@5"].value) if "title/recall@5" in grounding else ""


def _higher(label: str, unit: Unit = Unit.SHARE) -> Figure:
    return Figure(label, unit, lower_is_better=False)


GATED = ("cited", "supported")  # what depends on the adapter; the rest is retrieval's
FOUND = ("title/recall@1", "title/recall@5", "fact/recall@1", "fact/recall@5")
ANSWERED = ("cited", "supported", "abstained", "abstained_wrongly")
FIGURES = {
    "title/recall@1": _higher("post found first, by its title"),
    "title/recall@5": _higher("post among the first five, by its title"),
    "title/mrr": _higher("mean reciprocal rank, by title", Unit.SCORE),
    "fact/recall@1": _higher("post found first, by a fact in it"),
    "fact/recall@5": _higher("post among the first five, by a fact in it"),
    "fact/mrr": _higher("mean reciprocal rank, by a fact", Unit.SCORE),
    "cited": _higher("answers with a citation"),
    "supported": _higher("citations whose names and numbers stand in the quote"),
    "abstained": _higher("abstained where nothing was written"),
    "abstained_wrongly": Figure("abstained although a post answers", Unit.SHARE, lower_is_better=True),
    "questions": Figure("questions", Unit.COUNT),
}
JUDGE = Judge(
    name=NAME,
    importance=3,
    title="Grounding: finding the author's posts, and resting on them",
    measure=_measure,
    figures=FIGURES,
    gate=gate,
    column=Column("found", "the right post among the first five", _found),
    headline=Headline("of posts found among the first five", _found),
    question="Does it rest on what the author wrote?",
    about="Questions were made from titles and from facts in posts. The right post should be among the first that are "
    "found, sentences should be cited where a passage supports them, and nothing should be found for what the author "
    "never wrote about.",
    charts=_charts,
)
