"""The twins over HTTP, in OpenAI's wire form."""

from inference_pipeline.api.app import create_app
from inference_pipeline.api.server import serve

__all__ = ["create_app", "serve"]
