"""What a message of a conversation answers, and who else is named in it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from feature_pipeline.formats.authorship import INVISIBLE, same_name

ANSWERED_MESSAGES = 5  # of the other side, before a reply
JOINED_WITHIN = timedelta(minutes=5)  # what one person goes on saying within it is one turn
CONTEXT_CHARACTERS = 2000
SHORTEST_NAME_PART = 2


@dataclass
class Dialogue:
    """One conversation, message by message: what the other side said since the author last spoke."""

    within: timedelta  # a message that is older than this is not answered any more
    _said: list[tuple[str, str, str]] = field(default_factory=list)  # (text, sender, ISO 8601)
    _answered: str | None = None  # when, ISO 8601 or ""; None: not yet

    def add(self, text: str, *, sender: str, at: str) -> None:
        """A message of the other side."""
        if self._answered is not None:
            self._said, self._answered = [], None
        self._said.append((text, sender, at))

    def answered_at(self, at: str, text: str = "", mentioned: Sequence[str] = ()) -> tuple[str, tuple[str, ...]]:
        """(context, senders): what a message of the author's replies to.

        That is the turn of one person, and only one turn of the author's answers it. Where several have spoken, it is
        the turn of whom the message names; else nobody can say whose it is, and it is ("", ()).
        """
        goes_on = self._answered is None or _near(self._answered, at, JOINED_WITHIN)
        self._answered = at
        if not goes_on:
            self._said = []
        recent = [(said, sender) for said, sender, then in self._said if _near(then, at, self.within)]
        if len(senders := {sender for _, sender in recent}) > 1:
            named = {sender for sender in senders if _is_named(sender, text, mentioned)}
            recent = [(said, sender) for said, sender in recent if len(named) == 1 and sender in named]
        recent = recent[-ANSWERED_MESSAGES:]
        while len(recent) > 1 and sum(len(said) for said, _ in recent) > CONTEXT_CHARACTERS:
            recent.pop(0)
        return shortened("\n".join(said for said, _ in recent)), tuple(dict.fromkeys(sender for _, sender in recent))


def shortened(text: str) -> str:
    """The beginning of `text`, at most CONTEXT_CHARACTERS."""
    if len(text) <= CONTEXT_CHARACTERS:
        return text
    cut = text[:CONTEXT_CHARACTERS]
    return cut[: cut.rfind(" ")] if " " in cut[CONTEXT_CHARACTERS // 2 :] else cut


def _near(then: str, now: str, within: timedelta) -> bool:
    return not then or not now or abs(datetime.fromisoformat(now) - datetime.fromisoformat(then)) <= within


def _is_named(sender: str, text: str, mentioned: Sequence[str]) -> bool:
    """Mentioned, or addressed with the first word: "Ann, at seven"."""
    name = same_name(sender)
    if not name:
        return False
    first = same_name((text.split(maxsplit=1) or [""])[0].strip(",:;.!?-–—"))
    return name in map(same_name, mentioned) or first in (name, name.split()[0])


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
