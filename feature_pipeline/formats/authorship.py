"""Whose posts a blog holds, and which of its authors is the one that is collected."""

from collections.abc import Iterable, Mapping

from feature_pipeline.errors import WhoIsTheAuthorError
from feature_pipeline.source_contract import SourceOptions


def choose_authors(counts: Mapping[str, int], names: Mapping[str, Iterable[str]], options: SourceOptions) -> set[str]:
    """The keys in `counts` (posts of each author) that are this author: the only one there is; else those whom
    `options.me` names; else whom the author's own name or id does. `names` are each author's login, e-mail, name.

    Raises WhoIsTheAuthorError, naming all of them with their counts.
    """
    if len(counts) <= 1:
        return set(counts)
    wanted = {_plain(name) for name in options.me or (options.author_name, options.author)} - {""}
    found = {key for key in counts if wanted & {_plain(name) for name in (key, *names.get(key, ()))}}
    if found:
        return found
    listed = ", ".join(
        f"{_spelled(key, names)} ({count})"
        for key, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )
    asked = f"none of them is {', '.join(options.me)}" if options.me else "none of them is named like the author"
    first = max(counts, key=lambda key: (counts[key], key))
    raise WhoIsTheAuthorError(
        f"several people wrote these posts, and {asked}: {listed}. Say which one it is, e.g. --me {first!r}."
    )


def _spelled(key: str, names: Mapping[str, Iterable[str]]) -> str:
    others = [name for name in dict.fromkeys(names.get(key, ())) if name and name != key]
    return f"{key}: {', '.join(others)}" if others else key


def _plain(name: str) -> str:
    return " ".join(name.casefold().removeprefix("@").split())
