"""Two model versions compared: what they were made of, and each figure."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from configs.settings import Settings
from model_registry.evaluation import Measure, Measures
from model_registry.judges import description
from model_registry.ports import AdapterVersion
from twin import wiring
from twin.jobs.versions import as_data, measures_as_data

LINEAGE = ("features", "features_digest", "encoder", "base", "base_fingerprint", "prompt", "code")
MISSING = "–"


@dataclass(frozen=True, slots=True)
class Difference:
    old: AdapterVersion
    new: AdapterVersion
    made: dict[str, list[str]]  # what differs in lineage and training arguments: name → [of old, of new]
    figures: list[dict[str, Any]]


def diff(settings: Settings, author: str, old: str, new: str) -> Difference:
    """Tainted versions too: what they were made of may be looked at. Raises UnknownModelError."""
    one, other = find(settings, author, old), find(settings, author, new)
    return Difference(one, other, _made_differently(one, other), list(compare(one.judges, other.judges)))


def compare(old: Mapping[str, Measures], new: Mapping[str, Measures]) -> Iterator[dict[str, Any]]:
    """Each figure of both. "beyond": the old one lies outside the 95% interval of the new; "better" when it is."""
    judges = wiring.judges()

    for judge in dict.fromkeys([*old, *new]):
        before, after = old.get(judge, {}), new.get(judge, {})
        shown_before, shown_after = measures_as_data(before), measures_as_data(after)
        for name in dict.fromkeys([*before, *after]):
            row: dict[str, Any] = {"judge": judge, "name": name}
            row |= {"old": shown_before.get(name), "new": shown_after.get(name)}
            row |= dict.fromkeys(("difference", "beyond", "better"))
            if name in before and name in after:
                difference = after[name].value - before[name].value
                lower = description(judges, judge).figure(name).lower_is_better
                row["difference"] = difference if math.isfinite(difference) else None
                row["beyond"] = after[name].excludes(before[name])
                row["better"] = None if lower is None or not row["beyond"] else (difference < 0) is lower
            yield row


def figure_in_words(row: Mapping[str, Any]) -> dict[str, str]:
    """Of a row of `compare`: label, shown_old, shown_new, shown_difference, and verdict: what the difference means."""
    judge = description(wiring.judges(), row["judge"])
    figure, difference = judge.figure(row["name"]), row["difference"]
    old, new = (
        MISSING if one is None else figure.text(Measure.model_validate(one)) for one in (row["old"], row["new"])
    )
    text = MISSING if difference is None else figure.unit.text(difference)
    sign = "+" if difference and difference > 0 and not text.startswith("+") else ""
    verdict = {None: "beyond the interval" if row["beyond"] else "", True: "better", False: "worse"}[row["better"]]
    return {
        "title": judge.title,
        "label": figure.label,
        "shown_old": old,
        "shown_new": new,
        "shown_difference": f"{sign}{text}",
        "verdict": verdict,
    }


def find(settings: Settings, author: str, reference: str) -> AdapterVersion:
    registry = wiring.model_registry(settings)
    known = (v for v in registry.versions(author) if reference == v.name or reference in v.aliases)
    return next(known, None) or registry.resolve(author, reference)


def _made_differently(old: AdapterVersion, new: AdapterVersion) -> dict[str, list[str]]:
    before, after = _made(old), _made(new)
    names = dict.fromkeys([*before, *after])
    both = {name: [before.get(name, MISSING), after.get(name, MISSING)] for name in names}
    return {name: values for name, values in both.items() if values[0] != values[1]}


def _made(version: AdapterVersion) -> dict[str, str]:
    data = as_data(version)
    flat = {name: data[name] for name in LINEAGE} | data["libraries"]
    for name, value in data["training"].items():
        flat |= {f"{name}.{inner}": v for inner, v in value.items()} if isinstance(value, dict) else {name: value}
    return {name: str(value) for name, value in flat.items()}
