"""What is asked of a twin, and the events that its answer consists of."""

from dataclasses import dataclass
from enum import StrEnum

from feature_store.records import ScoredChunk
from inference_pipeline.citations import Citation
from inference_pipeline.engines import FinishReason
from model_registry.ports import CHAMPION
from model_registry.prompting import ChatMessage

SEEDS = 1 << 31  # what engines take: 0 to SEEDS - 1


class Way(StrEnum):
    """How an answer was made."""

    QUOTED = "quoted"  # of the author's own sentences
    WRITTEN = "written"  # by the model, from excerpts of posts
    JOINED = "joined"  # a text on a topic, of sentences of posts on it
    FREE = "free"  # by the model, from no post
    NEAREST = "nearest"  # nothing answers it, and it says so; then, in the author's sentences, what comes nearest
    NOTHING = "nothing"  # nothing was written about it, and it says so
    ITSELF = "itself"  # about the twin, or a greeting


@dataclass(frozen=True, slots=True)
class Question:
    """A conversation that ends in a user turn. None: as the settings say."""

    author: str
    messages: tuple[ChatMessage, ...]
    reference: str = CHAMPION  # "champion", "v3", another alias, or "base"
    max_new_tokens: int | None = None
    temperature: float | None = None  # 0: greedy
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    choice: int = 0  # of several answers to one prompt: each is sampled with a seed of its own
    retrieve: bool = True  # whether the author's posts may be shown to the model
    begun: str = ""  # what the assistant has said of its answer: a text that is written goes on from there
    words: int | None = None  # how long a text is wanted; of requests to write
    without: str = ""  # id of a document that must not be used


@dataclass(frozen=True, slots=True)
class Origin:
    """Which versions make an answer."""

    author: str
    adapter: str  # "v3", or "base"
    features: str  # "F7": the passages were retrieved as of it
    base: str  # the base model's name


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A passage that was looked at, characters [start, end) of a document, and why.

    `similarity` is the cosine of its meaning to the question's, in [-1, 1]; `words` the share of the question's words
    that stand in it, weighted by rarity, in [0, 1]. `used`: the answer was made from it. `quote` is the sentence of it
    that is nearest to the question.
    """

    document_id: str
    title: str
    date: str  # YYYY-MM-DD, "" when unknown
    url: str
    start: int
    end: int
    quote: str
    similarity: float
    words: float
    used: bool


@dataclass(frozen=True, slots=True)
class Started:
    origin: Origin
    chunks: tuple[ScoredChunk, ...]  # what the answer may rest on; empty when nothing is relevant
    retrieval_ms: float


@dataclass(frozen=True, slots=True)
class AnswerDelta:
    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    text: str
    finish_reason: FinishReason
    prompt_tokens: int
    completion_tokens: int
    citations: tuple[Citation, ...]
    origin: Origin
    retrieval_ms: float
    generation_ms: float
    way: Way = Way.WRITTEN
    retrieved: tuple[Retrieved, ...] = ()  # best first

    @property
    def grounded(self) -> bool:
        """Whether at least one sentence of the answer rests on a passage."""
        return any(citation.kind == "supports" for citation in self.citations)


AnswerEvent = Started | AnswerDelta | Finished
