"""The training, validation and test data of a run."""

from collections.abc import Sequence
from dataclasses import dataclass

from feature_store.ports import FeatureReader
from feature_store.records import Example, ExampleKind, Split
from feature_store.versions import FeatureVersion
from model_registry.prompting import PromptRenderer
from training_pipeline.data.dataset import TokenSequence, prompt_of, tokenize
from training_pipeline.errors import TooLittleTextError

FEWEST_EXAMPLES = 4
VALIDATION_TOKENS = 3_000  # ids of one validation at most: more would cost a CPU minutes and change little
PARITY_PROMPTS = 3
WHOLE = (ExampleKind.WRITE, ExampleKind.CONTINUE, ExampleKind.REPLY)  # together: every passage once, as a target
# Answering costs a prompt of passages for a short target, so it may take at most this share of a run's tokens: with a
# quarter, an eighth of the gain in bits per byte was lost (docs/experiments).
ANSWER_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class TrainingData:
    train: list[TokenSequence]
    validation: list[TokenSequence]
    test: list[TokenSequence]  # of the kinds WHOLE
    prompts: list[str]  # rendered, of as many kinds as there are, for the parity check

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


def balance(sequences: Sequence[TokenSequence]) -> list[TokenSequence]:
    """Leave out answer examples, evenly over the documents, until they take ANSWER_SHARE of the tokens at most."""
    answers = [s for s in sequences if s.kind is ExampleKind.ANSWER]
    others = [s for s in sequences if s.kind is not ExampleKind.ANSWER]
    allowed = sum(len(s.ids) for s in others) * ANSWER_SHARE / (1 - ANSWER_SHARE)
    total = sum(len(s.ids) for s in answers)
    if not others or total <= allowed:
        return list(sequences)
    every = total / allowed
    return others + [answers[int(i * every)] for i in range(int(len(answers) / every))]


def thin(sequences: Sequence[TokenSequence], tokens: int) -> list[TokenSequence]:
    """A sample of about `tokens` ids, spread evenly over all documents, as intervals are over documents: to keep whole
    ones would leave few where an author writes at length."""
    total = sum(len(s.ids) for s in sequences)
    if total <= tokens:
        return list(sequences)
    count = max(1, len(sequences) * tokens // total)
    return [sequences[(2 * i + 1) * len(sequences) // (2 * count)] for i in range(count)]


def _parity_prompts(examples: Sequence[Example], renderer: PromptRenderer) -> list[str]:
    chosen: list[Example] = []
    for kind in ExampleKind:
        chosen += [example for example in examples if example.kind is kind][:1]
    return [prompt_of(example, renderer) for example in chosen[:PARITY_PROMPTS]]
