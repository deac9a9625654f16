#!/usr/bin/env bash
# MLflow's registry calls a version READY though its folder lacks the weights, and deleting the version that an alias
# points to takes the alias away without a word. So a registry that must not serve half a model verifies the files
# itself before it registers, and refuses to delete a version that has an alias.
#
# Seen with mlflow-skinny 3.17.2 (SQLite) on 2026-11-28:
#   version 1 of a folder without weights: READY
#   after deleting the champion: aliases {}, no error, no warning
set -euo pipefail
unset PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq mlflow-skinny==3.17.2 sqlalchemy==2.1.9 alembic==1.20.1
cd "$folder"
MLFLOW_DISABLE_TELEMETRY=true venv/bin/python -W error::UserWarning - <<'PY'
import logging
import pathlib

logging.disable(logging.INFO)
from mlflow import MlflowClient

model = pathlib.Path("model")
model.mkdir()
(model / "MLmodel").write_text("flavors: {}\n")  # and no weights: a copy that was interrupted

client = MlflowClient("sqlite:///registry.db")
client.create_registered_model("twin")
version = client.create_model_version("twin", source=model.absolute().as_uri(), run_id=None)
print("version", version.version, "of a folder without weights:", version.status)
client.set_registered_model_alias("twin", "champion", version.version)
before = dict(client.get_registered_model("twin").aliases)
client.delete_model_version("twin", version.version)
after = dict(client.get_registered_model("twin").aliases)
print("aliases before and after deleting the champion:", before, after)

assert version.status == "READY"
assert before == {"champion": version.version} and after == {}
PY
