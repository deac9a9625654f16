"""What a site asks of programs that read it: robots.txt, as RFC 9309 has it."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from feature_pipeline.errors import HttpStatusError, RobotsRefusedError, UnreachableError
from feature_pipeline.fetching import Fetcher

if TYPE_CHECKING:
    from httpx2 import URL
    from protego import Protego

MAX_CHARACTERS = 512_000  # RFC 9309, 2.5: at least 500 KiB are to be read
USER_AGENT = re.compile(r"^([ \t]*user[- ]?agent[ \t]*(?::|[ \t]))[ \t]*([^#\r\n]*)", re.IGNORECASE | re.MULTILINE)
PRODUCT = re.compile(r"[A-Za-z_-]*")  # RFC 9309, 2.2.1: of a name, what its version and comments follow
SOMEBODY_ELSE = "somebody.else"
MAX_CRAWL_DELAY = 30.0  # seconds; sites that ask for more would take days


def robots_address(url: str) -> str:
    """Where the robots.txt lies that speaks for `url`."""
    from httpx2 import URL

    return str(URL(url).copy_with(raw_path=b"/robots.txt", fragment=None))


@dataclass
class Robots:
    """The rules of every host that was asked, each read once."""

    user_agent: str
    fetcher: Fetcher
    _rules: dict[str, "Protego | UnreachableError"] = field(default_factory=dict)

    def require_allowed(self, url: "URL") -> float:
        """The seconds to leave between two requests. Raises RobotsRefusedError, UnreachableError, FetchError."""
        rules = self._rules_of(url)
        if not rules.can_fetch(str(url), self._product):
            raise RobotsRefusedError(
                f"{url.host} asks programs not to read {url} ({robots_address(str(url))}). If the site is yours, say "
                "--set fetching.obey_robots=false."
            )
        return min(rules.crawl_delay(self._product) or 0.0, MAX_CRAWL_DELAY)

    @property
    def _product(self) -> str:
        return _product(self.user_agent)

    def _rules_of(self, url: "URL") -> "Protego":
        address = robots_address(str(url))
        if address not in self._rules:
            self._rules[address] = self._read(address)
        rules = self._rules[address]
        if isinstance(rules, UnreachableError):
            raise rules
        return rules

    def _read(self, address: str) -> "Protego | UnreachableError":
        from protego import Protego

        try:
            text = self.fetcher.get(address, robots=False).body.decode("utf-8-sig", "replace")
        except HttpStatusError:
            text = ""  # RFC 9309, 2.3.1.3: without one, everything may be read
        except UnreachableError as error:  # 2.3.1.4: whether something may be read cannot be known now
            return UnreachableError(f"what {address} allows cannot be known, so nothing is fetched there: {error}")
        return Protego.parse(self._exact(text[:MAX_CHARACTERS]))

    def _exact(self, text: str) -> str:
        """With those groups under our name that are ours by RFC 9309: that have the whole of it, in any case.

        Protego 0.7.0 takes "LLM" for ours, too, and "LLM-Twin/0.1" not.
        """

        def named(match: re.Match[str]) -> str:
            ours = _product(match[2]).lower() == self._product.lower()
            name = "*" if match[2].startswith("*") else self._product if ours else SOMEBODY_ELSE
            return f"{match[1]} {name} "

        return USER_AGENT.sub(named, text)


def _product(name: str) -> str:
    found = PRODUCT.match(name.strip())
    return found[0] if found else ""
