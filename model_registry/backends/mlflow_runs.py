"""MLflow runs of training and evaluation, for people to look at. Nothing here is read back."""

import re
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from model_registry.backends.mlflow_client import PREFIX
from model_registry.evaluation import Evaluation

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

METRICS_AT_ONCE = 1000  # MLflow's limits of one request
PARAMETERS_AT_ONCE = 100
NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_./ :-]")  # of metrics


def log_run(
    client: "MlflowClient", author: str, parameters: dict[str, str], curve: Iterable[tuple[int, str, float]]
) -> None:
    """One run of the author's experiment. `curve`: (step, name, value)."""
    from mlflow.entities import Metric, Param

    now = time.time_ns() // 1_000_000
    params = [Param(key, value) for key, value in parameters.items()]
    metrics = [Metric(NOT_IN_NAMES.sub("_", name), value, now, step) for step, name, value in curve]
    experiment = client.get_experiment_by_name(PREFIX + author)
    experiment_id = experiment.experiment_id if experiment else client.create_experiment(PREFIX + author)
    run = client.create_run(experiment_id, tags={"author": author}).info.run_id
    for start in range(0, len(params), PARAMETERS_AT_ONCE):
        client.log_batch(run, params=params[start : start + PARAMETERS_AT_ONCE])
    for start in range(0, len(metrics), METRICS_AT_ONCE):
        client.log_batch(run, metrics=metrics[start : start + METRICS_AT_ONCE])
    client.set_terminated(run)


def log_evaluation(client: "MlflowClient", author: str, number: int, evaluation: Evaluation) -> None:
    """Every figure as a metric "judge/name", its interval as "judge/name:low" and "judge/name:high"."""
    parameters = {"version": f"v{number}", "features": evaluation.features, "judged_at": evaluation.judged_at}
    log_run(client, author, parameters, _metrics(evaluation))


def erase_runs(client: "MlflowClient", author: str) -> None:
    experiment = client.get_experiment_by_name(PREFIX + author)
    if experiment is None:
        return
    for run in _runs(client, experiment.experiment_id):
        if "author" in run.data.tags:
            client.delete_tag(run.info.run_id, "author")
    # a deleted experiment keeps its name; who makes the author anew gets one of his own
    client.rename_experiment(experiment.experiment_id, f"erased-{experiment.experiment_id}")
    client.delete_experiment(experiment.experiment_id)


def _metrics(evaluation: Evaluation) -> Sequence[tuple[int, str, float]]:
    return [
        (0, f"{judge}/{name}{end}", figure)
        for judge, measures in evaluation.judges.items()
        for name, measure in measures.items()
        for end, figure in (("", measure.value), (":low", measure.low), (":high", measure.high))
        if figure is not None
    ]


def _runs(client: "MlflowClient", experiment: str) -> "list[Run]":
    page = client.search_runs([experiment])
    found = list(page)
    while page.token:
        page = client.search_runs([experiment], page_token=page.token)
        found += page
    return found
