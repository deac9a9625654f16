"""The application over real HTTP on loopback, and clients for it."""

import asyncio
import json
import secrets
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx2
import uvicorn
from openai import DefaultHttpxClient, OpenAI

from configs.settings import AccessSettings, load_settings
from fakes.world import World
from inference_pipeline.api import create_app
from inference_pipeline.api.access import COOKIE
from inference_pipeline.api.needs import Need
from inference_pipeline.api.server import bind, dropping_stalled
from inference_pipeline.api.services import AdminPorts
from inference_pipeline.keys import KeyStore
from model_registry.feedback import FeedbackLog

ANSWER = "Right then. The Patient Annie was built in Carrick in 1974."
ACCESS = load_settings(environ={}).access
ASKED = [{"role": "user", "content": "When was the ferry Patient Annie built?"}]


class _QuickToEnd(uvicorn.Server):
    """Looks ten times as often whether it should end: hundreds of tests wait for that."""

    async def main_loop(self) -> None:
        tick = 0
        while not await self.on_tick(tick // 10):
            tick += 1
            await asyncio.sleep(0.01)


class Service:
    """The application behind uvicorn, in a thread with an event loop of its own. The champions are loaded: what a test
    changes afterwards is not changed while the server begins."""

    def __init__(
        self,
        world: World,
        access: AccessSettings | None = None,
        *,
        root_path: str = "",
        admin: AdminPorts | None = None,
        needs: Sequence[Need] = (),
    ) -> None:
        self.world = world
        self.access = access or ACCESS
        self.keys = KeyStore(world.folder / "keys.sqlite")
        self.secret = secrets.token_hex(32)
        self.app = create_app(
            world.pipeline,
            pool=world.pool,
            resolver=world.registry,
            encoders={"hash-encoder": world.encoder},
            store=world.store,
            feedback=FeedbackLog(world.folder / "feedback", world.store),
            settings=world.settings,
            access=self.access,
            keys=self.keys,
            secret=self.secret,
            needs=needs,
            admin=admin,
        )
        http = dropping_stalled(self.access.stalled_seconds)
        config = uvicorn.Config(self.app, http=http, log_config=None, access_log=False, root_path=root_path)
        self.server = _QuickToEnd(config)
        self.socket = bind("127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.thread = threading.Thread(target=self.server.run, args=([self.socket],))
        loaded, refresh = threading.Event(), world.pool.refresh

        async def first_refresh() -> None:
            world.pool.refresh = refresh  # type: ignore[method-assign]
            try:
                await refresh()
            finally:
                loaded.set()

        world.pool.refresh = first_refresh  # type: ignore[method-assign]
        self.thread.start()
        assert loaded.wait(60)
        # Without certificates, which take longer to read than most tests take.
        self.http = httpx2.Client(base_url=self.address, timeout=30, verify=False)
        self.openai = OpenAI(
            base_url=f"{self.address}/v1",
            api_key="none",
            max_retries=0,
            http_client=DefaultHttpxClient(verify=False),
        )

    @property
    def under_way(self) -> int:
        count: int = self.app.state.admission.under_way
        return count

    def sign_in(self) -> dict[str, str]:
        """What a browser sends that opened the page by its link."""
        sessions = self.app.state.sessions
        cookie, session = sessions.open_by_link(sessions.link())
        port = self.socket.getsockname()[1]
        return {"Cookie": f"{COOKIE}_{port}={cookie}", "X-CSRF-Token": session.csrf}

    @contextmanager
    def asked(self, body: dict[str, Any]) -> Iterator[None]:
        """A chat completion is asked for, and nobody reads the answer: the client leaves when the block ends."""
        content = json.dumps(body).encode()
        with socket.create_connection(self.socket.getsockname()) as client:
            client.sendall(
                b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n%s" % (len(content), content)
            )
            yield

    def stop(self) -> None:
        self.http.close()  # first: a server that ends waits for its connections
        self.openai.close()
        self.server.should_exit = True
        self.thread.join()
