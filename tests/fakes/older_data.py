"""A data folder of every kind of file, and the same as the first releases wrote it, down to each file's fields."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from configs.errors import ExitCode
from configs.settings import load_settings
from fakes.adapters import evaluation, write_adapter
from fakes.library import TEXT, register_versions, write_post
from model_registry.evaluation import Evaluation
from model_registry.feedback import Feedback
from model_registry.manifest import MANIFEST_FILE
from model_registry.sealing import read_sealed
from twin import wiring
from twin.cli import run

FORGOTTEN_BEFORE = frozenset({"ab" * 32})
# What each table had no column for, and a version's configuration no entry.
LATER_COLUMNS = {
    "posts": ["context", "people"],
    "documents": ["context", "findings"],
    "chunks": ["language", "sentence_rules", "sentence_vectors"],
}
LATER_CONFIGURATION = ("sentence vectors", "index terms", "privacy")
LATER_FEEDBACK = {"documents", "rating", "features", "created_at", "adapter"}


def make_today(folder: Path) -> Path:
    """`folder`/blog, and `folder`/data: F1, a forgotten post, three judged versions, feedback and a key of it."""
    blog, data = folder / "blog", folder / "data"
    for day in range(1, 9):
        write_post(blog / f"{day}.md", day, TEXT.format(n=day) * 4)
    given = [f"data_dir={data}", "feature_store.encoder=all-minilm-l6-v2"]
    here = [word for one in given for word in ("--set", one)]
    commands = (
        ["collect", str(blog), "--as", "folder", "--author", "Maud"], ["features"], ["keys", "create", "phone"]
    )  # fmt: skip
    for command in commands:
        assert run([*here, *command]) == ExitCode.OK
    register_versions(data, folder / "adapters")
    settings = load_settings(overrides=given, environ={})
    wiring.model_registry(settings).record_evaluation("maud", 1, evaluation())
    rating = Feedback(request="What of soup?", chosen="It was number one.", rejected="", rating="up", model="maud")
    wiring.feedback_log(settings).append("maud", rating)
    forgotten = {
        "salt": "00",
        "posts": sorted(FORGOTTEN_BEFORE),
        "texts": [],
        "sentences": [],
        "names": [],
        "pending": [],
    }
    _write(data / "features" / "forgotten" / "maud.json", forgotten)
    return folder


def make_older(data: Path, work: Path) -> int:
    """Make of today's data what the first releases wrote; how many kinds of files were made older."""
    home = data / "features" / "authors" / "maud"
    for table, columns in LATER_COLUMNS.items():
        _drop_columns(home / table, columns)
    version = json.loads((home / "versions" / "F1.json").read_bytes())
    del version["erasures"]
    version["digest"] = "0" * len(version["digest"])  # of rows with fewer fields
    version["configuration"] = {
        name: value for name, value in version["configuration"].items() if name not in LATER_CONFIGURATION
    }
    _write(home / "versions" / "F1.json", version)
    # Beside the tables, without sentences and names.
    shutil.rmtree(data / "features" / "forgotten")
    _write(home / "forgotten.json", {"salt": "00", "posts": sorted(FORGOTTEN_BEFORE), "texts": [], "pending": []})
    # An index was named by its encoder alone, and carried no digest.
    (index,) = (path for path in (data / "index").iterdir() if not path.name.startswith("."))
    index.rename(index.with_name(version["encoder"][:16]))
    published = data / "index" / version["encoder"][:16] / "maud" / "F1" / "published.json"
    _write(published, {"versions": [1], "encoder": version["encoder"]})
    _older_models(data, work)
    rows = [json.loads(line) for line in (data / "feedback" / "maud.jsonl").read_bytes().splitlines()]
    kept = [{name: value for name, value in row.items() if name not in LATER_FEEDBACK} for row in rows]
    (data / "feedback" / "maud.jsonl").write_text("".join(json.dumps(row) + "\n" for row in kept), encoding="utf-8")
    with closing(sqlite3.connect(data / "keys.sqlite")) as database:
        database.execute("PRAGMA user_version = 0")
    (data / "keys.required").unlink()
    return len(LATER_COLUMNS) + 7


def _older_models(data: Path, work: Path) -> None:
    """Manifests and evaluations without a seal; figures are bare numbers."""
    shutil.rmtree(data / "models")
    registry = wiring.model_registry(load_settings(overrides=[f"data_dir={data}"], environ={}))
    for number in (1, 2, 3):
        folder = write_adapter(work / f"v{number}", weights=bytes([number]))
        manifest = json.loads(read_sealed(folder / MANIFEST_FILE))
        del manifest["feedback"]
        _write(folder / MANIFEST_FILE, _bare(manifest))
        registry.register("maud", folder)
    registry.promote("maud", 1, force=True, reason="an earlier release")
    registry.record_evaluation("maud", 2, evaluation())
    (path,) = (data / "models" / "evaluations" / "maud").iterdir()
    _write(path, _bare(json.loads(read_sealed(path))))
    Evaluation.model_validate_json(path.read_bytes())


def _bare(judged: dict[str, Any]) -> dict[str, Any]:
    figures = {judge: {name: one["value"] for name, one in found.items()} for judge, found in judged["judges"].items()}
    parity = {name: value for name, value in judged["parity"].items() if not name.startswith("mean_")}
    return judged | {"judges": figures, "parity": parity}


def _drop_columns(table: Path, columns: list[str]) -> None:
    import pyarrow as pa
    from deltalake import DeltaTable, write_deltalake

    there = DeltaTable(str(table))
    assert there.version() == 0  # which F1 names
    rows = there.to_pyarrow_table().drop_columns(columns)
    for column in ("id", "row_digest") if table.name == "chunks" else ("row_digest",):  # of fewer fields
        older = pa.array([digest[::-1] for digest in rows[column].to_pylist()])
        rows = rows.set_column(rows.column_names.index(column), column, older)
    configuration = dict(there.metadata().configuration)
    shutil.rmtree(table)
    write_deltalake(str(table), rows, configuration=configuration)


def _write(path: Path, value: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2), encoding="utf-8")
