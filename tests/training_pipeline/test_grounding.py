"""What is retrieved, cited and left unanswered is counted as it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from configs.progress import Silent
from configs.settings import load_settings
from fakes.feature_records import make_document
from fakes.probes import FakeServing
from fakes.world import make_chunk
from feature_store.records import Chunk, Document, Passage, ScoredChunk, Split
from inference_pipeline.citations import cite
from model_registry.evaluation import Measures
from model_registry.ports import Cited, GeneratedText, Retrieved
from model_registry.prompting import PromptRenderer
from text.words import folded_words
from training_pipeline.evaluation.generation import CachedGenerator
from training_pipeline.evaluation.judges.grounding import ANSWERS, DEPTH, TEMPERATURE, is_supported, judge

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


def chunk_of(document: Document) -> Chunk:
    return make_chunk("maud", document.title, document.text, document_id=document.id)


@dataclass
class Ranking:
    """Ranks by shared words, `late` places later than it should; finds passages where it `knows` the question."""

    documents_held: Sequence[Document]
    late: int = 0
    finds: str = "known"  # "known" | "all" | "none"

    def documents(self, question: str, limit: int) -> list[str]:
        asked = set(folded_words(question))
        best = sorted(self.documents_held, key=lambda d: -len(asked & set(folded_words(f"{d.title} {d.text}"))))
        others = [f"other-{place}" for place in range(self.late)]
        return [*others, *(d.id for d in best)][:limit]

    def retrieve(self, question: str, *, without: str = "") -> Retrieved:
        known = [d for d in self.documents_held if set(folded_words(question)) & {THINGS[self.documents_held.index(d)]}]
        shown = {"known": known, "all": self.documents_held[:1], "none": []}[self.finds]
        chunks = [chunk_of(d) for d in shown]
        return Retrieved(
            tuple(ScoredChunk(chunk, 0.03, 0.5) for chunk in chunks),
            tuple(Passage(chunk.title, chunk.created_at, chunk.text) for chunk in chunks),
        )

    def cite(self, answer: str, question: str, chunks: Sequence[ScoredChunk]) -> list[Cited]:
        found = [c for c in cite(answer, chunks, question) if c.kind == "supports"]
        return [Cited(answer[c.answer_start : c.answer_end], c.quote, c.document_id) for c in found]


@dataclass
class Saying(FakeServing):
    """Answers each prompt with the `said` of the thing that stands in it."""

    said: str = "I fetched the {thing} from {name} across the {thing}yard."
    temperatures: list[float] = field(default_factory=list)

    def generate(self, adapter: Path | None, prompts: Sequence[str], *, max_tokens: int, temperature: float,
              top_p: float, seeds: Sequence[int]) -> Iterator[GeneratedText]:  # fmt: skip
        for prompt, seed in zip(prompts, seeds, strict=True):
            self.asked.append((adapter, prompt, seed))
            self.temperatures.append(temperature)
            place = next(place for place, thing in enumerate(THINGS) if thing in prompt)
            yield GeneratedText(self.said.format(thing=THINGS[place], name=NAMES[place]), 20, True)


DOCUMENTS = [document(place) for place in range(len(NAMES))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def judged(
    retrieval: Ranking, folder: Path, renderer: PromptRenderer, serving: FakeServing | None = None,
    documents: Sequence[Document] = DOCUMENTS, count: int = 40,
) -> Measures:  # fmt: skip
    generator = CachedGenerator(
        serving or Saying(), renderer, load_settings(environ={}).evaluation, base_fingerprint="b", folder=folder,
        progress=Silent(),
    )  # fmt: skip
    return judge(
        folder, documents, [chunk_of(d) for d in documents], retrieval=retrieval, generator=generator, count=count,
        progress=Silent(),
    )  # fmt: skip


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
def test_the_place_of_the_right_post_is_what_counts(
    late: int, first: float, five: float, mrr: float, folder: Path, renderer: PromptRenderer
) -> None:
    figures = judged(Ranking(DOCUMENTS, late=late), folder, renderer)
    for kind in ("title", "fact"):
        found = [figures[f"{kind}/{name}"].value for name in ("recall@1", "recall@5", "mrr")]
        assert found == pytest.approx([first, five, mrr])


def test_intervals_are_over_documents(folder: Path, renderer: PromptRenderer) -> None:
    half = Ranking(DOCUMENTS[: len(DOCUMENTS) // 2])  # the others are never found
    figures = judged(half, folder, renderer)
    figure = figures["title/recall@1"]
    assert figure.value == 0.5
    assert figure.low is not None
    assert figure.high is not None
    assert 0.1 < figure.low < 0.4
    assert 0.6 < figure.high < 0.9


@pytest.mark.parametrize(("finds", "abstained", "wrongly"), [("known", 1, 0), ("all", 0, 0), ("none", 1, 1)])
def test_silence_is_right_about_what_was_never_written_and_wrong_about_the_rest(
    finds: str, abstained: float, wrongly: float, folder: Path, renderer: PromptRenderer
) -> None:
    figures = judged(Ranking(DOCUMENTS, finds=finds), folder, renderer)
    assert (figures["abstained"].value, figures["abstained_wrongly"].value) == (abstained, wrongly)


def test_answers_are_asked_for_as_they_are_served(folder: Path, renderer: PromptRenderer) -> None:
    serving = Saying()
    judged(Ranking(DOCUMENTS), folder, renderer, serving)
    assert len(serving.asked) == ANSWERS
    assert set(serving.temperatures) == {TEMPERATURE}
    prompts = [prompt for _, prompt, _ in serving.asked]
    assert len({thing for thing in THINGS for prompt in prompts if thing in prompt}) == ANSWERS
    assert sum("How much, how many or when" in prompt for prompt in prompts) == ANSWERS / 2
    for adapter, prompt, _ in serving.asked:
        assert adapter == folder
        assert "[end of notes" in prompt
        assert sum(document.text in prompt for document in DOCUMENTS) == 1


def test_few_questions_have_few_answers(folder: Path, renderer: PromptRenderer) -> None:
    serving = Saying()
    judged(Ranking(DOCUMENTS), folder, renderer, serving, count=3)
    assert len(serving.asked) == 3


@pytest.mark.parametrize(
    ("said", "cited", "supported"),
    [
        ("I fetched the {thing} from {name} across the {thing}yard.", 1, 1),
        ("I fetched the {thing} from Zebedee across the {thing}yard.", 1, 0),
        ("I fetched the {thing} across the {thing}yard in 1803.", 1, 0),
        ("I fetched the {thing} across the {thing}yard.", 1, None),  # it states nothing that could be wrong
        ("The tide is a liar.", 0, None),
        ("", 0, None),
    ],
)
def test_answers_are_cited_and_their_names_and_numbers_checked(
    said: str, cited: float, supported: float | None, folder: Path, renderer: PromptRenderer
) -> None:
    figures = judged(Ranking(DOCUMENTS), folder, renderer, Saying(said=said))
    assert figures["cited"].value == cited
    assert (figures["supported"].value if "supported" in figures else None) == supported


def test_without_passages_nothing_is_written_and_nothing_cited(folder: Path, renderer: PromptRenderer) -> None:
    serving = Saying()
    figures = judged(Ranking(DOCUMENTS, finds="none"), folder, renderer, serving)
    assert serving.asked == []
    assert figures["cited"].value == 0


def test_what_cannot_be_asked_is_left_out(folder: Path, renderer: PromptRenderer) -> None:
    dated = [replace(d, title="5 March 2024") for d in DOCUMENTS]
    figures = judged(Ranking(dated), folder, renderer, documents=dated)
    assert "fact/mrr" in figures
    assert not any(name.startswith("title/") for name in figures)
    learned = [replace(d, split=Split.TRAIN) for d in DOCUMENTS]
    assert set(judged(Ranking(learned), folder, renderer, documents=learned)) == {"abstained", "questions"}


@pytest.mark.parametrize(
    ("sentence", "language", "expected"),
    [
        ("She was built in Carrick.", "en", True),
        ("She was built in Douglas.", "en", False),
        ("I saw she was built by Osgood’s men in 1974.", "en", True),
        ("It cost 6.40, or 1,200 all told.", "en", True),
        ("It cost 6.45.", "en", False),
        ("A day in March 2024, I'm told.", "en", False),  # the date that the prompt shows has no name of a month
        ("In 2024, about the Ferry.", "en", True),  # of the passage's date and title
        ("Nobody knows what it is.", "en", None),
        ("Mr Mainspring sleeps.", "en", False),  # he stands in another document
        ("Das Schiff wurde in der Werft gebaut.", "de", None),
        ("船は1974年に造られた。", "ja", True),
        ("船は1975年に造られた。", "ja", False),
    ],
)
def test_names_and_numbers_must_stand_in_what_was_shown(sentence: str, language: str, expected: bool | None) -> None:
    ferry = make_chunk("maud", "The ferry", "Osgood paid 1200 for her, or £6.40 a trip.", document_id="ferry")
    cat = make_chunk("maud", "The cat", "Mainspring sleeps.", document_id="cat")
    chunks = [replace(ferry, created_at="2024-03-05T00:00:00Z"), cat]
    cited = Cited(sentence, "She was built in Carrick in 1974.", "ferry")
    assert is_supported(cited, chunks, language) is expected
