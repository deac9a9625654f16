"""The style judge: which share of the style gap between the base model and the author the adapter closes.

Three scorers judge, as one can be fooled (model_registry/style/scorer.py says what each looks at); style_gap.py has the
formula.

The control, "shuffled", asks which share of the way from the base to *another* author the adapter's texts have gone, by
that author's scorer; of several others, the one that comes off best. It can fail: a judge that rewards any human style,
or merely not being the base, finds the twin near the other author too. (Passages shuffled between the labels could not:
such a scorer sees no gap, whatever is wrong with the judge.) The judge works where the control's interval holds 0 or
lies below the twin's. People who write alike on the same things score above 0 there.
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from statistics import fmean

from model_registry.evaluation import Measure, Measures
from model_registry.gates import Unmeasured, evaluate_command, figures_of, measures_of, worse
from model_registry.judges import Column, Figure, Unit
from model_registry.ports import AdapterVersion
from model_registry.style.scorer import SCORERS, ReadTexts, StyleScorer
from training_pipeline.evaluation import style_embedding
from training_pipeline.evaluation.charts import Chart, by_condition, chart
from training_pipeline.evaluation.conditions import Condition, Generations
from training_pipeline.evaluation.context import EvaluationContext
from training_pipeline.evaluation.judge import Headline, Judge
from training_pipeline.evaluation.style_gap import pooled, shares, whole_sentences
from training_pipeline.evaluation.style_scorer import OtherAuthor, control_authors

NAME = "style"
LABELS = {"classifier": "classifier", "delta": "Burrows’ Delta", "rhythm": "rhythm", "embedding": "embedding"}
CHART_TITLES = {
    "classifier": "Words and letters, as a classifier sees them",
    "delta": "The commonest words, by Burrows’ Delta",
    "rhythm": "The rhythm of sentences and punctuation",
    "embedding": "Style as a neural embedding sees it",
}
AXIS = (-0.5, 1.5)  # shares beyond are cut at the edge: a scorer whose gap is small may say −40
LANDMARKS = ((0.0, "base model"), (1.0, "author"))
CONTROL = "shuffled"
WHOLE_GAP = 1.0  # share at which a text is the author's
FEWEST_SCORERS = 2  # that must have been asked: one alone can be fooled


def judge(generations: Generations, scorer: StyleScorer, *, others: Collection[OtherAuthor] = ()) -> Measures:
    """Figures for each scorer S: "S/gap" (in S's unit), and "S/adapter", "S/adapter+retrieval", "S/base+retrieval",
    "S/base+posts" (shares) as far as `generations` has them; "S/shuffled" (a share) where S can judge the adapter and
    one of the others; and "texts". A condition that wrote no word has closed nothing: its share is 0.

    Raises ValueError without documents or without texts of the base.
    """
    if Condition.BASE not in generations.by_condition:
        raise ValueError("a style is judged against the texts of the base model, and there are none")
    written = {condition: [whole_sentences(w) for w in texts] for condition, texts in generations.by_condition.items()}
    count = len(generations.documents)
    figures: Measures = {"texts": Measure(value=count)}
    read = {condition: scorer.read(texts) for condition, texts in written.items()}
    real = scorer.read(generations.references)
    controls = [_control(other, written) for other in others] if Condition.ADAPTER in written else []
    for name in SCORERS:
        figures |= shares(name, count, pooled(name, read, real), read)
        adapter = f"{name}/{Condition.ADAPTER}"
        elsewhere = [shares(name, count, pooled(name, *control), control[0]) for control in controls]
        closed = [found[adapter] for found in elsewhere if adapter in found]
        if closed and adapter in figures:
            figures[f"{name}/{CONTROL}"] = max(closed, key=lambda share: share.value)
    return figures


def _measure(context: EvaluationContext) -> Measures:
    figures = judge(context.generations, context.scorer, others=control_authors(context.run))
    if model := context.run.evaluation.style_embedding:
        figures |= style_embedding.judge(
            context.generations, context.training_texts, model=model, cache_dir=context.run.cache_dir
        )
    return figures


def _control(
    other: OtherAuthor, written: Mapping[Condition, Sequence[str]]
) -> tuple[dict[Condition, ReadTexts], ReadTexts]:
    count = len(written[Condition.BASE])
    real = [other.real[place % len(other.real)] for place in range(count)]
    compared = (Condition.BASE, Condition.ADAPTER)
    return {condition: other.scorer.read(written[condition]) for condition in compared}, other.scorer.read(real)


def mean_share(style: Measures, condition: Condition = Condition.ADAPTER) -> float | None:
    """The share of the gap that `condition` closes, WHOLE_GAP at most, a mean over the scorers that could judge; None
    where none could."""
    judged = [measure.value for name, measure in style.items() if name.endswith(f"/{condition}")]
    shares_closed = [min(share, WHOLE_GAP) for share in judged if math.isfinite(share)]
    return fmean(shares_closed) if shares_closed else None


def gate(candidate: AdapterVersion, champion: AdapterVersion | None) -> Iterator[str]:
    """At least FEWEST_SCORERS were asked; of those that can tell the author from the base model, more than half find
    it nearer to the author (share of the gap above 0), and none has its whole interval below 0. Intervals need not
    exclude 0, and no scorer need be able: an author with ten posts is not refused for having ten.

    Against a champion the mean share must be higher, over FEWEST_SCORERS or more that judged both, and no scorer may
    find it worse beyond the candidate's interval.
    """
    mine = _shares(candidate)
    nearer = [scorer for scorer, share in mine.items() if share.value > 0]
    if mine and 2 * len(nearer) <= len(mine):
        listed = ", ".join(f"{scorer} {share.value:+.3f}" for scorer, share in mine.items())
        yield (
            f"style: {len(nearer)} of {len(mine)} scorers find it nearer to the author than its base model, and "
            f"{len(mine) // 2 + 1} must. Share of the gap closed: {listed}."
        )
    for scorer, share in mine.items():
        if share.upper < 0:
            yield (
                f"style: {scorer} finds it farther from the author than its base model: {share.value:+.3f} of the gap "
                f"closed, and the whole interval is below 0 by at least {-share.upper:.3f}."
            )
    if champion is not None:
        yield from _against(candidate, champion, mine)


def _against(candidate: AdapterVersion, champion: AdapterVersion, mine: Mapping[str, Measure]) -> Iterator[str]:
    theirs = _shares(champion)
    # a scorer that found no gap on the candidate's texts has no say; one that was not asked about it is missed
    figures_of(candidate, NAME, *(f"{s}/adapter" for s in theirs if f"{s}/gap" not in candidate.judges[NAME]))
    both = [scorer for scorer in theirs if scorer in mine]
    if len(both) < FEWEST_SCORERS:
        raise Unmeasured(
            f"style: {len(both)} scorers could judge both {candidate.name} and {champion.name}, {FEWEST_SCORERS} must. "
            f"Judge both on the newest posts: {evaluate_command(champion)}, and: {evaluate_command(candidate)}"
        )
    mean, champion_mean = (fmean(found[scorer].value for scorer in both) for found in (mine, theirs))
    if mean <= champion_mean and mean < WHOLE_GAP:  # who closes the whole gap has nothing to beat
        yield (
            f"style: {mean:+.3f} of the gap closed, on average over {', '.join(both)}, against the champion's "
            f"{champion_mean:+.3f}: it must be above, and is short by {champion_mean - mean:.3f}."
        )
    for scorer in both:
        what = f"style: {scorer}, share of the gap closed"
        yield from worse(what, mine[scorer], theirs[scorer], higher=True, form="+.3f")


def _shares(version: AdapterVersion) -> dict[str, Measure]:
    """Share of the gap that the adapter closes, by scorer, 1 at most: who is beyond the author is a caricature, no
    nearer than who is there. A scorer that cannot tell the author from the base model, as in too few posts, gives its
    gap and no share."""
    style = measures_of(version, NAME)
    asked = dict.fromkeys(name.rpartition("/")[0] for name in style if name.endswith(("/gap", "/adapter")))
    if len(asked) < FEWEST_SCORERS:
        raise Unmeasured(
            f"style: {len(asked)} scorers were asked about {version.name} ({', '.join(asked) or 'none'}), "
            f"{FEWEST_SCORERS} must be. Run: {evaluate_command(version)}"
        )
    able = [scorer for scorer in asked if f"{scorer}/adapter" in style]
    closed = figures_of(version, NAME, *(f"{scorer}/adapter" for scorer in able))
    return {scorer: _within_gap(share) for scorer, share in zip(able, closed, strict=True)}


def _within_gap(share: Measure) -> Measure:
    low, high = (None if end is None else min(end, WHOLE_GAP) for end in (share.low, share.high))
    return Measure(value=min(share.value, WHOLE_GAP), low=low, high=high)


def _figures() -> dict[str, Figure]:
    found = {"texts": Figure("texts", Unit.COUNT)}
    for scorer, label in LABELS.items():
        for condition in Condition:
            better = False if condition.adapted else None
            found[f"{scorer}/{condition}"] = Figure(f"{label}: {condition.label}", Unit.SHARE, better)
        control = "a control: in the eyes of another author's scorer"
        found[f"{scorer}/{CONTROL}"] = Figure(f"{label}: {control}", Unit.SHARE)
        found[f"{scorer}/gap"] = Figure(f"{label}: the whole gap, in its own unit")
    return found


def _charts(style: Measures) -> Iterator[Chart | None]:
    for scorer in dict.fromkeys(name.partition("/")[0] for name in style if "/" in name):
        rows = by_condition(style, f"{scorer}/{{}}")
        if control := style.get(f"{scorer}/{CONTROL}"):
            rows.append(("control: as another author", CONTROL, control))
        title = CHART_TITLES.get(scorer, scorer)
        yield chart(title, rows, Unit.SHARE, at_least=(0.0, 1.0), at_most=AXIS, named=LANDMARKS)


def _verdict(style: Measures, author_name: str) -> Sequence[str]:
    mean, posts = mean_share(style), mean_share(style, Condition.BASE_POSTS)
    if mean is None:
        return ()
    shares_found = {name.removesuffix("/adapter"): m for name, m in style.items() if name.endswith("/adapter")}
    told = [f"{LABELS.get(s, s)} {Unit.SHARE.text(m.value)}" for s, m in shares_found.items() if math.isfinite(m.value)]
    closes = f"closes {mean:.0%} of" if mean > 0 else "closes nothing of"
    compared = f" The base model shown five posts closes {Unit.SHARE.text(posts)}." if posts is not None else ""
    return (
        f"It {closes} the gap between the base model and {author_name}’s own writing: the mean of {len(told)} "
        f"judges ({', '.join(told)}).{compared}",
    )


def _mean_text(style: Measures) -> str:
    mean = mean_share(style)
    return "" if mean is None else Unit.SHARE.text(mean)


JUDGE = Judge(
    name=NAME,
    importance=2,
    title="Style: share of the gap between the base model (0%) and the author (100%)",
    measure=_measure,
    figures=_figures(),
    gate=gate,
    column=Column("style", "share of the gap closed, mean of the judges", _mean_text),
    headline=Headline("of the style gap closed", _mean_text),
    verdict=_verdict,
    question="Does it sound like the author?",
    about="Each judge measures how far a text is from the author’s own. 0% is where the base model stands, 100% where "
    "the author’s held-out posts stand. The judges look at different things, because one can be fooled: which words "
    "and letters, how often the commonest words, the rhythm of sentences. The control is what another author’s judges "
    "make of the twin: it must stay well below.",
    charts=_charts,
)
