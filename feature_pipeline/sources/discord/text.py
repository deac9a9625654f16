"""Discord's own marks in messages → what its program shows: https://discord.com/developers/docs/reference"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from feature_pipeline import dates

MARK = re.compile(
    r"<(?:(@!?|@&|#)(\d{5,20})|a?(:\w{1,40}:)\d{5,20}|(/[^:<>\n]{1,100}):\d{5,20}|t:(-?\d{1,13})(?::\w)?)>"
)
UNKNOWN = {"@": "@unknown-user", "@!": "@unknown-user", "@&": "@unknown-role", "#": "#unknown"}


class DiscordText(NamedTuple):
    plain: str
    mentioned: tuple[str, ...]  # names


def discord_text(content: str, people: Mapping[str, str], channels: Mapping[str, str]) -> DiscordText:
    """`people` and `channels` give names by id; who is not in them is shown as Discord shows people who have left."""
    mentioned: list[str] = []

    def shown(match: re.Match[str]) -> str:
        sign, key, emoji, command, moment = match.groups()
        if sign:
            name = (channels if sign == "#" else people).get(key, "")
            if name and sign != "#":
                mentioned.append(name)
            return f"{sign[0]}{name}" if name else UNKNOWN[sign]
        return emoji or command or dates.to_utc(moment)[:10] or match[0]

    plain = MARK.sub(shown, content)
    return DiscordText(plain, tuple(dict.fromkeys(mentioned)))
