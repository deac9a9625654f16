"""The place of the right post is counted as it is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from configs.progress import Silent
from fakes.feature_records import make_document
from fakes.probes import FakeRetrieval
from feature_store.records import Document, Split
from model_registry.evaluation import Measures
from text.words import folded_words
from training_pipeline.evaluation.judges.grounding import DEPTH, judge

NAMES = ("Annie", "Bella", "Carol", "Della", "Edith", "Flora", "Greta", "Helga", "Irene", "Julia", "Karin", "Lotte",
         "Maria", "Norma")  # fmt: skip
THINGS = ("barometer", "cupboard", "dulcimer", "easel", "flagpole", "gramophone", "harmonium", "inkwell", "jukebox",
          "kaleidoscope", "letterbox", "mandolin", "nightlight", "organ")  # fmt: skip


def document(place: int) -> Document:
    name, thing = NAMES[place], THINGS[place]
    text = (
        f"Her {thing} needed mending badly. I fetched the {thing} from {name} across the {thing}yard in 19{place + 10}."
    )
    made = make_document(thing, text)
    return replace(made, title=f"On a {thing}", marked=(), split=Split.TEST, created_at="2024-03-05T00:00:00Z")


@dataclass
class Ranking(FakeRetrieval):
    """Ranks by shared words, `late` places later than it should."""

    documents_held: Sequence[Document] = ()
    late: int = 0

    def documents(self, question: str, limit: int) -> list[str]:
        asked = set(folded_words(question))
        best = sorted(self.documents_held, key=lambda d: -len(asked & set(folded_words(f"{d.title} {d.text}"))))
        others = [f"other-{place}" for place in range(self.late)]
        return [*others, *(d.id for d in best)][:limit]


DOCUMENTS = [document(place) for place in range(len(NAMES))]


def judged(held: Sequence[Document], documents: Sequence[Document] = DOCUMENTS, *, late: int = 0) -> Measures:
    retrieval = Ranking(documents_held=held, late=late)
    return judge(documents, retrieval=retrieval, count=40, progress=Silent())


@pytest.mark.parametrize(
    ("late", "first", "five", "mrr"),
    [
        (0, 1, 1, 1),
        (1, 0, 1, 1 / 2),
        (4, 0, 1, 1 / 5),
        (5, 0, 0, 1 / 6),
        (DEPTH - 1, 0, 0, 1 / DEPTH),
        (DEPTH, 0, 0, 0),
    ],
)
def test_the_place_of_the_right_post_is_what_counts(late: int, first: float, five: float, mrr: float) -> None:
    figures = judged(DOCUMENTS, late=late)
    for kind in ("title", "fact"):
        found = [figures[f"{kind}/{name}"].value for name in ("recall@1", "recall@5", "mrr")]
        assert found == pytest.approx([first, five, mrr])


def test_intervals_are_over_documents() -> None:
    figure = judged(DOCUMENTS[: len(DOCUMENTS) // 2])["title/recall@1"]  # the others are never found
    assert figure.value == 0.5
    assert figure.low is not None
    assert figure.high is not None
    assert 0.1 < figure.low < 0.4
    assert 0.6 < figure.high < 0.9


def test_what_cannot_be_asked_is_left_out() -> None:
    dated = [replace(d, title="5 March 2024") for d in DOCUMENTS]
    figures = judged(dated, dated)
    assert "fact/mrr" in figures
    assert not any(name.startswith("title/") for name in figures)
    learned = [replace(d, split=Split.TRAIN) for d in DOCUMENTS]
    assert set(judged(learned, learned)) == {"questions"}
