"""What no reader would take for anyone's text is counted, and what people really write is not."""

from pathlib import Path

import pytest

from model_registry.ports import GeneratedText
from training_pipeline.evaluation.conditions import Condition, Generations
from training_pipeline.evaluation.judges.health import CONTROL_TOKEN, MOST_REPEATED, judge, repetition

EXAMPLES = Path(__file__).parents[2] / "examples"
ENGLISH = "The fog came in over the harbour before six, and nobody in the square could see the clock at all."
FRENCH = "Le brouillard est entré dans le port avant six heures, et personne ne voyait plus l'horloge de la place."
CHINESE = "今天早上六点以前雾就进了港口，广场上没有人看得见那座钟，我在店里修一台旧缝纫机，水壶在炉子上响着。" * 2
WORDS = 120  # of a text that is judged


def judged(
    *texts: str | GeneratedText, real: str = ENGLISH, condition: Condition = Condition.ADAPTER
) -> dict[str, float]:
    written = [text if isinstance(text, GeneratedText) else GeneratedText(text, 50, True) for text in texts]
    places = [str(place) for place in range(len(written))]
    writings = Generations(places, places, [real] * len(written), {condition: written})
    return {name: figure.value for name, figure in judge(writings).items()}


def stretches(text: str) -> list[str]:
    spoken = text.split()
    return [" ".join(spoken[i : i + WORDS]) for i in range(0, len(spoken) - WORDS // 2, WORDS)]


@pytest.mark.parametrize(
    "text",
    [
        "I went to the shop. " * 20,
        "Gulls are liars, and the tide is a liar too. That is my view.\n\n" + "So there we are.\n\n" * 12,
        "钟又停了。" * 20,
        "using System.Web.Services;\nusing System.Web.Services;\n" * 8,
    ],
)
def test_loops_are_repetitive(text: str) -> None:
    assert repetition(text) > MOST_REPEATED
    assert judged(text, ENGLISH)["adapter/repetitive"] == 0.5


@pytest.mark.parametrize("author", ["maud_ferrier", "dex_moreno"])
def test_what_the_sample_authors_wrote_is_not_repetitive(author: str) -> None:
    posts = [
        path.read_text(encoding="utf-8").split("\n---\n", 1)[-1] for path in (EXAMPLES / author).rglob("posts/*.md")
    ]
    texts = [stretch for post in posts for stretch in stretches(post)]
    assert len(texts) > 20
    assert [text for text in texts if repetition(text) > MOST_REPEATED] == []


@pytest.mark.shared
@pytest.mark.parametrize("author", ["haacked", "mtlynch", "pepys"])
def test_next_to_nothing_that_real_authors_wrote_is_repetitive(author: str, shared: Path) -> None:
    import json

    rows = (shared / "corpora" / author / "posts.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [stretch for row in rows[:150] for stretch in stretches(json.loads(row)["text"])[:4]]
    assert sum(repetition(text) > MOST_REPEATED for text in texts) <= len(texts) / 100


def test_near_empty_texts_count_unless_the_author_is_as_brief() -> None:
    assert judged("", "Right then.", "…", ENGLISH)["adapter/empty"] == 0.75
    assert judged("Right then.", "", real="Quite so.")["adapter/empty"] == 0.5
    assert judged("雾进了港口。")["adapter/empty"] == 1
    assert judged("雾进了港口，钟停了。")["adapter/empty"] == 0


def test_another_language_than_the_author_wrote_there_counts() -> None:
    assert judged(ENGLISH, FRENCH, CHINESE, ENGLISH)["adapter/language"] == 0.5
    assert judged(ENGLISH, FRENCH, real=FRENCH)["adapter/language"] == 0.5


def test_of_too_little_text_or_code_no_language_is_told() -> None:
    code = "```python\nfor row in rows:\n    print(row['le port'], row['la place'])\n    total += row['heures']\n```"
    short = "Le brouillard est entré dans le port."
    assert "adapter/language" not in judged("Oui.", "", code, short, "0101 0010 1110 " * 20)
    assert judged("Oui.", FRENCH, ENGLISH)["adapter/language"] == 0.5


def test_texts_that_did_not_end_by_themselves_count() -> None:
    assert judged(GeneratedText(ENGLISH, 160, False), ENGLISH, ENGLISH, ENGLISH)["adapter/unended"] == 0.25


@pytest.mark.parametrize("token", ["<|im_end|>", "<|im_start|>", "<|eot_id|>", "<end_of_turn>", "[/INST]", "</s>"])
def test_control_tokens_that_came_out_as_text_count(token: str) -> None:
    assert judged(f"{ENGLISH}{token}", ENGLISH)["adapter/leaked"] == 0.5


def test_markup_and_operators_are_no_control_tokens() -> None:
    text = "<s>old</s> new, x <| y |> z, [INSTALL], <start>, a |> b, <filename>"
    assert not CONTROL_TOKEN.search(text)


def test_each_judged_condition_has_its_figures_with_intervals() -> None:
    assert set(judged("", condition=Condition.BASE_POSTS)) == set()
    writings = Generations(["a"], ["a"], [ENGLISH], {c: [GeneratedText(ENGLISH, 9, True)] for c in Condition})
    figures = judge(writings)
    assert {name.rpartition("/")[0] for name in figures} == {"base", "adapter"}
    assert {name.rpartition("/")[2] for name in figures} == {"repetitive", "empty", "language", "unended", "leaked"}
    assert all(figure.low is not None and figure.high is not None for figure in figures.values())
