"""Judge a version again, and write its report."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from configs.progress import Progress
from configs.settings import Settings
from model_registry.manifest import verify_folder
from model_registry.ports import AdapterVersion
from twin import wiring
from twin.jobs import reports
from twin.jobs.train import base_model

if TYPE_CHECKING:
    from training_pipeline.evaluation.report import Report


@dataclass(frozen=True, slots=True)
class Evaluated:
    version: AdapterVersion  # with its new figures
    report: "Report"
    path: Path  # of the report, as HTML


def evaluate(
    settings: Settings, author: str, reference: str, *, prompts: int | None = None, progress: Progress
) -> Evaluated:
    """Judge on `prompts` held-out posts; None is as the settings say.

    Raises UnknownModelError, TaintedModelError, CorruptModelError, IncompatibleModelError when another base is set.
    """
    if prompts is not None:
        evaluation = settings.evaluation.model_copy(update={"prompts": prompts})
        settings = settings.model_copy(update={"evaluation": evaluation})
    version, report = judge(settings, author, reference, progress=progress)
    return Evaluated(version, report, reports.write(settings, author, report))


def judge(settings: Settings, author: str, reference: str, *, progress: Progress) -> tuple[AdapterVersion, "Report"]:
    """The version with its new figures, which the registry keeps, and the report of them."""
    from model_registry.export import require_same_base
    from training_pipeline import pipeline

    registry = wiring.model_registry(settings)
    version = registry.resolve(author, reference)
    verify_folder(version.folder)
    features = wiring.feature_store(settings).version(author, version.manifest.features.number)
    base = base_model(settings, progress)
    require_same_base(version, base)
    with wiring.run_context(settings, base, features, progress=progress) as context:
        evaluation, judgement = pipeline.evaluate(version, context)
    judged = registry.record_evaluation(author, version.number, evaluation)
    return judged, reports.report_of(settings, judged, judgement)
