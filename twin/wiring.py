"""Makes concrete things of the settings: the one place that names backends. Each function imports what it makes."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from configs.errors import SettingsError
from configs.settings import Settings

if TYPE_CHECKING:
    from feature_pipeline.fetching.cache import PageCache
    from feature_pipeline.sources import Source
    from feature_store.ports import Encoder, FeatureWriter, OnlineIndex
    from feature_store.versions import AuthorProfile, SourceRecord
    from inference_pipeline.engine_pool import EnginePool
    from inference_pipeline.engines import Engine
    from inference_pipeline.pipeline import AnswerPipeline
    from model_registry.base_models import BaseModelFiles
    from model_registry.ports import ModelPublisher

BYTES_PER_MB = 1_000_000


def feature_store(settings: Settings) -> "FeatureWriter":
    from feature_store.backends.delta import DeltaFeatureStore

    return DeltaFeatureStore(settings.data_dir / "features", min_free_mb=settings.feature_store.min_free_mb)


@contextmanager
def online_index(settings: Settings) -> Iterator["OnlineIndex"]:
    with closing(_open_index(settings)) as index:
        yield index


def _open_index(settings: Settings) -> "OnlineIndex":
    store = settings.feature_store
    if store.index == "qdrant_edge":
        from feature_store.backends.qdrant_edge import QdrantEdgeIndex

        return QdrantEdgeIndex(settings.data_dir / "index", min_free_mb=store.min_free_mb)
    from feature_store.backends.qdrant import QdrantIndex

    if not store.qdrant_url:
        raise SettingsError("feature_store.index is qdrant, and feature_store.qdrant_url says no address. Set it.")
    return QdrantIndex.connect(store.qdrant_url, store.qdrant_api_key)


def encoder(settings: Settings) -> "Encoder":
    return _encoder(settings.feature_store.encoder)


@lru_cache(maxsize=1)  # `twin up` embeds posts, then a question, then serves: the model is loaded once
def _encoder(name: str) -> "Encoder":
    from feature_store.encoder import load_encoder

    return load_encoder(name)


def model_registry(settings: Settings) -> "ModelPublisher":
    from model_registry.backends.mlflow import MlflowRegistry

    return MlflowRegistry(settings.data_dir / "models", tracking_uri=settings.model_registry.tracking_uri)


def base_model(settings: Settings) -> "BaseModelFiles":
    from model_registry.base_models import find_base_model

    return find_base_model(settings.base_model.name, settings.cache_dir)


@dataclass(frozen=True, slots=True)
class OpenedSource:
    source: "Source"
    record: "SourceRecord"  # what was wanted, with kind, name and absolute place filled in
    complete: Callable[[], None]  # to be called once everything was collected


@contextmanager
def source(settings: Settings, profile: "AuthorProfile", wanted: "SourceRecord") -> Iterator[OpenedSource]:
    """What `wanted` names, opened. Raises UnknownSourceError, SourceError."""
    from datetime import UTC, datetime

    from feature_pipeline.fetching.cache import PageCache
    from feature_pipeline.fetching.polite import PoliteFetcher
    from feature_pipeline.locations import Location
    from feature_pipeline.sources import SourceOptions, open_source, recognise, split_kind

    said, text = (wanted.kind, wanted.location) if wanted.kind else split_kind(wanted.location)
    pages = PageCache(page_cache(settings, profile.id, text))
    with PoliteFetcher(settings.fetching, pages) as fetcher, _retreating(pages):
        location = Location(text, fetcher)
        kind = said or recognise(location)
        place = str(location.path) if location.path else location.text
        options = SourceOptions(
            author=profile.id,
            author_name=profile.name,
            me=wanted.me,
            base_url=wanted.base_url,
            max_file_bytes=round(settings.feature_pipeline.max_file_mb * BYTES_PER_MB),
            max_pages=settings.fetching.max_pages,
            fetched_at=datetime.now(UTC).isoformat(timespec="seconds"),
            fetcher=fetcher,
            services=settings.services,
        )
        opened = open_source(location, options, kind)
        record = wanted.model_copy(update={"name": opened.name, "kind": kind, "location": place})
        yield OpenedSource(opened, record, pages.complete)


@contextmanager
def _retreating(pages: "PageCache") -> Iterator[None]:
    """A wrong answer is asked for anew next time; a server that does not answer, or a kill, costs nothing again."""
    from feature_pipeline.errors import SourceError, UnreachableError

    try:
        yield
    except UnreachableError:
        raise
    except SourceError:
        pages.retreat()
        raise


def page_cache(settings: Settings, author: str, location: str) -> Path:
    """Where the pages fetched for a location are kept, so that a killed collection goes on."""
    from feature_store.records import digest_of

    return pages_dir(settings, author) / f"{digest_of(location)[:24]}.sqlite"


def pages_dir(settings: Settings, author: str) -> Path:
    return settings.data_dir / "pages" / author


def work_dir(settings: Settings) -> Path:
    """Where a training run under way keeps its checkpoints."""
    return settings.data_dir / "training"


@contextmanager
def serving_probe(settings: Settings, base: "BaseModelFiles") -> Iterator["EngineProbe"]:
    probe = EngineProbe(settings, base)
    try:
        yield probe
    finally:
        probe.close()


class EngineProbe:
    """model_registry.ports.ServingProbe over the configured serving engine. One engine is in memory at a time."""

    def __init__(self, settings: Settings, base: "BaseModelFiles") -> None:
        self._settings = settings
        self._base = base
        self._adapter: Path | None = None
        self._engine: Engine | None = None

    @property
    def engine(self) -> str:
        return self._settings.serving.engine

    def prompt_tokens(self, prompt: str) -> list[int]:
        return (self._engine or self._load(None)).prompt_tokens(prompt)

    def greedy(self, adapter: Path, prompts: Sequence[str], max_tokens: int) -> list[tuple[list[int], list[float]]]:
        engine = self._load(adapter)
        return [engine.greedy(engine.prompt_tokens(prompt), max_tokens) for prompt in prompts]

    def close(self) -> None:
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def _load(self, adapter: Path | None) -> "Engine":
        from inference_pipeline.engines import engine_module

        if self._engine is None or self._adapter != adapter:
            self.close()
            settings = self._settings
            self._engine = engine_module(settings.serving.engine).load(
                self._base, adapter, settings.cache_dir, settings.training.device
            )
            self._adapter = adapter
        return self._engine


@contextmanager
def answering(settings: Settings, base: "BaseModelFiles") -> Iterator[tuple["AnswerPipeline", "EnginePool"]]:
    """What answers questions. The pool belongs to the event loop that uses it, which closes it."""
    from inference_pipeline.engine_pool import EnginePool
    from inference_pipeline.engines import engine_module
    from inference_pipeline.pipeline import AnswerPipeline

    engine = engine_module(settings.serving.engine)
    vectors = encoder(settings)
    pool = EnginePool(
        resolver=model_registry(settings),
        base=base,
        encoder=vectors.fingerprint,
        load=lambda adapter: engine.load(base, adapter, settings.cache_dir, settings.training.device),
        profile=feature_store(settings).profile,
        capacity=settings.serving.loaded_versions,
    )
    with online_index(settings) as index:
        yield AnswerPipeline(pool=pool, index=index, encoder=vectors, base=base, settings=settings.serving), pool
