"""The health judge: shares of texts that are broken whoever wrote them, by what is wrong with them.

They are written without the pipeline that serves, whose answers the judge `answers` reads.
"""

import re
from collections.abc import Iterator, Sequence
from functools import partial

from model_registry.evaluation import Measure, Measures
from model_registry.gates import figures_of, measures_of, worse
from model_registry.judges import Figure, Unit
from model_registry.ports import AdapterVersion, GeneratedText
from text.language import detect_language
from text.words import SIZE_UNSPACED, folded_words, is_unspaced, size, words
from training_pipeline.evaluation.bootstrap import mean
from training_pipeline.evaluation.charts import Chart, by_condition, chart
from training_pipeline.evaluation.conditions import Condition, Generations
from training_pipeline.evaluation.judge import Judge

NAME = "health"
FAULTS = {
    "repetitive": "repeats itself",
    "empty": "hardly a word",
    "language": "in another language",
    "unended": "cut at the length asked for",
    "leaked": "with a control token in it",
}
GATED = ("empty",)  # not "repetitive": the gate of the judge `answers` is about what is served
GATED_WHERE_MEASURED = ("language", "leaked")  # the language of a few words cannot be told
UNHEALTHY = 0.25  # share of texts: one bad answer in four is noticed in the first conversation
JUDGED = (Condition.BASE, Condition.ADAPTER)
# Of texts of 60 to 250 words by five authors, at most three in 200 repeat so much (tables and listings); of those
# that the default base writes greedily, and loops in, nearly all do.
MOST_REPEATED = 0.25
NGRAM = 4  # words
FEWEST_WORDS = 4
# A wrong guess would count against the adapter: shorter texts, and guesses below, do not count
FEWEST_LETTERS = 60
ENOUGH_CONFIDENCE = 0.9
# What begins and ends turns in the chat formats of today: ChatML and its kin, Gemma, Mistral and Llama 2 (whose </s>
# is HTML's too, inside a text)
CONTROL_TOKEN = re.compile(
    r"<\|[a-z][a-z0-9_]*\|>|</?(?:start|end)_of_turn>|\[/?INST\]|<</?SYS>>|</s>\s*\Z", re.IGNORECASE
)


def judge(generations: Generations) -> Measures:
    """Shares of texts in [0, 1] with intervals, for each condition C of JUDGED that was written:

    - C/repetitive: more than MOST_REPEATED of the word 4-grams stood in the text before;
    - C/empty: fewer than FEWEST_WORDS words, where the author's own text has more;
    - C/language: another language than the author's own text there; of the texts whose language can be told, and left
      out where there is none;
    - C/unended: cut at the length asked for. A condition whose author writes longer than that has many;
    - C/leaked: a control token of a chat format stands in it as text.

    Raises ValueError without texts.
    """
    figures: Measures = {}
    for condition in JUDGED:
        if condition in generations.by_condition:
            shares = _shares(generations.by_condition[condition], generations.references)
            figures |= {f"{condition}/{name}": figure for name, figure in shares.items()}
    return figures


def repetition(text: str) -> float:
    """The share of word n-grams that stood in the text before, in [0, 1] (seq-rep-n: Welleck et al. 2020).

    n is NGRAM words, in a script without spaces as many characters as stand for them.
    """
    spoken = folded_words(text)
    unspaced = 2 * sum(map(is_unspaced, spoken)) > len(spoken)
    n = round(NGRAM / SIZE_UNSPACED) if unspaced else NGRAM
    grams = list(zip(*(spoken[start:] for start in range(n)), strict=False))
    return 1 - len(set(grams)) / len(grams) if grams else 0.0


def _shares(written: Sequence[GeneratedText], real: Sequence[str]) -> Measures:
    texts = [generated.text for generated in written]
    ill = {
        "repetitive": [repetition(text) > MOST_REPEATED for text in texts],
        "empty": [_length(text) < min(FEWEST_WORDS, _length(own)) for text, own in zip(texts, real, strict=True)],
        "unended": [not generated.ended for generated in written],
        "leaked": [CONTROL_TOKEN.search(text) is not None for text in texts],
    }
    tell = partial(detect_language, fewest_letters=FEWEST_LETTERS, enough_confidence=ENOUGH_CONFIDENCE)
    told = [(tell(text), tell(own)) for text, own in zip(texts, real, strict=True)]
    if known := [found != expected for found, expected in told if found and expected]:
        ill["language"] = known
    return {name: mean(found) for name, found in ill.items()}


def _length(text: str) -> float:
    return sum(map(size, words(text)))


def gate(candidate: AdapterVersion, champion: AdapterVersion | None) -> Iterator[str]:
    """Of texts that are empty, leak control tokens or are in another language no more than UNHEALTHY
    each, unless the base model or the champion writes as many; and no more than the champion beyond the interval."""
    mine = _gated(candidate)
    ours, theirs = candidate.judges[NAME], champion.judges.get(NAME, {}) if champion else {}
    for fault, share in mine.items():
        others = ours.get(f"base/{fault}"), theirs.get(f"adapter/{fault}")
        allowed = max([UNHEALTHY, *(other.value for other in others if other and other.is_finite)])
        if share.value > allowed:
            yield (
                f"health: {fault}: {share.value:.1%} of its texts where {allowed:.1%} are allowed, "
                f"{share.value - allowed:.1%} too many."
            )
    for fault, share in _gated(champion).items() if champion else ():
        if fault in mine:
            yield from worse(f"health: {fault}, share of texts", mine[fault], share, higher=False, form=".1%")


def _gated(version: AdapterVersion) -> dict[str, Measure]:
    """Shares of its texts, by fault."""
    judged = measures_of(version, NAME)
    faults = [*GATED, *(fault for fault in GATED_WHERE_MEASURED if f"adapter/{fault}" in judged)]
    return dict(zip(faults, figures_of(version, NAME, *(f"adapter/{fault}" for fault in faults)), strict=True))


def _charts(health: Measures) -> Iterator[Chart | None]:
    for fault in dict.fromkeys(name.partition("/")[2] for name in health if "/" in name):
        title = FAULTS.get(fault, fault).capitalize()
        yield chart(title, by_condition(health, f"{{}}/{fault}"), Unit.SHARE, at_least=(0.0, 0.5))


JUDGE = Judge(
    name=NAME,
    importance=6,
    title="Health: shares of texts that went wrong",
    measure=lambda context: judge(context.generations),
    figures={
        f"{condition}/{fault}": Figure(
            f"{condition.label}: {label}", Unit.SHARE, True if condition.adapted and fault != "unended" else None
        )
        for condition in Condition
        for fault, label in FAULTS.items()
    },
    gate=gate,
    question="Is what it writes in order?",
    about="Shares of texts that no reader would take for anyone’s.",
    charts=_charts,
)
