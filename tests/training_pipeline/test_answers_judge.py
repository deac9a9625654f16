"""A person's questions are asked, as they are served, and what is wrong with an answer is what is counted."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from configs.progress import Silent
from fakes.adapters import judged, write_adapter
from fakes.feature_records import make_document
from fakes.model_registry import InMemoryRegistry
from fakes.probes import FakeAnswers
from feature_store.records import Document, Example, ExampleKind, Split
from model_registry.errors import PromotionRefusedError
from model_registry.evaluation import Measures
from model_registry.ports import Cited, GeneratedText, ServedAnswer
from text.words import folded_words
from training_pipeline.evaluation.answering.asked import GREETINGS, Asked, Kind, about_itself, to_write
from training_pipeline.evaluation.answering.clauses import clause_questions
from training_pipeline.evaluation.answering.exchanges import NOTHING, SEED, TOGETHER, Exchange, Fault, hold, worst
from training_pipeline.evaluation.answering.facts_asked import fact_questions
from training_pipeline.evaluation.answering.metrics import states
from training_pipeline.evaluation.answering.natures import Nature, natures_of
from training_pipeline.evaluation.conditions import Condition, Generations
from training_pipeline.evaluation.held_out import HeldOut
from training_pipeline.evaluation.judges.answers import judge, written_style

NATURES = {"dorothea": Nature.PERSON, "osgood": Nature.PERSON, "carrick": Nature.PLACE, "kettle": None}
SENTENCES = {
    "The Patient Annie": "I took the ferry on a grey morning. She was built in Carrick in 1974. A return is £6.40.",
    "The harbour clock": "There are forty-three steps to the tower. I went with Dorothea. Dorothea held the ladder.",
    "What I charge": "I shut for twenty minutes at noon and eat a sandwich. My father charged three crowns a time.",
}


def document(title: str, text: str, **changes: object) -> Document:
    made = replace(make_document(title, text), title=title, marked=(), split=Split.TRAIN, language="en")
    return replace(made, **changes)  # type: ignore[arg-type]


POSTS = [document(title, text) for title, text in SENTENCES.items()]
BY_ID = {post.id: post for post in POSTS}


@pytest.mark.parametrize(
    ("sentence", "question", "fact"),
    [
        ("A return is £6.40.", "how much is a return", "6.40"),
        ("The whole job came to £90.", "how much the whole job came to", "90"),
        ("There are forty-three steps to the clock room.", "how many steps are there to the clock room", "43"),
        ("I shut for twenty minutes at noon.", "how many minutes you shut for at noon", "20"),
        ("She was built of oak in 1974.", "in which year was she built of oak", "1974"),
        ("She was built in Carrick.", "where was she built", "Carrick"),
        ("Dorothea held the ladder for me.", "who held the ladder for you", "Dorothea"),
        ("I am grateful to Mr. Osgood.", "who are you grateful to", "osgood"),
    ],
)
def test_a_sentence_is_asked_for_by_what_it_states(sentence: str, question: str, fact: str) -> None:
    asked = list(clause_questions(sentence, NATURES))
    (found,) = [each for each in asked if each.text == question]
    assert states(f"It is {fact}, she said.", found.facts)
    assert not states(question, found.facts)
    assert states(sentence, found.facts)


@pytest.mark.parametrize(
    "sentence",
    [
        "It is three metres sixty by five metres twenty.",  # half of a measure
        "It stopped at seventeen minutes past three.",
        "I walked the three kilometres with that rivet on my mind.",  # it is known which three
        "To set them takes nobody long.",
        "Wound twice.",
        "Kettle is on.",  # no person, as far as anybody knows
        "He said “I paid forty pounds” and left.",
    ],
)
def test_what_rules_cannot_ask_well_is_not_asked(sentence: str) -> None:
    assert list(clause_questions(sentence, NATURES)) == []


def test_people_and_places_are_told_by_what_stands_beside_them() -> None:
    text = "I saw Osgood in Carrick. Then Osgood said no. It rained in Carrick, and on the Annie too."
    natures = natures_of([document("On a day", text)])
    assert (natures["osgood"], natures["carrick"], natures["annie"]) == (Nature.PERSON, Nature.PLACE, None)


def test_questions_of_fact_have_one_post_that_answers_and_do_not_give_it_away() -> None:
    asked = fact_questions(POSTS, 20)
    assert {question.document_id for question in asked} == set(BY_ID)
    for question in asked:
        post = BY_ID[question.document_id]
        assert states(post.text, question.facts)
        assert states(question.expected, question.facts)
        assert not states(question.text, question.facts)
        assert question.expected in post.text
    assert fact_questions(POSTS, 2) == asked[:2]
    first = [question.document_id for question in asked[: len(POSTS)]]
    assert len(set(first)) == len(POSTS)  # one of each before a second one of any


def test_questions_use_other_words_than_the_post() -> None:
    said = " ".join(question.text for question in fact_questions(POSTS, 20))
    assert "midday" in said
    assert "noon" not in said


def test_held_out_posts_and_others_are_asked_about_by_turns() -> None:
    things = ("buckets", "lanterns", "anchors", "barrels", "pigeons", "ladders")
    posts = [
        document(thing, f"There are {n + 30} {thing} on the quay today.", split=split)
        for n, (thing, split) in enumerate(zip(things, [Split.TRAIN] * 4 + [Split.TEST, Split.VALIDATION], strict=True))
    ]
    asked = [question.document_id for question in fact_questions(posts, 6)]
    held = {post.id for post in posts if post.split is not Split.TRAIN}
    assert [document_id in held for document_id in asked] == [True, False, True, False, False, False]


def test_in_another_language_the_words_ask_without_the_fact() -> None:
    text = "Die Fähre braucht fünfundfünfzig Minuten zwischen Lummerstrand und Kieselhafen."
    german = document("Die Fähre", text, language="de")
    others = [document("Der Hund", "Der Hund schläft den ganzen Tag neben dem warmen Ofen im Flur.", language="de")]
    (asked,) = [question for question in fact_questions([german, *others], 9) if question.document_id == german.id]
    assert asked.language == "de"
    assert not states(asked.text, asked.facts)
    assert states(text, asked.facts)
    assert any(word in folded_words(text) for word in folded_words(asked.text))


def test_a_held_out_post_is_asked_for_without_showing_it() -> None:
    example = Example(POSTS[0].id, "maud", ExampleKind.WRITE, Split.TEST, "Write it.", (), 0, 5, "I too")
    held, topic = to_write([HeldOut(example, "I too")] * 3, BY_ID, 1)
    assert (held.kind, held.text, held.without, held.expected) == (Kind.WRITE, "Write it.", POSTS[0].id, "I too")
    assert (topic.kind, topic.without) == (Kind.NEW_TOPIC, "")


FACT = Asked(Kind.FACT, "How much is a return?", POSTS[0].id, facts=((r"6\.40",),), expected="A return is £6.40.")
FOREIGN = Asked(Kind.OFF_TOPIC, "How do penguins moult?")
ITSELF = Asked(Kind.ITSELF, "Who are you?")
HELD = Asked(Kind.WRITE, "Write it.", POSTS[1].id)
RETURN = Cited("A return is £6.40.", "A return is £6.40.", POSTS[0].id)
QUOTED = ServedAnswer("A return is £6.40.", "stop", "quote", (RETURN,))
SAID_SO = ServedAnswer("I have not written on that.", "stop", NOTHING, ())
NAMED = ServedAnswer("I am the writing twin of Maud Ferrier, a machine.", "stop", "itself", ())
LOOP = ServedAnswer("a loaf of bread, and " * 20, "length", "write", ())


def exchange(asked: Asked, answer: ServedAnswer) -> Exchange:
    return exchanges([asked], lambda _: answer)[0]


def exchanges(asked: list[Asked], says: Callable[[str], ServedAnswer]) -> list[Exchange]:
    return hold(asked, None, probe=FakeAnswers(says), documents=BY_ID, author_name="Maud Ferrier", progress=Silent())


@pytest.mark.parametrize(
    ("asked", "answer", "faults"),
    [
        (FACT, QUOTED, set()),
        (FACT, SAID_SO, {Fault.WRONG, Fault.POST, Fault.SILENT}),
        (FACT, replace(QUOTED, citations=()), {Fault.POST, Fault.UNSUPPORTED}),
        (FACT, replace(QUOTED, text="A return is £7.10."), {Fault.WRONG, Fault.UNSUPPORTED}),
        (FACT, replace(QUOTED, citations=(replace(RETURN, quote="A return was £6.40."),)), {Fault.MISQUOTED}),
        (FACT, replace(QUOTED, text="(2024-03-05) A return is £6.40."), {Fault.HEADING, Fault.UNSUPPORTED}),
        (FACT, replace(QUOTED, text="A return is £6.40, and"), {Fault.UNENDED}),
        (FACT, LOOP, {Fault.LOOPS, Fault.UNENDED, Fault.WRONG, Fault.POST}),
        (FOREIGN, SAID_SO, set()),
        (FOREIGN, replace(SAID_SO, text="Nothing on that; the nearest is “The Patient Annie”."), set()),
        (FOREIGN, replace(SAID_SO, way="write"), {Fault.INVENTED}),
        (FOREIGN, replace(SAID_SO, citations=(RETURN,)), {Fault.INVENTED}),
        (FOREIGN, replace(SAID_SO, way="nearest", citations=(RETURN,)), set()),
        (FOREIGN, replace(SAID_SO, text="Ask Captain Hale, not me."), {Fault.UNSUPPORTED}),
        (ITSELF, NAMED, set()),
        (ITSELF, replace(NAMED, text="Yes, I am Mary."), {Fault.NAME, Fault.UNSUPPORTED}),
        (ITSELF, replace(NAMED, text="A machine."), {Fault.NAME}),
        (HELD, ServedAnswer("The wind was up.", "stop", "write", ()), set()),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_answer(asked: Asked, answer: ServedAnswer, faults: set[Fault]) -> None:
    assert exchange(asked, answer).faults == faults


def test_it_is_asked_as_it_is_served() -> None:
    probe = FakeAnswers(lambda _: QUOTED)
    hold([FACT, HELD], Path("v1"), probe=probe, documents=BY_ID, author_name="Maud", progress=Silent())
    assert probe.asked == [(Path("v1"), FACT.text, SEED, ""), (Path("v1"), HELD.text, SEED + 1, POSTS[1].id)]


def test_what_does_not_fit_into_the_time_is_not_asked_of_every_kind_alike() -> None:
    said: list[str] = []

    class Heard(Silent):
        def say(self, line: str) -> None:
            said.append(line)

    asked = [
        *(replace(FACT, text=f"How much is it {n}?") for n in range(30)),
        *(replace(FOREIGN, text=f"{n}?") for n in range(30)),
    ]
    probe = FakeAnswers(lambda _: SAID_SO)
    held = hold(asked, None, probe=probe, documents=BY_ID, author_name="Maud", progress=Heard(), seconds=0.0)
    assert len(held) == len(probe.asked) == TOGETHER
    assert [sum(e.asked.kind is kind for e in held) for kind in (Kind.FACT, Kind.OFF_TOPIC)] == [TOGETHER / 2] * 2
    assert [e.asked for e in held] == [question for question in asked if question in {e.asked for e in held}]
    assert said == [f"{TOGETHER} of 60 questions were asked: evaluation.max_minutes leaves no time for more."]
    assert len(hold(asked, None, probe=probe, documents=BY_ID, author_name="Maud", progress=Heard())) == 60


def test_shares_are_of_the_answers_that_they_are_about() -> None:
    both = [exchange(FACT, QUOTED), exchange(replace(FACT, document_id=POSTS[1].id), LOOP)]
    figures = judge([*both, exchange(FOREIGN, SAID_SO), exchange(ITSELF, NAMED), exchange(HELD, LOOP)])
    values = {name: figure.value for name, figure in figures.items()}
    assert values == pytest.approx({
        "loops": 2 / 5, "ended": 3 / 5, "fact/right": 1 / 2, "fact/post": 1 / 2, "fact/silent": 0,
        "off_topic/silent": 1, "unsupported": 0, "itself/name": 1, "verbatim": 1, "heading": 0,
        "written/unsupported": 0, "words": (4 + 6 + 10 + 100 + 100) / 5, "answers": 5, "fact/questions": 2,
        "written/posts": 1,
    })  # fmt: skip
    assert figures["fact/right"].low == 0
    assert figures["fact/right"].high == 1
    assert set(judge([exchange(ITSELF, NAMED)])) == {
        "loops", "ended", "unsupported", "itself/name", "heading", "words", "answers"
    }  # fmt: skip


def test_the_worst_are_shown_first_and_every_kind_is() -> None:
    loops = [exchange(replace(FACT, text=f"How much is it {n}?"), LOOP) for n in range(5)]
    good = [exchange(asked, QUOTED) for asked in (FACT,)]
    shown = worst([*good, exchange(ITSELF, NAMED), *loops, exchange(FOREIGN, SAID_SO)], 5)
    assert shown[:3] == loops[:3]
    assert {e.asked.kind for e in shown} == {Kind.FACT, Kind.ITSELF, Kind.OFF_TOPIC}


class Scorer:
    """Scores the share of the texts that are the author's."""

    def read(self, texts: list[str]) -> "Scorer":
        read = Scorer()
        read.texts = texts
        return read

    def size(self, places: list[int]) -> int:
        return len(places)

    def score(self, name: str, places: list[int]) -> float:
        return sum(self.texts[place].startswith("Right") for place in places) / len(places)


def test_style_is_of_the_served_posts_between_the_base_and_the_author() -> None:
    ids = [POSTS[n % 3].id for n in range(4)]
    real = ["Right then. Rain."] * 4
    base = [GeneratedText("Certainly! Here is a post.", 5, True)] * 4
    generations = Generations(ids, ids, real, {Condition.BASE: base})
    said = iter(["Right then. Fog.", "Sure.", "Right then. Wind.", "Sure."])
    served = exchanges(
        [replace(HELD, text=f"Write {n}.") for n in range(4)], lambda _: ServedAnswer(next(said), "stop", "write", ())
    )
    figures = written_style(served, generations, Scorer())  # type: ignore[arg-type]
    assert {name: figure.value for name, figure in figures.items()} == {
        f"style/{scorer}": 0.5 for scorer in ("classifier", "delta", "rhythm")
    }
    assert written_style(served[:1], generations, Scorer()) == {}  # type: ignore[arg-type]


@pytest.fixture
def looping() -> Measures:
    """Of a version that answers everything well, but one question in twenty."""
    asked = [replace(FACT, text=f"How much is return {n}?") for n in range(20)]
    said = exchanges(asked, lambda question: LOOP if question.endswith(" 7?") else QUOTED)
    return judge([*said, *(exchange(each, NAMED) for each in about_itself() if each.text not in GREETINGS)])


def test_a_version_that_loops_is_not_promoted_unless_by_force(looping: Measures, tmp_path: Path) -> None:
    registry = InMemoryRegistry(tmp_path / "registry")
    judges = judged(style=0.99) | {"answers": looping}
    registry.register("maud", write_adapter(tmp_path / "trained", judges=judges))
    with pytest.raises(PromotionRefusedError, match=r"1 of 28 served answers repeat themselves .*which is 0 of 28"):
        registry.promote("maud", 1)
    assert registry.promote("maud", 1, force=True, reason="for a talk").forced
