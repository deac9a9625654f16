"""`twin` as a person's terminals run it: each command, and the server, in a process of its own over one data folder."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from openai import OpenAI

FEW_STEPS = ["training.max_minutes=0.1", "training.tokens_per_step=384", "training.rank=8", "training.alpha=16",
             "evaluation.max_minutes=0.1", "evaluation.new_tokens=16", "evaluation.questions=4",
             "serving.max_new_tokens=48", "serving.refresh_seconds=0.5"]  # fmt: skip
COMMAND_SECONDS = 900


class Terminal:
    """Runs `twin` as a person would, over one data folder."""

    def __init__(self, data: Path, cache: Path) -> None:
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("TWIN_")}
        self.environment |= {"TWIN_DATA_DIR": str(data), "TWIN_CACHE_DIR": str(cache)}
        self.settings = [part for setting in FEW_STEPS for part in ("--set", setting)]

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "twin", *self.settings, *arguments]

    def run(self, *arguments: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            self.command(*arguments), env=self.environment, capture_output=True, text=True, timeout=COMMAND_SECONDS
        )
        assert done.returncode == expect, f"twin {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json").stdout)


class Server:
    """`twin serve` in a process of its own, on a free port that it says itself."""

    def __init__(self, terminal: Terminal) -> None:
        self.process = subprocess.Popen(
            terminal.command("--set", "serving.port=0", "serve"),
            env=terminal.environment,
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.lines: list[str] = []
        self.link = self._wait_for_link()
        self.address = self.link.partition("/?")[0]
        threading.Thread(target=self._drain, daemon=True).start()

    def _wait_for_link(self) -> str:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line)
            for word in line.split():
                if "/?token=" in word:
                    return word
        assert self.process.stderr
        raise AssertionError(f"twin serve printed no link: {self.lines}\n{self.process.stderr.read()}")

    def _drain(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.lines.append(line)

    def client(self) -> OpenAI:
        return OpenAI(base_url=f"{self.address}/v1", api_key="unused", max_retries=0, timeout=120)

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(COMMAND_SECONDS)
