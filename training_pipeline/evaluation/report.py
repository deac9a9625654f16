"""The report of a judging: one HTML file that needs nothing else, for a person to read, print and keep.

It holds text of the author (the samples), so it belongs with the author's data and goes when that is erased. It runs no
script and loads nothing: a content security policy says so to the browser, and everything shown is escaped.
"""

import base64
import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from configs.files import write_whole
from model_registry.evaluation import Measures, ParityResult
from model_registry.figures import SCORERS, Unit, mean_style, number, written
from model_registry.model_card import public_id
from model_registry.ports import AdapterVersion
from training_pipeline import curves
from training_pipeline.evaluation import Condition, Writings
from training_pipeline.evaluation.report_sections import loss, sections

HERE = Path(__file__).parent
SAMPLES = 10
SHOWN = (  # of a sample, with its heading; the first two are what a reader compares
    ("real", "The author"),
    (Condition.ADAPTER, "Twin"),
    (Condition.ADAPTER_RETRIEVAL, "Twin with retrieval"),
    (Condition.BASE_POSTS, "Base model shown five posts"),
    (Condition.BASE, "Base model"),
)


@dataclass(frozen=True, slots=True)
class Sample:
    request: str
    texts: Mapping[str, str]  # by condition, and "real"


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


def report_of(version: AdapterVersion, writings: Writings, refusals: Sequence[str]) -> Report:
    """The report of the newest judging of `version`, with what was written for it."""
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
        samples=_samples(writings),
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
        sections=sections(report.judges),
        loss=loss(report.curves),
        shown=SHOWN,
    )


def verdict(report: Report) -> list[str]:
    """What the figures say, in sentences, the most important first."""
    said = []
    style, posts = mean_style(report.judges), mean_style(report.judges, Condition.BASE_POSTS)
    if style is not None:
        scorers = {SCORERS.get(s, s): share for s, share in _shares(report.judges["style"]).items()}
        listed = ", ".join(f"{name} {number(Unit.SHARE, share)}" for name, share in scorers.items())
        closes = f"closes {style:.0%} of" if style > 0 else "closes nothing of"
        compared = f" The base model shown five posts closes {number(Unit.SHARE, posts)}." if posts is not None else ""
        said.append(
            f"It {closes} the gap between the base model and {report.author_name}’s own writing: the mean of "
            f"{len(scorers)} judges ({listed}).{compared}"
        )
    likelihood = report.judges.get("likelihood", {})
    if "change" in likelihood:
        change, others = likelihood["change"], likelihood.get("others/change")
        on_others = f"; text by other people, {_size(others.value)}" if others else ""
        interval = (
            f" (95% interval {number(Unit.CHANGE, change.low)} to {number(Unit.CHANGE, change.high)})"
            if change.low is not None and change.high is not None
            else ""
        )
        said.append(
            f"Held-out text by {report.author_name} costs it {_size(change.value)} bits per byte than the "
            f"base model{interval}{on_others}."
        )
    return said


def _size(change: float) -> str:
    return f"{abs(change):.1%} {'fewer' if change < 0 else 'more'}"


def _headlines(judges: Mapping[str, Measures]) -> Iterator[tuple[str, str]]:
    """(figure, what it is) for the strip below the title."""
    style = mean_style(judges)
    if style is not None:
        yield number(Unit.SHARE, style), "of the style gap closed"
    for judge, name, what in (
        ("likelihood", "change", "bits per byte of held-out text"),
        ("grounding", "title/recall@5", "of posts found among the first five"),
        ("memorisation", "longest_run", "words in a row from the training text, at most"),
    ):
        if measure := judges.get(judge, {}).get(name):
            yield written(judge, name, measure, interval=False), what


def _shares(style: Measures) -> dict[str, float]:
    """Share of the gap that the twin closes, by scorer that could judge."""
    named = {name.removesuffix("/adapter"): share.value for name, share in style.items() if name.endswith("/adapter")}
    return {scorer: share for scorer, share in named.items() if math.isfinite(share)}


def _samples(writings: Writings) -> list[Sample]:
    """Evenly over all that was written."""
    count = len(writings.requests)
    places = sorted({place * count // SAMPLES for place in range(SAMPLES)}) if count else []
    return [
        Sample(
            writings.requests[place],
            {"real": writings.real[place]}
            | {condition: texts[place].text for condition, texts in writings.by_condition.items()},
        )
        for place in places
    ]
