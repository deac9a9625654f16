"""The application: its routes, and what runs beside them for as long as it lives."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from configs.settings import AccessSettings, ServingSettings
from feature_store.ports import Encoder, FeatureReader
from inference_pipeline.api.access import AccessControl
from inference_pipeline.api.admin import admin_routes
from inference_pipeline.api.admission import Admission
from inference_pipeline.api.answering import Answering
from inference_pipeline.api.chat import chat_routes
from inference_pipeline.api.embeddings import embedding_routes
from inference_pipeline.api.errors import answer_errors
from inference_pipeline.api.feedback import feedback_routes
from inference_pipeline.api.health import health_routes
from inference_pipeline.api.metrics import metrics_routes
from inference_pipeline.api.models import model_routes
from inference_pipeline.api.openapi import ANY_ERROR
from inference_pipeline.api.recent_answers import RecentAnswers
from inference_pipeline.api.responses import response_routes
from inference_pipeline.api.score import score_routes
from inference_pipeline.api.search import search_routes
from inference_pipeline.api.write import write_routes
from inference_pipeline.engine_pool import EnginePool
from inference_pipeline.keys import KeyStore
from inference_pipeline.pipeline import AnswerPipeline
from model_registry.feedback import FeedbackLog
from model_registry.ports import ModelPublisher

logger = logging.getLogger(__name__)


def create_app(
    pipeline: AnswerPipeline,
    *,
    pool: EnginePool,
    resolver: ModelPublisher,
    encoder: Encoder,
    encoder_name: str,
    store: FeatureReader,
    feedback: FeedbackLog,
    settings: ServingSettings,
    access: AccessSettings,
    keys: KeyStore,
) -> FastAPI:
    """While it runs it takes up new champions, and lets go of what was erased, every `settings.refresh_seconds`; when
    it ends it closes `pool`."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        refreshing = asyncio.create_task(_refresh_forever(pool, pipeline, settings.refresh_seconds))
        try:
            yield
        finally:
            refreshing.cancel()
            await asyncio.gather(refreshing, return_exceptions=True)
            await pool.close()

    # The interactive pages would be loaded from a content network: nothing here leaves the machine.
    app = FastAPI(title="LLM Twin", lifespan=lifespan, docs_url=None, redoc_url=None, responses=ANY_ERROR)
    app.state.admission = Admission(settings.queue, waiting_capacity=settings.waiting)
    answer_errors(app)
    answering = Answering(pipeline, app.state.admission, RecentAnswers())
    app.include_router(chat_routes(answering))
    app.include_router(response_routes(answering))
    app.include_router(embedding_routes(encoder, encoder_name, app.state.admission))
    app.include_router(write_routes(answering))
    app.include_router(search_routes(pipeline.post_search(store), resolver))
    app.include_router(score_routes(resolver))
    app.include_router(feedback_routes(feedback, answering.recent))
    app.include_router(model_routes(resolver))
    app.include_router(health_routes(pool, resolver))
    app.include_router(metrics_routes())
    app.include_router(admin_routes(pool=pool, registry=resolver, keys=keys, admission=app.state.admission))
    app.add_middleware(AccessControl, keys=keys, settings=access, admission=app.state.admission)
    if access.cors_origins:  # the last to be added is the first to be asked: refusals carry its headers too
        app.add_middleware(
            CORSMiddleware,
            allow_origins=access.cors_origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["*"],
            expose_headers=["Retry-After"],
        )
    return app


async def _refresh_forever(pool: EnginePool, pipeline: AnswerPipeline, seconds: float) -> None:
    while True:
        try:
            await pool.refresh()
            await asyncio.to_thread(pipeline.refresh)
        except Exception:  # a bug there must not end the loop: the server would never see a new champion again
            logger.exception("looking for what is new failed")
        await asyncio.sleep(seconds)
