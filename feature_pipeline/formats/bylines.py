"""Who a text says wrote it: names of front matter and bylines, and whether two are spellings of one person's."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from feature_pipeline.formats.authorship import is_called, same_name

# "By Maud Ferrier", "von Maud Ferrier": what stands before the name of who wrote it.
BY = re.compile(
    r"(?:(?:this is )?an? )?(?:guest(?: blog)? (?:post|article) )?"
    r"(?:(?:written|posted|published|authored|created|article|words|story|text|post)\s+)?"
    r"(?:by|von|par|por|di|da|door|av|af|autor(?:a|in)?|author|auteur|autore|kirjoittanut|автор|作者|文|著者)\s*(?::|\s)\s*",
    re.IGNORECASE,
)
TOGETHER = re.compile(
    r"\s*(?:[;&|、，]|\s/\s|,\s*(?:and\s+)?|\s(?:and|und|et|y|e|og|och|en|with|mit|avec|con)\s)\s*", re.IGNORECASE
)
INVERTED = re.compile(r"([A-ZÀ-ÖØ-Þ][\w'’-]*),\s*([A-ZÀ-ÖØ-Þ][\w'’-]*\.?(?: [A-ZÀ-ÖØ-Þ]\.?)?)")  # "Ferrier, Maud E."
WIKI_LINK = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]+)\]\]")
MARKDOWN_LINK = re.compile(r"\[([^\[\]]+)\]\([^()]*\)")
FOOTNOTE_MARK = re.compile(r"\^[\d,*]+\^|[*†‡]+$")
NAME_KEYS = ("name", "display_name", "title", "nickname", "nick", "id", "slug", "handle", "username", "email")
ADDRESS = re.compile(r"\s*<[^<>]*>|@[\w.-]+\.\w+\s*$")
LONGEST_NAME = 80  # characters; what is longer is a sentence
NOBODY = {
    *("", "null", "none", "~", "nil", "undefined", "unknown", "anonymous", "author", "authors", "admin"),
    *("administrator", "root", "user", "default", "your name", "me", "myself", "editor", "staff", "team"),
}

Names = tuple[str, ...]  # all that one person is called: name, handle, address


def written_by(value: Any) -> tuple[Names, ...]:
    """The people of a field such as `author`: a name, "A and B", a list of these, or objects with a name.

    Whoever is called by no name ("admin", "null") is nobody. `()` when it names nobody.
    """
    return tuple(person for person in _people(value) if person)


def _people(value: Any) -> Iterable[Names]:
    if isinstance(value, list | tuple):
        for item in value:
            yield from _people(item)
    elif isinstance(value, dict):
        name = value.get("name")
        if isinstance(name, dict):  # Quarto's {given: Maud, family: Ferrier}
            name = name.get("literal") or " ".join(str(name[key]) for key in ("given", "family") if name.get(key))
        elif not name and value.get("family"):
            name = " ".join(str(value[key]) for key in ("given", "family") if value.get(key))
        yield _named([name, *(value.get(key) for key in NAME_KEYS[1:])])
    elif isinstance(value, str):
        plain = MARKDOWN_LINK.sub(r"\1", WIKI_LINK.sub(r"\1", value)).strip().strip("\"'")
        plain = BY.sub("", plain, count=1) if BY.match(plain) else plain
        if INVERTED.fullmatch(plain) or "@" in plain:
            yield _named([plain])
        else:
            for name in TOGETHER.split(plain):
                yield _named([name])


def _named(values: Iterable[Any]) -> Names:
    found = (FOOTNOTE_MARK.sub("", " ".join(str(value).split())) for value in values if isinstance(value, str | int))
    names = (name for name in found if len(name) <= LONGEST_NAME and same_name(name) not in NOBODY)
    return tuple(dict.fromkeys(names))


def is_same_person(names: Names, called: Iterable[str]) -> bool:
    """Whether these are spellings of one name: "M. Ferrier", "Ferrier, Maud", "maud-ferrier" of "Maud Ferrier"."""
    called = tuple(called)
    if is_called(names, called):
        return True
    whole, theirs = _any(_whole, names), _any(_whole, called)
    return bool(whole & (theirs | _any(_shortened, called)) or _any(_shortened, names) & theirs)


def may_be_same_person(names: Names, called: Iterable[str]) -> bool:
    """Whether one is a part of the other's name: "maud", "Ferrier" or "MF" of "Maud Ferrier"."""
    called = tuple(called)
    whole, theirs = _any(_whole, names), _any(_whole, called)
    return bool(whole & _any(_parts, called) or _any(_parts, names) & theirs)


def _any(forms: Callable[[list[str]], set[str]], names: Iterable[str]) -> set[str]:
    return set().union(*(forms(_words(name)) for name in names))


def _words(name: str) -> list[str]:
    inverted = INVERTED.fullmatch(name.strip())
    spoken = f"{inverted[2]} {inverted[1]}" if inverted else ADDRESS.sub("", name) or name
    return re.findall(r"[^\W_]+", same_name(spoken))


def _whole(words: list[str]) -> set[str]:
    """Written as one word, with and without what stands between the first and the last name."""
    return {"".join(words), words[0] + words[-1]} if len(words) > 1 else set(words)


def _shortened(words: list[str]) -> set[str]:
    return {words[0][0] + words[-1]} if len(words) > 1 else set()


def _parts(words: list[str]) -> set[str]:
    initials = "".join(word[0] for word in words)
    return {words[0], words[-1], initials, words[0] + words[-1][0]} if len(words) > 1 else set()
