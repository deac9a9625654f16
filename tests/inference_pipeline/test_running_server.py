"""How a command finds the server of its data folder, and that it asks no other."""

import json
import os
import stat
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from fakes.service import ANSWER, ASKED, Service
from inference_pipeline import running_server
from inference_pipeline.errors import ServerRefusedError
from inference_pipeline.running_server import CHALLENGE, PROOF, RunningServer, announce, find, key_of, proof, withdraw

BODY = {"model": "maud", "messages": ASKED, "stream_options": {"include_usage": True}}


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine that is busy, a server that lives takes longer to say so than a person is to wait."""
    monkeypatch.setattr(running_server, "KNOCK_SECONDS", 60.0)


def announced(service: Service, folder: Path, **changes: object) -> RunningServer:
    values = {"process": os.getpid(), "address": service.address, "secret": service.secret, "settings": "s"}
    server = RunningServer(**(values | changes))  # type: ignore[arg-type]
    announce(folder, server)
    return server


def test_the_server_of_the_folder_is_found_and_asked(service: Service, tmp_path: Path) -> None:
    server = announced(service, tmp_path)
    assert find(tmp_path) == server
    chunks = list(running_server.stream(server, BODY))
    assert "".join(c["choices"][0]["delta"].get("content") or "" for c in chunks if c["choices"]) == ANSWER
    withdraw(tmp_path, server)
    assert find(tmp_path) is None


def test_its_owner_alone_can_read_what_it_leaves(service: Service, tmp_path: Path) -> None:
    announced(service, tmp_path)
    assert stat.S_IMODE((tmp_path / running_server.FILE).stat().st_mode) == 0o600


def test_keys_do_not_keep_the_owners_commands_out(service: Service, tmp_path: Path) -> None:
    service.keys.create("phone", authors=["dex"])
    assert service.http.post("/v1/chat/completions", json=BODY).status_code == 401
    assert list(running_server.stream(announced(service, tmp_path), BODY))
    wrong = announced(service, tmp_path, secret="0" * 64)
    with pytest.raises(ServerRefusedError, match="not known"):
        list(running_server.stream(wrong, BODY))


def test_a_server_without_the_secret_is_not_asked(service: Service, tmp_path: Path) -> None:
    announced(service, tmp_path, secret="0" * 64)
    assert find(tmp_path) is None


def test_a_server_that_is_gone_is_not_asked(service: Service, tmp_path: Path) -> None:
    announced(service, tmp_path, process=2**22 + 1)  # beyond the largest process id there is
    assert find(tmp_path) is None
    announced(service, tmp_path, address="http://127.0.0.1:1")
    assert find(tmp_path) is None


@pytest.mark.parametrize("content", ["", "[]", "{", '{"process": 1}', '{"process": "x", "address": 1}'])
def test_a_file_that_says_nothing_is_no_server(tmp_path: Path, content: str) -> None:
    (tmp_path / running_server.FILE).write_text(content, encoding="utf-8")
    assert find(tmp_path) is None


def test_another_program_on_the_port_is_told_nothing(tmp_path: Path) -> None:
    seen: list[str] = []

    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(f"{self.path} {self.headers}")
            self.send_response(200)
            self.send_header(PROOF, self.headers[CHALLENGE])
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Other) as other:
        threading.Thread(target=other.handle_request, daemon=True).start()
        server = RunningServer(os.getpid(), f"http://127.0.0.1:{other.server_port}", "ab" * 32, "s")
        announce(tmp_path, server)
        assert find(tmp_path) is None
    (request,) = seen
    assert server.secret not in request
    assert key_of(server.secret) not in request


def test_a_proof_is_of_no_use_as_a_key(service: Service) -> None:
    for challenge in ("key", "", "challenge key"):
        shown = service.http.get("/health", headers={CHALLENGE: challenge}).headers.get(PROOF, "")
        assert shown != key_of(service.secret)
    assert service.http.get("/health", headers={CHALLENGE: "a"}).headers[PROOF] == proof(service.secret, "a")
    assert PROOF not in service.http.get("/health").headers


def test_another_servers_file_stays(service: Service, tmp_path: Path) -> None:
    first = announced(service, tmp_path)
    second = announced(service, tmp_path, secret="1" * 64)
    withdraw(tmp_path, first)
    assert json.loads((tmp_path / running_server.FILE).read_text())["secret"] == second.secret


def test_what_the_server_refuses_is_told(service: Service, tmp_path: Path) -> None:
    server = announced(service, tmp_path)
    with pytest.raises(ServerRefusedError, match="v9") as refused:
        list(running_server.stream(server, BODY | {"model": "maud@v9"}))
    assert refused.value.exit_code == 4
