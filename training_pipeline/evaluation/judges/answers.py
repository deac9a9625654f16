"""The judge of answers: what a person gets who asks the twin, through the pipeline that serves and its settings.

Asked are questions of fact as people put them, about held-out and other posts alike (each has one post that answers
it); questions about what the author never wrote on; who it is; and posts, held-out ones by their titles and new topics.
What is right and wrong with an answer is defined in answering/metrics.py. The answers are not cached: an answer depends
on everything that serves.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from model_registry.evaluation import Measure, Measures
from model_registry.gates import figures_of, worse
from model_registry.judges import Column, Figure, Unit
from model_registry.ports import AdapterVersion
from model_registry.style.scorer import SCORERS, StyleScorer
from training_pipeline.evaluation.answering.asked import Kind
from training_pipeline.evaluation.answering.exchanges import Exchange, Fault, is_silent, says_so
from training_pipeline.evaluation.answering.metrics import length
from training_pipeline.evaluation.bootstrap import measure, ratio
from training_pipeline.evaluation.charts import Chart, chart
from training_pipeline.evaluation.conditions import Condition, Generations
from training_pipeline.evaluation.context import EvaluationContext
from training_pipeline.evaluation.judge import Headline, Judge
from training_pipeline.evaluation.style_gap import pooled, shares, whole_sentences

NAME = "answers"
WRITTEN = (Kind.WRITE, Kind.NEW_TOPIC)
MOST_LOOPS = 0.02  # share of all answers
FEWEST_ENDED = 0.9  # share of all answers
FEWEST_NAMED = 0.9  # share of the questions about itself


def judge(exchanges: Sequence[Exchange]) -> Measures:
    """Figures, all shares of answers with intervals over posts (or questions without one) unless said otherwise:

    - of all: loops, ended, heading (leaks one), verbatim (every quotation is to the letter; of those that quote);
      words (mean length), answers (how many);
    - fact/right, fact/post (the right post is cited), fact/silent (wrongly), fact/questions (how many);
    - off_topic/silent (says that nothing was written, whether or not it shows what comes nearest);
    - itself/name: the right one, and no other;
    - unsupported: a name or number without a source, in all but the posts that were asked for, whose share is
      written/unsupported; written/posts (how many).

    What was not asked is left out. Raises ValueError without exchanges.
    """
    by_kind = {kind: [e for e in exchanges if e.asked.kind is kind] for kind in Kind}
    facts, foreign = by_kind[Kind.FACT], by_kind[Kind.OFF_TOPIC]
    itself = [*by_kind[Kind.ITSELF], *by_kind[Kind.GREETING]]
    written = [exchange for kind in WRITTEN for exchange in by_kind[kind]]
    answered = [exchange for exchange in exchanges if exchange.asked.kind not in WRITTEN]
    quoting = [exchange for exchange in exchanges if exchange.answer.citations]
    measured = {
        "loops": _share(exchanges, _has(Fault.LOOPS)),
        "ended": _share(exchanges, _lacks(Fault.UNENDED)),
        "fact/right": _share(facts, _lacks(Fault.WRONG)),
        "fact/post": _share(facts, _lacks(Fault.POST)),
        "fact/silent": _share(facts, lambda exchange: is_silent(exchange.answer)),
        "off_topic/silent": _share(foreign, lambda exchange: says_so(exchange.answer)),
        "unsupported": _share(answered, _has(Fault.UNSUPPORTED)),
        "itself/name": _share(itself, _lacks(Fault.NAME)),
        "verbatim": _share(quoting, _lacks(Fault.MISQUOTED)),
        "heading": _share(exchanges, _has(Fault.HEADING)),
        "written/unsupported": _share(written, _has(Fault.UNSUPPORTED)),
        "words": _share(exchanges, lambda exchange: length(exchange.answer.text)),
    }
    counts = {"answers": exchanges, "fact/questions": facts, "written/posts": written}
    return {
        **{name: figure for name, figure in measured.items() if figure},
        **{name: Measure(value=len(counted)) for name, counted in counts.items() if counted},
    }


def written_style(exchanges: Sequence[Exchange], generations: Generations, scorer: StyleScorer) -> Measures:
    """ "style/S" for each scorer S that can tell the author from the base: the share of the style gap that the served
    texts of held-out posts close, as in style_gap.py. Nothing where fewer than two were asked for."""
    served = [exchange.answer.text for exchange in exchanges if exchange.asked.kind is Kind.WRITE]
    if len(served) < 2 or Condition.BASE not in generations.by_condition:
        return {}
    base = [whole_sentences(text) for text in generations.by_condition[Condition.BASE][: len(served)]]
    read = {Condition.BASE: scorer.read(base), Condition.ADAPTER: scorer.read(served)}
    real = scorer.read(generations.references[: len(served)])
    found = {name: shares(name, len(served), pooled(name, read, real), read) for name in SCORERS}
    adapted = {name: f"{name}/{Condition.ADAPTER}" for name in SCORERS}
    return {f"style/{name}": found[name][key] for name, key in adapted.items() if key in found[name]}


def _has(fault: Fault) -> Callable[[Exchange], float]:
    return lambda exchange: fault in exchange.faults


def _lacks(fault: Fault) -> Callable[[Exchange], float]:
    return lambda exchange: fault not in exchange.faults


def _share(exchanges: Sequence[Exchange], value: Callable[[Exchange], float]) -> Measure | None:
    """The mean; its interval is over posts, and over questions that are about none. None without exchanges."""

    def resampled(exchange: Exchange) -> str:
        return exchange.asked.document_id or exchange.asked.text

    groups = [[value(e) for e in group] for _, group in groupby(sorted(exchanges, key=resampled), resampled)]
    return measure(len(groups), ratio([(sum(group), len(group)) for group in groups])) if groups else None


def _measure(context: EvaluationContext) -> Measures:
    """Nothing where the features cannot be searched."""
    if not context.exchanges:
        return {}
    return judge(context.exchanges) | written_style(context.exchanges, context.generations, context.scorer)


def gate(candidate: AdapterVersion, champion: AdapterVersion | None) -> Iterator[str]:
    """At most MOST_LOOPS of its answers loop, at least FEWEST_ENDED end by themselves, and at least FEWEST_NAMED of
    those about itself have the right name. Against a champion that was judged: no fewer facts right beyond the
    interval."""
    loops, ended, named, answers = figures_of(candidate, NAME, "loops", "ended", "itself/name", "answers")
    count = round(answers.value)
    if loops.value > MOST_LOOPS:
        yield (
            f"answers: {_counted(loops.value, count)} served answers repeat themselves ({loops.value:.1%}); at most "
            f"{MOST_LOOPS:.0%} may, which is {int(MOST_LOOPS * count)} of {count}."
        )
    if ended.value < FEWEST_ENDED:
        yield (
            f"answers: {_counted(ended.value, count)} served answers end by themselves at the end of a sentence "
            f"({ended.value:.1%}); at least {FEWEST_ENDED:.0%} must."
        )
    if named.value < FEWEST_NAMED:
        yield (
            f"answers: asked who it is, it has the right name, and no other, in {named.value:.1%} of its answers; it "
            f"must in {FEWEST_NAMED:.0%}."
        )
    theirs = champion.judges.get(NAME, {}).get("fact/right") if champion else None
    if theirs is not None and theirs.is_finite:
        (right,) = figures_of(candidate, NAME, "fact/right")
        yield from worse("answers: facts right", right, theirs, higher=True, form=".1%")


def _counted(share: float, count: int) -> str:
    return f"{round(share * count)} of {count}"


def _charts(answers: Measures) -> Iterator[Chart | None]:
    for title, names, colour in (
        ("Asked for a fact", ("fact/right", "fact/post", "fact/silent"), "adapter"),
        (
            "Whatever it is asked",
            ("ended", "loops", "unsupported", "off_topic/silent", "itself/name"),
            "adapter-retrieval",
        ),
        ("Style of the posts it writes: share of the gap closed", [f"style/{s}" for s in SCORERS], "adapter"),
    ):
        rows = [(FIGURES[name].label, colour, answers[name]) for name in names if name in answers]
        yield chart(title, rows, Unit.SHARE, at_least=(0.0, 1.0))


def _cell(answers: Measures) -> str:
    return " / ".join(_text(answers, name) for name in ("fact/right", "loops")) if answers else ""


def _text(answers: Measures, name: str) -> str:
    return Unit.SHARE.text(answers[name].value) if name in answers else "–"


def _right(answers: Measures) -> str:
    return _text(answers, "fact/right") if "fact/right" in answers else ""


def _verdict(answers: Measures, author_name: str) -> Sequence[str]:
    said = []
    if "fact/right" in answers:
        said.append(
            f"Asked for facts as a person asks, it answers {_text(answers, 'fact/right')} rightly and cites the post "
            f"that says so in {_text(answers, 'fact/post')}."
        )
    if "off_topic/silent" in answers:
        said.append(
            f"Asked about what {author_name} never wrote on, it says so in {_text(answers, 'off_topic/silent')} of its "
            "answers."
        )
    if "loops" in answers:
        said.append(
            f"Of all its answers {_text(answers, 'loops')} repeat themselves, and {_text(answers, 'ended')} come to an "
            "end."
        )
    return said


def _higher(label: str) -> Figure:
    return Figure(label, Unit.SHARE, lower_is_better=False)


def _lower(label: str) -> Figure:
    return Figure(label, Unit.SHARE, lower_is_better=True)


FIGURES = {
    "loops": _lower("answers that repeat themselves"),
    "ended": _higher("answers that end by themselves"),
    "fact/right": _higher("facts right"),
    "fact/post": _higher("the right post cited"),
    "fact/silent": _lower("says nothing was written, and a post answers"),
    "off_topic/silent": _higher("says so where nothing was written"),
    "unsupported": _lower("answers with a name or number without a source"),
    "itself/name": _higher("right name, asked who it is"),
    "verbatim": _higher("quotations to the letter"),
    "heading": _lower("answers that show a passage's heading"),
    "written/unsupported": Figure("written posts with a name or number without a source", Unit.SHARE),
    "words": Figure("words of an answer", Unit.WORDS),
    "answers": Figure("answers", Unit.COUNT),
    "fact/questions": Figure("questions of fact", Unit.COUNT),
    "written/posts": Figure("posts asked for", Unit.COUNT),
    **{f"style/{scorer}": _higher(f"style of the posts it writes, by {scorer}") for scorer in SCORERS},
}
JUDGE = Judge(
    name=NAME,
    importance=1,
    title="Answers: what a person gets who asks it",
    measure=_measure,
    figures=FIGURES,
    gate=gate,
    column=Column("answers", "questions of fact answered rightly / answers that repeat themselves", _cell),
    headline=Headline("of questions of fact answered rightly", _right),
    verdict=_verdict,
    question="Are its answers worth reading?",
    about="It was asked as a person asks, through the server’s own pipeline with the server’s own settings: facts that "
    "one post states, in other words than the post’s; things that were never written about, where it should say so; "
    "who it is; and posts.",
    charts=_charts,
)
