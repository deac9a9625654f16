"""Held-out posts: what the author wrote and the adapter never saw, and the requests that they answer."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from feature_store.ports import FeatureReader
from feature_store.records import Example, ExampleKind, Passage, Split
from feature_store.versions import FeatureVersion
from model_registry.prompting import PromptRenderer
from text.sentences import ends_sentence, sentences
from training_pipeline.data.splits import WHOLE

POSTS_SHOWN = 5
POST_TOKENS = 256  # of each post shown: five of them and a generated text fit any context
LONGEST_TOKEN = 16  # characters, more than enough: only the part of a text that can matter is tokenized
WRITTEN = (ExampleKind.WRITE, ExampleKind.REPLY)


@dataclass(frozen=True, slots=True)
class HeldOut:
    example: Example
    real: str  # the author's text, cut near the length that a model may generate


def held_out(
    store: FeatureReader, features: FeatureVersion, renderer: PromptRenderer, *, count: int, tokens: int
) -> list[HeldOut]:
    """At most `count` requests, with real texts of at most about `tokens` ids.

    First beginnings of posts of the test split, then of the validation split (training stopped by it, and learned
    nothing from it), then continuations inside the posts of the test split: an author with few posts has few
    beginnings.
    """
    found: list[Example] = []
    for split, kinds in (
        (Split.TEST, WRITTEN),
        (Split.VALIDATION, WRITTEN),
        (Split.TEST, (ExampleKind.CONTINUE,)),
    ):
        examples = [e for e in store.examples(features.author, features, split) if e.kind in kinds]
        found += spread(examples, count - len(found))
    return [HeldOut(e, cut(renderer.as_data(e.target), renderer, tokens)) for e in found]


def learned(store: FeatureReader, features: FeatureVersion, *, count: int) -> list[Example]:
    """At most `count` of the writing requests that the adapter learned from: the style scorer is fitted on the base's
    texts for them."""
    examples = store.examples(features.author, features, Split.TRAIN)
    return spread([e for e in examples if e.kind in WRITTEN] or examples, count)


def target_texts(store: FeatureReader, features: FeatureVersion, split: Split) -> list[str]:
    """What the author wrote in `split`, every passage once."""
    return [e.target for e in store.examples(features.author, features, split) if e.kind in WHOLE]


def shown_posts(store: FeatureReader, features: FeatureVersion, renderer: PromptRenderer) -> tuple[Passage, ...]:
    """The five newest posts of the training split, as the prompt of the condition base+posts shows them."""
    documents = [d for d in store.documents(features.author, features) if d.split is Split.TRAIN]
    documents.sort(key=lambda d: (d.created_at, d.id), reverse=True)
    return tuple(Passage(d.title, d.created_at, cut(d.text, renderer, POST_TOKENS)) for d in documents[:POSTS_SHOWN])


def cut(text: str, renderer: PromptRenderer, tokens: int) -> str:
    """The beginning of `text`, at most `tokens` ids, up to a sentence end where there is one in its second half."""
    text = text.strip()[: tokens * LONGEST_TOKEN]
    if len(renderer.tokenize(text)) <= tokens:
        return text
    fits = bisect_right(range(1, len(text) + 1), tokens, key=lambda size: len(renderer.tokenize(text[:size])))
    text = text[:fits]
    ends = [end for _, end in sentences(text)]
    ends = ends if ends_sentence(text) else ends[:-1]
    return text[: ends[-1]] if ends and ends[-1] > len(text) / 2 else text.rsplit(None, 1)[0]


def spread(examples: Sequence[Example], count: int) -> list[Example]:
    """At most `count`, spread evenly over the documents: one of each before the second of any."""
    if count <= 0:
        return []
    by_document: dict[str, list[Example]] = {}
    for example in sorted(examples, key=lambda e: (e.document_id, e.start, e.id)):
        by_document.setdefault(example.document_id, []).append(example)
    rounds = max((len(group) for group in by_document.values()), default=0)
    ordered = [group[n] for n in range(rounds) for group in by_document.values() if n < len(group)]
    first = [group[0] for group in by_document.values()]
    if len(first) <= count:
        return ordered[:count]
    return [first[int(i * len(first) / count)] for i in range(count)]
