"""Slack's mrkdwn → the text that people see: https://api.slack.com/reference/surfaces/formatting"""

import re
from collections.abc import Mapping
from typing import NamedTuple

REFERENCE = re.compile(r"<([^<>\n|]*)(?:\|([^<>\n]*))?>")
ESCAPES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))  # the only ones; & last, since it may have been escaped itself
UPLOAD = re.compile(r"<@\w+(?:\|[^>]*)?> (?:uploaded|shared) a file: <[^>]*>(?: and commented: (.*))?", re.DOTALL)


class SlackText(NamedTuple):
    plain: str
    mentioned: tuple[str, ...]  # names


def slack_text(markup: str, names: Mapping[str, str]) -> SlackText:
    """`names` gives people by id. Links are reduced to their words."""
    mentioned: list[str] = []

    def shown(match: re.Match[str]) -> str:
        target, label = match[1], match[2] or ""
        if target.startswith("@"):
            name = names.get(target[1:]) or label.lstrip("@") or "unknown"
            mentioned.append(name)
            return f"@{name}"
        if target.startswith("#"):
            return f"#{label or names.get(target[1:]) or 'unknown'}"
        if target.startswith("!"):
            return label or f"@{target[1:].partition('^')[0]}"
        return label or target.removeprefix("mailto:")

    plain = REFERENCE.sub(shown, markup)
    for escape, character in ESCAPES:
        plain = plain.replace(escape, character)
    return SlackText(plain, tuple(dict.fromkeys(mentioned)))


def own_part(markup: str) -> str:
    """Without the text that Slack used to add about an uploaded file; the comment on it remains."""
    match = UPLOAD.fullmatch(markup)
    return markup if match is None else match[1] or ""
