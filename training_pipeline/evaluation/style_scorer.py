"""Fits style scorers: the one that stays with a version, and those of other authors, which are the judge's control."""

from collections.abc import Sequence
from dataclasses import dataclass

from feature_store.records import Split
from model_registry.style.fitting import fit
from model_registry.style.scorer import StyleScorer
from training_pipeline.evaluation.generation import generator_of
from training_pipeline.evaluation.held_out import cut, learned, target_texts
from training_pipeline.evaluation.other_authors import other_authors, reference_voices
from training_pipeline.run_context import RunContext

CONTROLS = ("letter_writer", "plain_blogger")  # of the reference voices, where the store has no other author
BASE_TEXTS = 2  # that a scorer learns from, for each text that is judged


@dataclass(frozen=True, slots=True)
class OtherAuthor:
    """Somebody else, for the control. The scorer must know other people's texts, or it takes every human for the other
    author; but not the judged author's, which would make it too easy."""

    scorer: StyleScorer
    real: Sequence[str]  # held-out, cut like the judged author's; at least one


def fit_scorer(run: RunContext) -> StyleScorer:
    """What tells the author's text from the base's and from other people's. The held-out posts have no part in it.

    Other people are the reference voices alone: a scorer stays with its version, and other authors' texts are theirs to
    erase.
    """
    own = target_texts(run.store, run.features, Split.TRAIN)
    return fit(own, base=_base_texts(run), humans=list(reference_voices().values()))


def control_authors(run: RunContext) -> list[OtherAuthor]:
    """Other authors whom the twin must not sound like: those of the store, or else two of the reference voices."""
    base, voices = _base_texts(run), reference_voices()
    found = [
        (target_texts(run.store, other, Split.TRAIN), target_texts(run.store, other, Split.TEST), voices)
        for other in other_authors(run)
    ]
    if not found:
        rest = {name: passages for name, passages in voices.items() if name not in CONTROLS}
        found = [(voices[name][::2], voices[name][1::2], rest) for name in CONTROLS]
    return [
        OtherAuthor(
            scorer=fit(train, base=base, humans=list(humans.values())),
            real=[cut(text, run.renderer, run.evaluation.new_tokens) for text in real],
        )
        for train, real, humans in found
        if real
    ]


def _base_texts(run: RunContext) -> list[str]:
    """The base's, for requests that the adapter learned from."""
    generator = generator_of(run)
    asked = learned(run.store, run.features, count=BASE_TEXTS * run.evaluation.prompts)
    prompts = [generator.prompt(example.request) for example in asked]
    return [text.text for text in generator.generate("write: base, to learn its style", None, prompts)]
