"""What was asked and what was answered, through the pipeline that serves, and what is wrong with each answer."""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from configs.progress import Progress
from feature_store.records import Document
from model_registry.ports import AnswerProbe, ServedAnswer
from text.facts import unsupported
from text.repetition import loops
from training_pipeline.evaluation.answering import metrics
from training_pipeline.evaluation.answering.asked import Asked, Kind

SEED = 1
TOGETHER = 16  # questions that are asked before the time is looked at
NOTHING, NEAREST = "nothing", "nearest"  # ways of answers that say that nothing was written about it


class Fault(StrEnum):
    """The worst first."""

    LOOPS = "repeats itself"
    NAME = "another name than the author’s, or none"
    INVENTED = "answers what was never written about"
    UNENDED = "does not end by itself at the end of a sentence"
    MISQUOTED = "a quotation is not what the post says"
    UNSUPPORTED = "a name or number that stands in no cited post and not in the question"
    HEADING = "shows the heading of a passage"
    WRONG = "the fact is not in it"
    SILENT = "says that nothing was written, and a post answers"
    POST = "does not cite the post that answers"


@dataclass(frozen=True, slots=True)
class Exchange:
    asked: Asked
    answer: ServedAnswer
    faults: frozenset[Fault]

    @property
    def severity(self) -> tuple[bool, ...]:
        """The greater, the worse."""
        return tuple(fault in self.faults for fault in Fault)

    @property
    def listed(self) -> str:
        """Its faults in words, the worst first."""
        return "; ".join(fault for fault in Fault if fault in self.faults)


def hold(
    asked: Sequence[Asked],
    adapter: Path | None,
    *,
    probe: AnswerProbe,
    documents: Mapping[str, Document],
    author_name: str,
    progress: Progress,
    seconds: float = math.inf,
) -> list[Exchange]:
    """Ask, and examine what is answered, in the order of `asked`. `documents` by id.

    What cannot be asked within `seconds` is left out, of every kind alike, but for the first TOGETHER; a line says so.
    """
    progress.start("answers", len(asked))
    began = time.monotonic()
    found: dict[int, Exchange] = {}
    for places in _batched(_mixed(asked), TOGETHER):
        if found and time.monotonic() - began > seconds:
            progress.expect(len(found))
            progress.say(
                f"{len(found)} of {len(asked)} questions were asked: evaluation.max_minutes leaves no time for more."
            )
            break
        answers = probe.answer(
            adapter,
            [asked[place].conversation for place in places],
            seeds=[SEED + place for place in places],
            without=[asked[place].without for place in places],
        )
        for place, answer in zip(places, answers, strict=True):
            faults = frozenset(faults_of(asked[place], answer, documents, author_name))
            found[place] = Exchange(asked[place], answer, faults)
            progress.advance()
    progress.finish(f"{sum(Fault.LOOPS in exchange.faults for exchange in found.values())} of {len(found)} loop")
    return [found[place] for place in sorted(found)]


def _mixed(asked: Sequence[Asked]) -> list[int]:
    """Places of `asked`, in an order of which every beginning has about the same share of each kind."""
    of_kind = {kind: [place for place, question in enumerate(asked) if question.kind is kind] for kind in Kind}
    at = {place: n / len(places) for places in of_kind.values() for n, place in enumerate(places)}
    return sorted(at, key=lambda place: (at[place], place))


def _batched(places: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (places[start : start + size] for start in range(0, len(places), size))


def faults_of(
    asked: Asked, answer: ServedAnswer, documents: Mapping[str, Document], author_name: str
) -> Iterator[Fault]:
    text = answer.text
    cited = {citation.document_id for citation in answer.citations}
    if loops(text):
        yield Fault.LOOPS
    if not metrics.ends(answer.finish_reason, text):
        yield Fault.UNENDED
    if metrics.leaks_heading(text):
        yield Fault.HEADING
    if not metrics.is_verbatim(answer.citations, documents):
        yield Fault.MISQUOTED
    known = [author_name, *metrics.sources(text, cited, documents)]
    if unsupported(text, question=_said(asked), sources=known, language=asked.language):
        yield Fault.UNSUPPORTED
    silent = is_silent(answer)
    match asked.kind:
        case Kind.FACT:
            if not metrics.states(text, asked.facts):
                yield Fault.WRONG
            if asked.document_id not in cited:
                yield Fault.POST
            if silent:
                yield Fault.SILENT
        case Kind.OFF_TOPIC if not says_so(answer):
            yield Fault.INVENTED
        case Kind.ITSELF if not metrics.says_name(text, author_name) or metrics.other_names(text, author_name):
            yield Fault.NAME
        case Kind.GREETING if metrics.other_names(text, author_name):
            yield Fault.NAME


def says_so(answer: ServedAnswer) -> bool:
    """Whether it says that nothing was written about it, whatever it shows then."""
    return answer.way == NEAREST or is_silent(answer)


def is_silent(answer: ServedAnswer) -> bool:
    """Whether it says that nothing was found, and rests on nothing."""
    return answer.way == NOTHING and not answer.citations


def worst(exchanges: Sequence[Exchange], count: int) -> list[Exchange]:
    """At most `count`, the worst first, and of every kind the worst one."""
    ranked = sorted(exchanges, key=lambda exchange: exchange.severity, reverse=True)
    of_kinds = [next((e for e in ranked if e.asked.kind is kind), None) for kind in Kind]
    chosen = [exchange for exchange in of_kinds if exchange is not None]
    chosen += [exchange for exchange in ranked if exchange not in chosen][: max(0, count - len(chosen))]
    return [exchange for exchange in ranked if exchange in chosen][:count]


def _said(asked: Asked) -> str:
    return "\n".join(turn.content for turn in asked.conversation)
