"""The style judges on texts whose place between base and author is known."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from feature_store.errors import UnknownEncoderError
from model_registry.ports import GeneratedText
from model_registry.style.fitting import first_passages, fit
from model_registry.style.scorer import SCORERS, StyleScorer
from text.sentences import cut_after_sentences
from training_pipeline.evaluation import style_embedding
from training_pipeline.evaluation.conditions import Condition, Generations
from training_pipeline.evaluation.judges.style import judge
from training_pipeline.evaluation.style_gap import whole_sentences
from training_pipeline.evaluation.style_scorer import OtherAuthor

EXAMPLES = Path(__file__).parents[2] / "examples"
SUBJECTS = ("clock", "kettle", "ferry", "garden", "radio", "bridge", "market", "lamp", "harbour", "museum")
FLAT = (
    "The {0} is a popular choice for many people around the world. It is important to understand the benefits of the "
    "{0}, as it can help you to reach your goals and improve your overall quality of life. In addition, it is easy.",
    "There are several key factors to consider when choosing a {0}. First, you should think about your budget and your "
    "individual needs. By following these simple steps, you can ensure that your {0} meets your expectations.",
)
BASE = [text.format(subject) for text in FLAT for subject in SUBJECTS]
HELD_OUT = 8


def posts(author: str) -> list[str]:
    files = sorted((EXAMPLES / author / "posts").iterdir())
    return [file.read_text(encoding="utf-8").rpartition("\n---\n")[2] for file in files]


MAUD, DEX = posts("maud_ferrier"), posts("dex_moreno")
REAL = first_passages(MAUD[-HELD_OUT:], HELD_OUT)
FLOOR = BASE[-HELD_OUT:]


@pytest.fixture(scope="module")
def maud() -> StyleScorer:
    return fit(MAUD[:-HELD_OUT], base=BASE[:10], humans=[DEX[:10]])


@pytest.fixture(scope="module")
def dex() -> OtherAuthor:
    """Somebody whose scorer has not seen Maud."""
    return OtherAuthor(fit(DEX[:-HELD_OUT], base=BASE[:10]), first_passages(DEX[-HELD_OUT:], HELD_OUT))


def mixed(share: float) -> list[str]:
    """Texts in which about `share` of the sentences are the author's."""
    texts = []
    for real, base in zip(REAL, FLOOR, strict=True):
        own, flat = cut_after_sentences(real), cut_after_sentences(base)
        kept = round(share * len(own)), round((1 - share) * len(flat))
        texts.append(" ".join(sentence.strip() for sentence in own[: kept[0]] + flat[: kept[1]]))
    return texts


def writings(**conditions: Sequence[str]) -> Generations:
    given = {Condition.BASE: FLOOR} | {Condition[name.upper()]: texts for name, texts in conditions.items()}
    return Generations(
        documents=[f"d{place}" for place in range(HELD_OUT)],
        requests=["Write a post."] * HELD_OUT,
        references=REAL,
        by_condition={c: [GeneratedText(text, 100, ended=True) for text in texts] for c, texts in given.items()},
    )


def test_the_authors_text_closes_the_gap_and_the_bases_closes_nothing(maud: StyleScorer) -> None:
    figures = judge(writings(adapter=REAL, base_posts=FLOOR), maud)
    assert figures["texts"].value == HELD_OUT
    for name in SCORERS:
        assert figures[f"{name}/adapter"].value == figures[f"{name}/adapter"].low == pytest.approx(1)
        assert figures[f"{name}/base+posts"].value == figures[f"{name}/base+posts"].high == 0
        gap = figures[f"{name}/gap"]
        assert gap.low is not None
        assert 0 < gap.low <= gap.value
        assert f"{name}/base" not in figures
        assert f"{name}/shuffled" not in figures


def test_shares_grow_with_what_is_the_authors(maud: StyleScorer) -> None:
    texts = {"base_posts": mixed(0.25), "base_retrieval": mixed(0.5), "adapter": mixed(0.75)}
    figures = judge(writings(**texts), maud)
    for name in SCORERS:
        few, half, most = (figures[f"{name}/{c}"] for c in ("base+posts", "base+retrieval", "adapter"))
        assert 0 < few.value < half.value < most.value < 1
        assert half.low is not None
        assert half.high is not None
        assert half.low < half.value < half.high


@pytest.mark.slow
def test_the_control_stays_below_the_twin(maud: StyleScorer, dex: OtherAuthor) -> None:
    figures = judge(writings(adapter=mixed(0.75)), maud, others=[dex])
    for name in SCORERS:
        control = figures[f"{name}/shuffled"]
        assert control.high is not None
        assert control.high < (figures[f"{name}/adapter"].low or 0)


@pytest.mark.slow
def test_the_control_shows_a_twin_of_somebody_else_and_the_best_of_several_counts(
    maud: StyleScorer, dex: OtherAuthor
) -> None:
    unlike = OtherAuthor(maud, REAL)
    figures = judge(writings(adapter=dex.real), maud, others=[unlike, dex])
    for name in SCORERS:
        assert figures[f"{name}/shuffled"].value == pytest.approx(1)
        assert figures[f"{name}/adapter"].value < 0.5


@pytest.mark.slow
def test_a_scorer_that_sees_no_gap_does_not_judge(maud: StyleScorer, dex: OtherAuthor) -> None:
    flat = [GeneratedText(text, 100, ended=True) for text in FLOOR]
    given = {Condition.BASE: flat, Condition.ADAPTER: [GeneratedText(text, 100, ended=True) for text in REAL]}
    same = Generations([f"d{n}" for n in range(HELD_OUT)], ["?"] * HELD_OUT, FLOOR[::-1], given)
    figures = judge(same, maud, others=[dex])
    assert set(figures) == {"texts", *(f"{name}/gap" for name in SCORERS)}
    assert all((figures[f"{name}/gap"].low or 0) <= 0 for name in SCORERS)


@pytest.mark.slow
def test_a_twin_that_writes_nothing_closes_nothing(maud: StyleScorer) -> None:
    figures = judge(writings(adapter=[""] * HELD_OUT, adapter_retrieval=["", "😀", *REAL[2:]]), maud)
    for name in SCORERS:
        assert figures[f"{name}/adapter"].value == figures[f"{name}/adapter"].high == 0
        assert figures[f"{name}/adapter+retrieval"].value > 0.5


def test_a_twin_needs_the_base_beside_it(maud: StyleScorer, tmp_path: Path) -> None:
    given = writings(adapter=REAL)
    alone = Generations(
        given.documents, given.requests, given.references, {Condition.ADAPTER: given.by_condition[Condition.BASE]}
    )
    with pytest.raises(ValueError, match="base"):
        judge(alone, maud)
    with pytest.raises(ValueError, match="base"):
        style_embedding.judge(alone, MAUD, model="all-minilm-l6-v2", cache_dir=tmp_path)


@pytest.mark.parametrize(
    ("text", "ended", "judged"),
    [
        ("It rained. So we sta", False, "It rained."),
        ("It rained. So we stayed", True, "It rained. So we stayed"),
        ("It rained and", False, "It rained and"),
        ("", False, ""),
    ],
)
def test_the_sentence_in_which_a_text_was_cut_off_is_not_judged(text: str, ended: bool, judged: str) -> None:
    assert whole_sentences(GeneratedText(text, 1, ended)).strip() == judged


@pytest.mark.slow
def test_embeddings_put_the_author_above_the_base(tmp_path: Path) -> None:
    figures = style_embedding.judge(
        writings(adapter=REAL, adapter_retrieval=mixed(0.5)),
        MAUD[:-HELD_OUT],
        model="all-minilm-l6-v2",
        cache_dir=tmp_path,
    )
    assert figures["embedding/adapter"].value == pytest.approx(1)
    assert 0 < figures["embedding/adapter+retrieval"].value < 1
    assert (figures["embedding/gap"].low or 0) > 0


def test_an_unknown_embedding_model_and_an_empty_author_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownEncoderError, match="no-such-model"):
        style_embedding.judge(writings(), MAUD, model="no-such-model", cache_dir=tmp_path)
    with pytest.raises(ValueError, match="centroid"):
        style_embedding.judge(writings(), ["😀"], model="all-minilm-l6-v2", cache_dir=tmp_path)
