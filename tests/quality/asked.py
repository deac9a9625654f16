"""Questions to the sample authors' twins, as a person puts them, with what a right answer holds.

Written by hand after reading every post; `questions/AUTHOR.jsonl` has one a line. Half a may be looked at while the
code is changed; half b is for the last measurement, so that nothing is fitted to it.
"""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Literal

from text.sentences import sentences
from text.words import count_words

QUESTIONS = Path(__file__).parent / "questions"
AUTHORS = ("maud_ferrier", "dex_moreno")  # folders of examples/

Kind = Literal["fact", "off_topic", "itself", "write", "follow_up"]
Half = Literal["a", "b"]
Span = tuple[int, int]  # characters [start, end)

WINDOW = 60  # words of a post in which its answer stands, at most
AROUND = 25  # words before and after the answer that a paraphrase must avoid too, where a sentence is longer


@dataclass(frozen=True)
class Asked:
    """`fact`: groups of regular expressions; each group must have one that is found, in any case of letters.

    It is the right answer of a fact or a follow-up, what an answer about the twin itself must hold, the topic of what
    is to be written; of an off-topic question what no post holds, so that none can answer.
    """

    kind: Kind
    question: str
    fact: tuple[tuple[str, ...], ...]
    posts: tuple[str, ...]  # file names of all posts that rightly answer; () when there is none
    half: Half
    before: tuple[str, ...] = ()  # earlier turns of the user, oldest first
    paraphrase: bool = False  # shares at most one content word with the answer in the post and its title
    dated: bool = False  # older or newer posts say something else: the newest is right unless a time is named

    @cached_property
    def groups(self) -> tuple[tuple[re.Pattern[str], ...], ...]:
        return tuple(tuple(re.compile(pattern, re.IGNORECASE) for pattern in group) for group in self.fact)

    def is_answered_by(self, text: str) -> bool:
        return all(any(pattern.search(text) for pattern in group) for group in self.groups)

    def answer_in(self, text: str) -> Span | None:
        """The shortest stretch in which every group is found; None when one is not."""
        found = [[match.span() for pattern in group for match in pattern.finditer(text)] for group in self.groups]
        if not found or not all(found):
            return None
        stretches = []
        for place in chain.from_iterable(found):
            nearest = [min(spans, key=lambda span: _length([place, span])) for spans in found]
            stretches.append((min(start for start, _ in nearest), max(end for _, end in nearest)))
        return min(stretches, key=lambda stretch: stretch[1] - stretch[0])

    def answering_words(self, text: str) -> str:
        """The sentences in which the answer stands, at most AROUND words to either side of it; "" without an answer."""
        answer = self.answer_in(text)
        if answer is None:
            return ""
        start, end = answer
        touched = [s for s in sentences(text) if s.start < end and start < s.end]
        before, after = text[touched[0].start : start].split(), text[end : touched[-1].end].split()
        return " ".join([*before[-AROUND:], text[start:end], *after[:AROUND]])

    def stands_in(self, text: str) -> bool:
        """Whether a post's text holds the whole answer within WINDOW words."""
        answer = self.answer_in(text)
        return answer is not None and count_words(text[slice(*answer)]) <= WINDOW


def asked(author: str, half: Half | None = None) -> list[Asked]:
    """All questions to an author of AUTHORS, or those of one half, in the file's order."""
    lines = (QUESTIONS / f"{author}.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [_asked(json.loads(line)) for line in lines]
    return [question for question in questions if half in (None, question.half)]


def _asked(row: dict[str, object]) -> Asked:
    fact = tuple(tuple(group) for group in row.pop("fact"))  # type: ignore[attr-defined]
    lists = {name: tuple(row.pop(name, ())) for name in ("posts", "before")}  # type: ignore[call-overload]
    return Asked(fact=fact, **lists, **row)  # type: ignore[arg-type]


def _length(spans: list[Span]) -> int:
    return max(end for _, end in spans) - min(start for start, _ in spans)
