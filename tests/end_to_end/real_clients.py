"""Programs that people ask a twin with, as they come, each in a process of its own.

Those of PyPI that are no part of the development environment, and those of npm, are installed at the versions of
`clients/requirements.txt` and `clients/package-lock.json` into a temporary folder, which later runs use again.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent / "clients"
SECONDS = 600  # for one installation, or for all questions to one client
CLIENTS = ("openai", "langchain", "agents", "pydantic_ai", "litellm", "ai_sdk")
OURS = ("openai", "langchain")  # the development environment has them
REQUIREMENTS, LOCK = HERE / "requirements.txt", HERE / "package-lock.json"


def answers_of(client: str, base_url: str, model: str, questions: Sequence[str]) -> list[dict[str, Any]]:
    """`way`, `question` and `text` of each answer, and of the AI SDK's the `sources`. An error of the client fails."""
    arguments = [base_url, model]
    if client == "ai_sdk":
        command = ["node", str(_node_modules() / f"ask_with_{client}.mjs"), *arguments]
    else:
        python = sys.executable if client in OURS else str(_virtual_environment() / "bin" / "python")
        command = [python, str(HERE / f"ask_with_{client}.py"), *arguments]
    # litellm fetches the prices of all models when it is imported, unless told to use those that it brings.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    done = _run(command, input=json.dumps(questions), env=environment)
    assert done.returncode == 0, f"{client}\n{done.stdout}\n{done.stderr}"
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def _virtual_environment() -> Path:
    def install(folder: Path) -> list[str]:
        venv.create(folder)
        python = str(folder / "bin" / "python")
        options = ["--no-deps", "--no-compile", "--only-binary", ":all:", "--quiet"]
        return [sys.executable, "-m", "pip", "--python", python, "install", *options, "-r", str(REQUIREMENTS)]

    return _installed("python", [REQUIREMENTS], "https://pypi.org/simple/pip/", install)


def _node_modules() -> Path:
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("node and npm are not here")

    def install(folder: Path) -> list[str]:
        for path in (*HERE.glob("*.json"), *HERE.glob("*.mjs")):  # node looks for packages beside the script
            shutil.copy(path, folder)
        return ["npm", "ci", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund"]

    return _installed("node", [LOCK, *HERE.glob("*.mjs")], "https://registry.npmjs.org/ai", install)


def _installed(name: str, made_from: Sequence[Path], address: str, install: Callable[[Path], list[str]]) -> Path:
    """A folder that `install` prepares and whose command fills it, made once for the content of `made_from`."""
    content = [sys.version.encode(), *(path.read_bytes() for path in made_from)]
    digest = hashlib.sha256(b"\0".join(content)).hexdigest()[:16]
    cache = Path(tempfile.gettempdir()) / f"llm-twin-test-clients-{os.getuid()}"
    cache.mkdir(mode=0o700, exist_ok=True)
    assert cache.stat().st_uid == os.getuid(), f"{cache} is somebody else's"
    folder = cache / f"{name}-{digest}"
    if not (folder / "complete").exists():
        _require_network(address)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        done = _run(install(folder))
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        (folder / "complete").touch()
    return folder


def _require_network(address: str) -> None:
    """In a process of its own: in this one sockets are blocked. Any answer will do, a refusal too."""
    asking = (
        "import sys, urllib.error, urllib.request\n"
        "try: urllib.request.urlopen(urllib.request.Request(sys.argv[1], method='HEAD'), timeout=20)\n"
        "except urllib.error.HTTPError: pass"
    )
    if _run([sys.executable, "-c", asking, address]).returncode:
        pytest.skip(f"{address} cannot be reached, to install the clients from")


def _run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, **options)
