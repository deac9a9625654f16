"""The lines of a text in which somebody speaks at a time: "10:02 <ann> hi", "[1/5/24, 10:02] Ann: hi", "Ann  10:02 AM".

A dialogue in a story, an interview, a play and a poem have speakers without times; a diary, a timetable and a log have
times without speakers who come again. Both are needed, at many of the text's lines, from its beginning on. Without
times it is a conversation where nothing stands before it and the author is one of the speakers.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

from feature_pipeline.conversations.stamps import CLOSING, Stamp, stamp_of
from feature_pipeline.formats.bylines import is_same_person, may_be_same_person

LEADING = re.compile(r"[\s>*#_•\-–—\u200e\u200f\ufeff]*")
IN_ANGLES = re.compile(r"<\s?[@+%&~!]?([^<>\n]{1,40})>(?:\s|$)")
BEFORE_COLON = re.compile(r"[@+%&~]?([^\n:]{1,60}?)[*_]{0,2}\s?:[*_]{0,2}(?:\s|$)")
IN_COLUMN = re.compile(r"([^\t\n]{1,60})\t")
IN_BRACKETS = re.compile(r"\[([^\[\]]{1,60})\]\s*\[[^\[\]]*$")
ZOOM = re.compile(r"(?:from|von|de|da|van|desde)\s+(.{1,60}?)\s+(?:to|an|à|a|para|naar)\s+.*", re.IGNORECASE)
BARE_SPEAKER = re.compile(r"<[@+%&~ ]?([\w\[\]\\`^{}|-]{1,30})> ")
NO_NAME = re.compile(r"[.?!]\s+\S|[?!;]|https?$|-->|\d{4,}-")
PARTICLE = re.compile(r"(?:v[ao]n|de[rnl]?|d[aiou]s?|l[ae]|el|bin|ibn|al|of|the|and|und|et|y|e|zu|ter?|to)$")
APART = re.compile(r"\s{2}$|[\t,(—–|·]")
PROBED_LINES = 400
PROBED_COLUMNS = 90
CLOCK_DIGITS = re.compile(r"\d[:.h]\d\d")
LONGEST_NAME = 6  # words
LONGEST_NAME_LINE = 60
HUMAN = "you|user|human|me|prompt|question|ich|du|vous|tú|usted"
MACHINE = r"chatgpt|gpt[-\s]?[345]\w*|claude|assistant|gemini|copilot|bard|response|ai|llm|deepseek|grok|mistral"
TURN = re.compile(
    rf"(?P<heading>#{{1,6}}\s*)?[*_]{{0,2}}(?:(?P<human>{HUMAN})|(?P<machine>{MACHINE}))(?:\s+(?:said|sagt|a dit))?"
    r"(?:\s?:[*_]{0,2}(?:\s|$)|[*_]{2}\s*$|(?P<bare>\s*$))",
    re.IGNORECASE,
)
SHARE = 0.25  # of the lines: a message may go on over several
TWO_SHARE = 0.33  # where nobody comes again
WHOLE_SHARE = 0.6
BEGINS_WITHIN = 0.25  # of the lines: an article that shows a chat further down is an article
FIRST_LINES = 12


Stamps = Sequence[Stamp | None]


class _Head(NamedTuple):
    line: int  # among the lines that are not blank
    speaker: str
    sure: bool  # the line has a program's form, not only a clock and a colon


def speaker_lines(lines: Sequence[str]) -> list[str]:
    """The names of who speaks, the most frequent first; [] when the text is no conversation."""
    filled = [line for line in lines if line.strip()][:PROBED_LINES]
    stamps = [stamp_of(_bare(line)) if CLOCK_DIGITS.search(line, 0, PROBED_COLUMNS) else None for line in filled]
    if sum(stamp is not None for stamp in stamps) > 1:
        for heads in (_stamped(stamps), _above_text(filled, stamps), *_beside_stamps(filled, stamps)):
            if names := _speakers(heads, len(filled)):
                return names
    return _in_angles(filled) or _with_machine(filled)


def dialogue_with(called: Collection[str], lines: Sequence[str]) -> list[str]:
    """Who speaks, the most frequent first, where whole lines are "Ann: hi" and the author, who is `called` so, is one
    of at least two who come again; else []."""
    filled = [line for line in lines if line.strip()][:PROBED_LINES]
    if not filled or not BEFORE_COLON.match(_bare(filled[0])):  # so most articles are done with here
        return []
    spoken = [BEFORE_COLON.match(_bare(line)) for line in filled]
    counts = Counter(name for match in spoken if match and (name := _name(match[1])))
    names = [name for name, count in counts.most_common() if count > 1]
    if len(names) < 2 or sum(counts[name] for name in names) < WHOLE_SHARE * len(filled):
        return []
    own = any(is_same_person((name,), called) or may_be_same_person((name,), called) for name in names)
    return names if own else []


def _speakers(heads: Sequence[_Head], lines: int) -> list[str]:
    counts = Counter(head.speaker for head in heads)
    if len(heads) < 2 or len(heads) < SHARE * lines or heads[0].line > max(FIRST_LINES, BEGINS_WITHIN * lines):
        return []
    if len(counts) == 1:
        found = len(heads) >= 4 and len(heads) >= WHOLE_SHARE * lines
    elif len(heads) >= 3 and len(heads) >= 1.5 * len(counts):
        found = True
    else:
        found = len(heads) >= TWO_SHARE * lines and all(head.sure and _is_capital(head.speaker) for head in heads)
    return [name for name, _ in counts.most_common()] if found else []


def _stamped(stamps: Stamps) -> list[_Head]:
    """Time, name and text in one line."""
    named = ((number, _speaker(stamp)) for number, stamp in enumerate(stamps) if stamp)
    return [_Head(number, *head) for number, head in named if head]


def _speaker(stamp: Stamp) -> tuple[str, bool] | None:
    rest = stamp.behind.lstrip()
    if stamp.lead:  # the name comes first
        name = _name(stamp.lead)
        bracketed = IN_BRACKETS.match(stamp.before.lstrip())
        if bracketed:
            return (_name(bracketed[1]), True) if _name(bracketed[1]) and rest.startswith("]") else None
        closed = rest[:1] in (")", "]") and rest[1:].lstrip(" *_").startswith(":")
        return (name, True) if name and closed else None
    if match := IN_ANGLES.match(rest.lstrip(CLOSING)):
        return _name(match[1]), True
    if stamp.behind.startswith("\t") and (match := IN_COLUMN.match(rest)) and (name := _name(match[1])):
        return name, True
    rest = _without_aside(rest.lstrip(CLOSING))
    match = BEFORE_COLON.match(rest)
    if match is None or not (name := _name(match[1])):
        return None
    return name, stamp.dated or stamp.closed or bool(ZOOM.fullmatch(match[1].strip()))


def _above_text(lines: Sequence[str], stamps: Stamps) -> list[_Head]:
    """Name and time in a line of their own, and the text below it."""
    named: dict[int, _Head] = {}
    for number, (line, stamp) in enumerate(zip(lines, stamps, strict=True)):
        if stamp is None or len(line) > LONGEST_NAME_LINE + 30:
            continue
        rest = _without_aside(stamp.behind.strip(CLOSING))
        apart = stamp.dated or stamp.halved or not stamp.lead or bool(APART.search(stamp.before))
        name = _name(stamp.lead or rest)
        if name and bool(stamp.lead) != bool(rest) and apart and (stamp.lead or stamp.dated or stamp.closed):
            named[number] = _Head(number, name, sure=False)
    heads = [head for number, head in named.items() if number + 1 not in named and number + 1 < len(lines)]
    return heads if len(heads) >= WHOLE_SHARE * len(named) else []


def _beside_stamps(lines: Sequence[str], stamps: Stamps) -> tuple[list[_Head], list[_Head]]:
    """A time in a line of its own, and the name in the next, or in the one before."""
    after, before = list[_Head](), list[_Head]()
    for number, stamp in enumerate(stamps):
        if stamp is None or stamp.lead:
            continue
        rest = stamp.behind.strip()
        if _without_aside(rest.lstrip(CLOSING)).strip(CLOSING) and not rest.startswith("-->"):
            continue
        for heads, beside in ((after, number + 1), (before, number - 1)):
            if 0 <= beside < len(lines) and len(lines[beside]) <= LONGEST_NAME_LINE and stamps[beside] is None:
                speaker = BEFORE_COLON.match(lines[beside])
                if name := _name(speaker[1] if speaker else lines[beside]):
                    heads.append(_Head(number, name, sure=stamp.dated or rest.startswith("-->")))
    return after, before


def _in_angles(lines: Sequence[str]) -> list[str]:
    """ "<ann> hi" without times."""
    counts = Counter(match[1] for line in lines if (match := BARE_SPEAKER.match(line)))
    enough = len(counts) > 1 and counts.total() >= max(4, WHOLE_SHARE * len(lines))
    return [name for name, _ in counts.most_common()] if enough else []


def _with_machine(lines: Sequence[str]) -> list[str]:
    """A chat with an assistant that was copied: whose turn it is stands before each."""
    turns = [(number, match) for number, line in enumerate(lines) if (match := TURN.match(line.strip()))]
    turns = [(number, match) for number, match in turns if match["bare"] is None or match["heading"]]
    sides = ["machine" if match["machine"] else "human" for _, match in turns]
    changes = sum(first != second for first, second in pairwise(sides))
    if changes < 3 or turns[0][0] > max(3, 0.1 * len(lines)):
        return []
    return ["a person", "an assistant"]


def _bare(line: str) -> str:
    start = LEADING.match(line)
    return line[start.end() :] if start else line


def _without_aside(text: str) -> str:
    """Without "(Read by you after 2 minutes)"."""
    return text.partition(")")[2].lstrip(CLOSING) if text.startswith("(") and ")" in text else text


def _name(text: str) -> str:
    """`text` when it can be what somebody is called, in one spelling; else ""."""
    name = " ".join(text.strip(CLOSING + "\"'([<>").split())
    if match := ZOOM.fullmatch(name):
        name = match[1]
    if not name or len(name.split()) > LONGEST_NAME or NO_NAME.search(name) or not re.search(r"\w", name):
        return ""
    return name


def _is_capital(name: str) -> bool:
    """Whether a name of several words is written as one: "Left the harbour" is none."""
    words = name.split()
    return len(words) == 1 or (
        all(not word[0].islower() or PARTICLE.match(word) for word in words)
        and (len(words) <= 4 and not words[-1][0].islower())
    )
