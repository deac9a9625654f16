"""Fine-tune on an author's newest features, judge, and register a candidate."""

from dataclasses import dataclass

from configs.progress import Progress
from configs.settings import Settings
from model_registry.base_models import BaseModelFiles
from model_registry.gguf_families import require_packable
from model_registry.manifest import verify_folder
from model_registry.ports import AdapterVersion
from twin import wiring
from twin.jobs import languages, reports

JUDGING_SHARE = 0.35  # of a time budget; the rest is training


@dataclass(frozen=True, slots=True)
class Trained:
    version: AdapterVersion
    is_new: bool  # False: it was trained earlier, on the same features with the same settings

    def summary(self) -> str:
        figures = self.version.judges["likelihood"]
        adapter, base = figures["adapter"].value, figures["base"].value
        features = f"F{self.version.manifest.features.number}"
        made = "is registered" if self.is_new else f"was already trained on {features} with these settings"
        return (
            f"{self.version.name} {made}. Held-out text costs {adapter:.3f} bits per byte, {base:.3f} with the base "
            f"model ({adapter / base - 1:+.1%})."
        )


def train(settings: Settings, author: str, *, progress: Progress) -> Trained:
    """Raises UnknownFeatureVersionError, and what `training_pipeline.pipeline.train` raises."""
    from training_pipeline import pipeline

    store, registry = wiring.feature_store(settings), wiring.model_registry(settings)
    features = store.version(author)  # an author without features is told so before the base model is unpacked
    base = base_model(settings, progress)
    run = pipeline.run_name(features, base, settings.training)
    feedback = pipeline.feedback_name(settings.training, wiring.feedback_log(settings).path(author))
    for version in reversed(registry.versions(author)):
        made = version.manifest.training
        if (made.get("run"), made.get("feedback", "")) == (run, feedback) and not version.tainted:
            verify_folder(version.folder)
            return Trained(version, is_new=False)
    if said := languages.advice(settings, store.documents(author, features)):
        progress.say(f"  {said}")
    with wiring.run_context(settings, base, features, progress=progress) as context:
        version, judgement = pipeline.train(context, registry, say=progress.say)
    reports.write(settings, author, reports.report_of(settings, version, judgement))
    return Trained(version, is_new=True)


def base_model(settings: Settings, progress: Progress) -> BaseModelFiles:
    """The configured base model, unpacked as a stage of its own. Raises what `wiring.base_model` and `require_servable`
    raise."""
    progress.start("base model", None)
    base = wiring.base_model(settings)
    require_servable(settings, base)
    progress.finish(base.name)
    return base


def require_servable(settings: Settings, base: BaseModelFiles) -> None:
    """Raises IncompatibleModelError, before anything is trained, for a base that the configured engine cannot serve."""
    if settings.serving.engine == "openvino":
        require_packable(base)


def within(settings: Settings, budget: float) -> Settings:
    """`settings` that train and judge within `budget` minutes."""
    judging = min(budget * JUDGING_SHARE, settings.evaluation.max_minutes)
    return settings.model_copy(
        update={
            "training": settings.training.model_copy(update={"max_minutes": budget - judging}),
            "evaluation": settings.evaluation.model_copy(update={"max_minutes": judging}),
        }
    )
