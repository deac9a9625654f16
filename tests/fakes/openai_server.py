"""A server of completions on loopback, as vLLM, llama.cpp and Ollama are to whoever asks them."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

WORDS = ("Yes. ", "Kettle ", "is ", "on, ", "日本", "語 ", "🙂.")


@dataclass
class CompletionServer:
    """Writes the words of a model in a stream, and the same at once to whoever wants no stream."""

    models: dict[str, tuple[str, ...]] = field(default_factory=lambda: {"smol": ("Once ", "more."), "maud-v1": WORDS})
    forgiving: bool = False  # answers a name that it does not know with its first model
    status: int = 200  # of completions
    error: dict[str, Any] = field(default_factory=lambda: {"message": "no such thing"})  # with another status
    lines: list[bytes] | None = None  # sent instead of a stream
    finish_reason: str = "stop"
    usage: int | None = 9
    hold: threading.Event = field(default_factory=threading.Event)  # cleared: a stream stops after its first word
    left: threading.Event = field(default_factory=threading.Event)  # a client went before the end
    asked: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)
    port: int = 0

    def __post_init__(self) -> None:
        self.hold.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def words(self, model: str) -> tuple[str, ...] | None:
        return self.models.get(model) or (next(iter(self.models.values())) if self.forgiving else None)

    def stream(self, words: tuple[str, ...]) -> Iterator[bytes]:
        if self.lines is not None:
            yield from self.lines
            return
        for count, word in enumerate(words, start=1):
            finish = self.finish_reason if count == len(words) else None
            yield event({"choices": [{"index": 0, "text": word, "finish_reason": finish}]})
            while not self.hold.wait(0.02):
                yield b": still here\n\n"
        if self.usage is not None:
            yield event({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": self.usage}})
        yield b"data: [DONE]\n\n"


def event(value: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n".encode()


@contextmanager
def completion_server(**given: Any) -> Iterator[CompletionServer]:
    server = CompletionServer(**given)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            server.asked.append((self.path, dict(self.headers), {}))
            self._send(200, {"data": [{"id": name} for name in server.models]})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.asked.append((self.path, dict(self.headers), body))
            words = server.words(body["model"])
            if server.status != 200 or words is None:
                self._send(server.status if server.status != 200 else 404, {"error": server.error})
            elif not body.get("stream"):
                text = "".join(words)
                self._send(200, {"choices": [{"index": 0, "text": text, "finish_reason": "length"}]})
            else:
                self._stream(words)

        def _send(self, status: int, value: dict[str, Any]) -> None:
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _stream(self, words: tuple[str, ...]) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            try:
                for piece in server.stream(words):
                    for start in range(0, len(piece), 5):  # characters of several bytes are cut anywhere
                        self.wfile.write(piece[start : start + 5])
                        self.wfile.flush()
            except (BrokenPipeError, ConnectionResetError):
                server.left.set()

    http = ThreadingHTTPServer(("127.0.0.1", server.port), Handler)
    http.daemon_threads = True
    server.port = http.server_address[1]
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.hold.set()
        http.shutdown()
        thread.join()
        http.server_close()
