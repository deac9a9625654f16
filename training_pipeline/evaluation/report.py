"""The report of an evaluation: one self-contained HTML file, for a person to read, print and keep.

It holds text of the author (the samples), so it belongs with the author's data and goes when that is erased. It runs no
script and loads nothing: a content security policy says so to the browser, and everything shown is escaped.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from configs.files import write_whole
from model_registry.evaluation import Measures, ParityResult
from model_registry.judges import description
from model_registry.model_card import public_id
from model_registry.ports import AdapterVersion
from training_pipeline.evaluation.answering.asked import Kind
from training_pipeline.evaluation.answering.exchanges import Exchange, worst
from training_pipeline.evaluation.charts import Chart, LineChart, line_chart
from training_pipeline.evaluation.conditions import Condition, Generations
from training_pipeline.evaluation.judges import load_judges
from training_pipeline.evaluation.judging import Judgement
from training_pipeline.finetuning import curves

HERE = Path(__file__).parent
SAMPLES = 10
CONVERSATIONS = 12
SHOWN = (  # of a sample, with its heading; the first two are what a reader compares
    ("real", "The author"),
    (Condition.ADAPTER, "Twin"),
    (Condition.BASE_POSTS, "Base model shown five posts"),
    (Condition.BASE, "Base model"),
)


@dataclass(frozen=True, slots=True)
class Sample:
    request: str
    texts: Mapping[str, str]  # by condition, and "real"


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was asked of the twin, and what a person would have read."""

    earlier: Sequence[str]  # turns before the last
    asked: str
    answer: str
    expected: str  # what the author wrote, where a post answers
    faults: str  # "" for none


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    about: str
    charts: Sequence[Chart]
    table: Sequence[tuple[str, str]]  # every figure of the judge: what it is, and the value


@dataclass(frozen=True, slots=True)
class Report:
    author_name: str
    version: str
    lineage: Mapping[str, str]  # what → which
    curves: Sequence[tuple[int, str, float]]  # (step, name, value)
    judges: Mapping[str, Measures]
    parity: ParityResult | None
    refusals: Sequence[str]  # of promotion, a reason each; empty when it may be champion
    samples: Sequence[Sample]
    conversations: Sequence[Conversation] = ()  # the worst first


def report_of(version: AdapterVersion, judgement: Judgement | None, refusals: Sequence[str]) -> Report:
    """The report of the newest evaluation of `version`, which is `judgement`, with the texts that were judged; without
    them where it is None."""
    manifest = version.manifest
    training = manifest.training
    known = {
        "base model": public_id(manifest.base.name),
        "features": f"F{manifest.features.number}",
        "rank": training.get("rank"),
        "steps": training.get("steps"),
        "seconds of training": training.get("seconds"),
        "device": training.get("device"),
        "code": manifest.code_version,
        "made": manifest.created_at,
        "judged": version.evaluation.judged_at if version.evaluation else manifest.created_at,
    }
    return Report(
        author_name=manifest.author_name,
        version=version.name,
        lineage={what: str(which) for what, which in known.items() if which is not None},
        curves=curves.read(version.folder),
        judges=version.judges,
        parity=version.parity,
        refusals=refusals,
        samples=_samples(judgement.generations) if judgement else (),
        conversations=[_conversation(exchange) for exchange in worst(judgement.exchanges, CONVERSATIONS)]
        if judgement
        else (),
    )


def write_report(report: Report, path: Path) -> None:
    """Write the page whole or not at all."""
    write_whole(path, render(report))


def render(report: Report) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    css = (HERE / "report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("report.html").render(
        report=report,
        css=Markup(css),  # noqa: S704 - a file of ours
        style_digest=digest,
        verdict=verdict(report),
        headlines=list(_headlines(report.judges)),
        sections=list(_sections(report.judges)),
        loss=_loss(report.curves),
        shown=SHOWN,
    )


def texts(report: Report) -> dict[str, Any]:
    """For JSON: what the version wrote."""
    return {
        "samples": [asdict(sample) for sample in report.samples],
        "conversations": [asdict(conversation) for conversation in report.conversations],
    }


def as_data(report: Report) -> dict[str, Any]:
    """For JSON: what the page of the report says and draws, but for the texts."""
    curves: dict[str, list[dict[str, float]]] = {}
    for step, name, value in report.curves:
        if name.endswith("loss"):
            curves.setdefault(name, []).append({"step": step, "value": value})
    return {
        "verdict": verdict(report),
        "headlines": [{"figure": figure, "what": what} for figure, what in _headlines(report.judges)],
        "sections": [asdict(section) for section in _sections(report.judges)],
        "curves": curves,
    }


def verdict(report: Report) -> list[str]:
    """What the figures say, in sentences, the most important first."""
    judged = [(judge, report.judges.get(judge.name, {})) for judge in load_judges().values()]
    return [sentence for judge, measures in judged for sentence in judge.verdict(measures, report.author_name)]


def _headlines(figures: Mapping[str, Measures]) -> Iterator[tuple[str, str]]:
    """(figure, what it is) for the strip below the title."""
    for judge in load_judges().values():
        if judge.headline and (text := judge.headline.text(figures.get(judge.name, {}))):
            yield text, judge.headline.what


def _sections(figures: Mapping[str, Measures]) -> Iterator[Section]:
    """One for each judge, and one for each that this program does not know; what was not judged says so."""
    judges = load_judges()
    for name in [*judges, *(name for name in figures if name not in judges)]:
        judge, measures, known = judges.get(name), figures.get(name, {}), description(judges, name)
        yield Section(
            title=judge.question if judge else known.title.capitalize(),
            about=judge.about if judge else "",
            charts=[chart for chart in judge.charts(measures) if chart is not None] if judge else [],
            table=[(known.figure(n).label, known.figure(n).text(measure)) for n, measure in measures.items()],
        )


def _loss(curve: Sequence[tuple[int, str, float]]) -> LineChart | None:
    by_name: dict[str, list[tuple[int, float]]] = {}
    for step, name, value in curve:
        if name.endswith("loss"):
            by_name.setdefault(name, []).append((step, value))
    best = min(by_name.get("validation_loss", []), key=lambda point: point[1], default=None)
    found = f" The lowest on validation text is {best[1]:.3f}, at step {best[0]:,}." if best else ""
    return line_chart("Loss, in nats per token", f"Loss at every step of training.{found}", by_name)


def _conversation(exchange: Exchange) -> Conversation:
    asked = exchange.asked
    expected = asked.expected if asked.kind is Kind.FACT else ""
    return Conversation(
        [turn.content for turn in asked.earlier], asked.text, exchange.answer.text, expected, exchange.listed
    )


def _samples(generations: Generations) -> list[Sample]:
    """Evenly over all that was written."""
    count = len(generations.requests)
    places = sorted({place * count // SAMPLES for place in range(SAMPLES)}) if count else []
    return [
        Sample(
            generations.requests[place],
            {"real": generations.references[place]}
            | {condition: texts[place].text for condition, texts in generations.by_condition.items()},
        )
        for place in places
    ]
