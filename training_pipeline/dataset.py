"""Examples become token sequences, and sequences become batches.

Invariant: the ids of a prompt are those that inference would feed for the same conversation, because one renderer
makes both. Only the target and the end of turn carry loss.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from feature_store.records import Example, ExampleKind
from model_registry.prompting import ChatMessage, PromptRenderer, nonce_for

if TYPE_CHECKING:
    import torch

IGNORED = -100
SHORTEST_TARGET = 16  # tokens: a prompt that leaves less room is skipped


@dataclass(frozen=True, slots=True)
class TokenSequence:
    """One conversation as ids. ids[prompt_tokens:] is what is learned; it stands for target_bytes of UTF-8."""

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
    """Sequences of at most `max_tokens` ids. A target that is cut loses its end of turn: the text goes on.

    Examples whose prompt leaves no room for a target are left out.
    """
    sequences = []
    for example in examples:
        messages = renderer.messages(
            [ChatMessage("user", example.request)], example.passages, nonce=nonce_for(example.id)
        )
        prompt = renderer.tokenize(renderer.text(messages))
        room = max_tokens - len(prompt)
        if room < SHORTEST_TARGET:
            continue
        text = renderer.as_data(example.target)
        target = renderer.tokenize(text)
        if len(target) < room:
            target, size = [*target, end_of_turn], len(text.encode())
        else:
            share = room / len(target)
            target, size = target[:room], round(len(text.encode()) * share)
        sequences.append(TokenSequence(example.document_id, example.kind, (*prompt, *target), len(prompt), size))
    return sequences


def batches(sequences: Sequence[TokenSequence], *, tokens: int, seed: int | None) -> list[list[TokenSequence]]:
    """Group sequences of like length into batches of about `tokens` ids, padding included.

    With a seed the order of sequences within like lengths and of batches is shuffled, the same for the same seed.
    """
    order = list(sequences)
    if seed is not None:
        random.Random(seed).shuffle(order)  # noqa: S311 - an order, not a secret
    order.sort(key=lambda sequence: len(sequence.ids) // 32)  # stable: the shuffle decides within a bucket
    grouped: list[list[TokenSequence]] = []
    for sequence in order:
        last = grouped[-1] if grouped else []
        longest = max([len(sequence.ids), *(len(s.ids) for s in last)])
        if last and longest * (len(last) + 1) <= tokens:
            last.append(sequence)
        else:
            grouped.append([sequence])
    if seed is not None:
        random.Random(seed + 1).shuffle(grouped)  # noqa: S311
    return grouped


def schedule(sequences: Sequence[TokenSequence], *, tokens: int, seed: int) -> Iterator[list[TokenSequence]]:
    """Batches without end, epoch after epoch, each shuffled anew."""
    epoch = 0
    while True:
        yield from batches(sequences, tokens=tokens, seed=seed + 1000 * epoch)
        epoch += 1


def to_tensors(batch: Sequence[TokenSequence], device: "torch.device") -> tuple["torch.Tensor", "torch.Tensor"]:
    """Ids and labels, each (batch, longest). Padded on the right: under causal attention no mask is needed."""
    import torch

    longest = max(len(sequence.ids) for sequence in batch)
    ids = torch.zeros((len(batch), longest), dtype=torch.long)
    labels = torch.full((len(batch), longest), IGNORED, dtype=torch.long)
    for row, sequence in enumerate(batch):
        ids[row, : len(sequence.ids)] = torch.tensor(sequence.ids)
        labels[row, sequence.prompt_tokens : len(sequence.ids)] = torch.tensor(sequence.ids[sequence.prompt_tokens :])
    return ids.to(device), labels.to(device)
