"""The health judge: texts that no reader would take for anyone's, by what is wrong with them."""

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from model_registry.evaluation import Measure, Measures
from training_pipeline.evaluation import Condition, Writing, Writings
from training_pipeline.evaluation.bootstrap import measure
from training_pipeline.evaluation.words import SIZE_UNSPACED, is_unspaced, size, words

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

JUDGED = (Condition.BASE, Condition.ADAPTER, Condition.ADAPTER_RETRIEVAL)
# Of texts of 60 to 250 words by five authors, at most three in 200 repeat so much (tables and listings); of those
# that the default base writes greedily, and loops in, nearly all do.
MOST_REPEATED = 0.25
NGRAM = 4  # words
FEWEST_WORDS = 4
# py3langid is sure of itself too early: shorter texts, and guesses below, are not asked
FEWEST_LETTERS = 60
ENOUGH_CONFIDENCE = 0.9
NO_LANGUAGE = "zxx"
NOT_PROSE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+|www\.\S+|[@#][\w.@-]+", re.DOTALL)
# What begins and ends turns in the chat formats of today: ChatML and its kin, Gemma, Mistral and Llama 2 (whose </s>
# is HTML's too, inside a text)
CONTROL_TOKEN = re.compile(
    r"<\|[a-z][a-z0-9_]*\|>|</?(?:start|end)_of_turn>|\[/?INST\]|<</?SYS>>|</s>\s*\Z", re.IGNORECASE
)


def judge(writings: Writings) -> Measures:
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
        if condition in writings.by_condition:
            shares = _shares(writings.by_condition[condition], writings.real)
            figures |= {f"{condition}/{name}": figure for name, figure in shares.items()}
    return figures


def repetition(text: str) -> float:
    """The share of word n-grams that stood in the text before, in [0, 1] (seq-rep-n: Welleck et al. 2020).

    n is NGRAM words, in a script without spaces as many characters as stand for them.
    """
    spoken = words(text)
    unspaced = 2 * sum(map(is_unspaced, spoken)) > len(spoken)
    n = round(NGRAM / SIZE_UNSPACED) if unspaced else NGRAM
    grams = list(zip(*(spoken[start:] for start in range(n)), strict=False))
    return 1 - len(set(grams)) / len(grams) if grams else 0.0


def language(text: str) -> str:
    """The ISO 639 code of the language of its prose, "" for too little of it or for a guess."""
    prose = " ".join(NOT_PROSE.sub(" ", text).split())
    if sum(character.isalpha() for character in prose) < FEWEST_LETTERS:
        return ""
    found, confidence = _identifier().classify(prose)
    return found if confidence >= ENOUGH_CONFIDENCE and found != NO_LANGUAGE else ""


def _shares(written: Sequence[Writing], real: Sequence[str]) -> Measures:
    texts = [writing.text for writing in written]
    ill = {
        "repetitive": [repetition(text) > MOST_REPEATED for text in texts],
        "empty": [_length(text) < min(FEWEST_WORDS, _length(own)) for text, own in zip(texts, real, strict=True)],
        "unended": [not writing.ended for writing in written],
        "leaked": [CONTROL_TOKEN.search(text) is not None for text in texts],
    }
    told = [(language(text), language(own)) for text, own in zip(texts, real, strict=True)]
    if known := [found != expected for found, expected in told if found and expected]:
        ill["language"] = known
    return {name: _share(found) for name, found in ill.items()}


def _share(ill: Sequence[bool]) -> Measure:
    return measure(len(ill), lambda places: sum(ill[place] for place in places) / len(places))


def _length(text: str) -> float:
    return sum(map(size, words(text)))


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
