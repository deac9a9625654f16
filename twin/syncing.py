"""All sources of an author, collected again; a new feature version when anything changed."""

import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from configs.errors import TwinError

if TYPE_CHECKING:
    from configs.settings import Settings
    from feature_pipeline.pipeline import CollectReport, FeaturesReport
    from feature_store.versions import AuthorProfile, SourceRecord
    from twin.console import Watcher

REMOTE_SECONDS = 900.0  # how often one process asks a server for the same source
FEATURES = "features"


@dataclass
class Outcome:
    """What one round found for one author. A source that failed is left as it was; the others go on."""

    profile: "AuthorProfile"
    reports: list["CollectReport"] = field(default_factory=list)
    failures: dict[str, TwinError] = field(default_factory=dict)  # by source, or "features"
    version: "FeaturesReport | None" = None  # None: nothing had to be made

    @property
    def news(self) -> bool:
        return bool(self.failures or (self.version and self.version.written) or any(r.any for r in self.reports))

    def in_words(self) -> str:
        from twin.collection import in_words
        from twin.commands import features

        lines = [f"{report.source}: {in_words(report)}" for report in self.reports]
        lines += [f"{name}: {error}" for name, error in self.failures.items()]
        if self.version:
            lines.append(features.in_words(self.version))
        if not lines:
            lines.append("no source yet: twin collect PLACE --author NAME")
        return "\n".join([self.profile.name, *(f"  {line}" for line in lines)])

    def as_data(self) -> dict[str, Any]:
        return {
            "author": self.profile.id,
            "sources": [asdict(report) for report in self.reports],
            "failures": {name: str(error) for name, error in self.failures.items()},
            "version": self.version.version.name if self.version else None,
        }


class Syncing:
    """Rounds of syncing in one process."""

    def __init__(
        self, settings: "Settings", *, progress: "Watcher", publish: bool = True, allow_deletions: bool = False
    ) -> None:
        self._settings = settings
        self._progress = progress
        self._publish = publish
        self._allow_deletions = allow_deletions
        self._asked: dict[tuple[str, str], float] = {}  # author and remote source → when

    def author(self, profile: "AuthorProfile") -> Outcome:
        """One round. Raises what is no fault of a source: StoreBusyError, DiskFullError."""
        from feature_pipeline.errors import FeaturePipelineError
        from twin import wiring

        store = wiring.feature_store(self._settings)
        outcome = Outcome(profile)
        for source in store.sources(profile.id):
            if not self._is_due(profile.id, source):
                continue
            try:
                outcome.reports.append(self._collect(profile, source))
            except FeaturePipelineError as error:
                outcome.failures[source.name] = error
        if self._publish and (any(report.any for report in outcome.reports) or self._is_behind(profile.id)):
            from twin.commands import features

            try:
                outcome.version = features.run(self._settings, profile.id, progress=self._progress)
            except FeaturePipelineError as error:
                outcome.failures[FEATURES] = error
        return outcome

    def _collect(self, profile: "AuthorProfile", source: "SourceRecord") -> "CollectReport":
        from twin import wiring
        from twin.collection import collect_opened

        with wiring.source(self._settings, profile, source) as opened:
            return collect_opened(
                self._settings,
                wiring.feature_store(self._settings),
                profile.id,
                opened,
                allow_deletions=self._allow_deletions,
                progress=self._progress,
            )

    def _is_due(self, author: str, source: "SourceRecord") -> bool:
        """Files are looked at in every round."""
        from pathlib import Path

        key = (author, source.name)
        if not Path(source.location).is_absolute():
            last = self._asked.get(key)
            if last is not None and time.monotonic() - last < REMOTE_SECONDS:
                return False
            self._asked[key] = time.monotonic()
        return True

    def _is_behind(self, author: str) -> bool:
        """Posts were collected that no complete, searchable version holds: an earlier round was killed."""
        from twin import wiring

        store = wiring.feature_store(self._settings)
        posts = {post.id: post.content_hash for post in store.posts(author)}
        versions = store.versions(author)
        if not (posts and versions):
            return bool(posts)
        newest = versions[-1]
        if posts != {document.id: document.post_hash for document in store.documents(author, newest)}:
            return True
        with wiring.online_index(self._settings) as index:
            return index.published(author, newest.encoder) < newest.number
