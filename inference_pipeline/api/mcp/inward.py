"""Asks an app's own routes, in its process, for a caller who was let in already."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from starlette.types import ASGIApp, Message

from inference_pipeline.api.access import ADMITTED
from inference_pipeline.keys import Caller


class RefusedInwardError(Exception):
    """A route answered with an error: its message says what is wrong, and the way out."""


@dataclass(frozen=True, slots=True)
class Inward:
    app: ASGIApp
    caller: Caller

    async def get(self, *path: str, **query: str | int) -> dict[str, Any]:
        """Raises RefusedInwardError."""
        return await self._ask("GET", path, query, b"")

    async def post(self, *path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Raises RefusedInwardError."""
        return await self._ask("POST", path, {}, json.dumps(body).encode())

    async def _ask(
        self, method: str, path: tuple[str, ...], query: dict[str, str | int], body: bytes
    ) -> dict[str, Any]:
        raw = "/" + "/".join(quote(part, safe="") for part in path)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": "/" + "/".join(path),
            "raw_path": raw.encode(),
            "root_path": "",
            "query_string": urlencode(query).encode(),
            "headers": [(b"content-type", b"application/json"), (b"host", b"localhost")],
            "client": None,
            "server": None,
            "state": {"caller": self.caller, "session": None},
            ADMITTED: True,
        }
        waiting = [body]
        said = bytearray()
        status = 0

        async def receive() -> Message:
            if not waiting:
                await asyncio.Event().wait()  # whoever asks stays until it is answered, or is cancelled
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}

        async def send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                said.extend(message.get("body", b""))

        await self.app(scope, receive, send)
        answered: dict[str, Any] = json.loads(bytes(said))
        if status >= 400:
            raise RefusedInwardError(answered["error"]["message"])
        return answered
