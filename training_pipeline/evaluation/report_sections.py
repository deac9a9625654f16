"""The sections of the report: which figures stand in which plot, and what each is about in plain words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from model_registry.evaluation import Measures
from model_registry.figures import CONDITIONS, FAULTS, JUDGES, SCORERS, Unit, label, written
from training_pipeline.evaluation.report_plots import Chart, Figure, LineChart, chart, line_chart

STYLE_AXIS = (-0.5, 1.5)  # shares beyond are cut at the edge: a scorer whose gap is small may say −40
NAMED_STYLE = ((0.0, "base model"), (1.0, "author"))
STYLE_TITLES = {
    "classifier": "Words and letters, as a classifier sees them",
    "delta": "The commonest words, by Burrows’ Delta",
    "rhythm": "The rhythm of sentences and punctuation",
    "embedding": "Style as a neural embedding sees it",
}
CONTROL = "shuffled"
FOUND = ("title/recall@1", "title/recall@5", "fact/recall@1", "fact/recall@5")
ANSWERED = ("cited", "supported", "abstained", "abstained_wrongly")


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    about: str
    charts: Sequence[Chart]
    table: Sequence[tuple[str, str]]  # every figure of the judge, and what it is


def sections(judges: Mapping[str, Measures]) -> list[Section]:
    """One for each judge, the known ones first; what was not judged says so."""
    made = []
    for judge in [*SECTIONS, *(judge for judge in judges if judge not in SECTIONS)]:
        title, about, charts = SECTIONS.get(judge, (JUDGES.get(judge, judge).capitalize(), "", _no_charts))
        measures = judges.get(judge, {})
        table = [(label(judge, name), written(judge, name, measure)) for name, measure in measures.items()]
        made.append(Section(title, about, [one for one in charts(measures) if one is not None], table))
    return made


def loss(curve: Sequence[tuple[int, str, float]]) -> LineChart | None:
    by_name: dict[str, list[tuple[int, float]]] = {}
    for step, name, value in curve:
        if name.endswith("loss"):
            by_name.setdefault(name, []).append((step, value))
    best = min(by_name.get("validation_loss", []), key=lambda point: point[1], default=None)
    found = f" The lowest on validation text is {best[1]:.3f}, at step {best[0]:,}." if best else ""
    return line_chart("Loss, in nats per token", f"Loss at every step of training.{found}", by_name)


def _style(style: Measures) -> Iterator[Chart | None]:
    for scorer in dict.fromkeys(name.partition("/")[0] for name in style if "/" in name):
        yield chart(
            STYLE_TITLES.get(scorer, SCORERS.get(scorer, scorer)),
            _by_condition(style, f"{scorer}/"),
            Unit.SHARE,
            at_least=(0.0, 1.0),
            at_most=STYLE_AXIS,
            named=NAMED_STYLE,
        )


def _likelihood(likelihood: Measures) -> Iterator[Chart | None]:
    on = {"change": ("text by the author", "adapter"), "others/change": ("text by other people", CONTROL)}
    changes = [(*on[name], likelihood[name]) for name in on if name in likelihood]
    yield chart("What the adapter changed, by whose text it is", changes, Unit.CHANGE)
    yield chart("Bits per byte of all held-out text", _by_condition(likelihood, ""), Unit.BITS, bars=False)
    beginnings = _by_condition(likelihood, "beginnings/")
    yield chart("Bits per byte of beginnings, by what is in the prompt", beginnings, Unit.BITS, bars=False)


def _grounding(grounding: Measures) -> Iterator[Chart | None]:
    for title, names, kind in (
        ("Finding the post that is asked for", FOUND, "adapter"),
        ("Answering", ANSWERED, "adapter-retrieval"),
    ):
        shown = [(label("grounding", name), kind, grounding[name]) for name in names if name in grounding]
        yield chart(title, shown, Unit.SHARE, at_least=(0.0, 1.0))


def _memorisation(memorisation: Measures) -> Iterator[Chart | None]:
    for name, title in (("mean_run", "Longest run of a text, on average"), ("longest_run", "Longest run of all texts")):
        whose = {name: ("twin", "adapter"), f"own_{name}": ("the author’s own habit", "author")}
        yield chart(title, [(*whose[n], memorisation[n]) for n in whose if n in memorisation], Unit.WORDS)


def _health(health: Measures) -> Iterator[Chart | None]:
    for fault in dict.fromkeys(name.partition("/")[2] for name in health if "/" in name):
        figures = _by_condition(health, "", f"/{fault}")
        yield chart(FAULTS.get(fault, fault).capitalize(), figures, Unit.SHARE, at_least=(0.0, 0.5))


def _by_condition(measures: Measures, before: str, after: str = "") -> list[Figure]:
    names = CONDITIONS | {CONTROL: "control: as another author"}
    named = {name: f"{before}{condition}{after}" for condition, name in names.items()}
    kinds = {name: condition.replace("+", "-") for condition, name in names.items()}
    return [(name, kinds[name], measures[figure]) for name, figure in named.items() if figure in measures]


def _no_charts(_: Measures) -> Iterator[Chart | None]:
    return iter(())


SECTIONS: dict[str, tuple[str, str, Callable[[Measures], Iterator[Chart | None]]]] = {
    "style": (
        "Does it sound like the author?",
        "Each judge measures how far a text is from the author’s own. 0% is where the base model stands, 100% where "
        "the author’s held-out posts stand. The judges look at different things, because one can be fooled: which "
        "words and letters, how often the commonest words, the rhythm of sentences. The control is "
        "what another author’s judges make of the twin: it must stay well below.",
        _style,
    ),
    "likelihood": (
        "Does it expect what the author writes?",
        "How many bits it takes to spell out a byte of posts that it never saw, given its own predictions. Fewer are "
        "better. What it gains on other people’s text too, it learned about text in general; the difference is what it "
        "learned about the author.",
        _likelihood,
    ),
    "grounding": (
        "Does it rest on what the author wrote?",
        "Questions were made from titles and from facts in posts. The right post should be among the first that are "
        "found, sentences should be cited where a passage supports them, and nothing should be found for what the "
        "author never wrote about.",
        _grounding,
    ),
    "memorisation": (
        "Does it copy?",
        "The longest run of words that stands so in the training text. Authors repeat themselves too, so the measure "
        "is the author’s own held-out posts, cut to the same lengths.",
        _memorisation,
    ),
    "health": (
        "Is what it writes in order?",
        "Shares of texts that no reader would take for anyone’s.",
        _health,
    ),
}
