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


def write(settings: Settings, version: AdapterVersion, judgement: "Judgement") -> tuple["Report", Path]:
    """The report, and where its page is. Written whole or not at all."""
    from training_pipeline.evaluation.report import report_of, texts, write_report

    versions = wiring.model_registry(settings).versions(version.author)
    champion = next((one for one in versions if CHAMPION in one.aliases and one.number != version.number), None)
    report = report_of(version, judgement, refusals(version, champion, wiring.judges()))
    path = wiring.reports_dir(settings, version.author) / f"{version.name}.html"
    write_report(report, path)
    write_whole(path.with_suffix(".json"), json.dumps(texts(report), ensure_ascii=False))
    return report, path
