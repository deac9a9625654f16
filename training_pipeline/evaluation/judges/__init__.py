"""The judges, one file each. A file here is found by its name; nothing else lists them."""

import pkgutil
from functools import cache
from importlib import import_module

from training_pipeline.evaluation.judge import Judge


@cache
def load_judges() -> dict[str, Judge]:
    """By name, the most important first. torch and other heavy libraries are not imported by this."""
    modules = [import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    judges: list[Judge] = [module.JUDGE for module in modules]
    return {judge.name: judge for judge in sorted(judges, key=lambda judge: (judge.importance, judge.name))}
