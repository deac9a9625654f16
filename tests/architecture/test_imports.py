"""What a fresh process has loaded: this catches what static analysis of imports cannot see."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"torch", "transformers", "peft", "mlflow", "deltalake", "pyarrow", "openvino_genai", "sentence_transformers",
         "qdrant_client", "qdrant_edge", "sqlalchemy"}  # fmt: skip
FEATURES = Path(__file__).parents[2] / "feature_pipeline"
PIPELINES = {"feature_pipeline", "training_pipeline", "inference_pipeline"}


def loaded_by(code: str) -> set[str]:
    """Top-level packages in sys.modules after `code` ran in a process of its own."""
    program = f"import sys\n{code}\nprint(*{{name.partition('.')[0] for name in sys.modules}}, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("pipeline", sorted(PIPELINES))
def test_a_pipeline_loads_no_other_pipeline_and_nothing_heavy(pipeline: str) -> None:
    loaded = loaded_by(f"import {pipeline}.pipeline")
    assert pipeline in loaded
    assert loaded & ((PIPELINES - {pipeline}) | HEAVY | {"twin"}) == set()


@pytest.mark.parametrize("contract", ["feature_store.ports", "model_registry.ports", "configs.settings"])
def test_a_contract_loads_no_pipeline(contract: str) -> None:
    assert loaded_by(f"import {contract}") & (PIPELINES | HEAVY | {"twin"}) == set()


def test_the_server_never_loads_the_trainer() -> None:
    loaded = loaded_by("import inference_pipeline.pipeline, inference_pipeline.api")
    assert loaded & {"training_pipeline", "feature_pipeline", "torch", "peft"} == set()


@pytest.mark.parametrize("arguments", [["--help"], ["up", "--help"], ["version"]])
def test_help_loads_only_typer(arguments: list[str]) -> None:
    loaded = loaded_by(f"from twin.cli import run\nassert run({arguments}) == 0")
    assert "typer" in loaded
    assert loaded & (HEAVY | PIPELINES | {"yaml", "rich", "numpy", "fastapi"}) == set()


def test_nothing_but_fetching_can_open_a_connection_for_collecting() -> None:
    doors = {"httpx", "httpx2", "httpcore", "httpcore2", "requests", "urllib3", "socket", "http", "aiohttp", "ftplib"}
    opened = {
        path.relative_to(FEATURES).as_posix(): found
        for path in FEATURES.rglob("*.py")
        if path.parent != FEATURES / "fetching" and (found := _imports(path) & (doors | {"urllib.request"}))
    }
    assert opened == {}
    assert _imports(FEATURES / "fetching" / "connections.py") & doors  # it is found where it is


def _imports(path: Path) -> set[str]:
    """Modules that a file names in its imports: whole, and their first part."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names | {name.partition(".")[0] for name in names}
