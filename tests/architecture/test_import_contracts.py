"""The import contracts of pyproject.toml hold, and each of them can be broken."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
ROOMS = (
    "configs",
    "text",
    "feature_store",
    "model_registry",
    "feature_pipeline",
    "training_pipeline",
    "inference_pipeline",
    "twin",
)


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    # `python -c` puts the current folder first on sys.path, before the installed project.
    program = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rooms with their imports, where a test may add a wrong one for as long as it runs."""
    folder = tmp_path_factory.mktemp("rooms")
    for room in ROOMS:
        shutil.copytree(PROJECT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "pyproject.toml", folder)
    return folder


def test_the_contracts_hold() -> None:
    done = lint_imports(PROJECT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("training_pipeline", "import feature_pipeline.errors", "The three pipelines never import one another"),
        ("inference_pipeline", "import training_pipeline.errors", "The three pipelines never import one another"),
        ("feature_store", "import model_registry.errors", "twin composes, pipelines use contracts"),
        ("model_registry", "import training_pipeline.errors", "twin composes, pipelines use contracts"),
        ("configs", "import feature_store.errors", "twin composes, pipelines use contracts"),
        ("inference_pipeline", "import twin.errors", "twin composes, pipelines use contracts"),
        ("feature_pipeline", "import model_registry.errors", "The feature pipeline knows nothing of models"),
        ("training_pipeline", "import feature_store.backends", "Only twin names concrete backends"),
        ("inference_pipeline", "import model_registry.backends", "Only twin names concrete backends"),
        ("twin/jobs", "import twin.commands", "Jobs never import commands"),
        ("twin/jobs", "import rich", "Jobs never import commands"),
        ("twin/jobs", "import twin.cli", "Siblings inside a package form no circle"),
        ("feature_pipeline/formats", "import feature_pipeline.sources", "Siblings inside a package form no circle"),
    ],
)
def test_a_wrong_import_breaks_its_contract(copy: Path, module: str, line: str, contract: str) -> None:
    wrong = copy / module / "wrong.py"
    wrong.write_text(f"{line}\n", encoding="utf-8")
    done = lint_imports(copy)
    wrong.unlink()
    assert done.returncode == 1, done.stdout + done.stderr
    broken = [row for row in done.stdout.splitlines() if row.endswith("BROKEN")]
    assert any(contract in row for row in broken), done.stdout
