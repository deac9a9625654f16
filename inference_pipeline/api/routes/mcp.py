"""POST /mcp: the Model Context Protocol (streamable HTTP, without sessions): the tools search_posts, ask_twin, write_as
and score_text, and posts as resources.
"""

from fastapi import APIRouter, Request, Response
from starlette.types import Receive, Scope, Send

from inference_pipeline.api.services import Services


def routes(services: Services) -> APIRouter:
    router = APIRouter()

    @router.post("/mcp", include_in_schema=False)
    async def mcp(request: Request) -> Response:
        """The protocol has a description of its own, so this is in none of OpenAPI."""
        return _Answered()

    return router


class _Answered(Response):
    """What the SDK answers to the request. It is imported with the first."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        from inference_pipeline.api.mcp.server import make_server

        server = make_server(scope["app"], lambda _: scope["state"]["caller"])
        # Host, origin and size were looked at by AccessControl.
        manager = StreamableHTTPSessionManager(server, json_response=True, stateless=True)
        async with manager.run():
            await manager.handle_request(scope, receive, send)
