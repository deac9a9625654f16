"""Give back what was collected: a folder of Markdown files, one a post, that can be collected again."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from configs.progress import Progress, track
from configs.settings import Settings
from feature_store.records import Document, PostKind
from feature_store.versions import FeatureVersion
from twin import wiring


@dataclass(frozen=True, slots=True)
class Kept:
    """Documents of a feature version that may be written elsewhere: without what is quarantined."""

    version: FeatureVersion
    documents: Sequence[Document]
    quarantined: int
    messages: int  # private ones, left out


@dataclass(frozen=True, slots=True)
class PostsWritten:
    folder: Path
    features: str  # "F3"
    kinds: dict[str, int]  # how many were written of each
    quarantined: int  # left out
    messages: int  # private ones, left out
    changed: int  # whose text would be read a little differently

    @property
    def total(self) -> int:
        return sum(self.kinds.values())


def kept(settings: Settings, author: str, version: str | None, *, with_messages: bool) -> Kept:
    """Of the newest features, or of those that the model `version` was trained on. Raises UnknownFeatureVersionError,
    UnknownModelError, TaintedModelError."""
    store = wiring.feature_store(settings)
    number = wiring.model_registry(settings).resolve(author, version).manifest.features.number if version else None
    features = store.version(author, number)
    documents = store.documents(author, features)
    erased = set(store.forgotten(author).pending)  # of an erasure that a kill interrupted
    good = [document for document in documents if not document.quarantine and document.id not in erased]
    chosen = [document for document in good if with_messages or document.kind is not PostKind.MESSAGE]
    return Kept(features, chosen, sum(bool(d.quarantine) for d in documents), len(good) - len(chosen))


def export_posts(
    settings: Settings, author: str, version: str | None, to: Path, *, with_messages: bool, progress: Progress
) -> PostsWritten:
    """Write them into the folder `to`, whole or not at all. Masked values stay masked. Raises what `kept` raises, and
    ExportTargetError."""
    from feature_pipeline.formats.exported_posts import files_of, write_exported
    from model_registry.export_folder import exporting

    found = kept(settings, author, version, with_messages=with_messages)
    files = list(files_of(found.documents))
    changed = 0
    said = {"author": author, "features": found.version.name, "digest": found.version.digest, "forms": ["posts"]}
    with exporting(to, said) as (staging, target):
        for name, document in track(files, progress, "export the posts", len(files)):
            text, same = write_exported(document)
            (staging / name).parent.mkdir(exist_ok=True)
            (staging / name).write_text(text, encoding="utf-8", newline="\n")
            changed += not same
    kinds = Counter(document.kind.value for document in found.documents)
    return PostsWritten(target, found.version.name, dict(kinds), found.quarantined, found.messages, changed)
