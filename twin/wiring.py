"""Makes concrete things of the settings: the one place that names backends. Heavy imports stand in the functions."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from configs.errors import SettingsError
from configs.files import close_to_others
from configs.settings import Settings
from feature_store.encoder_files import AUTO, FOR_ENGLISH
from feature_store.errors import UnknownFeatureVersionError
from feature_store.records import digest_of
from feature_store.versions import AuthorProfile, FeatureVersion, SourceRecord

if TYPE_CHECKING:
    from pydantic import BaseModel

    from configs.progress import Progress
    from feature_pipeline.fetching.cache import PageCache
    from feature_pipeline.labels.backward_prompts import BackwardPrompts
    from feature_pipeline.source_contract import Source
    from feature_store.encoder import SentenceEncoder
    from feature_store.ports import Encoder, FeatureWriter, OnlineIndex
    from inference_pipeline.engine_pool import EnginePool
    from inference_pipeline.engines import Engine
    from inference_pipeline.keys import KeyStore
    from inference_pipeline.pipeline import AnswerPipeline
    from inference_pipeline.probes import IndexProbe
    from inference_pipeline.uploads import Uploads
    from model_registry.backends.mlflow_repair import RegistryRepair
    from model_registry.base_models import BaseModelFiles
    from model_registry.feedback import FeedbackLog
    from model_registry.ports import AdapterVersion, ModelPublisher
    from training_pipeline.evaluation.judge import Judge
    from training_pipeline.run_context import RunContext
    from twin.background.runner import JobRunner

ENCODERS = 4  # kept loaded
GPU_DEVICES = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")  # of NVIDIA, of AMD, and of either under WSL
FEATURES, MODELS, KEYS = "features", "models", "keys.sqlite"  # by one of these a data folder is known


def _private_data(settings: Settings) -> Path:
    """The data folder; one of ours, which an earlier release may have left open to others, is closed to them. So is
    what else holds what a model learnt."""
    from model_registry.base_models import SERVED

    data = settings.data_dir
    if any((data / name).exists() for name in (FEATURES, MODELS, KEYS)):
        close_to_others(data)
    close_to_others(settings.cache_dir / SERVED)
    return data


def feature_store(settings: Settings) -> "FeatureWriter":
    from feature_store.backends.delta import DeltaFeatureStore

    return DeltaFeatureStore(_private_data(settings) / FEATURES, min_free_mb=settings.feature_store.min_free_mb)


def online_index(settings: Settings) -> "closing[OnlineIndex]":
    store = settings.feature_store
    if store.index == "qdrant_edge":
        from feature_store.backends.qdrant_edge import QdrantEdgeIndex

        return closing(QdrantEdgeIndex(settings.data_dir / "index", min_free_mb=store.min_free_mb))
    from feature_store.backends.qdrant import QdrantIndex

    if not store.qdrant_url:
        raise SettingsError("feature_store.index is qdrant, and feature_store.qdrant_url says no address. Set it.")
    return closing(QdrantIndex.connect(store.qdrant_url, store.qdrant_api_key))


def question_encoder(settings: Settings, author: str) -> "Encoder":
    """The author's encoder as a server asks it, one text at a time; where there is a GPU, as it is."""
    return question_encoder_called(settings, encoder_name(settings, author))


def question_encoder_called(settings: Settings, name: str) -> "Encoder":
    return _question_encoder(name, settings.cache_dir)


@lru_cache(maxsize=ENCODERS)
def _question_encoder(name: str, cache_dir: Path) -> "Encoder":
    from feature_store.compiled_encoder import CompiledEncoder

    found = _encoder(name, cache_dir)
    return found if _has_gpu() else CompiledEncoder(found, cache_dir)


def keep_question_graph(settings: Settings, author: str) -> None:
    """So that the first question need not wait for it."""
    from feature_store.compiled_encoder import CompiledEncoder

    encoder = question_encoder(settings, author)
    if isinstance(encoder, CompiledEncoder):
        encoder.keep()


def _has_gpu() -> bool:
    """torch, which knows for sure, takes seconds to import: it is asked only where there is a driver's device."""
    if not any(map(os.path.exists, GPU_DEVICES)):
        return False
    import torch

    return torch.cuda.is_available()


def encoder(settings: Settings, author: str) -> "Encoder":
    return encoder_called(settings, encoder_name(settings, author))


def encoder_called(settings: Settings, name: str) -> "Encoder":
    return _encoder(name, settings.cache_dir)


def encoder_name(settings: Settings, author: str) -> str:
    """As the settings have it; with `auto`, the one that was chosen for the author's newest features, else that for
    English. Raises UnknownAuthorError."""
    if settings.feature_store.encoder != AUTO:
        return settings.feature_store.encoder
    versions = feature_store(settings).versions(author)
    return (versions[-1].chosen_encoder if versions else "") or usual_encoder(settings)


def usual_encoder(settings: Settings) -> str:
    """Of an author of whom nothing is known yet."""
    return FOR_ENGLISH if settings.feature_store.encoder == AUTO else settings.feature_store.encoder


@lru_cache(maxsize=ENCODERS)  # `twin up` embeds posts, then a question, then serves: the model is loaded once
def _encoder(name: str, cache_dir: Path) -> "SentenceEncoder":
    from feature_store.encoder import load_encoder

    return load_encoder(name, cache_dir)


def model_registry(settings: Settings) -> "ModelPublisher":
    from model_registry.backends.mlflow import MlflowRegistry

    uri = settings.model_registry.tracking_uri
    return MlflowRegistry(_private_data(settings) / MODELS, tracking_uri=uri, judges=judges)


def repair_registry(settings: Settings) -> "RegistryRepair":
    from model_registry.backends.mlflow_repair import repair

    return repair((_private_data(settings) / MODELS).resolve(), settings.model_registry.tracking_uri)


def judges() -> dict[str, "Judge"]:
    """By name, the most important first. Imported when asked for: a server that promotes nothing loads none."""
    from training_pipeline.evaluation.judges import load_judges

    return load_judges()


def base_model(settings: Settings) -> "BaseModelFiles":
    from model_registry.base_models import find_base_model

    return find_base_model(settings.base_model.name, settings.cache_dir)


@dataclass(frozen=True, slots=True)
class OpenedSource:
    source: "Source"
    record: SourceRecord  # what was wanted, with kind, name and absolute place filled in
    complete: Callable[[], None]  # to be called once everything was collected


@contextmanager
def source(settings: Settings, profile: AuthorProfile, wanted: SourceRecord) -> Iterator[OpenedSource]:
    """What `wanted` names, opened. Raises UnknownSourceError, SourceError."""
    from feature_pipeline.archives import MEGABYTE
    from feature_pipeline.fetching.cache import PageCache
    from feature_pipeline.fetching.polite import PoliteFetcher
    from feature_pipeline.source_contract import Location, SourceOptions
    from feature_pipeline.sources import open_source, split_kind

    said, text = (wanted.kind, wanted.location) if wanted.kind else split_kind(wanted.location)
    pages = PageCache(page_cache(settings, profile.id, text))
    with PoliteFetcher(settings.fetching, pages) as fetcher, _retreating(pages):
        location = Location(text, fetcher)
        options = SourceOptions(
            author=profile.id,
            author_name=profile.name,
            me=wanted.me,
            base_url=wanted.base_url,
            max_file_bytes=round(settings.feature_pipeline.max_file_mb * MEGABYTE),
            max_pages=settings.fetching.max_pages,
            fetched_at=datetime.now(UTC).isoformat(timespec="seconds"),
            answered_within=timedelta(minutes=settings.feature_pipeline.reply_minutes),
            fetcher=fetcher,
            services=settings.services,
        )
        kind, opened = open_source(location, options, kind=said)
        place = str(location.path) if location.path else location.text
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
        pages.drop_failed()
        raise


def page_cache(settings: Settings, author: str, location: str) -> Path:
    """Where the pages fetched for a location are kept, so that a killed collection goes on."""
    return pages_dir(settings, author) / f"{digest_of(location)[:24]}.sqlite"


def pages_dir(settings: Settings, author: str) -> Path:
    return settings.data_dir / "pages" / author


@contextmanager
def backward_prompts(settings: Settings, author: str) -> Iterator["BackwardPrompts | None"]:
    """A model that says which requests posts answer, where the settings want one. Raises SettingsError."""
    from feature_pipeline.fetching.chat_endpoint import ChatEndpoint
    from feature_pipeline.labels.backward_prompts import BackwardPrompts
    from inference_pipeline.probes import EngineProbe, EnginePromptMaker

    posts, services = settings.feature_pipeline.backward_prompts, settings.services
    file = backward_file(settings, author)
    if not posts:
        yield None
    elif services.chat_url:
        if not services.chat_model:
            raise SettingsError("services.chat_url is set, and services.chat_model names no model. Set it.")
        yield BackwardPrompts(ChatEndpoint(services.chat_url, services.chat_model, services.chat_key), file, posts)
    else:
        base = base_model(settings)
        with closing(EngineProbe(settings, base)) as probe:
            yield BackwardPrompts(EnginePromptMaker(probe, base), file, posts)


def backward_file(settings: Settings, author: str) -> Path:
    """What a model was asked about the author's posts, so that it need not be asked again."""
    return settings.data_dir / "backward" / f"{author}.jsonl"


def feedback_log(settings: Settings) -> "FeedbackLog":
    from model_registry.feedback import FeedbackLog

    return FeedbackLog(settings.data_dir / "feedback", feature_store(settings))


def work_dir(settings: Settings) -> Path:
    """Where a training run under way keeps its checkpoints."""
    return settings.data_dir / "training"


def reports_dir(settings: Settings, author: str) -> Path:
    """Where the reports of `twin evaluate` are: they show the author's own text."""
    return settings.data_dir / "reports" / author


def jobs_dir(settings: Settings) -> Path:
    return settings.data_dir / "jobs"


def job_runner(settings: Settings, kinds: "Mapping[str, type[BaseModel]]") -> "JobRunner":
    from twin import native
    from twin.background.runner import JobRunner

    return JobRunner(jobs_dir(settings), kinds=kinds, settings=settings, environment=os.environ | native.missing())


def uploads(settings: Settings) -> "Uploads":
    from inference_pipeline.uploads import Uploads

    return Uploads(
        settings.data_dir / "uploads",
        max_mb=settings.jobs.max_upload_mb,
        max_files=settings.jobs.max_upload_files,
        min_free_mb=settings.feature_store.min_free_mb,
    )


@contextmanager
def run_context(
    settings: Settings, base: "BaseModelFiles", features: FeatureVersion, *, progress: "Progress"
) -> Iterator["RunContext"]:
    """Where an author's versions are trained and judged, with what the judges ask of serving."""
    from inference_pipeline.answerer import Answerer
    from inference_pipeline.probes import AnswererProbe, EngineProbe
    from training_pipeline.run_context import RunContext

    store = feature_store(settings)
    with (
        closing(EngineProbe(settings, base)) as probe,
        _retrieval_probe(settings, base, features) as retrieval,
    ):
        answers = None
        if retrieval is not None:
            answerer = Answerer(retriever=retrieval.retriever, base=base, settings=settings.serving)
            answers = AnswererProbe(probe, answerer, features, store.profile(features.author).name)
        yield RunContext(
            features=features,
            store=store,
            base=base,
            probe=probe,
            retrieval=retrieval,
            answers=answers,
            training=settings.training,
            evaluation=settings.evaluation,
            folder=work_dir(settings) / features.author,
            cache_dir=settings.cache_dir,
            progress=progress,
            feedback=feedback_log(settings).path(features.author),
        )


@contextmanager
def _retrieval_probe(
    settings: Settings, base: "BaseModelFiles", features: FeatureVersion
) -> Iterator["IndexProbe | None"]:
    """None when `features` cannot be searched: after an index was emptied only the newest F is published again."""
    from inference_pipeline.probes import IndexProbe
    from inference_pipeline.retrieval import Retriever
    from model_registry.prompting import PromptRenderer

    renderer = PromptRenderer(features.author, base.chat_template, base.tokenizer_json, base.special_tokens)
    with online_index(settings) as index:
        retriever = Retriever(index, question_encoder(settings, features.author), settings.serving)
        probe = IndexProbe(features, retriever, lambda text: len(renderer.tokenize(text)))
        try:
            probe.documents("?", 1)
        except UnknownFeatureVersionError:
            yield None
        else:
            yield probe


def key_store(settings: Settings) -> "KeyStore":
    from inference_pipeline.keys import KeyStore

    return KeyStore(_private_data(settings) / KEYS)


def engine_loader(settings: Settings, base: "BaseModelFiles") -> Callable[["AdapterVersion | None"], "Engine"]:
    """What makes the configured engine of a version; None is the base alone. Raises UnknownEngineError, and
    EngineUnavailableError when a remote server is meant and none is named."""
    from inference_pipeline.engines import REMOTE, engine_module, remote

    if settings.serving.engine == REMOTE:
        remote.require_address(settings.remote)
        return lambda version: remote.load(base, version, settings.remote)
    module = engine_module(settings.serving.engine)
    cache, device = settings.cache_dir, settings.training.device
    return lambda version: module.load(base, version.folder if version else None, cache, device)


def _lazily(
    settings: Settings, base: "BaseModelFiles", load: Callable[["AdapterVersion | None"], "Engine"]
) -> Callable[["AdapterVersion | None"], "Engine"]:
    from inference_pipeline.engines.shared.lazy import LazyEngine
    from inference_pipeline.engines.shared.model_config import context_tokens

    limit = context_tokens(base)
    return lambda version: LazyEngine(settings.serving.engine, limit, partial(load, version))


@contextmanager
def answering(
    settings: Settings, base: "BaseModelFiles", *, lazy: bool = False
) -> Iterator[tuple["AnswerPipeline", "EnginePool"]]:
    """What answers questions. The pool belongs to the event loop that uses it, which closes it. `lazy`: a version's
    engine is loaded by the first text that it writes."""
    from inference_pipeline.engine_pool import EnginePool
    from inference_pipeline.pipeline import AnswerPipeline

    embedding = partial(question_encoder, settings)
    load = engine_loader(settings, base)
    pool = EnginePool(
        resolver=model_registry(settings),
        base=base,
        encoder_of=lambda author: embedding(author).fingerprint,
        load=_lazily(settings, base, load) if lazy else load,
        profile=feature_store(settings).profile,
        capacity=settings.serving.loaded_versions,
        max_wait_seconds=settings.serving.max_wait_seconds,
    )
    with online_index(settings) as index:
        yield AnswerPipeline(pool=pool, index=index, encoder_of=embedding, base=base, settings=settings.serving), pool
