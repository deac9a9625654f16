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
# At most, of a run's label tokens; the kinds WHOLE, which hold all that the author wrote once, have the rest. An answer
# costs about five ids of prompt for one that is learned, and a rewriting one or two: more of them is less of the
# author in the same time.
SHARES = {ExampleKind.ANSWER: 0.05, ExampleKind.REWRITE: 0.1}


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
        validation=thin(balance(sequences(Split.VALIDATION)), VALIDATION_TOKENS),
        test=thin(test, test_tokens),
        prompts=_parity_prompts(examples[Split.TEST], renderer),
    )


def balance(sequences: Sequence[TokenSequence]) -> list[TokenSequence]:
    """Leave out answers and rewritings, evenly over the documents, until none takes more than its share of the label
    tokens."""
    whole = [s for s in sequences if s.kind in WHOLE]
    if not whole:
        return list(sequences)
    total = _labels(whole) / (1 - sum(SHARES.values()))
    kept = whole
    for kind, share in SHARES.items():
        own = [s for s in sequences if s.kind is kind]
        kept += _evenly(own, min(1.0, share * total / max(1, _labels(own))))
    return kept


def _labels(sequences: Sequence[TokenSequence]) -> int:
    return sum(s.label_tokens for s in sequences)


def _evenly(sequences: Sequence[TokenSequence], share: float) -> list[TokenSequence]:
    return [sequences[int(i / share)] for i in range(int(len(sequences) * share))]


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
