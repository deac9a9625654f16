"""The main job in a network namespace that has loopback and nothing else: it needs nobody elsewhere."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NAMESPACE = ("unshare", "--map-root-user", "--net")


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_main_job_needs_no_network(tmp_path: Path, cache_dir: Path, base_model: object) -> None:
    """`base_model` is unpacked already: where the cache is new that takes as long as all the rest."""
    if not shutil.which("unshare") or subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no network namespace can be made here")
    here = Path(__file__).parent
    done = subprocess.run(
        [*NAMESPACE, sys.executable, "-P", str(here / "offline.py"), str(tmp_path), str(cache_dir)],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(here.parent), *sys.path])},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["interfaces"] == ["lo"]
    assert "unreachable" in found["elsewhere"]
    for shown in (found["up"], found["asked"]):
        assert "Sources:" in shown
    assert found["served"]["citations"]
    assert found["stopped"] == 0
