"""Writes what is installed as a bill of materials, in CycloneDX 1.6 (ECMA-424) as JSON.

    make sbom

Every package of the environment, with its licence, what it needs, and for those that carry the weights of models the
sha256 of the file that `make setup` accepts. Taken from the installed metadata: no network and no tool of its own.
"""

import json
import re
import sys
import uuid
from datetime import UTC, datetime
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

PROJECT = Path(__file__).parent.parent
SELF = canonicalize_name("llm-twin")
LOCKED = re.compile(r"^([\w.-]+)==(\S+).*--hash=sha256:([0-9a-f]{64})$", re.MULTILINE)


def weights() -> dict[tuple[NormalizedName, str], str]:
    """sha256 of each package that carries weights, by its canonical name and version."""
    text = (PROJECT / "weights.txt").read_text(encoding="utf-8")
    return {(canonicalize_name(name), version): digest for name, version, digest in LOCKED.findall(text)}


def bill() -> dict[str, Any]:
    """The document, but for its serial number and time always the same for the same environment."""
    # the first one of a name is what Python imports
    found = {canonicalize_name(one.metadata["Name"]): one for one in reversed([*distributions()])}
    references = {name: f"pkg:pypi/{name}@{one.version}" for name, one in sorted(found.items())}
    parts = {name: _component(found[name], reference) for name, reference in references.items()}
    itself = parts.pop(SELF) | {"type": "application"}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": uuid.uuid4().urn,
        "version": 1,
        "metadata": {"timestamp": datetime.now(UTC).isoformat(timespec="seconds"), "component": itself},
        "components": [*parts.values()],
        "dependencies": [
            {"ref": reference, "dependsOn": sorted(references[need] for need in _needs(found[name]) & found.keys())}
            for name, reference in references.items()
        ],
    }


def _component(one: Distribution, reference: str) -> dict[str, Any]:
    name = canonicalize_name(one.metadata["Name"])
    digest = weights().get((name, one.version))
    return {
        "type": "library",
        "bom-ref": reference,
        "name": name,
        "version": one.version,
        "purl": reference,
        **({"licenses": licences} if (licences := _licences(one)) else {}),
        **({"hashes": [{"alg": "SHA-256", "content": digest}]} if digest else {}),
    }


def _licences(one: Distribution) -> list[dict[str, Any]]:
    """An SPDX expression where the package says one (PEP 639), else the names that it gives."""
    metadata = one.metadata.json
    if expression := metadata.get("license_expression"):
        return [{"expression": expression}]
    named = [
        str(each).rpartition(" :: ")[2] for each in metadata.get("classifier", ()) if str(each).startswith("License")
    ]
    if not named and (free := str(metadata.get("license") or "")):
        named = [free.splitlines()[0]]
    return [{"license": {"name": name}} for name in named if name]


def _needs(one: Distribution) -> set[NormalizedName]:
    """Without the extras: what they add is in the list when it is installed."""
    needed = (Requirement(line) for line in one.requires or ())
    return {canonicalize_name(need.name) for need in needed if not need.marker or need.marker.evaluate({"extra": ""})}


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(bill(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
