"""A Qdrant server on loopback that has no collection. Of Qdrant's API no more is here than that."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@contextmanager
def empty_qdrant(port: int = 0, *, status: int = 200, asked: list[str] | None = None) -> Iterator[int]:
    """Its port; `asked` takes the paths."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            if asked is not None:
                asked.append(self.path)
            found = b'{"collections": []}' if self.path == "/collections" else b'{"exists": false}'
            data = b'{"result": ' + found + b', "status": "ok", "time": 0.0}'
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield http.server_address[1]
        finally:
            http.shutdown()
            thread.join()
