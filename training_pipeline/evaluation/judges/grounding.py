"""The grounding judge: does retrieval find what the author wrote?

Known-item retrieval: every question is made from one held-out post, and that post is the right answer. What is answered
from what was found is the judge `answers`.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from configs.progress import Progress
from feature_store.records import Document
from model_registry.evaluation import Measure, Measures
from model_registry.judges import Column, Figure, Unit
from model_registry.ports import RetrievalProbe
from training_pipeline.evaluation.bootstrap import measure, ratio
from training_pipeline.evaluation.charts import Chart, chart
from training_pipeline.evaluation.context import EvaluationContext
from training_pipeline.evaluation.judge import Headline, Judge
from training_pipeline.evaluation.questions import KnownItemQuestion, by_fact, by_title

NAME = "grounding"
DEPTH = 10  # documents of a ranking that are looked at: mrr is MRR@10 (as in MS MARCO, Bajaj et al. 2016)

ByDocument = list[tuple[str, float]]  # a value, and the document that is resampled


def judge(documents: Sequence[Document], *, retrieval: RetrievalProbe, count: int, progress: Progress) -> Measures:
    """Figures, all but the last with intervals over documents: for K of "title" and "fact", what the questions were
    made from, K/recall@1, K/recall@5 and K/mrr; questions: how many were asked.

    `documents` are all of the feature version, `count` is the most questions of each kind. What cannot be measured is
    left out: an author whose titles are dates has no questions by title.
    """
    asked = {"title": by_title(documents, count), "fact": by_fact(documents, count)}
    total = sum(map(len, asked.values()))
    progress.start("retrieve", total)
    figures: dict[str, ByDocument] = {}
    for kind, questions in asked.items():
        ranked = []
        for question in questions:
            ranked.append((question.document_id, _rank(question, retrieval)))
            progress.advance()
        figures |= {f"{kind}/{name}": values for name, values in _known_item(ranked).items()}
    progress.finish()
    return {
        **{name: _mean(values) for name, values in figures.items() if values},
        "questions": Measure(value=total),
    }


def _rank(question: KnownItemQuestion, retrieval: RetrievalProbe) -> int | None:
    """From 1; None beyond DEPTH."""
    found = retrieval.documents(question.text, DEPTH)
    return found.index(question.document_id) + 1 if question.document_id in found else None


def _known_item(ranked: Sequence[tuple[str, int | None]]) -> dict[str, ByDocument]:
    return {
        "recall@1": [(document, rank == 1) for document, rank in ranked],
        "recall@5": [(document, rank is not None and rank <= 5) for document, rank in ranked],
        "mrr": [(document, 1 / rank if rank else 0.0) for document, rank in ranked],
    }


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
        run.store.documents(run.author, run.features),
        retrieval=run.retrieval,
        count=run.evaluation.questions,
        progress=run.progress,
    )


def _charts(grounding: Measures) -> Iterator[Chart | None]:
    rows = [(FIGURES[name].label, "adapter", grounding[name]) for name in FOUND if name in grounding]
    yield chart("Finding the post that is asked for", rows, Unit.SHARE, at_least=(0.0, 1.0))


def _found(grounding: Measures) -> str:
    return Unit.SHARE.text(grounding["title/recall@5"].value) if "title/recall@5" in grounding else ""


def _higher(label: str, unit: Unit = Unit.SHARE) -> Figure:
    return Figure(label, unit, lower_is_better=False)


FOUND = ("title/recall@1", "title/recall@5", "fact/recall@1", "fact/recall@5")
FIGURES = {
    "title/recall@1": _higher("post found first, by its title"),
    "title/recall@5": _higher("post among the first five, by its title"),
    "title/mrr": _higher("mean reciprocal rank, by title", Unit.SCORE),
    "fact/recall@1": _higher("post found first, by a fact in it"),
    "fact/recall@5": _higher("post among the first five, by a fact in it"),
    "fact/mrr": _higher("mean reciprocal rank, by a fact", Unit.SCORE),
    "questions": Figure("questions", Unit.COUNT),
}
JUDGE = Judge(
    name=NAME,
    importance=4,
    title="Grounding: finding the author's posts",
    measure=_measure,
    figures=FIGURES,
    column=Column("found", "the right post among the first five", _found),
    headline=Headline("of posts found among the first five", _found),
    question="Does it find what the author wrote?",
    about="Questions were made from titles and from facts in posts. The right post should be among the first that are "
    "found.",
    charts=_charts,
)
