"""How much a first token slows while a job trains: `python -m benchmarks.beside_training`, some minutes.

A server over the sample author is asked in turns of ROUNDS questions: alone, beside a training job at its low priority,
and beside the same training at ordinary priority (`twin train` in another terminal), for comparison. Printed are the
medians of the seconds to the first token and of tokens a second, and their ratios to those of a server alone.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx2

PROJECT = Path(__file__).parents[1]
POSTS = PROJECT / "examples" / "maud_ferrier" / "posts"
AUTHOR = "maud-ferrier"
# Free text: it is the model that writes. Each is another, so that no prompt is kept.
ASKED = "Write a short post about {}."
TOPICS = (
    "rain",
    "a lost key",
    "volcanoes",
    "the tax office",
    "a piano",
    "bees",
    "night buses",
    "snow",
    "onions",
    "moss",
)
SMALL = ["training.max_minutes=0.2", "evaluation.max_minutes=0.1", "evaluation.new_tokens=16", "evaluation.questions=4",
         "serving.candidates=1", "feature_store.encoder=all-minilm-l6-v2", "serving.max_new_tokens=40"]  # fmt: skip


class Machine:
    def __init__(self, data: Path) -> None:
        self.environment = os.environ | {"TWIN_DATA_DIR": str(data)}
        self.settings = [part for setting in SMALL for part in ("--set", setting)]

    def begin(self, *arguments: str, output: int = subprocess.PIPE) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "twin", *self.settings, *arguments]
        return subprocess.Popen(command, env=self.environment, stdout=output, stderr=subprocess.DEVNULL, text=True)


def ask(http: httpx2.Client, number: int) -> tuple[float, float]:
    """Seconds to the first text, and pieces of text a second from there."""
    message = {"role": "user", "content": ASKED.format(TOPICS[number % len(TOPICS)])}
    body = {"model": f"{AUTHOR}@v1", "messages": [message], "stream": True, "seed": number}
    began, first, pieces = time.perf_counter(), 0.0, 0
    with http.stream("POST", "/v1/chat/completions", json=body) as answer:
        for line in answer.iter_lines():
            if not line.startswith("data: {"):
                continue
            choices = json.loads(line[6:])["choices"]
            if choices and choices[0]["delta"].get("content"):
                first = first or time.perf_counter()
                pieces += 1
    return first - began, pieces / max(time.perf_counter() - first, 1e-9)


def measured(http: httpx2.Client, rounds: int) -> tuple[float, float]:
    """Medians."""
    ask(http, 99)
    found = [ask(http, number) for number in range(rounds)]
    return statistics.median(first for first, _ in found), statistics.median(pace for _, pace in found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(Path(folder) / "data")
        made = machine.begin(
            "up", str(POSTS), "--author", "Maud Ferrier", "--no-serve", "--force", output=subprocess.DEVNULL
        )
        assert made.wait() == 0
        server = machine.begin("serve", "--set", "serving.port=0")
        assert server.stdout
        lines = [next(server.stdout) for _ in range(4)]
        link = re.search(r"(http://\S+?)/\?token=(\S+)", "".join(lines))
        assert link, lines
        with httpx2.Client(base_url=link[1], timeout=300, verify=False) as http:
            opened = http.get("/", params={"token": link[2]})
            http.headers["X-CSRF-Token"] = opened.headers["location"].rpartition("/")[2]
            alone = measured(http, rounds)
            job = http.post(
                "/admin/jobs", json={"kind": "train", "arguments": {"author": AUTHOR, "minutes": 15}}
            ).json()["id"]
            wait_for_training(http, job)
            beside = measured(http, rounds)
            http.delete(f"/admin/jobs/{job}")
            time.sleep(15)
            again = measured(http, rounds)
            ordinary = machine.begin("--set", "training.max_minutes=12", "train", AUTHOR, output=subprocess.DEVNULL)
            time.sleep(40)
            rude = measured(http, rounds)
            ordinary.terminate()
            ordinary.wait()
        server.terminate()
        server.wait()
    for name, found in (
        ("alone", alone),
        ("beside a job that trains", beside),
        ("alone again", again),
        ("beside twin train", rude),
    ):
        ratios = f"({found[0] / alone[0]:.2f} and {found[1] / alone[1]:.2f} times)"
        print(f"{name:26} first token {found[0]:.2f} s, {found[1]:.1f} pieces a second {ratios}")


def wait_for_training(http: httpx2.Client, job: str) -> None:
    while True:
        found = http.get(f"/admin/jobs/{job}").json()
        assert found["state"] in ("waiting", "running"), found
        if (found["progress"] or {}).get("stage") == "fine-tune" and found["progress"]["done"] > 1:
            return
        time.sleep(0.5)


if __name__ == "__main__":
    main()
