"""Posts → documents, chunks, examples and vectors: a new feature version when anything changed."""

from typing import TYPE_CHECKING

from configs.progress import Progress
from configs.settings import Settings
from twin import wiring

if TYPE_CHECKING:
    from feature_pipeline.pipeline import FeaturesReport


def build_features(settings: Settings, author: str, *, progress: Progress) -> "FeaturesReport":
    """Raises what `feature_pipeline.pipeline.build_features` raises, and SettingsError."""
    from feature_pipeline import pipeline

    store = wiring.feature_store(settings)
    with wiring.online_index(settings) as index, wiring.backward_prompts(settings, author) as backward:
        return pipeline.build_features(
            author,
            store=store,
            index=index,
            encoder=wiring.encoder(settings),
            settings=settings.feature_pipeline,
            progress=progress,
            backward=backward,
        )


def summary(report: "FeaturesReport") -> str:
    name = report.version.name
    if not report.written:
        return f"nothing has changed since {name}; nothing was written."
    counts = ", ".join(f"{number} {what}" for what, number in report.counts.items() if number)
    return f"{name} is complete: {counts}."
