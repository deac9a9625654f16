"""Collect all of an author's sources again; make a feature version when anything changed."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from configs.errors import TwinError
from configs.progress import Progress
from configs.settings import Settings
from feature_store.errors import StoreBusyError, StoreCorruptError
from feature_store.versions import AuthorProfile, SourceRecord
from twin import wiring
from twin.jobs import authors, collect, features
from twin.wording import one_line

if TYPE_CHECKING:
    from feature_pipeline.collecting import CollectReport
    from feature_pipeline.pipeline import FeaturesReport

SERVER_SECONDS = 900.0  # how often a watch asks a server for the same source
FEATURES, INDEX = "features", "index"


@dataclass
class Synced:
    """What one round found for one author. A source that failed is left as it was; the others go on."""

    profile: AuthorProfile
    reports: list["CollectReport"] = field(default_factory=list)
    failures: dict[str, TwinError] = field(default_factory=dict)  # by source, or "features", or "index"
    version: "FeaturesReport | None" = None  # None: nothing had to be made

    @property
    def has_news(self) -> bool:
        return bool(self.failures or (self.version and self.version.written) or any(r.any for r in self.reports))

    def summary(self) -> str:
        lines = [f"{one_line(report.source)}: {collect.summary(report)}" for report in self.reports]
        lines += [f"{name}: {error}" for name, error in self.failures.items()]
        if self.version:
            lines.append(features.summary(self.version))
        return "\n  ".join([self.profile.name, *(lines or ["no source yet: twin collect PLACE --author NAME"])])

    def as_data(self) -> dict[str, Any]:
        return {
            "author": self.profile.id,
            "sources": [asdict(report) for report in self.reports],
            "failures": {name: str(error) for name, error in self.failures.items()},
            "version": self.version.version.name if self.version else None,
        }


@dataclass
class Sync:
    """Rounds of one author, or of all: a server is asked again only after SERVER_SECONDS."""

    settings: Settings
    progress: Progress
    author: str | None = None  # name or id; None: all authors
    publish: bool = True
    allow_deletions: bool = False
    _asked: dict[tuple[str, str], float] = field(default_factory=dict)  # author and source on a server → when

    def once(self) -> list[Synced]:
        """One round. Raises UnknownAuthorError, and what is no fault of a source: StoreBusyError, DiskFullError."""
        return [self._round(profile) for profile in authors.named_or_all(self.settings, self.author)]

    def watch(self, every: float, tell: Callable[[Synced], None]) -> NoReturn:
        """A round every `every` seconds, without end; `tell` is given what has news. A round that meets another writer
        is skipped; the first raises StoreBusyError."""
        found = self.once()
        while True:
            for one in found:
                if one.has_news:
                    tell(one)
            time.sleep(every)
            try:
                found = self.once()
            except StoreBusyError as error:  # a collection beside the watch is over by the next round
                found = []
                self.progress.say(str(error))

    def _round(self, profile: AuthorProfile) -> Synced:
        from feature_pipeline.errors import FeaturePipelineError

        synced = Synced(profile)
        for source in wiring.feature_store(self.settings).sources(profile.id):
            if not self._is_due(profile.id, source):
                continue
            try:
                report = collect.collect_again(
                    self.settings,
                    profile,
                    source,
                    allow_deletions=self.allow_deletions,
                    progress=self.progress,
                )
                synced.reports.append(report)
            except FeaturePipelineError as error:
                synced.failures[source.name] = error
        if self.publish and (any(report.any for report in synced.reports) or self._is_behind(profile.id)):
            try:
                synced.version = features.build_features(self.settings, profile.id, progress=self.progress)
            except (FeaturePipelineError, StoreCorruptError) as error:
                synced.failures[FEATURES] = error
        elif self.publish:
            try:
                self._verify_index(profile.id)
            except StoreCorruptError as error:
                synced.failures[INDEX] = error
        return synced

    def _is_due(self, author: str, source: SourceRecord) -> bool:
        """Files are read in every round. Two kinds may have the same location: the account "maud" at two services."""
        key, now = (author, source.name), time.monotonic()
        last = self._asked.get(key)
        if Path(source.location).is_absolute() or last is None or now - last >= SERVER_SECONDS:
            self._asked[key] = now
            return True
        return False

    def _is_behind(self, author: str) -> bool:
        """Posts were collected that no complete, searchable version holds: an earlier round was killed."""
        store = wiring.feature_store(self.settings)
        posts = {post.id: post.content_hash for post in store.posts(author)}
        versions = store.versions(author)
        if not (posts and versions):
            return bool(posts)
        newest = versions[-1]
        if posts != {document.id: document.post_hash for document in store.documents(author, newest)}:
            return True
        with wiring.online_index(self.settings) as index:
            return index.published(author, newest.encoder) < newest.number

    def _verify_index(self, author: str) -> None:
        """That nothing has changed is no news of an index that a disk has damaged. Raises StoreCorruptError."""
        versions = wiring.feature_store(self.settings).versions(author)
        if versions:
            with wiring.online_index(self.settings) as index:
                index.verify(author, versions[-1].encoder)
