"""The judges: one file each. None of them asks a model for its opinion.

What is compared is always the same five conditions on the same held-out posts: {base, adapter} × {without, with
retrieval}, and the base with five of the author's posts in its prompt, which is what anyone gets without training.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Condition(StrEnum):
    BASE = "base"
    ADAPTER = "adapter"
    BASE_RETRIEVAL = "base+retrieval"
    ADAPTER_RETRIEVAL = "adapter+retrieval"
    BASE_POSTS = "base+posts"

    @property
    def adapted(self) -> bool:
        return self in (Condition.ADAPTER, Condition.ADAPTER_RETRIEVAL)


@dataclass(frozen=True, slots=True)
class Writing:
    """What one condition made of one request."""

    text: str
    tokens: int
    ended: bool  # it came to its own end


@dataclass(frozen=True, slots=True)
class Writings:
    """Texts to be judged. Place i of every list belongs to document i and its request."""

    documents: Sequence[str]  # ids of held-out documents, each once
    requests: Sequence[str]
    real: Sequence[str]  # what the author wrote there, to the letter, cut at a sentence near the length of the others
    by_condition: Mapping[Condition, Sequence[Writing]]
