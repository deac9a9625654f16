"""All judges over one adapter: the same held-out posts, the same conditions, one after another.

The base's texts are the same for every version of an author: they are written once. What was written is kept, so that
a kill costs one text; figures are computed anew, they take seconds.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from feature_store.records import Example, ExampleKind, Passage, Split
from feature_store.versions import FeatureVersion
from model_registry.evaluation import Measures, ParityResult
from model_registry.style import StyleScorer
from model_registry.style_fitting import fit
from training_pipeline.dataset import TokenSequence, tokenize
from training_pipeline.evaluation import (
    Condition,
    Writing,
    Writings,
    grounding,
    health,
    likelihood,
    memorisation,
    parity,
    reference_voices,
    style,
    style_embedding,
)  # fmt: skip
from training_pipeline.evaluation.held_out import HeldOut, cut, held_out, learned, shown_posts
from training_pipeline.evaluation.writings import Writer
from training_pipeline.selection import WHOLE, thin
from training_pipeline.workshop import Workshop

if TYPE_CHECKING:
    from peft import PeftModel

BEGINNINGS = 0.5  # of the posts: their likelihood is compared over all conditions, whose prompts are long
LONGEST_PROMPT = 4096  # ids of a conversation with five posts or with passages
UNTITLED = "Write a post."
CONTROLS = ("letter_writer", "plain_blogger")  # of the reference voices, where the store has no other author
SCORED_TOGETHER = 2  # texts of the base that the scorer learns from, for each that is judged


@dataclass(frozen=True, slots=True)
class Judgement:
    judges: dict[str, Measures]
    parity: ParityResult
    posts: Sequence[HeldOut]
    writings: Writings


def judge(model: "PeftModel", adapter: Path, scorer: StyleScorer, by: Workshop) -> Judgement:
    """Every judge's figures for `adapter`, which `model` is with."""
    posts = held_out(by.store, by.features, by.renderer, count=by.evaluation.prompts, tokens=by.evaluation.new_tokens)
    texts = write_posts(posts, adapter, by)
    own = _targets(by.features, Split.TRAIN, by)
    judges = {
        "likelihood": likelihood.judge(
            model, _held_out_text(posts, by), settings=by.training, placement=by.placement, progress=by.progress
        ),
        "style": style.judge(texts, scorer, others=_controls(by)),
        "memorisation": memorisation.judge(texts, own),
        "health": health.judge(texts),
    }
    if by.evaluation.style_embedding:
        judges["style"] |= style_embedding.judge(texts, own, model=by.evaluation.style_embedding)
    if by.retrieval is not None:
        judges["grounding"] = grounding.judge(
            adapter,
            by.store.documents(by.author, by.features),
            by.store.chunks(by.author, by.features, vectors=False),
            retrieval=by.retrieval,
            writer=writer_of(by),
            count=by.evaluation.questions,
            progress=by.progress,
        )
    checked = parity.judge(
        model, adapter, by.data.prompts, base=by.base.folder, probe=by.probe, renderer=by.renderer,
        placement=by.placement, progress=by.progress,
    )  # fmt: skip
    return Judgement(judges, checked, posts, texts)


def fit_scorer(by: Workshop) -> StyleScorer:
    """What tells the author's text from the base's and from other people's. The held-out posts have no part in it.

    Other people are the reference voices alone: a scorer stays with its version, and other authors' texts are theirs to
    erase.
    """
    own = _targets(by.features, Split.TRAIN, by)
    return fit(own, base=_base_texts(by), humans=list(reference_voices.load().values()))


def _base_texts(by: Workshop) -> list[str]:
    """The base's, for requests that the adapter learned from."""
    writer = writer_of(by)
    asked = learned(by.store, by.features, count=SCORED_TOGETHER * by.evaluation.prompts)
    prompts = [writer.prompt(example.request) for example in asked]
    return [text.text for text in writer.write("write: base, to learn its style", None, prompts)]


def _controls(by: Workshop) -> list[style.OtherAuthor]:
    """Other authors whom the twin must not sound like: those of the store, or else two of the reference voices."""
    base = _base_texts(by)
    voices = reference_voices.load()
    found = [(_targets(own, Split.TRAIN, by), _targets(own, Split.TEST, by), voices) for own in _other_authors(by)]
    if not found:
        rest = {name: passages for name, passages in voices.items() if name not in CONTROLS}
        found = [(voices[name][::2], voices[name][1::2], rest) for name in CONTROLS]
    return [
        style.OtherAuthor(
            scorer=fit(train, base=base, humans=list(humans.values())),
            real=[cut(text, by.renderer, by.evaluation.new_tokens) for text in real],
        )
        for train, real, humans in found
        if real
    ]


def _targets(features: FeatureVersion, split: Split, by: Workshop) -> list[str]:
    """What the author wrote there, each prose once."""
    return [e.target for e in by.store.examples(features.author, features, split) if e.kind in WHOLE]


def write_posts(posts: Sequence[HeldOut], adapter: Path, by: Workshop) -> Writings:
    writer = writer_of(by)
    written: dict[Condition, Sequence[Writing]] = {}
    for condition, passages in _passages(posts, by).items():
        prompts = [writer.prompt(p.example.request, own) for p, own in zip(posts, passages, strict=True)]
        texts = writer.write(f"write: {condition}", adapter if condition.adapted else None, prompts)
        written[condition] = [Writing(text.text, text.tokens, text.ended) for text in texts]
    return Writings(
        documents=[post.example.document_id for post in posts],
        requests=[post.example.request for post in posts],
        real=[post.real for post in posts],
        by_condition=written,
    )


def _passages(posts: Sequence[HeldOut], by: Workshop) -> dict[Condition, list[tuple[Passage, ...]]]:
    """What stands in the prompt of each post under each condition. The base's come first: one engine at a time."""
    nothing: list[tuple[Passage, ...]] = [() for _ in posts]
    found = {
        Condition.BASE: nothing,
        Condition.BASE_POSTS: [shown_posts(by.store, by.features, by.renderer)] * len(posts),
    }
    if by.retrieval is not None:
        retrieved = [by.retrieval.retrieve(p.example.request, without=p.example.document_id).passages for p in posts]
        found |= {Condition.BASE_RETRIEVAL: retrieved, Condition.ADAPTER_RETRIEVAL: retrieved}
    return found | {Condition.ADAPTER: nothing}


def _held_out_text(posts: Sequence[HeldOut], by: Workshop) -> likelihood.HeldOutText:
    beginnings = {}
    compared = posts[: math.ceil(BEGINNINGS * len(posts))]
    for condition, passages in _passages(compared, by).items():
        prompted = [replace(p.example, passages=own) for p, own in zip(compared, passages, strict=True)]
        beginnings[condition] = _tokenize(prompted, by, longest=LONGEST_PROMPT)
    return likelihood.HeldOutText(all=by.data.test, beginnings=beginnings, others=_others(by))


def _others(by: Workshop) -> list[TokenSequence]:
    """Other people's text, behind this author's persona: held-out text of the other authors in the store, or of the
    reference voices when there is no other author."""
    examples = [e for own in _other_authors(by) for e in by.store.examples(own.author, own, Split.TEST)]
    plain = [e for e in examples if e.kind in WHOLE] or _voices(by)
    return thin(_tokenize(plain, by), by.evaluation.likelihood_tokens // 2)


def _voices(by: Workshop) -> list[Example]:
    """The reference voices, as posts that are asked for without a title."""
    return [
        Example(
            document_id=f"{voice} {place}",
            author=voice,
            kind=ExampleKind.WRITE,
            split=Split.TEST,
            request=UNTITLED,
            passages=(),
            start=0,
            end=len(passage),
            target=passage,
        )
        for voice, passages in reference_voices.load().items()
        for place, passage in enumerate(passages)
    ]


def _other_authors(by: Workshop) -> list[FeatureVersion]:
    """Their newest features, of as many authors as the settings say."""
    others = [profile.id for profile in by.store.authors() if profile.id != by.author]
    return [versions[-1] for author in others if (versions := by.store.versions(author))][: by.evaluation.others]


def _tokenize(examples: Sequence[Example], by: Workshop, *, longest: int | None = None) -> list[TokenSequence]:
    return tokenize(
        examples, by.renderer, end_of_turn=by.base.end_of_turn, max_tokens=longest or by.training.max_tokens
    )


def writer_of(by: Workshop) -> Writer:
    return Writer(
        by.probe, by.renderer, by.evaluation, base_fingerprint=by.base.fingerprint, folder=by.folder,
        progress=by.progress,
    )  # fmt: skip
