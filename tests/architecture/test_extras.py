"""An extra that a message tells people to install exists."""

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[2]
ROOMS = ("configs", "feature_pipeline", "feature_store", "text", "training_pipeline", "model_registry",
         "inference_pipeline", "twin")  # fmt: skip


def test_an_extra_that_a_message_names_exists() -> None:
    extras = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    files = [path for room in ROOMS for path in (PROJECT / room).rglob("*.py")] + list(PROJECT.rglob("docs/*.md"))
    named = {
        extra for path in files for extra in re.findall(r"pip install [^\n]*'\.\[(\w+)\]'", path.read_text("utf-8"))
    }
    assert named
    assert named <= set(extras)
