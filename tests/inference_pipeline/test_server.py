import os
import signal
import socket
import subprocess
import sys

import httpx2
import pytest

from fakes.service import Service
from inference_pipeline.api.server import bind
from inference_pipeline.errors import AddressInUseError, CannotListenError, PublicAddressError

PROGRAM = """
import asyncio, sys
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from inference_pipeline.api.admission import Admission
from inference_pipeline.api.server import serve

app = FastAPI()
app.state.admission = Admission(1, max_wait_seconds=60)

@app.get("/slow")
def slow():
    async def words():
        for _ in range(10):
            yield b"tick "
            await asyncio.sleep(0.1)
    return StreamingResponse(words())

serve(app, "127.0.0.1", 0, lambda address: print(address, flush=True), stalled_seconds=30)
print("stopped", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_answer_under_way_end_and_is_no_failure(number: int) -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        address = server.stdout.readline().strip()
        with httpx2.stream("GET", f"{address}/slow", timeout=30) as response:
            parts = response.iter_text()
            text = next(parts)
            server.send_signal(number)
            text += "".join(parts)
        assert text.count("tick") == 10
        assert server.stdout.read() == "stopped\n"
        assert server.wait() == 0


def test_port_0_takes_a_free_one() -> None:
    with bind("127.0.0.1", 0) as first, bind("localhost", 0) as second:
        assert first.getsockname()[1] != second.getsockname()[1] != 0


def test_what_is_small_is_sent_at_once(service: Service) -> None:
    service.http.get("/health")
    (connection,) = service.server.server_state.connections
    to_client = connection.transport.get_extra_info("socket")
    assert to_client.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_in_use_names_the_way_out() -> None:
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AddressInUseError, match=rf"127.0.0.1:{port}.*--set serving.port="):
            bind("127.0.0.1", port)


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_an_address_that_others_reach_is_refused(host: str) -> None:
    if host == "::" and not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    with pytest.raises(PublicAddressError, match=r"127\.0\.0\.1"):
        bind(host, 0)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may listen anywhere")
def test_a_port_that_needs_rights_is_no_riddle() -> None:
    with pytest.raises(CannotListenError, match="ermission"):
        bind("127.0.0.1", 1)
