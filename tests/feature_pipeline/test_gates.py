from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from configs.settings import GateSettings, load_settings
from fakes.posts import document
from feature_pipeline.errors import PoorFeaturesError
from feature_pipeline.gates import measure, require_good
from feature_store.records import Document

LIMITS = load_settings(environ={}).feature_pipeline.gates
SENTENCES = (
    "The fog came in before noon and nobody on the pier could say where the water began.",
    "I oiled the escapement twice, then I waited for the bell, and then I went home for soup.",
    "Nobody reads the tide table any more; they look at a telephone and drown politely.",
)


def limits(**changes: Any) -> GateSettings:
    return LIMITS.model_copy(update={"min_words": 0, **changes})


def posts(count: int, *, before: str = "", after: str = "") -> list[Document]:
    """Documents of which no two share a paragraph but `before` and `after`."""
    return [
        document(f"{before}\n\nOn day {i}, {SENTENCES[i % 3]} It was the {i}th time.\n\n{after}", source_id=f"{i}.md")
        for i in range(count)
    ]


def refused(documents: Sequence[Document], settings: GateSettings) -> str:
    with pytest.raises(PoorFeaturesError) as caught:
        require_good(documents, settings)
    return str(caught.value)


def test_ordinary_posts_pass_with_their_figures() -> None:
    figures = require_good(posts(20), LIMITS)
    assert figures.words == 20 * 3 + sum(len(SENTENCES[i % 3].split()) for i in range(20)) + 20 * 5
    assert (figures.code, figures.quotation, figures.boilerplate, figures.machine) == (0, 0, 0, 0)


def test_too_little_text() -> None:
    message = refused(posts(2), LIMITS)
    assert f"too little text: {measure(posts(2)).words} of the author's own words, min_words is 200" in message
    assert "--set feature_pipeline.gates" in message


def test_mostly_code_and_mostly_quotation() -> None:
    code = "```\n" + "x = x + 1\n" * 100 + "```"
    quotation = "> " + "They said so. " * 60
    assert "mostly code: 9" in refused(posts(3, after=code), limits())
    assert "mostly quotation: 8" in refused(posts(3, after=quotation), limits())
    require_good(posts(3, after=code), limits(max_code=1.0))


def test_a_sites_boilerplate_is_named() -> None:
    boilerplate = "Subscribe to my letter and never miss a post again, it is free of charge and goes out every Monday."
    message = refused(posts(12, after=boilerplate), limits())
    assert "a site's boilerplate" in message
    assert "Subscribe to my letter" in message
    require_good(posts(9, after=boilerplate), limits())  # too few to tell
    signing_off = require_good(posts(12, after="Yours from the pier."), limits())
    assert 0 < signing_off.boilerplate < LIMITS.max_furniture


@pytest.mark.parametrize(
    "phrase",
    [
        "As an AI language model, I cannot taste soup.",
        "I'm sorry, but I can’t assist with clocks.",
        "As of my last knowledge update, the pier stood.",
    ],
)
def test_a_chat_assistants_phrases(phrase: str) -> None:
    written = posts(10)
    machine = document(f"{SENTENCES[0]} {phrase}", source_id="machine.md")
    assert "machine.md" in refused([*written, machine], limits())
    assert measure([*written, machine]).machine == pytest.approx(1 / 11)


def test_phrases_that_are_only_quoted_or_talked_about_pass() -> None:
    talk = [
        document("It began “As an AI language model, I cannot”, and I closed the lid.", source_id="a.md"),
        document("> As an AI language model, I cannot.\n\nSo it said to me, and so it went on.", source_id="b.md"),
        document("As an AI sceptic I kept my hands on the lathe.", source_id="c.md"),
    ]
    assert measure(talk).machine == 0


def test_what_is_not_usable_is_not_looked_at() -> None:
    machine = document("As an AI language model, I cannot taste soup.", source_id="machine.md")
    assert measure([replace(machine, quarantine="draft"), replace(machine, duplicate_of="x")]).machine == 0
