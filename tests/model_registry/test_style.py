"""Real fits on the two sample authors against flat texts: what the scorers accept, reject, keep and refuse."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from feature_store.records import digest_of
from model_registry.errors import CorruptModelError
from model_registry.style.features import COUNTING, MARKS, SENTENCES, count, fold
from model_registry.style.fitting import first_passages, fit
from model_registry.style.function_words import mask
from model_registry.style.scorer import RHYTHM, SCORERS, StyleScorer, assign, divergence
from model_registry.style.traits import explain

EXAMPLES = Path(__file__).parents[2] / "examples"
FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
SUBJECTS = (
    "clock",
    "kettle",
    "ferry",
    "garden",
    "radio",
    "bridge",
    "market",
    "lamp",
    "bicycle",
    "museum",
    "roof",
    "tea",
)
FLAT = (
    "The {0} is a popular choice for many people around the world. It is important to understand the benefits of the "
    "{0}, as it can help you to achieve your goals and improve your overall quality of life. In addition, the {0} is "
    "easy to use and can be enjoyed by people of all ages. In conclusion, the {0} is a great way to get started.",
    "There are several key factors to consider when choosing a {0}. First, you should think about your budget and your "
    "individual needs. Additionally, it is recommended to consult with a professional, who can provide you with "
    "valuable insights. By following these simple steps, you can ensure that your {0} meets your expectations.",
)
EMPTY_OR_ODD = (
    "",
    " \n\n ",
    "Yes",
    "😀😀🎉",
    "我今天去了商店。我很高兴！",
    "ฉันไปตลาด",
    "...",
    "\ud800",
    "a" * 5000,
    "हिन्दी में।",
)


def posts(author: str) -> list[str]:
    files = sorted((EXAMPLES / author / "posts").iterdir())
    return [FRONT_MATTER.sub("", file.read_text(encoding="utf-8")) for file in files]


MAUD, DEX = posts("maud_ferrier"), posts("dex_moreno")
BASE = [text.format(subject) for subject in SUBJECTS for text in FLAT]
HELD_OUT = 8


@pytest.fixture(scope="module")
def maud() -> StyleScorer:
    return fit(MAUD[:-HELD_OUT], base=BASE[:16], humans=[DEX[:-HELD_OUT]])


@pytest.fixture(scope="module")
def dex() -> StyleScorer:
    return fit(DEX[:-HELD_OUT], base=BASE[:16], humans=[MAUD[:-HELD_OUT]])


@pytest.mark.parametrize("name", SCORERS)
def test_later_text_of_the_author_is_nearer_than_the_base_and_than_another(maud: StyleScorer, name: str) -> None:
    own, base, other = (maud.read(texts).score(name) for texts in (MAUD[-HELD_OUT:], BASE[16:], DEX[-HELD_OUT:]))
    assert base < own
    assert other < own


@pytest.mark.parametrize("name", SCORERS)
def test_the_more_of_a_pool_is_the_authors_the_nearer_it_is(maud: StyleScorer, name: str) -> None:
    own, base = first_passages(MAUD[-HELD_OUT:], 8), BASE[16:]
    read = maud.read([*base, *own])
    scores = [read.score(name, [*range(8 - mixed), *range(8, 8 + mixed)]) for mixed in range(0, 9, 2)]
    assert scores == sorted(scores)
    assert len(set(scores)) == 5


@pytest.mark.parametrize("name", SCORERS)
def test_the_order_of_texts_does_not_matter(maud: StyleScorer, name: str) -> None:
    texts = MAUD[-HELD_OUT:]
    assert maud.read(texts[::-1]).score(name) == pytest.approx(maud.read(texts).score(name), abs=1e-9)


@pytest.mark.parametrize("name", ["delta", "rhythm"])
def test_small_pools_score_on_average_as_large_ones(maud: StyleScorer, name: str) -> None:
    """A bare distance does not: to one of its own texts an author is farther away than to all of them."""
    whole = first_passages(MAUD, 120)[::5]
    read, base = maud.read(whole), maud.read(BASE[16:]).score(name)
    every = list(range(len(whole)))
    small = [read.score(name, [place]) for place in every]
    large = read.score(name)
    assert sum(small) / len(small) == pytest.approx(large, abs=0.25 * (large - base))


def test_a_bare_divergence_shrinks_with_the_size_of_the_pool(maud: StyleScorer) -> None:
    import numpy as np

    table = maud.read(first_passages(MAUD, 120)[::5]).parts[SENTENCES]
    profile = np.array([maud.own[SENTENCES][key] for key in maud._keys[SENTENCES]], dtype=float)
    single = sum(divergence(row, profile) for row in table) / len(table)
    assert divergence(table.sum(axis=0), profile) < 0.5 * single


def test_texts_are_assigned_to_their_author(maud: StyleScorer, dex: StyleScorer) -> None:
    scorers = {"maud": maud, "dex": dex}
    for author, held_out in (("maud", MAUD[-HELD_OUT:]), ("dex", DEX[-HELD_OUT:])):
        assert assign(held_out, scorers) == author
        assert [assign([text], scorers) for text in held_out].count(author) == len(held_out)


@pytest.mark.slow
def test_the_same_texts_make_the_same_scorer(maud: StyleScorer) -> None:
    again = fit(MAUD[:-HELD_OUT], base=BASE[:16], humans=[DEX[:-HELD_OUT]])
    assert again.fingerprint == maud.fingerprint
    assert fit(MAUD[:-HELD_OUT], base=BASE[:16]).fingerprint != maud.fingerprint


def test_a_saved_scorer_scores_the_same(maud: StyleScorer, tmp_path: Path) -> None:
    maud.save(tmp_path / "style_scorer.json")
    loaded = StyleScorer.load(tmp_path / "style_scorer.json")
    texts = MAUD[-HELD_OUT:]
    assert loaded.fingerprint == maud.fingerprint
    assert [loaded.read(texts).score(name) for name in SCORERS] == [maud.read(texts).score(name) for name in SCORERS]
    assert [path.name for path in tmp_path.iterdir()] == ["style_scorer.json"]
    assert (tmp_path / "style_scorer.json").stat().st_size < 300_000


def _changed(content: str) -> str:
    data = json.loads(content)
    word = next(iter(data["scorer"]["characters"]))
    data["scorer"]["characters"][word][1] += 0.5
    return json.dumps(data)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: "",
        lambda content: content[: len(content) // 2],
        lambda content: "[]",
        lambda content: content.replace('"bias":', '"bias":NaN,"was":'),
        _changed,
    ],
)
def test_a_damaged_scorer_is_refused(maud: StyleScorer, tmp_path: Path, damage) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "style_scorer.json"
    maud.save(path)
    path.write_text(damage(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(CorruptModelError, match=r"style_scorer\.json"):
        StyleScorer.load(path)


def test_a_missing_scorer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorruptModelError):
        StyleScorer.load(tmp_path / "style_scorer.json")


def test_profiles_that_do_not_fit_each_other_are_refused(maud: StyleScorer) -> None:
    content = maud.model_dump()
    content["others"][0]["marks"].pop(",")
    with pytest.raises(ValueError, match="do not count the same"):
        StyleScorer.model_validate(content)


@pytest.mark.parametrize("text", EMPTY_OR_ODD)
def test_any_text_can_be_read(maud: StyleScorer, text: str) -> None:
    read = maud.read([text, MAUD[-1]])
    assert all(abs(read.score(name)) < 100 for name in SCORERS)
    explain(maud, text)


def test_texts_without_words_weigh_nothing_and_have_no_style_by_themselves(maud: StyleScorer) -> None:
    assert maud.read(["", MAUD[-1]]).score("classifier") == maud.read([MAUD[-1]]).score("classifier")
    with pytest.raises(ValueError, match="without a word"):
        maud.read(["", "😀"]).score("delta")
    assert explain(maud, "") == []


def test_an_author_who_writes_without_spaces_is_told_from_another() -> None:
    plain = [f"今天天气很好。我去了公园，看见了{subject}。然后我回家了。" for subject in "花鸟鱼虫山水云月"]
    lively = [f"哎呀！{subject}真有意思啊！你说是不是呢？我可喜欢了！" for subject in "花鸟鱼虫山水云月"]
    scorer = fit(plain[:5], base=lively[:5])
    for name in SCORERS:
        assert scorer.read(plain[5:]).score(name) > scorer.read(lively[5:]).score(name)


def test_half_a_character_in_the_texts_does_not_keep_a_scorer_from_being_saved(tmp_path: Path) -> None:
    fit([*MAUD[:4], "so\ud800so it\ud800 goes"], base=BASE[:4]).save(tmp_path / "style_scorer.json")
    StyleScorer.load(tmp_path / "style_scorer.json")


def test_a_scorer_needs_words_of_both() -> None:
    with pytest.raises(ValueError, match="fitted on words"):
        fit(["😀"], base=BASE)
    with pytest.raises(ValueError, match="fitted on words"):
        fit(MAUD, base=["", "…"])


def test_what_stands_out_is_named_and_points_the_right_way(maud: StyleScorer, dex: StyleScorer) -> None:
    mauds = explain(maud, MAUD[-1])
    assert sum(trait.nats for trait in mauds) > 0
    against = {str(trait): trait.nats for trait in explain(maud, "look, it's fine!!! no wait... honestly it's fine!!!")}
    assert against["more exclamation marks"] < 0
    assert explain(dex, DEX[-1])[0].nats > 0
    sizes = [abs(trait.nats) for trait in mauds]
    assert sizes == sorted(sizes, reverse=True)
    assert min(sizes) >= 1


def test_words_of_the_subject_are_masked() -> None:
    known = frozenset({"the", "was", "mended"})
    assert mask("The clock was MENDED, Dorothea said.", known) == "The *ck was MENDED, ^*ea *id."
    assert mask("The spoon was MENDED, Rosalea laid.", known) == "The *on was MENDED, ^*ea *id."


def test_what_typesetting_decides_is_folded() -> None:
    assert fold("“It’s” – so... 1,200 https://a.example/b") == fold('"It\'s" -- so… 3,4')
    line = "a line that some editor has broken where the margin of the window was"
    assert fold(f"{line}\nand on it goes") == f"{line} and on it goes"
    assert fold(f"{line}\n- an item") == f"{line}\n- an item"
    assert fold("short\nverse") == "short\nverse"


def test_counts_of_a_small_text() -> None:
    found = count("Mr. Fox ran. “Why?” he asked; NOBODY knew\n\nEnd 。")
    assert found[SENTENCES] == {"1–3": 2, "4–6": 1}
    assert found[MARKS] == {".": 2, '"': 2, "?": 1, ";": 1, "¶": 1, "。": 1}
    assert found["casing"]["first capital"] == 3
    assert found["casing"]["upper"] == 1


def test_a_scorer_that_counted_sentences_otherwise_is_read_and_leaves_them_out(tmp_path: Path) -> None:
    """Of scorers that were saved before sentences had a number, and of those that a later program saves."""
    path = tmp_path / "style_scorer.json"
    scorer = fit(MAUD[:8], base=BASE[:8])
    old = scorer.model_copy(update={"counting": 1})
    content = old.model_dump(exclude={"counting"})
    path.write_text(json.dumps({"fingerprint": digest_of("style scorer", content), "scorer": content}))
    loaded = StyleScorer.load(path)
    assert loaded.counting == 1 != COUNTING == scorer.counting
    assert SENTENCES in scorer.rhythm_parts
    assert SENTENCES not in loaded.rhythm_parts
    own, base = (loaded.read(texts).score("rhythm") for texts in (MAUD[-HELD_OUT:], BASE[16:]))
    assert base < own
    assert not any("sentences of" in trait.habit for trait in explain(loaded, MAUD[-1]))
    loaded.save(path)
    assert StyleScorer.load(path) == loaded


def test_first_passages_come_from_as_many_texts_as_there_are() -> None:
    texts = [f"{n} " + "so it goes. " * 120 for n in ("one", "two", "three")]
    assert [passage.split()[0] for passage in first_passages(texts, 4)] == ["one", "two", "three", "so"]
    assert [passage.split()[0] for passage in first_passages(texts, 2)] == ["one", "two"]


def test_scoring_needs_no_trainer(maud: StyleScorer, tmp_path: Path) -> None:
    maud.save(tmp_path / "style_scorer.json")
    program = (
        "import sys, pathlib; from model_registry.style.scorer import StyleScorer\n"
        "assert 'numpy' not in sys.modules\n"
        f"scorer = StyleScorer.load(pathlib.Path({str(tmp_path / 'style_scorer.json')!r}))\n"
        "scorer.read(['Right then. It is a clock.']).score('rhythm')\n"
        "print(*sorted({'torch', 'sklearn', 'scipy', 'transformers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_every_part_of_rhythm_is_in_the_profile(maud: StyleScorer) -> None:
    assert set(maud.own) == {"words", *RHYTHM}


def test_few_texts_of_others_weigh_as_much_as_many_of_the_author() -> None:
    scorer = fit(MAUD[:-HELD_OUT], base=DEX[:2])
    assert scorer.read(DEX[-HELD_OUT:]).score("classifier") < 0
