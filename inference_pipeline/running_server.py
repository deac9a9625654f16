"""The server that runs over a data folder, as it tells other commands on this machine, and asking it.

It leaves a file there, which its owner alone can read: its process, address, and a secret. Whoever asks sends a number
that nobody else has seen, and the server answers with what follows from number and secret; so another program that has
taken its port since is not asked. What a command sends as a key follows from the secret too. Little is imported here:
asking a server is a matter of milliseconds.
"""

import hashlib
import hmac
import http.client
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from configs.files import is_running, write_whole
from inference_pipeline.errors import ServerRefusedError

FILE = "server.json"
CHALLENGE, PROOF = "X-Twin-Challenge", "X-Twin-Proof"
KNOCK_SECONDS = 2.0  # within which a server that lives says so
ANSWER_SECONDS = 600.0  # without a byte


@dataclass(frozen=True, slots=True)
class RunningServer:
    process: int
    address: str  # "http://127.0.0.1:8610"
    secret: str
    settings: str  # a digest of what decides its answers


def key_of(secret: str) -> str:
    """What a command of this machine sends as its key."""
    return _derived(secret, "key")


def proof(secret: str, challenge: str) -> str:
    return _derived(secret, f"challenge {challenge}")


def _derived(secret: str, purpose: str) -> str:
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).hexdigest()


def announce(data_dir: Path, server: RunningServer) -> None:
    write_whole(data_dir / FILE, json.dumps(asdict(server)))


def withdraw(data_dir: Path, server: RunningServer) -> None:
    """Unless another server has announced itself since."""
    if _announced(data_dir) == server:
        (data_dir / FILE).unlink(missing_ok=True)


def find(data_dir: Path) -> RunningServer | None:
    """The server of this folder, once it has proved that it is; None where there is none."""
    server = _announced(data_dir)
    if server is None or not is_running(server.process):
        return None
    challenge = secrets.token_hex(16)
    try:
        with _connection(server, KNOCK_SECONDS) as connection:
            connection.request("GET", "/health", headers={CHALLENGE: challenge})
            shown = connection.getresponse().getheader(PROOF, "")
    except (OSError, http.client.HTTPException):
        return None
    return server if hmac.compare_digest(shown.encode(), proof(server.secret, challenge).encode()) else None


def _announced(data_dir: Path) -> RunningServer | None:
    path = data_dir / FILE
    with suppress(OSError, ValueError, TypeError):
        if path.stat().st_uid == os.geteuid():
            return RunningServer(**json.loads(path.read_text(encoding="utf-8")))
    return None


@contextmanager
def _connection(server: RunningServer, timeout: float) -> Iterator[http.client.HTTPConnection]:
    place = urlsplit(server.address)
    with closing(http.client.HTTPConnection(place.hostname or "", place.port, timeout=timeout)) as connection:
        yield connection


def stream(server: RunningServer, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The chunks of a streamed chat completion. Raises ServerRefusedError, and OSError where it goes away."""
    with _connection(server, ANSWER_SECONDS) as connection:
        headers = {"Authorization": f"Bearer {key_of(server.secret)}", "Content-Type": "application/json"}
        connection.request("POST", "/v1/chat/completions", json.dumps(body | {"stream": True}), headers)
        response = connection.getresponse()
        if response.status != http.client.OK:
            raise ServerRefusedError(json.loads(response.read())["error"]["message"], response.status)
        for line in response:
            if line.startswith(b"data: {"):
                chunk: dict[str, Any] = json.loads(line.removeprefix(b"data: "))
                if "error" in chunk:
                    raise ServerRefusedError(chunk["error"]["message"], http.client.SERVICE_UNAVAILABLE)
                yield chunk
