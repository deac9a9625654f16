"""Posts → documents, chunks, examples and vectors: a new feature version when anything changed."""

from typing import TYPE_CHECKING

from configs.progress import Progress
from configs.settings import Settings
from feature_store.encoder_files import AUTO, FOR_ENGLISH, FOR_OTHERS
from twin import wiring

if TYPE_CHECKING:
    from feature_pipeline.pipeline import FeaturesReport


def build_features(settings: Settings, author: str, *, progress: Progress) -> "FeaturesReport":
    """Raises what `feature_pipeline.pipeline.build_features` raises, and SettingsError."""
    from feature_pipeline import pipeline

    store = wiring.feature_store(settings)
    automatic = settings.feature_store.encoder == AUTO
    if automatic and not any(version.chosen_encoder for version in store.versions(author)[-1:]):
        name = FOR_ENGLISH if pipeline.mostly_english(store.posts(author), settings.feature_pipeline) else FOR_OTHERS
    else:
        name = wiring.encoder_name(settings, author)
    with wiring.online_index(settings) as index, wiring.backward_prompts(settings, author) as backward:
        report = pipeline.build_features(
            author,
            store=store,
            index=index,
            encoder=wiring.encoder_called(settings, name),
            chosen_encoder=name if automatic else "",
            settings=settings.feature_pipeline,
            progress=progress,
            backward=backward,
        )
    wiring.keep_question_graph(settings, author)
    return report


def summary(report: "FeaturesReport") -> str:
    name = report.version.name
    if not report.written:
        return f"nothing has changed since {name}; nothing was written."
    counts = ", ".join(f"{number} {what}" for what, number in report.counts.items() if number)
    return f"{name} is complete: {counts}."
