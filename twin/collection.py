"""Collecting a place for an author, once or again; it is kept among the author's sources."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from configs.settings import Settings
    from feature_pipeline.pipeline import CollectReport
    from feature_store.ports import FeatureWriter
    from twin.console import Watcher
    from twin.wiring import OpenedSource


def collect_opened(
    settings: "Settings",
    store: "FeatureWriter",
    author: str,
    opened: "OpenedSource",
    *,
    allow_deletions: bool,
    progress: "Watcher",
) -> "CollectReport":
    """Collect an opened source. It is kept as a source before the first post is read, so that `twin sync` goes on with
    what a kill interrupted. An unchanged source writes nothing.

    Raises what collecting raises.
    """
    from feature_pipeline.collecting import collect  # not from the pipeline: all its stages would be imported too

    known = {stored.name: stored for stored in store.sources(author)}.get(opened.record.name)
    record = opened.record.model_copy(update={"collected_at": known.collected_at if known else ""})
    if record != known:
        store.write_source(author, record)
    report = collect(
        opened.source,
        author=author,
        store=store,
        max_deleted_share=settings.feature_pipeline.max_deleted_share,
        allow_deletions=allow_deletions,
        progress=progress,
    )
    opened.complete()
    if report.any or not record.collected_at:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        store.write_source(author, record.model_copy(update={"collected_at": now}))
    return report


def in_words(report: "CollectReport") -> str:
    changes = [
        f"{number} {what}"
        for what, number in (
            ("new", report.new),
            ("changed", report.changed),
            ("moved", report.moved),
            ("deleted", report.deleted),
        )
        if number
    ]
    parts = [*(changes or ["nothing has changed"]), f"{report.unchanged} unchanged"]
    if report.quarantined:
        parts.append(f"{len(report.quarantined)} of them unreadable (twin status says why)")
    if report.unreached:
        source_id, reason = report.unreached[0]
        parts.append(f"{len(report.unreached)} could not be reached this time, e.g. {source_id}: {reason}")
    if report.forgotten:
        parts.append(f"{report.forgotten} not collected, as they were forgotten")
    if report.ignored:
        parts.append("passed over: " + ", ".join(f"{number} {kind}" for kind, number in report.ignored.items()))
    return f"{'; '.join(parts)}."
