"""Which of the people who wrote the items of an export is the author."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from functools import lru_cache

from feature_pipeline.errors import UnusedNameError, WhoIsTheAuthorError
from feature_pipeline.source_contract import SourceOptions

LISTED = 12  # writers listed in the error
INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
PHONE = re.compile(r"\+?[\d\s().-]{7,}")


@dataclass(frozen=True, slots=True)
class Writer:
    names: tuple[str, ...]  # every name, handle and address; the first that is not "" is shown
    items: int  # posts or messages


def choose_authors(
    writers: Mapping[str, Writer], options: SourceOptions, *, where: str, account: str = "", sole: bool = False
) -> frozenset[str]:
    """Keys of the writers who are the author.

    With `sole`, a writer who is the only one is the author, whoever `options.me` names: the rule for blogs, not for
    chats, where the only one who wrote may be the other side. Otherwise `options.me` decides, be it the first or the
    last name of one writer alone; else `account`, the one that the export says it was made for; else the author's name
    and id.
    Raises WhoIsTheAuthorError, which lists the writers.
    """
    if sole and len(writers) <= 1:
        return frozenset(writers)
    if account and not options.me:
        return frozenset({account})
    called = called_by(options)
    found = frozenset(key for key, writer in writers.items() if is_called((key, *writer.names), called))
    if found:
        return found
    alike = frozenset(key for key, writer in writers.items() if _has_part(writer.names, options.me))
    if len(alike) == 1:
        return alike
    listed = sorted(writers.items(), key=lambda item: -item[1].items)
    shown = [(next(filter(None, writer.names), key), writer.items) for key, writer in listed]
    people = ", ".join(f"{name} ({items})" for name, items in shown[:LISTED])
    more = f" and {len(listed) - LISTED} more" if len(listed) > LISTED else ""
    raise WhoIsTheAuthorError(
        f"{where}: nobody in it is called {' or '.join(map(repr, called))}. In it, with how much they wrote: "
        f'{people or "nobody"}{more}. Say who you are: --me "{shown[0][0] if shown else "Your Name"}".'
    )


def _has_part(names: Iterable[str], called: Iterable[str]) -> bool:
    """Whether one of `called` is the first or the last word of one of `names`: "Maud" of "Maud Ferrier"."""
    ends = [words for name in names if len(words := same_name(name).split()) > 1 and "@" not in name]
    return any(same_name(part) in (words[0], words[-1]) for part in called for words in ends)


def called_by(options: SourceOptions) -> tuple[str, ...]:
    """What the author is called: as the person says, else by name and id."""
    return options.me or (options.author_name, options.author)


def is_called(names: Iterable[str], called: Iterable[str]) -> bool:
    """Whether one of `names` is one of `called`."""
    wanted = set().union(*map(_spellings, called))
    return any(_spellings(name) & wanted for name in names)


def unused_name(name: str, where: str) -> UnusedNameError:
    return UnusedNameError(
        f"--me {name}: nothing in {where}, asks who of several people the author is. Leave it out; if it is a "
        "conversation, say which kind with --as (twin sources lists them)."
    )


@lru_cache(maxsize=10_000)
def same_name(name: str) -> str:
    """`name` as it is compared: without case, marks of writing direction, and the signs before handles."""
    plain = " ".join(INVISIBLE.sub("", unicodedata.normalize("NFKC", name)).casefold().split()).lstrip("@~ ").strip()
    return re.sub(r"\D", "", plain) if PHONE.fullmatch(plain) else plain


def _spellings(name: str) -> set[str]:
    """A mail address with a display name is all three: the whole, the name and the address."""
    try:
        display, address = parseaddr(name) if "@" in name else ("", "")
    except RecursionError:  # brackets in brackets
        display, address = "", ""
    return {same_name(spelling) for spelling in (name, display, address)} - {""}
