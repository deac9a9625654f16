"""The writing commands of `twin`, over small data, each run in a process of its own that can be killed.

The processes are forked from one that has imported what the command needs and used none of it: importing it for every
try would take minutes, and delta-rs and torch may be used on one side of a fork only.
"""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

AUTHOR, NAME = "maud", "Maud"
CANARY = "zyzzogeton"
DOOMED = "canary.md"
TEXT = "On day {n} I wound the harbour clock, all {n} turns of it, and then I sat down with soup number {n}. "
SECRET = f"The canary is called {CANARY} and she sings behind the lamp room whenever the tide turns at night. "
IMPORTS = {
    "collect": ("deltalake", "pyarrow.parquet", "twin.jobs.collect", "feature_store.backends.delta"),
    "features": ("torch", "sentence_transformers", "openvino", "qdrant_edge", "feature_pipeline.pipeline"),
    "promote": ("mlflow", "training_pipeline.evaluation.judges"),
    "keys": ("inference_pipeline.keys",),
}


@dataclass(frozen=True, slots=True)
class Command:
    arguments: tuple[str, ...]
    after: tuple[str, ...]  # the commands that make what it begins with
    needs: tuple[str, ...]  # of IMPORTS
    repeats: bool = True  # run again it ends what a kill interrupted; else it is run again only if nothing was done


COLLECT = Command(("collect", "BLOG", "--as", "folder", "--author", NAME), (), ("collect",))
COMMANDS = {
    "collect": COLLECT,
    "features": Command(("features",), ("collect",), ("collect", "features")),
    "sync": Command(("sync",), ("collect", "features", "change"), ("collect", "features")),
    "forget": Command(("forget", "--post", DOOMED, "--yes"), ("collect", "features"), ("collect", "features")),
    "promote": Command(("promote", "--author", NAME, "--version", "v2"), ("versions",), ("promote",), repeats=False),
    "rollback": Command(("rollback", "--author", NAME), ("versions", "promote"), ("promote",), repeats=False),
    "keys": Command(("keys", "create", "phone"), (), ("keys",), repeats=False),
}


@dataclass
class Tally:
    tries: int = 0  # kills that met a living process
    lost: int = 0
    doubled: int = 0
    differing: int = 0  # versions whose digest is not that of a run without a kill
    failed: int = 0  # runs after a kill that did not end well


class Bench:
    """One command over copies of one data folder."""

    def __init__(self, work: Path, name: str) -> None:
        self.command, self.work = COMMANDS[name], work
        for group in self.command.needs:
            for module in IMPORTS[group]:
                __import__(module)
        write_posts(work / "blog")
        self.template = work / "template"
        self.template.mkdir(parents=True)
        for step in self.command.after:
            self._prepare(step)

    def copy(self, name: str) -> Path:
        return Path(shutil.copytree(self.template, self.work / name, ignore=shutil.ignore_patterns("lock", ".lock")))

    def run(self, data: Path, *, kill_after: float | None = None, **limits: int) -> tuple[int | None, str]:
        """Run the command. Its exit code, None when it was killed, and what it said."""
        return self._in_child(data, lambda: _twin(self._arguments(self.command.arguments)), kill_after, limits)

    def run_twice(self, data: Path) -> tuple[list[int | None], str]:
        """Run the command twice at once. Both exit codes, and what both said."""
        outputs = [self.work / "output-1", self.work / "output-2"]
        job = partial(_twin, self._arguments(self.command.arguments))
        children = [_begin(data, output, job, {}) for output in outputs]
        return [_end(child) for child in children], "".join(output.read_text("utf-8") for output in outputs)

    def state(self, data: Path) -> dict[str, Any]:
        """What the stores hold, read in a process of its own."""
        code, said = self._in_child(data, _print_state)
        assert code == 0, said
        return dict(json.loads(said.splitlines()[-1]))

    def _prepare(self, step: str) -> None:
        if step == "change":
            change_posts(self.work / "blog")
        elif step == "versions":
            code, said = self._in_child(self.template, lambda: _register(self.template, self.work))
            assert code == 0, said
        else:
            arguments = COMMANDS[step].arguments
            code, said = self._in_child(self.template, lambda: _twin(self._arguments(arguments)))
            assert code == 0, said

    def _arguments(self, arguments: tuple[str, ...]) -> list[str]:
        return [str(self.work / "blog") if word == "BLOG" else word for word in arguments]

    def _in_child(
        self, data: Path, job: Callable[[], int], kill_after: float | None = None, limits: dict[str, int] | None = None
    ) -> tuple[int | None, str]:
        output = self.work / "output"
        child = _begin(data, output, job, limits or {})
        if kill_after is not None:
            time.sleep(kill_after)
            os.kill(child, signal.SIGKILL)
        return _end(child), output.read_text("utf-8")


def _begin(data: Path, output: Path, job: Callable[[], int], limits: dict[str, int]) -> int:
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        _become(data, output, job, limits)
    return child


def _end(child: int) -> int | None:
    """Its exit code; None when a signal ended it."""
    status = os.waitpid(child, 0)[1]
    return None if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status)


def _become(data: Path, output: Path, job: Callable[[], int], limits: dict[str, int]) -> None:
    """Never returns."""
    code = 70
    try:
        with output.open("w", encoding="utf-8") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        os.environ |= {"TWIN_DATA_DIR": str(data), "TWIN_FEATURE_STORE__ENCODER": "all-minilm-l6-v2"}
        os.environ["TWIN_FEATURE_STORE__MIN_FREE_MB"] = "1"  # some of the disks are small
        for name, limit in limits.items():
            resource.setrlimit(getattr(resource, f"RLIMIT_{name.upper()}"), (limit, limit))
        code = job()
        sys.stdout.flush()
    except BaseException:  # noqa: BLE001  # the parent shows it
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _twin(arguments: list[str]) -> int:
    from twin.cli import run

    return run(arguments)


def _register(data: Path, work: Path) -> int:
    from fakes.library import register_versions

    register_versions(data, work / "adapters")
    return 0


def _print_state() -> int:
    sys.stdout.write(json.dumps(read_state()))
    return 0


def read_state() -> dict[str, Any]:
    """Lists of what must be neither lost nor doubled, and the versions with their digests."""
    from configs.settings import load_settings
    from feature_store.errors import UnknownAuthorError
    from inference_pipeline.keys import KeyStore
    from twin import wiring

    settings = load_settings()
    data = settings.data_dir
    found: dict[str, Any] = {"keys": [key.name for key in KeyStore(data / "keys.sqlite").all()]}
    if (data / "models").exists():
        versions = wiring.model_registry(settings).versions(AUTHOR)
        found["models"] = [version.name for version in versions]
        found["aliases"] = sorted(f"{alias} {version.name}" for version in versions for alias in version.aliases)
    try:
        store = wiring.feature_store(settings)
        found["posts"] = [f"{post.source_id} {post.content_hash}" for post in store.posts(AUTHOR)]
        found["sources"] = [source.name for source in store.sources(AUTHOR)]
        found["digests"] = {version.name: version.digest for version in store.versions(AUTHOR)}
        found["documents"] = [document.id for document in store.documents(AUTHOR)]
        found["chunks"] = [chunk.id for chunk in store.chunks(AUTHOR, vectors=False)]
        found["unfinished"] = list(store.forgotten(AUTHOR).pending)
        if found["digests"]:
            newest = store.version(AUTHOR)
            with wiring.online_index(settings) as index:
                found["digests"]["published"] = str(index.published(AUTHOR, newest.encoder))
    except UnknownAuthorError:
        found["posts"] = []
    return found


def compare(tally: Tally, expected: dict[str, Any], found: dict[str, Any]) -> None:
    for key, rows in expected.items():
        if key == "digests":
            tally.differing += expected[key] != found.get(key)
        else:
            tally.lost += sum((Counter(rows) - Counter(found.get(key, []))).values())
            tally.doubled += sum((Counter(found.get(key, [])) - Counter(rows)).values())


def run_program(program: str, cache_dir: Path, *arguments: object) -> Any:
    """What a program of this folder prints as JSON, run in a process of its own. Raises AssertionError, with what it
    said, when it fails."""
    here = Path(__file__).parent
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TWIN_")}
    environment |= {"TWIN_CACHE_DIR": str(cache_dir), "PYTHONPATH": os.pathsep.join([str(here.parent), *sys.path])}
    done = subprocess.run(
        [sys.executable, "-P", str(here / program), *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def write_posts(blog: Path) -> None:
    blog.mkdir(parents=True)
    for day in range(1, 9):
        _write(blog / f"{day}.md", day, TEXT.format(n=day) * 4)
    _write(blog / DOOMED, 20, SECRET * 5)


def change_posts(blog: Path) -> None:
    """One more, one changed, one gone."""
    _write(blog / "9.md", 9, TEXT.format(n=9) * 4)
    _write(blog / "1.md", 1, TEXT.format(n=51) * 4)
    (blog / "2.md").unlink()


def _write(path: Path, day: int, text: str) -> None:
    path.write_text(f"---\ntitle: Day {day}\ndate: 2024-01-{day:02}\n---\n{text}\n", encoding="utf-8")


def files_with(word: str, folder: Path) -> list[Path]:
    """As bytes, or as rows of Parquet."""
    import pyarrow.parquet as pq

    return [
        path
        for path in folder.rglob("*")
        if path.is_file()
        and (
            word.encode() in path.read_bytes()
            or (path.suffix == ".parquet" and word in str(pq.read_table(path, use_threads=False).to_pylist()))
        )
    ]


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of its own. Raises PermissionError where none may be mounted."""
    folder.mkdir(parents=True, exist_ok=True)
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mounting, capture_output=True, check=False).returncode != 0:
        raise PermissionError("a file system can only be mounted by root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
