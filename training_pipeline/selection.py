"""Which examples a run learns from, is validated on and is judged by."""

from collections.abc import Sequence
from dataclasses import dataclass

from feature_store.ports import FeatureReader
from feature_store.records import Example, ExampleKind, Split
from feature_store.versions import FeatureVersion
from model_registry.prompting import ChatMessage, PromptRenderer, nonce_for
from training_pipeline.dataset import TokenSequence, tokenize
from training_pipeline.errors import TooLittleTextError
from training_pipeline.plan import balance

FEWEST_EXAMPLES = 4
VALIDATION_TOKENS = 3_000  # ids that a validation reads at most: more would cost a CPU minutes and change little
PARITY_PROMPTS = 3
WHOLE = (ExampleKind.WRITE, ExampleKind.CONTINUE, ExampleKind.REPLY)  # together they hold each prose as a target once


@dataclass(frozen=True, slots=True)
class TrainingData:
    train: list[TokenSequence]
    validation: list[TokenSequence]
    test: list[TokenSequence]  # of the kinds WHOLE: each prose is a target once
    prompts: list[str]  # rendered, one of each kind where there is one, for the parity check

    @property
    def label_tokens(self) -> int:
        return sum(sequence.label_tokens for sequence in self.train)


def select(
    store: FeatureReader,
    features: FeatureVersion,
    renderer: PromptRenderer,
    *,
    end_of_turn: int,
    max_tokens: int,
    test_tokens: int,
) -> TrainingData:
    """Raises TooLittleTextError, with the figures, when there is nothing to learn from or to judge by."""
    examples = {split: store.examples(features.author, features, split) for split in Split}

    def sequences(split: Split) -> list[TokenSequence]:
        return tokenize(examples[split], renderer, end_of_turn=end_of_turn, max_tokens=max_tokens)

    train = balance(sequences(Split.TRAIN))
    test = [s for s in sequences(Split.TEST) if s.kind in WHOLE]
    if len(train) < FEWEST_EXAMPLES or not test:
        raise TooLittleTextError(
            f"{features.author} {features.name} has {len(train)} examples to learn from and {len(test)} to judge by; "
            f"at least {FEWEST_EXAMPLES} and 1 are needed. Collect more posts: five of a few paragraphs are enough."
        )
    return TrainingData(
        train=train,
        validation=thin(sequences(Split.VALIDATION), VALIDATION_TOKENS),
        test=thin(test, test_tokens),
        prompts=_parity_prompts(examples[Split.TEST], renderer),
    )


def thin(sequences: Sequence[TokenSequence], tokens: int) -> list[TokenSequence]:
    """Of about `tokens` ids, evenly spread over all: whole documents would be few where an author writes at length, and
    intervals are over documents."""
    total = sum(len(s.ids) for s in sequences)
    if total <= tokens:
        return list(sequences)
    count = max(1, len(sequences) * tokens // total)
    return [sequences[(2 * i + 1) * len(sequences) // (2 * count)] for i in range(count)]


def _parity_prompts(examples: Sequence[Example], renderer: PromptRenderer) -> list[str]:
    chosen: list[Example] = []
    for kind in ExampleKind:
        chosen += [example for example in examples if example.kind is kind][:1]
    return [
        renderer.text(renderer.messages([ChatMessage("user", e.request)], e.passages, nonce=nonce_for(e.id)))
        for e in chosen[:PARITY_PROMPTS]
    ]
