"""A server starts before there is any twin, says so, and takes up the first one when it is there."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import httpx2
import pytest

from configs.errors import ExitCode
from configs.settings import load_settings
from fakes.adapters import write_adapter
from fakes.engine import eventually
from twin import wiring
from twin.cli import run
from twin.jobs.authors import ensure_author


@pytest.mark.slow
def test_it_tells_the_truth_until_the_first_champion_is_there(tmp_path: Path, data_dir: Path, cache_dir: Path) -> None:
    command = [sys.executable, "-m", "twin", "serve", "--set", "serving.port=0", "--set", "serving.refresh_seconds=0.2"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ)
    assert server.stdout
    try:
        lines = [next(server.stdout) for _ in range(4)]
        assert "There is no twin yet" in lines[0]
        assert "twin up PLACE" in lines[3]
        address = next(word for word in lines[0].split() if word.startswith("http://")).rstrip(",")
        threading.Thread(target=server.stdout.read, daemon=True).start()
        with httpx2.Client(base_url=address, verify=False, timeout=120) as http:
            assert http.get("/v1/models").json()["data"] == []
            ready = http.get("/ready")
            assert (ready.status_code, ready.json()["status"]) == (503, "no champion")
            asked = http.post(
                "/v1/chat/completions", json={"model": "maud", "messages": [{"role": "user", "content": "?"}]}
            )
            assert asked.status_code == 404
            settings = load_settings()
            ensure_author(wiring.feature_store(settings), "Maud")
            registry = wiring.model_registry(settings)
            registry.register("maud", write_adapter(tmp_path / "v1"))
            registry.promote("maud", 1)
            assert http.get("/ready").json()["status"] in ("loading", "ready")
            assert eventually(lambda: "maud" in [one["id"] for one in http.get("/v1/models").json()["data"]])
    finally:
        server.terminate()
        assert server.wait(60) == 0


@pytest.mark.slow
def test_who_has_features_alone_is_named_as_what_answers(tmp_path: Path, data_dir: Path, cache_dir: Path) -> None:
    (tmp_path / "fog.md").write_text("The fog came up the harbour, and nobody rang the bell for it. " * 20)
    assert run(["collect", str(tmp_path / "fog.md"), "--author", "Maud"]) == ExitCode.OK
    assert run(["features"]) == ExitCode.OK
    command = [sys.executable, "-m", "twin", "serve", "--set", "serving.port=0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ)
    assert server.stdout
    try:
        lines = [next(server.stdout) for _ in range(4)]
        assert "Models: maud@base." in lines[0]
        assert '"model": "maud@base"' in lines[3]
    finally:
        server.terminate()
        assert server.wait(60) == 0
