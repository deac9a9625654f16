"""Examples that need no posts."""

from feature_store.records import Example, ExampleKind, Passage, Split

WORDS = ("the", "clock", "ran", "slow", "and", "the", "kettle", "did", "not", "agree", "with", "the", "weather")


def make_example(number: int, split: Split = Split.TRAIN, kind: ExampleKind = ExampleKind.WRITE) -> Example:
    text = " ".join(WORDS[(number + i) % len(WORDS)] for i in range(20 + number % 7)) + "."
    passages = (Passage("A post", "2024-01-02", text),) if kind is ExampleKind.ANSWER else ()
    return Example(
        document_id=f"d{number}",
        author="maud",
        kind=kind,
        split=split,
        request=f"Write a post titled “Number {number}”.",
        passages=passages,
        start=0,
        end=len(text),
        target=text,
    )
