"""The conditions that are compared on the same held-out posts, and what was generated under each.

The base, the adapter, and the base with five of the author's posts in its prompt, which is what anyone gets without
training. Versions that were judged earlier have figures of base and adapter with retrieval too; what is made of
passages now is what is served, which the judge `answers` reads.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from model_registry.ports import GeneratedText


class Condition(StrEnum):
    """In the order in which a reader compares them."""

    ADAPTER = "adapter"
    ADAPTER_RETRIEVAL = "adapter+retrieval"
    BASE = "base"
    BASE_RETRIEVAL = "base+retrieval"
    BASE_POSTS = "base+posts"

    @property
    def adapted(self) -> bool:
        return self in (Condition.ADAPTER, Condition.ADAPTER_RETRIEVAL)

    @property
    def label(self) -> str:
        return LABELS[self]

    @property
    def colour(self) -> str:
        """Its class in report.css."""
        return self.replace("+", "-")


GENERATED = (Condition.BASE, Condition.BASE_POSTS, Condition.ADAPTER)  # the base's first: engines open one at a time
LABELS = {
    Condition.ADAPTER: "twin",
    Condition.ADAPTER_RETRIEVAL: "twin with retrieval",
    Condition.BASE: "base model",
    Condition.BASE_RETRIEVAL: "base model with retrieval",
    Condition.BASE_POSTS: "base model shown five posts",
}


@dataclass(frozen=True, slots=True)
class Generations:
    """Texts to be judged. Index i of every list belongs to document i and its request."""

    documents: Sequence[str]  # ids of held-out documents, each once
    requests: Sequence[str]
    references: Sequence[str]  # what the author wrote, to the letter, cut at a sentence end near the generated length
    by_condition: Mapping[Condition, Sequence[GeneratedText]]
