"""Tokenizes examples and groups the sequences into batches.

Invariant: the ids of a prompt are those that inference would feed for the same conversation, because one renderer
makes both. Only the target and the end of turn carry loss.
"""

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from feature_store.records import Example, ExampleKind
from model_registry.prompting import ChatMessage, PromptRenderer, nonce_for
from text.sentences import leads_on

SHORTEST_TARGET = 16  # tokens: an example whose prompt leaves less room is skipped
OPEN_BATCHES = 16  # that a sequence may still go into: more packs tighter and strays farther from the order
STRATA = 32


@dataclass(frozen=True, slots=True)
class TokenSequence:
    """One conversation as ids. ids[prompt_tokens:] are the labels; they encode target_bytes of UTF-8."""

    document_id: str
    kind: ExampleKind
    ids: tuple[int, ...]
    prompt_tokens: int
    target_bytes: int

    @property
    def label_tokens(self) -> int:
        return len(self.ids) - self.prompt_tokens


def tokenize(
    examples: Sequence[Example], renderer: PromptRenderer, *, end_of_turn: int, max_tokens: int
) -> list[TokenSequence]:
    """Sequences of at most `max_tokens` ids. A target that is truncated, or ends with a colon or the like, has no end
    of turn: the text goes on.

    Examples whose prompt leaves no room for a target are left out.
    """
    sequences = []
    for example in examples:
        prompt = renderer.tokenize(prompt_of(example, renderer))
        room = max_tokens - len(prompt)
        if room < SHORTEST_TARGET:
            continue
        text = renderer.as_data(example.target)
        target = renderer.tokenize(text)
        if len(target) < room:
            target, size = [*target, *([] if leads_on(text) else [end_of_turn])], len(text.encode())
        else:
            share = room / len(target)
            target, size = target[:room], round(len(text.encode()) * share)
        sequences.append(TokenSequence(example.document_id, example.kind, (*prompt, *target), len(prompt), size))
    return sequences


def prompt_of(example: Example, renderer: PromptRenderer) -> str:
    """Rendered as inference renders the same conversation."""
    messages = renderer.messages([ChatMessage("user", example.request)], example.passages, nonce=nonce_for(example.id))
    return renderer.text(messages)


def batches(sequences: Sequence[TokenSequence], *, tokens: int, seed: int | None) -> list[list[TokenSequence]]:
    """Pack sequences into batches of at most `tokens` ids (first fit); one that is longer stands alone.

    Without a seed the order is kept as far as packing allows. With one it is shuffled, the same for the same seed, such
    that any prefix is spread evenly over the given order: a run that ends early has seen a cross-section.
    """
    full: list[list[TokenSequence]] = []
    filling: list[list[TokenSequence]] = []  # oldest first
    for sequence in sequences if seed is None else spread(sequences, seed=seed):
        with_room = (batch for batch in filling if _size(batch) + len(sequence.ids) <= tokens)
        batch = next(with_room, None)
        if batch is not None:
            batch.append(sequence)
            continue
        filling.append([sequence])
        if len(filling) > OPEN_BATCHES:
            full.append(filling.pop(0))
    return full + filling


def spread(sequences: Sequence[TokenSequence], *, seed: int) -> list[TokenSequence]:
    """Stratified shuffle: every round draws one sequence from each of STRATA equal stretches, in random order."""
    pick = random.Random(seed)  # noqa: S311 - an order, not a secret
    count = min(STRATA, len(sequences))
    bounds = [i * len(sequences) // count for i in range(count + 1)] if count else []
    strata = [pick.sample(list(sequences[a:b]), b - a) for a, b in itertools.pairwise(bounds)]
    rounds = [[s for s in drawn if s is not None] for drawn in itertools.zip_longest(*strata)]
    return [sequence for drawn in rounds for sequence in pick.sample(drawn, len(drawn))]


def schedule(sequences: Sequence[TokenSequence], *, tokens: int, seed: int) -> Iterator[list[TokenSequence]]:
    """Batches without end, epoch after epoch, each shuffled differently."""
    for epoch in itertools.count():
        yield from batches(sequences, tokens=tokens, seed=seed + 1000 * epoch)


def _size(batch: Sequence[TokenSequence]) -> int:
    return sum(len(sequence.ids) for sequence in batch)
