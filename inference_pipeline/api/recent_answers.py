"""The answers given lately, so that feedback can name one by its id. In memory alone: a restart forgets them."""

from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass

from feature_store.records import ScoredChunk
from inference_pipeline.answers import AnswerEvent, Finished, Origin, Question, Started

CAPACITY = 1000  # some kilobytes each


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    question: Question
    chunks: tuple[ScoredChunk, ...]  # what the prompt showed
    text: str
    origin: Origin


class RecentAnswers:
    """At most `capacity`; the oldest leaves first. Lives in one event loop."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._answers: OrderedDict[str, GivenAnswer] = OrderedDict()

    def find(self, answer_id: str) -> GivenAnswer | None:
        return self._answers.get(answer_id)

    async def following(
        self, answer_id: str, question: Question, events: AsyncIterator[AnswerEvent]
    ) -> AsyncIterator[AnswerEvent]:
        """`events` as they come; once they are finished the answer is remembered."""
        chunks: tuple[ScoredChunk, ...] = ()
        async for event in events:
            if isinstance(event, Started):
                chunks = event.chunks
            elif isinstance(event, Finished):
                self._answers[answer_id] = GivenAnswer(question, chunks, event.text, event.origin)
                while len(self._answers) > self._capacity:
                    self._answers.popitem(last=False)
            yield event
