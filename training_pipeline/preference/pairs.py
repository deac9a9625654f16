"""Preference pairs: what the author wrote (chosen), and what a model wrote for the same prompt (rejected).

Both sides of a pair have the same number of tokens and no end of turn, so that neither length nor where a text stops
can decide what is preferred: a likelihood is a sum over tokens, and learning to write longer or shorter is the best
known failure of preference tuning (Park et al. 2024, "Disentangling Length from Quality in Direct Preference
Optimization").
"""

import difflib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from configs.data_format import require_known_json
from feature_store.records import Example, ExampleKind, digest_of
from model_registry.feedback import Feedback, row_id
from model_registry.ports import GeneratedText
from model_registry.prompting import ChatMessage, PromptRenderer, nonce_for
from training_pipeline.data.dataset import TokenSequence, prompt_of, tokenize

Source = Literal["base", "champion", "feedback"]

# Not answers: with passages in the prompt, a model's text differs from the author's in facts more than in style.
KINDS = (ExampleKind.WRITE, ExampleKind.CONTINUE, ExampleKind.REPLY)
PAIR_TOKENS = 160  # of one side at most: style shows in the first sentences, and a laptop generates 64 in minutes
FEWEST_TOKENS = 4
SAME = 0.9  # share of tokens in common, in order, from which two texts count as the same


@dataclass(frozen=True, slots=True)
class PreferencePair:
    """chosen_ids and rejected_ids have the same length, and neither has an end of turn."""

    document_id: str  # of a pair of feedback: the row's id
    prompt_ids: tuple[int, ...]
    chosen_ids: tuple[int, ...]
    rejected_ids: tuple[int, ...]
    source: Source


def make_pairs(
    examples: Sequence[Example],
    renderer: PromptRenderer,
    *,
    end_of_turn: int,
    max_tokens: int,
    count: int,
    seed: int,
    source: Source,
    generate: Callable[[Sequence[str]], Sequence[GeneratedText]],
) -> tuple[list[PreferencePair], list[str]]:
    """Pairs of `count` examples, evenly over documents, and a line with the reason for each that was dropped.

    `generate` returns the text of the model that `source` names for every rendered prompt, in order; it is called once,
    and with the same prompts after a kill.
    """
    drawn: list[tuple[Example, TokenSequence]] = []
    for example in round_robin(examples, seed=seed):
        if len(drawn) == count:
            break
        drawn += [(example, s) for s in tokenize([example], renderer, end_of_turn=end_of_turn, max_tokens=max_tokens)]
    written = generate([prompt_of(example, renderer) for example, _ in drawn])
    pairs, dropped = [], []
    for (example, sequence), text in zip(drawn, written, strict=True):
        target = sequence.ids[sequence.prompt_tokens :]
        pair = _pair(
            example.document_id,
            sequence.ids[: sequence.prompt_tokens],
            target[:-1] if target[-1] == end_of_turn else target,
            renderer.tokenize(renderer.as_data(text.text)),
            source,
        )
        if isinstance(pair, PreferencePair):
            pairs.append(pair)
        else:
            dropped.append(f"document {example.document_id}: {pair}")
    return pairs, dropped


def round_robin(examples: Sequence[Example], *, seed: int) -> list[Example]:
    """The examples of KINDS, one of every document before the second of any, in random order."""
    by_document: dict[str, list[Example]] = {}
    for example in sorted((e for e in examples if e.kind in KINDS), key=lambda e: e.id):
        by_document.setdefault(example.document_id, []).append(example)
    pick = random.Random(seed)  # noqa: S311 - an order, not a secret
    turns = []
    for document in sorted(by_document):
        pick.shuffle(by_document[document])
        turns += [(turn, pick.random(), example) for turn, example in enumerate(by_document[document])]
    return [example for _, _, example in sorted(turns, key=lambda t: t[:2])]


def read_feedback(path: Path, renderer: PromptRenderer, *, max_tokens: int) -> tuple[list[PreferencePair], list[str]]:
    """Pairs of readers' feedback, a JSONL file of `Feedback` rows, and a line with the reason for each row without one.

    Raises FileNotFoundError, NewerFormatError.
    """
    pairs, problems = [], []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        require_known_json(path, line)
        try:
            row = Feedback.model_validate_json(line)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(map(str, first["loc"])) or "the row"
            problems.append(f"{path.name} line {number}: {where}: {first['msg']}")
            continue
        conversation = [*row.earlier, ChatMessage("user", row.request)]
        messages = renderer.messages(conversation, row.passages, nonce=nonce_for(digest_of(row.request)))
        prompt = renderer.tokenize(renderer.text(messages))
        room = max(0, max_tokens - len(prompt))
        chosen, rejected = (renderer.tokenize(renderer.as_data(text))[:room] for text in (row.chosen, row.rejected))
        pair = _pair(row_id(line), prompt, chosen, rejected, "feedback")
        if isinstance(pair, PreferencePair):
            pairs.append(pair)
        else:
            problems.append(f"{path.name} line {number}: {pair}")
    return pairs, problems


def _pair(
    document_id: str, prompt: Sequence[int], chosen: Sequence[int], rejected: Sequence[int], source: Source
) -> PreferencePair | str:
    """The pair, both sides truncated to the shorter one; or the reason why there is none."""
    length = min(len(chosen), len(rejected), PAIR_TOKENS)
    if length < FEWEST_TOKENS:
        return f"{len(chosen)} tokens against {len(rejected)}: each side needs {FEWEST_TOKENS} beside the prompt"
    chosen, rejected = tuple(chosen[:length]), tuple(rejected[:length])
    alike = difflib.SequenceMatcher(None, chosen, rejected, autojunk=False).ratio()
    if alike >= SAME:
        return f"both sides are nearly the same ({alike:.0%} of the tokens)"
    return PreferencePair(document_id, tuple(prompt), chosen, rejected, source)
