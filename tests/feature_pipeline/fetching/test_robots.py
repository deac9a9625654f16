"""Whose group of a robots.txt is ours: https://www.rfc-editor.org/rfc/rfc9309#section-2.2.1"""

import pytest
from httpx2 import URL

from fakes.fetching import FakeFetcher
from feature_pipeline.errors import RobotsRefusedError
from feature_pipeline.fetching.robots import Robots

PAGE = URL("https://maud.example/fog")
AGENT = "LLM-Twin/0.1 (collects its author's own writing)"


def delay(text: str, user_agent: str = AGENT) -> float:
    fetcher = FakeFetcher({"https://maud.example/robots.txt": text})
    return Robots(user_agent, fetcher).require_allowed(PAGE)


@pytest.mark.parametrize(
    "name",
    [
        "LLM-Twin",
        "llm-twin",
        "LLM-Twin/0.1",
        "LLM-Twin/9",
        "llm-twin (any)",
        "*",
        "* # all",
        "LLM-Twin # us",
        "LLM-Twin*",
    ],
)
def test_a_group_for_us_or_for_all_is_obeyed(name: str) -> None:
    with pytest.raises(RobotsRefusedError):
        delay(f"User-agent: {name}\nDisallow: /")


@pytest.mark.parametrize("name", ["LLM", "Twin", "LLM-Twins", "LLM-Twin-Images", "llm-", "GPTBot", "LLM-*", ""])
def test_a_group_for_others_is_not(name: str) -> None:
    assert delay(f"User-agent: {name}\nDisallow: /\n\nUser-agent: LLMs\nCrawl-delay: 9") == 0


def test_our_own_groups_together_come_before_that_for_all() -> None:
    rules = (
        "User-agent: *\nDisallow: /\n\nUSER-AGENT:llm-twin\r\nAllow: /\n\nUser-agent: Other\nUser-agent: LLM-Twin/2\n"
    )
    assert delay(f"\ufeff{rules}Crawl-delay: 3") == 3
    with pytest.raises(RobotsRefusedError):
        delay(rules + "Disallow: /fog")


def test_another_name_can_be_set() -> None:
    with pytest.raises(RobotsRefusedError):
        delay("User-agent: Maud_Bot\nDisallow: /", "maud_bot/1.0")
    assert delay("User-agent: LLM-Twin\nDisallow: /", "maud_bot/1.0") == 0
