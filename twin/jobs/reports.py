"""The report of a version's newest evaluation: a page to read, and what the version wrote, for other pages."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from configs.files import write_whole
from configs.settings import Settings
from model_registry.ports import CHAMPION, AdapterVersion
from model_registry.promotion import refusals
from twin import wiring

if TYPE_CHECKING:
    from training_pipeline.evaluation.judging import Judgement
    from training_pipeline.evaluation.report import Report


def report_of(settings: Settings, version: AdapterVersion, judgement: "Judgement | None") -> "Report":
    """With what speaks against promoting it now; without texts where there is no judgement."""
    from training_pipeline.evaluation import report

    versions = wiring.model_registry(settings).versions(version.author)
    champion = next((one for one in versions if CHAMPION in one.aliases and one.number != version.number), None)
    return report.report_of(version, judgement, refusals(version, champion, wiring.judges()))


def write(settings: Settings, author: str, report: "Report") -> Path:
    """Where its page is; the texts lie beside it, as JSON."""
    from training_pipeline.evaluation.report import texts, write_report

    path = wiring.reports_dir(settings, author) / f"{report.version}.html"
    write_report(report, path)
    write_whole(path.with_suffix(".json"), json.dumps(texts(report), ensure_ascii=False))
    return path
