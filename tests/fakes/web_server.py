"""A web server on loopback that does as it is told, and a clock that nobody waits for."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from configs.settings import FetchingSettings, load_settings
from feature_pipeline.fetching.cache import PageCache
from feature_pipeline.fetching.polite import PoliteFetcher
from feature_pipeline.fetching.waits import Clock


@dataclass(frozen=True)
class Answer:
    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None  # what Content-Length claims; None for the truth
    pieces: Callable[[], Iterator[bytes]] | None = None  # sent as they come, instead of the body


Route = Answer | Callable[[str, Mapping[str, str]], Answer]


@dataclass
class WebServer:
    """Answers what `routes` holds by path and query; a list is worked off, its last answer stays. 404 for the rest."""

    routes: dict[str, Route | list[Route]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    @property
    def counts(self) -> Counter[str]:
        return Counter(self.paths)

    def answer(self, path: str, headers: Mapping[str, str]) -> Answer:
        self.asked.append((path, {name.lower(): value for name, value in headers.items()}))
        route = self.routes.get(path, Answer(b"not here", 404))
        if isinstance(route, list):
            route = route.pop(0) if len(route) > 1 else route[0]
        return route if isinstance(route, Answer) else route(path, headers)


@contextmanager
def web_server(routes: dict[str, Route | list[Route]] | None = None) -> Iterator[WebServer]:
    server = WebServer(routes if routes is not None else {})

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each answer waits 40 ms for the client's acknowledgement

        def log_message(self, *args: Any) -> None:
            return None

        def do_GET(self) -> None:
            answer = server.answer(self.path, self.headers)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.pieces is None:
                self.send_header("Content-Length", str(len(answer.body) if answer.length is None else answer.length))
            self.close_connection = answer.pieces is not None or answer.length is not None
            try:
                self.end_headers()
                for piece in answer.pieces() if answer.pieces else [answer.body]:
                    self.wfile.write(piece)
                    self.wfile.flush()
            except OSError:
                self.close_connection = True  # the client has had enough

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        server.port = listening.server_port
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join()


@dataclass
class FakeClock:
    """Time passes when somebody sleeps."""

    time: float = 1_700_000_000.0
    slept: list[float] = field(default_factory=list)

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: self.time, sleep=self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.time += seconds


def fetching_settings(**changes: Any) -> FetchingSettings:
    """The default ones, with loopback allowed."""
    settings = load_settings(environ={}).fetching
    return settings.model_copy(update={"allow_hosts": ["127.0.0.1"], **changes})


def polite_fetcher(folder: Path, clock: FakeClock | None = None, **changes: Any) -> PoliteFetcher:
    time = clock or FakeClock()
    cache = PageCache(folder / "pages.sqlite", now=lambda: time.time)
    return PoliteFetcher(fetching_settings(**changes), cache, clock=time.clock)
