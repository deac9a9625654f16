"""A run that is killed before each of its steps in turn, and resumed: see fakes/killed_training.py."""

import subprocess
import sys
from pathlib import Path

import pytest

from fakes import killed_training
from training_pipeline.finetuning import checkpoints
from training_pipeline.finetuning.checkpoints import TrainerState


def losses(state: TrainerState) -> list[tuple[int, str, float]]:
    return [(step, name, pytest.approx(value, abs=1e-4)) for step, name, value in state.curve if name.endswith("loss")]


@pytest.mark.slow
def test_a_run_killed_anywhere_resumes_to_the_same_figures(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-P", killed_training.__file__, str(tmp_path)], check=True)
    *killed, ended = sorted(
        (path for path in tmp_path.iterdir() if path.name.isdigit()), key=lambda path: int(path.name)
    )
    whole = checkpoints.load(ended)
    assert whole is not None
    assert whole.finished
    reached = [state.step if (state := checkpoints.load(folder)) else 0 for folder in killed]
    assert sorted(set(reached)) == [0, 2, 4, 6]  # steps after the last checkpoint are lost
    assert any([*folder.glob(f".{checkpoints.FILE}.*")] for folder in killed)  # in the midst of writing one
    for folder in killed:
        resumed = killed_training.train(tmp_path, folder)
        assert resumed.step == whole.step == 6
        assert losses(whole) == [mark for mark in resumed.curve if mark[1].endswith("loss")]
        assert resumed.best_step == whole.best_step
