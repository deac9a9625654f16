"""Files, variables and options that give settings: how each is read, and laid over the ones before it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from configs.errors import SettingsError

HERE = Path(__file__).parent


def find_config(config: Path) -> Path:
    """A path, or the name of a file in configs/ with or without .yaml."""
    for candidate in (config, HERE / config, HERE / f"{config}.yaml"):
        if candidate.is_file():
            return candidate
    known = ", ".join(sorted(path.stem for path in HERE.glob("*.yaml")))
    raise SettingsError(f"there is no configuration file {config}. Shipped ones: {known}.")


def read_yaml(path: Path) -> dict[str, Any]:
    try:
        values = _parsed(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingsError(f"{path} cannot be read as YAML: {error}") from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise SettingsError(f"{path} must hold keys and values, it holds a {type(values).__name__}.")
    return values


def scalar(text: str, *, origin: str) -> Any:
    try:
        return _parsed(text)
    except yaml.YAMLError as error:
        raise SettingsError(f"{origin} is not a YAML value: {error}") from error


def _parsed(text: str) -> Any:
    """By libyaml, where yaml was built with it: in Python, default.yaml takes every command ten times as long."""
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  # both are safe


def nest(path: Sequence[str], value: Any) -> dict[str, Any]:
    for key in reversed(path):
        value = {key: value}
    return dict(value)


def merge(into: dict[str, Any], values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = value
