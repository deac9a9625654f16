"""What a message of a conversation answers, and who else is named in it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from feature_pipeline.formats.authorship import INVISIBLE

ANSWERED_WITHIN = timedelta(days=7)  # what was said earlier is another conversation
ANSWERED_MESSAGES = 5  # of the other side, before a reply
CONTEXT_CHARACTERS = 2000
SHORTEST_NAME_PART = 2


@dataclass
class Dialogue:
    """One conversation, message by message: what the other side said since the author last spoke."""

    _said: list[tuple[str, str, str]] = field(default_factory=list)  # (text, sender, ISO 8601)
    _answered: bool = False

    def add(self, text: str, *, sender: str, at: str) -> None:
        """A message of the other side."""
        if self._answered:
            self._said, self._answered = [], False
        self._said = [*self._said, (text, sender, at)][-ANSWERED_MESSAGES:]

    def answered_at(self, at: str) -> tuple[str, tuple[str, ...]]:
        """(context, senders): what a message of the author's at `at` replies to; the same until the next `add`."""
        self._answered = True
        recent = [(text, sender) for text, sender, then in self._said if _near(then, at)]
        while len(recent) > 1 and sum(len(text) for text, _ in recent) > CONTEXT_CHARACTERS:
            recent.pop(0)
        return shortened("\n".join(text for text, _ in recent)), tuple(dict.fromkeys(name for _, name in recent))


def shortened(text: str) -> str:
    """The beginning of `text`, at most CONTEXT_CHARACTERS."""
    if len(text) <= CONTEXT_CHARACTERS:
        return text
    cut = text[:CONTEXT_CHARACTERS]
    return cut[: cut.rfind(" ")] if " " in cut[CONTEXT_CHARACTERS // 2 :] else cut


def _near(then: str, now: str) -> bool:
    return not then or not now or datetime.fromisoformat(now) - datetime.fromisoformat(then) <= ANSWERED_WITHIN


class People:
    """The others in a conversation.

    A post carries only the names that its text may hold: a name that is nowhere in it masks nothing, and every post
    of a group would change whenever someone joins.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._parts: dict[str, list[str]] = {}
        for name in dict.fromkeys(INVISIBLE.sub("", name).strip().lstrip("~@").strip() for name in names):
            for part in {name.casefold(), *re.findall(r"\w+", name.casefold())}:
                if len(part) >= SHORTEST_NAME_PART:
                    self._parts.setdefault(part, []).append(name)

    def named_in(self, *texts: str, also: Sequence[str] = ()) -> tuple[str, ...]:
        """`also`: names that belong to it anyway, e.g. of who is answered or mentioned."""
        text = "\n".join(texts).casefold()
        found = {name for part, names in self._parts.items() if part in text for name in names}
        return tuple(sorted(found | {name for name in also if name}))
