"""Models of four families through the whole project: train, merge, pack, serve, parity, export.

They are random, 2 layers deep, and made here: what they write is nothing, and that every part agrees on it the subject.
"""

import shutil
from pathlib import Path

import pytest

from configs.progress import Silent
from configs.settings import Settings, load_settings
from fakes.tiny_families import FAMILIES, PACKED, write_tiny
from model_registry.errors import IncompatibleModelError
from model_registry.packaging import served_path
from model_registry.ports import CANDIDATE
from twin import cli, wiring
from twin.jobs.ask import ask
from twin.jobs.train import base_model

POSTS = Path(__file__).parents[2] / "examples" / "maud_ferrier" / "posts"
AUTHOR = "maud-ferrier"
FEW_STEPS = ["training.max_minutes=0.05", "training.tokens_per_step=256", "training.rank=4", "training.alpha=8",
             "training.learning_rate=0.02", "evaluation.max_minutes=0.05", "evaluation.new_tokens=16",
             "evaluation.questions=2", "evaluation.prompts=2", "evaluation.likelihood_tokens=500",
             "serving.max_new_tokens=16", "feature_store.encoder=all-minilm-l6-v2"]  # fmt: skip
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def overrides(tmp_path_factory: pytest.TempPathFactory, cache_dir: Path) -> list[str]:
    """Settings over a data folder with the features of every fourth post: they are the same for every base."""
    folder = tmp_path_factory.mktemp("families")
    (folder / "posts").mkdir()
    for path in sorted(POSTS.glob("*.md"))[::4]:
        shutil.copy(path, folder / "posts")
    overrides = [f"data_dir={folder / 'data'}", f"cache_dir={cache_dir}", *FEW_STEPS]
    run(overrides, "collect", str(folder / "posts"), "--author", "Maud Ferrier")
    run(overrides, "features", AUTHOR)
    return [*overrides, f"cache_dir={folder / 'cache'}"]


def run(overrides: list[str], *arguments: str) -> None:
    given = [part for override in overrides for part in ("--set", override)]
    assert cli.run([*given, *arguments]) == 0


def configured(overrides: list[str], family: str, folder: Path) -> tuple[Settings, list[str]]:
    texts = [path.read_text(encoding="utf-8") for path in sorted(POSTS.glob("*.md"))]
    write_tiny(family, folder / family, texts, folder)
    engine = "openvino" if family in PACKED else "transformers"
    chosen = [*overrides, f"base_model.name={folder / family}", f"serving.engine={engine}"]
    return load_settings(overrides=chosen, environ={}), chosen


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_from_training_to_answers(family: str, overrides: list[str], tmp_path: Path) -> None:
    settings, chosen = configured(overrides, family, tmp_path)
    run(chosen, "train", AUTHOR)
    version = wiring.model_registry(settings).resolve(AUTHOR, CANDIDATE)
    parity = version.parity
    assert parity is not None
    assert (parity.engine, parity.passed, parity.same_prompt_tokens) == (settings.serving.engine, True, True)
    assert parity.max_log_prob_difference < 0.05

    base = wiring.base_model(settings)
    assert version.manifest.base.fingerprint == base.fingerprint
    answer = ask(settings, AUTHOR, "What had seized the Singer?", version=version.name, progress=Silent())
    assert answer.completion_tokens > 0
    merged = served_path(base.fingerprint, version.folder, settings.cache_dir)
    assert merged.exists() == (family in PACKED)
    forms = "merged,gguf" if family in PACKED else "merged"
    run(chosen, "export", version.name, "--author", AUTHOR, "--format", forms, "--to", str(tmp_path / "out"))
    assert len(list((tmp_path / "out").rglob("*.gguf"))) == (family in PACKED)


def test_a_family_that_the_engine_cannot_read_is_told_before_training(overrides: list[str], tmp_path: Path) -> None:
    settings, _ = configured([*overrides], "gemma3", tmp_path)
    serving = settings.serving.model_copy(update={"engine": "openvino"})
    with pytest.raises(IncompatibleModelError, match=r"gemma3.*serving\.engine=transformers"):
        base_model(settings.model_copy(update={"serving": serving}), Silent())
