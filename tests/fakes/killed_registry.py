"""Run as a program: does things to copies of a registry, killed before their first, second, third … step.

    python -P killed_registry.py WORK ACTION=ARGUMENT…

For each action WORK/template is copied to WORK/ACTION/1, WORK/ACTION/2 …; in the n-th copy the action is killed
(SIGKILL) before its n-th step, until it has none left, which leaves one copy in which it came to its end. `create`
registers in an empty folder and is killed twice, in the midst of MLflow's migrations. Forks, because importing MLflow
anew for every step would take minutes.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from model_registry.backends.mlflow import MlflowRegistry
from model_registry.evaluation import Evaluation
from training_pipeline.evaluation.judges import load_judges

IN_MIGRATIONS = (4, 10)  # calls of create_table before which MLflow's own database would be beyond repair


def die_before(step: int) -> None:
    import alembic.op
    from mlflow import MlflowClient

    steps = count(1)

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*arguments: Any, **named: Any) -> Any:
            if next(steps) == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **named)

        return stepped

    for owner, name in (
        (alembic.op, "create_table"),
        (os, "unlink"),
        (shutil, "copyfile"),
        (shutil, "rmtree"),
        (Path, "rename"),
        (Path, "replace"),
        (MlflowClient, "create_registered_model"),
        (MlflowClient, "create_model_version"),
        (MlflowClient, "delete_model_version"),
        (MlflowClient, "set_model_version_tag"),
        (MlflowClient, "set_registered_model_alias"),
        (MlflowClient, "delete_registered_model_alias"),
        (MlflowClient, "delete_registered_model"),
        (MlflowClient, "create_experiment"),
        (MlflowClient, "create_run"),
        (MlflowClient, "log_batch"),
        (MlflowClient, "set_terminated"),
    ):
        setattr(owner, name, wrap(getattr(owner, name)))

    write = Path.write_bytes
    write_half = wrap(lambda path, data: write(path, data[: len(data) // 2]))
    write_whole = wrap(write)

    def write_bytes(path: Path, data: bytes) -> int:
        write_half(path, data)
        return int(write_whole(path, data))

    Path.write_bytes = write_bytes  # type: ignore[assignment, method-assign]


def act(registry: MlflowRegistry, action: str, argument: str) -> None:
    if action in ("register", "create"):
        registry.register("maud", Path(argument))
    elif action == "promote":
        registry.promote("maud", int(argument))
    elif action == "evaluate":
        registry.record_evaluation("maud", 4, Evaluation.model_validate_json(Path(argument).read_bytes()))
    elif action == "erase":
        registry.erase_author("maud")
    elif action == "rollback":
        registry.rollback("maud")
    else:
        registry.delete("maud", int(argument))


def kill_everywhere(work: Path, action: str, argument: str) -> None:
    for step in IN_MIGRATIONS if action == "create" else count(1):
        root = work / action / str(step)
        if action != "create":
            shutil.copytree(work / "template", root)
        child = os.fork()
        if child == 0:
            die_before(step)
            act(MlflowRegistry(root, judges=load_judges), action, argument)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        if not os.WIFSIGNALED(status):
            assert status == 0, f"{action} failed before it could be killed"
            return


if __name__ == "__main__":
    work = Path(sys.argv[1])
    shutil.copytree(work / "template", work / "warm")
    MlflowRegistry(work / "warm", judges=load_judges).rollback(
        "maud"
    )  # MLflow imports half of itself when it is first used
    for job in sys.argv[2:]:
        kill_everywhere(work, *job.split("=", 1))
