"""Make again what can be made again: the registry's database, the index, what is cached. What cannot (posts, the tables
that they lie in, trained weights) is never touched."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from configs.errors import TwinError
from configs.settings import Settings
from feature_store.errors import StoreCorruptError
from feature_store.versions import FeatureVersion
from model_registry.errors import ModelRegistryError
from model_registry.ports import has_champion
from twin import wiring

if TYPE_CHECKING:
    from feature_store.ports import FeatureReader, OnlineIndex
    from model_registry.ports import AdapterVersion, ModelPublisher

UNKNOWN_TEXT = "it was trained on text that may have been erased since, and what was known of that is lost"


def repair(settings: Settings) -> Iterator[str]:
    """Look at everything, make again what is damaged, and say what was done, one sentence each. Nothing: all is whole.

    Raises RegistryUnreachableError.
    """
    yield from _caches(settings)
    yield from _registry(settings)
    yield from _indexes(settings)


def _caches(settings: Settings) -> Iterator[str]:
    from feature_store.file_digests import is_whole, remove_sealed
    from model_registry.base_models import SERVED

    cache = settings.cache_dir
    for path in [*(cache / SERVED).glob("[!.]*.gguf"), *_folders(cache, "base", "encoders", "graphs")]:
        if not is_whole(path, cache):
            remove_sealed(path)
            yield f"{path} is not what was made there, and is removed: it is made again where it is used."


def _folders(cache: Path, *kinds: str) -> Iterator[Path]:
    for kind in kinds:
        yield from (path for path in sorted((cache / kind).glob("[!.]*")) if path.is_dir())


def _registry(settings: Settings) -> Iterator[str]:
    done = wiring.repair_registry(settings)
    yield from done.said
    if not done.registered:
        return
    registry, store = wiring.model_registry(settings), wiring.feature_store(settings)
    for author, numbers in done.registered.items():
        found = [version for version in registry.versions(author) if version.number in numbers]
        try:
            tainted = [version.number for version in found if _may_be_tainted(settings, version, store)]
        except TwinError as error:  # the author's features are gone, too: nothing says what may still be used
            yield f"no version of {author} is made champion: {error} Choose: twin promote {author} --version VERSION"
            continue
        if tainted:
            registry.taint(author, tainted, UNKNOWN_TEXT)
            named = ", ".join(f"v{number}" for number in tainted)
            yield f"{named} of {author} may not be used any more: {UNKNOWN_TEXT}."
        if not has_champion(registry, author):
            yield _choose_champion(registry, author)


def _choose_champion(registry: "ModelPublisher", author: str) -> str:
    """The newest version that passes its gates becomes champion. In words, with the reason."""
    refused: list[str] = []
    for version in reversed(registry.readable_versions(author)[0]):
        try:
            registry.promote(author, version.number)
        except ModelRegistryError:
            refused.append(version.name)
            continue
        before = f" ({', '.join(refused)} did not pass)" if refused else ""
        return (
            f"{version.name} is the champion of {author}: which one was is not known, and of those that pass their "
            f"gates it is the newest{before}. To have another one: twin promote {author} --version VERSION"
        )
    return (
        f"{author} has no champion: which version was is not known, and {', '.join(refused) or 'none'} may not be one. "
        f"To see why: twin promote {author} --version {refused[0] if refused else 'VERSION'}. To make another: "
        f"twin train {author}"
    )


def _may_be_tainted(settings: Settings, version: "AdapterVersion", store: "FeatureReader") -> bool:
    """Whether its features, or the feedback that it learnt from, are not what they were when it was trained."""
    trained_on = version.manifest.features
    now = {features.number: features for features in store.versions(version.author)}.get(trained_on.number)
    kept = wiring.feedback_log(settings).ids(version.author)
    return now is None or now.digest != trained_on.digest or not kept.issuperset(version.manifest.feedback)


def _indexes(settings: Settings) -> Iterator[str]:
    store = wiring.feature_store(settings)
    with wiring.online_index(settings) as index:
        for profile in store.authors():
            try:
                versions = store.versions(profile.id)
                if damage := _damage(index, profile.id, versions):
                    with store.writing(profile.id):
                        _publish_again(index, store, profile.id, versions)
                    span = f"{versions[0].name} to {versions[-1].name}"
                    yield f"the index of {profile.id} is made again, of {span}: {damage}"
            except TwinError as error:
                yield f"the index of {profile.id} cannot be made again: {error}"


def _damage(index: "OnlineIndex", author: str, versions: Sequence[FeatureVersion]) -> str:
    """What is wrong with it; "" for nothing."""
    try:
        for encoder in {version.encoder for version in versions}:
            index.verify(author, encoder)
    except StoreCorruptError as error:
        return str(error).partition(". ")[0] + "."
    newest = versions[-1] if versions else None
    if newest and index.published(author, newest.encoder) != newest.number:
        return f"{newest.name} was not in it."
    return ""


def _publish_again(
    index: "OnlineIndex", store: "FeatureReader", author: str, versions: Sequence[FeatureVersion]
) -> None:
    """Every version that has text, so that a pinned model finds what it was trained on."""
    index.erase(author)
    for version in versions:
        if chunks := store.chunks(author, version):
            vector = chunks[0].vector
            assert vector is not None
            index.publish(version, chunks, dimensions=len(vector))
