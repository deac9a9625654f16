"""The application: its routes, and what runs beside them for as long as it lives."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from configs.settings import AccessSettings, ServingSettings
from feature_store.ports import Encoder, FeatureReader
from inference_pipeline.api.access import AccessControl
from inference_pipeline.api.admission import Admission
from inference_pipeline.api.answering import Answering
from inference_pipeline.api.errors import answer_errors
from inference_pipeline.api.needs import Need, Needs
from inference_pipeline.api.openapi import ANY_ERROR
from inference_pipeline.api.recent_answers import RecentAnswers
from inference_pipeline.api.routes import routers
from inference_pipeline.api.services import AdminPorts, Services
from inference_pipeline.api.sessions import Sessions
from inference_pipeline.engine_pool import EnginePool
from inference_pipeline.keys import KeyStore
from inference_pipeline.pipeline import AnswerPipeline
from inference_pipeline.running_server import key_of
from model_registry.feedback import FeedbackLog
from model_registry.ports import ModelPublisher

JOBS_SECONDS = 1.0  # how often it looks whose turn it is

logger = logging.getLogger(__name__)


def create_app(
    pipeline: AnswerPipeline,
    *,
    pool: EnginePool,
    resolver: ModelPublisher,
    encoders: Mapping[str, Encoder],
    store: FeatureReader,
    feedback: FeedbackLog,
    settings: ServingSettings,
    access: AccessSettings,
    keys: KeyStore,
    secret: str | None = None,
    needs: Sequence[Need] = (),
    admin: AdminPorts | None = None,
) -> FastAPI:
    """While it runs it takes up new champions, and lets go of what was erased, every `settings.refresh_seconds`, and
    begins the jobs whose turn it is; when it ends it closes `pool`. By `secret` it proves to commands of this machine
    that it is the server they look for. It is ready while all of `needs` answer."""
    secret = secret or secrets.token_hex(32)
    needed = Needs(needs)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        forever = [_forever(settings.refresh_seconds, _refresh, pool, pipeline)]
        if admin:
            forever.append(_forever(JOBS_SECONDS, asyncio.to_thread, admin.jobs.tick))
        beside = [asyncio.create_task(one) for one in forever]
        try:
            yield
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            needed.close()
            await pool.close()

    # The interactive pages would be loaded from a content network: nothing here leaves the machine.
    app = FastAPI(title="LLM Twin", lifespan=lifespan, docs_url=None, redoc_url=None, responses=ANY_ERROR)
    app.state.admission = Admission(settings.parallel, max_wait_seconds=settings.max_wait_seconds)
    app.state.sessions = Sessions(keys)
    answer_errors(app)
    answering = Answering(pipeline, app.state.admission, RecentAnswers())
    services = Services(
        answering=answering,
        posts=pipeline.post_search(store),
        encoders=encoders,
        feedback=feedback,
        pool=pool,
        registry=resolver,
        keys=keys,
        secret=secret,
        sessions=app.state.sessions,
        needs=needed,
        admin=admin,
    )
    for router in routers(services):
        app.include_router(router)
    app.add_middleware(
        AccessControl,
        keys=keys,
        sessions=app.state.sessions,
        own_key=key_of(secret),
        settings=access,
        admission=app.state.admission,
    )
    if access.cors_origins:  # the last to be added is the first to be asked: refusals carry its headers too
        app.add_middleware(
            CORSMiddleware,
            allow_origins=access.cors_origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["*"],
            expose_headers=["Retry-After"],
        )
    return app


async def _refresh(pool: EnginePool, pipeline: AnswerPipeline) -> None:
    await pool.refresh()
    await asyncio.to_thread(pipeline.refresh)


async def _forever(seconds: float, work: Callable[..., Awaitable[None]], *arguments: object) -> None:
    while True:
        try:
            await work(*arguments)
        except Exception:  # a bug there must not end the loop: the server would never see a new champion again
            logger.exception("looking for what is new failed")
        await asyncio.sleep(seconds)
