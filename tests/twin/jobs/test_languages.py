from dataclasses import replace
from pathlib import Path

import pytest

from configs.layers import find_config
from configs.settings import load_settings
from fakes.feature_records import make_document
from feature_store.records import Document
from twin.jobs.languages import KNOWN, LARGER, MULTILINGUAL, advice


def written(**languages: int) -> list[Document]:
    return [
        replace(make_document(f"{language} {n}"), language="" if language == "none" else language)
        for language, count in languages.items()
        for n in range(count)
    ]


def said(documents: list[Document], *overrides: str, config: str = "default") -> str:
    return advice(load_settings(find_config(Path(config)), overrides=overrides, environ={}), documents)


def test_the_default_base_is_said_not_to_know_the_language_of_most_posts() -> None:
    text = said(written(de=3, en=2, none=9))
    assert "3 of 5 posts are in German" in text
    assert "smollm2-135m-instruct" in text
    assert f"--config {MULTILINGUAL}" in text


@pytest.mark.parametrize("documents", [written(en=3, de=2), written(none=3), []])
def test_nothing_is_said_of_english_or_of_no_language(documents: list[Document]) -> None:
    assert said(documents) == ""


@pytest.mark.parametrize(
    ("base", "language", "speaks"),
    [
        ("Qwen/Qwen3-4B", "zh", True),
        ("meta-llama/Llama-3.1-8B-Instruct", "de", True),
        ("meta-llama/Llama-3.1-8B-Instruct", "zh", False),
        ("HuggingFaceTB/SmolLM3-3B", "fr", True),
        ("/models/SmolLM2-1.7B-Instruct/", "fr", False),
        ("somebody/else", "fr", True),
    ],
)
def test_what_a_base_knows_is_told_by_its_name(base: str, language: str, speaks: bool) -> None:
    assert (said(written(**{language: 2}), f"base_model.name={base}") == "") is speaks


@pytest.mark.parametrize("config", [MULTILINGUAL, LARGER])
def test_the_configurations_that_are_named_know_every_language(config: str) -> None:
    assert said(written(ja=2), config=config) == ""
    assert KNOWN["qwen"] is None


def test_posts_that_are_not_used_do_not_count() -> None:
    quarantined = [replace(document, quarantine="too short") for document in written(de=5)]
    assert said([*quarantined, *written(en=1)]) == ""
