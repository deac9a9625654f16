"""The memorisation judge: the longest runs of words that the adapter repeats verbatim from its training text.

A run is a sequence of words that occurs in one training text in the same order, whatever its case and punctuation.
Authors repeat themselves too (greetings, set phrases, refrains): their held-out texts, cut to the lengths of those that
the adapter wrote, give the author's own rate.
"""

from collections.abc import Iterable, Iterator, Sequence

from model_registry.evaluation import Measure, Measures
from model_registry.gates import figures_of
from model_registry.judges import Column, Figure, Unit
from model_registry.ports import AdapterVersion
from text.words import folded_words
from training_pipeline.evaluation.bootstrap import mean
from training_pipeline.evaluation.charts import Chart, chart
from training_pipeline.evaluation.conditions import Condition, Generations
from training_pipeline.evaluation.judge import Headline, Judge
from training_pipeline.evaluation.suffix_automaton import longest_runs

NAME = "memorisation"
# A run of 50 words is a paragraph by heart, whatever the author's habits. 50 tokens are what studies of memorisation
# count as extracted (Carlini et al. 2023, "Quantifying Memorization Across Neural Language Models").
LONGEST_RUN = 50
SET_PHRASE = 8  # words: an opening or a closing that an author always uses; real authors' own mean runs are 5 to 14


def judge(generations: Generations, train_texts: Iterable[str]) -> Measures:
    """Figures in words (a character of a script without spaces is half a one): longest_run, and mean_run over texts of
    each text's longest run, with its interval; own_longest_run and own_mean_run, the author's; texts.

    Of the condition "adapter" alone: a passage that stands in the prompt is to be repeated. `train_texts` are what the
    adapter learned from, whole. Raises ValueError without texts.
    """
    written = [folded_words(generated.text) for generated in generations.by_condition[Condition.ADAPTER]]
    real_texts = [folded_words(real)[: len(text)] for real, text in zip(generations.references, written, strict=True)]
    runs = longest_runs([*written, *real_texts], train_texts)
    return {
        **_figures("", runs[: len(written)]),
        **_figures("own_", runs[len(written) :]),
        "texts": Measure(value=len(written)),
    }


def _figures(whose: str, runs: Sequence[float]) -> Measures:
    return {
        f"{whose}longest_run": Measure(value=max(runs, default=0.0)),
        f"{whose}mean_run": mean(runs),
    }


def gate(candidate: AdapterVersion, champion: AdapterVersion | None) -> Iterator[str]:
    """The interval of its mean longest verbatim run is not wholly above that of the author's own, and the longest of
    all is no longer than the author's own longest, or LONGEST_RUN words."""
    names = ("mean_run", "own_mean_run", "longest_run", "own_longest_run")
    average, own_average, longest, own_longest = figures_of(candidate, NAME, *names)
    if (above := average.lower - max(own_average.upper, SET_PHRASE)) > 0:
        yield (
            f"memorisation: its texts repeat {average.value:.1f} words of the training text in a row on average, the "
            f"author's own {own_average.value:.1f}; its interval begins {above:.1f} words above what is allowed."
        )
    if longest.value > (allowed := max(own_longest.value, LONGEST_RUN)):
        yield (
            f"memorisation: it repeats {longest.value:.0f} words of the training text in a row, {allowed:.0f} are "
            f"allowed (the author's own longest is {own_longest.value:.0f}): {longest.value - allowed:.0f} too many."
        )


def _charts(memorisation: Measures) -> Iterator[Chart | None]:
    for name, title in (("mean_run", "Longest run of a text, on average"), ("longest_run", "Longest run of all texts")):
        whose = {name: ("twin", "adapter"), f"own_{name}": ("the author’s own habit", "author")}
        yield chart(title, [(*whose[n], memorisation[n]) for n in whose if n in memorisation], Unit.WORDS)


def _longest(memorisation: Measures, name: str = "longest_run") -> str:
    return Unit.WORDS.text(memorisation[name].value) if name in memorisation else ""


def _cell(memorisation: Measures) -> str:
    ends = [_longest(memorisation, name) or "–" for name in ("longest_run", "own_longest_run")]
    return " / ".join(ends) if memorisation else ""


JUDGE = Judge(
    name=NAME,
    importance=5,
    title="Memorisation: words in a row that stand so in the training text",
    measure=lambda context: judge(context.generations, context.training_texts),
    figures={
        "longest_run": Figure("longest run, twin", Unit.WORDS, lower_is_better=True),
        "own_longest_run": Figure("longest run, the author", Unit.WORDS),
        "mean_run": Figure("mean of the longest runs, twin", Unit.WORDS, lower_is_better=True),
        "own_mean_run": Figure("mean of the longest runs, the author", Unit.WORDS),
        "texts": Figure("texts", Unit.COUNT),
    },
    gate=gate,
    column=Column("copied", "longest run of words from the training text, twin / author", _cell),
    headline=Headline("words in a row from the training text, at most", _longest),
    question="Does it copy?",
    about="The longest run of words that stands so in the training text. Authors repeat themselves too, so the measure "
    "is the author’s own held-out posts, cut to the same lengths.",
    charts=_charts,
)
