"""The questions and requests that a twin is judged by, and what their answers must state: made without a model."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from feature_store.records import Chunk, Document
from model_registry.prompting import ChatMessage
from training_pipeline.evaluation.held_out import HeldOut
from training_pipeline.evaluation.off_topic import off_topic

ITSELF = (
    "Hello, who are you?",
    "What is your name?",
    "Are you a real person?",
    "Are you a machine?",
    "Tell me about yourself.",
    "What can you do?",
    "Who am I talking to?",
    "Did a human write this answer?",
)
GREETINGS = ("Hi!", "Good morning.", "Hello, how are you?", "Thank you, that helped.")
NEW_TOPICS = (
    "the last train home",
    "a neighbour's dog",
    "learning to swim as an adult",
    "the smell of rain",
    "waiting in a queue",
    "an umbrella left on a bus",
    "the first cold morning of the year",
    "a birthday that nobody remembered",
)
REQUEST = "Write a short post about {topic}."


class Kind(StrEnum):
    FACT = "fact"
    OFF_TOPIC = "off topic"
    ITSELF = "itself"
    GREETING = "greeting"
    WRITE = "write"  # a held-out post
    NEW_TOPIC = "new topic"


@dataclass(frozen=True, slots=True)
class Asked:
    """The last turn of a conversation, and what is known of the right answer."""

    kind: Kind
    text: str
    document_id: str = ""  # of FACT: the post that answers; of WRITE: the post that is to be written
    language: str = "en"
    facts: tuple[tuple[str, ...], ...] = ()  # of FACT: groups of patterns (metrics.states)
    expected: str = ""  # of FACT: the author's sentence; of WRITE: the author's text
    earlier: tuple[ChatMessage, ...] = ()

    @property
    def conversation(self) -> tuple[ChatMessage, ...]:
        return (*self.earlier, ChatMessage("user", self.text))

    @property
    def without(self) -> str:
        """Whoever writes a held-out post must not be shown it."""
        return self.document_id if self.kind is Kind.WRITE else ""


def foreign(chunks: Iterable[Chunk], count: int) -> list[Asked]:
    """At most `count` questions about what the author never wrote on."""
    return [Asked(Kind.OFF_TOPIC, question) for question in off_topic(chunks, count)]


def about_itself() -> list[Asked]:
    return [
        *(Asked(Kind.ITSELF, question) for question in ITSELF),
        *(Asked(Kind.GREETING, greeting) for greeting in GREETINGS),
    ]


def to_write(posts: Sequence[HeldOut], documents: Mapping[str, Document], count: int) -> list[Asked]:
    """The first `count` of the held-out posts, and a new topic for every second of them. `documents` by id."""
    held = [
        Asked(
            Kind.WRITE,
            post.example.request,
            post.example.document_id,
            documents[post.example.document_id].language,
            expected=post.real,
        )
        for post in posts[:count]
    ]
    topics = NEW_TOPICS[: (len(held) + 1) // 2]
    return [*held, *(Asked(Kind.NEW_TOPIC, REQUEST.format(topic=topic)) for topic in topics)]
