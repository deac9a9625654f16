"""What the sources of conversations share: who the author is, what a message answers, who else is named in it.

Mail and chats are private by nature, and the person who names an export names it on purpose: its messages keep the
visibility that is learned from. Names, addresses and secrets in them are masked before anything reads them.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parseaddr

from feature_pipeline.errors import WhoIsTheAuthorError
from feature_pipeline.source_contract import SourceOptions
from feature_store.records import ContentType, Post, PostKind

LISTED = 12  # participants shown in a question
ANSWERED_WITHIN = timedelta(days=7)  # what was said earlier is another conversation
ANSWERED_MESSAGES = 5  # of the other side, the last before an answer
CONTEXT_CHARACTERS = 2000
SHORTEST_NAME_PART = 2
INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
PHONE = re.compile(r"\+?[\d\s().-]{7,}")


@dataclass(frozen=True, slots=True)
class Participant:
    names: tuple[str, ...]  # every name, handle and address it goes by; the first is shown
    messages: int


def find_author(
    participants: Mapping[str, Participant], options: SourceOptions, *, own: str = "", where: str
) -> frozenset[str]:
    """Keys of the participants who are the author; `own` is the account that the export says it was made for.

    What the person says of themselves decides, then the export, then the author's name.
    Raises WhoIsTheAuthorError, which lists the participants.
    """
    if not options.me and own:
        return frozenset({own})
    wanted = set().union(*(_spellings(name) for name in options.me or (options.author_name, options.author)))
    found = frozenset(
        key for key, person in participants.items() if any(_spellings(n) & wanted for n in (key, *person.names))
    )
    if found:
        return found
    listed = sorted(participants.values(), key=lambda person: -person.messages)
    people = ", ".join(f"{person.names[0]} ({person.messages})" for person in listed[:LISTED])
    more = f" and {len(listed) - LISTED} more" if len(listed) > LISTED else ""
    called = " or ".join(repr(name) for name in options.me or (options.author_name, options.author))
    raise WhoIsTheAuthorError(
        f"{where}: nobody in it is called {called}. In it, with their messages: {people or 'nobody'}{more}. "
        f'Say who you are: --me "{listed[0].names[0] if listed else "Your Name"}".'
    )


def same_name(name: str) -> str:
    """`name` as it is compared: without case, marks of writing direction, and the signs before handles."""
    plain = " ".join(INVISIBLE.sub("", unicodedata.normalize("NFKC", name)).casefold().split()).lstrip("@~ ").strip()
    return re.sub(r"\D", "", plain) if PHONE.fullmatch(plain) else plain


def _spellings(name: str) -> set[str]:
    """A mail address with a display name is all three: the whole, the name and the address."""
    display, address = parseaddr(name) if "@" in name else ("", "")
    return {same_name(spelling) for spelling in (name, display, address)} - {""}


@dataclass
class Dialogue:
    """One conversation, message by message: what the other side said since the author last spoke."""

    _heard: list[tuple[str, str, str]] = field(default_factory=list)  # (text, speaker, ISO 8601)
    _answered: bool = False

    def hear(self, text: str, *, speaker: str, at: str) -> None:
        if self._answered:
            self._heard, self._answered = [], False
        self._heard = [*self._heard, (text, speaker, at)][-ANSWERED_MESSAGES:]

    def answer(self, at: str) -> tuple[str, tuple[str, ...]]:
        """What a message of the author's at `at` answers, and whose words these are. Asking again answers the same."""
        self._answered = True
        recent = [(text, speaker) for text, speaker, then in self._heard if _near(then, at)]
        while len(recent) > 1 and sum(len(text) for text, _ in recent) > CONTEXT_CHARACTERS:
            recent.pop(0)
        return shortened("\n".join(text for text, _ in recent)), tuple(dict.fromkeys(name for _, name in recent))


def shortened(text: str) -> str:
    """The beginning of `text`, as much of it as a context holds."""
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


def message(
    options: SourceOptions,
    *,
    source: str,
    source_id: str,
    created_at: str,
    content: str,
    title: str = "",
    url: str = "",
    context: str = "",
    people: tuple[str, ...] = (),
    kind: PostKind = PostKind.MESSAGE,
    problem: str = "",
) -> Post:
    return Post(
        author=options.author,
        source=source,
        source_id=source_id,
        url=url or source_id,
        title=title,
        created_at=created_at,
        fetched_at=options.fetched_at,
        content=content,
        content_type=ContentType.PLAIN,
        kind=kind,
        context=context,
        people=people,
        problem=problem,
    )
