"""The versions of the code and of the libraries that a model was made with."""

import subprocess
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LIBRARIES = ("torch", "transformers", "peft", "tokenizers", "safetensors", "gguf", "openvino-genai")


def code_version() -> str:
    """The package's version; in a git checkout with the commit, and "+dirty" when files were changed."""
    try:
        package = version("llm-twin")
    except PackageNotFoundError:
        package = "unknown"
    here = Path(__file__).resolve().parent
    command = ["git", "-C", str(here), "describe", "--always", "--dirty=+dirty", "--abbrev=12"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return package  # no git, or not a checkout
    return f"{package}-{answer.stdout.strip()}"


def library_versions() -> dict[str, str]:
    """Of those that are installed."""
    found = {}
    for name in LIBRARIES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
