"""What the routes are made over."""

from collections.abc import Mapping
from dataclasses import dataclass

from feature_store.ports import Encoder
from inference_pipeline.api.answering import Answering
from inference_pipeline.api.background import Jobs
from inference_pipeline.api.library import Library
from inference_pipeline.api.needs import Needs
from inference_pipeline.api.sessions import Sessions
from inference_pipeline.engine_pool import EnginePool
from inference_pipeline.keys import KeyStore
from inference_pipeline.post_search import PostSearch
from inference_pipeline.uploads import Uploads
from model_registry.feedback import FeedbackLog
from model_registry.ports import ModelPublisher


@dataclass(frozen=True, slots=True)
class AdminPorts:
    """What the page and operators do besides asking: `twin` gives it."""

    jobs: Jobs
    library: Library
    uploads: Uploads
    stalled_seconds: float  # without a byte of an upload


@dataclass(frozen=True, slots=True)
class Services:
    answering: Answering
    posts: PostSearch
    encoders: Mapping[str, Encoder]  # by what clients call them
    feedback: FeedbackLog
    pool: EnginePool
    registry: ModelPublisher
    keys: KeyStore
    secret: str  # of inference_pipeline/running_server.py
    sessions: Sessions
    needs: Needs
    admin: AdminPorts | None  # None: no route for it
