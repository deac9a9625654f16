"""The server behind Debian's nginx, below a prefix of the path: addresses, streams and cookies."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import httpx2
import pytest
from openai import DefaultHttpxClient, OpenAI

from fakes.engine import eventually
from fakes.ports import reserved_port
from fakes.service import ACCESS, ANSWER, ASKED, Service
from fakes.world import World

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
CONFIGURATION = """
daemon off; pid {folder}/nginx.pid; error_log stderr; {user}
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location /twin/ {{
            proxy_pass {address}/;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $scheme;
        }}
    }}
}}
"""
PUBLIC = "twin.example.org"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NGINX is None, reason="nginx is not here: apt install nginx-light"),
]


@pytest.fixture
def behind(world: World) -> Iterator[Service]:
    world.text = ANSWER
    service = Service(world, ACCESS.model_copy(update={"hosts": [PUBLIC]}), root_path="/twin")
    yield service
    service.stop()


@pytest.fixture
def nginx(behind: Service, tmp_path: Path) -> Iterator[httpx2.Client]:
    """Asks at its prefix, by the public name."""
    file = tmp_path / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    command = [str(NGINX), "-c", str(file), "-p", str(tmp_path)]
    with reserved_port() as port:
        file.write_text(CONFIGURATION.format(folder=tmp_path, port=port, address=behind.address, user=user))
        with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
            try:
                assert eventually(lambda: _listens(port)), process.stderr
                address = f"http://127.0.0.1:{port}/twin/"
                with httpx2.Client(base_url=address, headers={"Host": PUBLIC}, timeout=30) as http:
                    yield http
            finally:
                process.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as trying:
        return trying.connect_ex(("127.0.0.1", port)) == 0


def test_a_client_asks_below_the_prefix(nginx: httpx2.Client, behind: Service) -> None:
    key, _ = behind.keys.create("phone")
    client = OpenAI(
        base_url=urljoin(str(nginx.base_url), "v1"),
        api_key=key,
        max_retries=0,
        http_client=DefaultHttpxClient(headers={"Host": PUBLIC}, verify=False),
    )
    answer = client.chat.completions.create(model="maud", messages=ASKED)  # type: ignore[call-overload]
    assert answer.choices[0].message.content == ANSWER
    assert "maud" in [model.id for model in client.models.list()]
    client.close()
    described = nginx.get("openapi.json", headers={"Authorization": f"Bearer {key}"}).json()
    assert described["servers"] == [{"url": "/twin"}]


def test_whoever_comes_by_a_proxy_is_not_on_this_machine(nginx: httpx2.Client, behind: Service) -> None:
    body = {"model": "maud", "messages": ASKED}
    assert nginx.post("v1/chat/completions", json=body).status_code == 401
    assert behind.http.post("/v1/chat/completions", json=body).status_code == 200


def test_what_is_streamed_comes_at_once(nginx: httpx2.Client, behind: Service) -> None:
    key, _ = behind.keys.create("phone")
    headers = {"Authorization": f"Bearer {key}"}
    body = {"model": "maud", "messages": ASKED, "stream": True}
    assert nginx.post("v1/chat/completions", json=body, headers=headers).status_code == 200
    engine = behind.world.engines["maud v1"]
    engine.gate.clear()
    with nginx.stream("POST", "v1/chat/completions", json=body, headers=headers) as response:
        lines = response.iter_lines()
        held = ""
        while "Right then." not in held:  # while the engine is held: nothing else would be sent
            held += next(lines)
        assert engine.running == 1
        time.sleep(0.1)
        engine.gate.set()
        pieces = [json.loads(line[6:]) for line in lines if line.startswith("data: {")]
    assert pieces[-1]["choices"][0]["finish_reason"] == "stop"


def test_the_page_and_its_session_stay_below_the_prefix(nginx: httpx2.Client, behind: Service) -> None:
    link = behind.app.state.sessions.link()
    page = nginx.get("")
    assert (page.status_code, page.headers["content-type"].split(";")[0]) == (200, "text/html")
    for attribute in ("src", "href"):
        for part in page.text.split(f'{attribute}="')[1:]:
            assert nginx.get(urljoin(str(nginx.base_url), part.split('"')[0])).status_code == 200
    opened = nginx.get("", params={"token": link})
    assert opened.status_code == 303
    assert urljoin(str(nginx.base_url), opened.headers["location"]).startswith(str(nginx.base_url))
    cookie = opened.headers["set-cookie"]
    assert "; Path=/twin/;" in cookie
    csrf = opened.headers["location"].partition("#/signin/")[2]
    headers = {"X-CSRF-Token": csrf, "Cookie": cookie.split(";")[0], "Origin": f"http://{PUBLIC}"}
    nginx.cookies.clear()
    body = {"model": "maud", "messages": ASKED}
    assert nginx.post("v1/chat/completions", json=body, headers=headers).status_code == 200
    assert nginx.post("v1/chat/completions", json=body).status_code == 401
