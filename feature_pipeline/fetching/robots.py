"""What a site asks of programs that read it: robots.txt, as RFC 9309 has it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from feature_pipeline.errors import HttpStatusError, RobotsRefusedError, UnreachableError
from feature_pipeline.fetching import Fetcher

if TYPE_CHECKING:
    from httpx2 import URL
    from protego import Protego

MAX_CHARACTERS = 512_000  # RFC 9309, 2.5: at least 500 KiB are to be read
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
        product = self.user_agent.partition("/")[0]
        if not rules.can_fetch(str(url), product):
            raise RobotsRefusedError(
                f"{url.host} asks programs not to read {url} ({robots_address(str(url))}). If the site is yours, say "
                "--set fetching.obey_robots=false."
            )
        return min(rules.crawl_delay(product) or 0.0, MAX_CRAWL_DELAY)

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
        return Protego.parse(text[:MAX_CHARACTERS])
